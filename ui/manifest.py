"""Which files the build has made, and under which addresses they are served."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from markupsafe import Markup, escape

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

    def preloads(self, nonce: str) -> Markup:
        """Return the links by which a page asks for all script modules at once."""
        return Markup(self._preloads.replace("NONCE", str(escape(nonce))))  # noqa: S704 -- both parts are escaped

    @cached_property
    def _preloads(self) -> str:
        modules = sorted(name for name in self.files if name.endswith((".js", ".mjs")))
        link = Markup('<link rel="modulepreload" href="{}" nonce="NONCE">')
        return "\n".join(link.format(self.address(name)) for name in modules)
