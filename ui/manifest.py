"""Which files the build has made, and under which addresses they are served."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STATIC = Path(__file__).parent / "static"
"""What is served below the asset base; files below `dist/` carry their hash and never change."""
MANIFEST = STATIC / "dist" / "manifest.json"


class AssetsMissingError(RuntimeError):
    """The style sheet and the scripts have not been built. `python -m ui.build` builds them."""


@dataclass(frozen=True)
class Assets:
    """The built files: plain names to paths below `STATIC`."""

    base: str
    files: dict[str, str]

    @classmethod
    def built(cls, base: str, manifest: Path = MANIFEST) -> Self:
        """Read what the build has written.

        Raises:
            AssetsMissingError: nothing has been built.
        """
        try:
            files = json.loads(manifest.read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise AssetsMissingError("no style sheet and scripts: run `python -m ui.build`") from missing
        return cls(base.rstrip("/"), files)

    def address(self, name: str) -> str:
        """Return the address of a built file, or of one that stands in `static/` under its own name."""
        return f"{self.base}/{self.files.get(name, name)}"
