"""Packs the front end into the wheel, and refuses to build one without it; all else stands in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ASSETS = Path(__file__).resolve().parent / "ui" / "static" / "dist"


class BuildWithAssets(build_py):
    """Builds the packages once the assets are there; an editable installation may come before them."""

    def run(self) -> None:
        """Build, or say what is missing.

        Raises:
            SystemExit: nobody has built the assets; a wheel without them would serve pages without a style.
        """
        if not self.editable_mode and not any(ASSETS.glob("*.css")):
            message = "the front-end assets are not built: run `python -m ui.build` first"
            raise SystemExit(message)
        super().run()


setup(cmdclass={"build_py": BuildWithAssets})
