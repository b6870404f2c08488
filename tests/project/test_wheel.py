import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.postgresql import PROJECT

BUILD = "from setuptools import build_meta; print(build_meta.build_wheel('wheel'))"
CARRIED = (".css", ".html", ".js", ".mako", ".po", ".py", ".svg", ".txt")
SOURCES_OF_ASSETS = "ui/assets/"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The packages' files as git knows them, without anything that was built."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=PROJECT, check=True).stdout.decode()
    for name in listed.split("\0"):
        if name.partition("/")[0] in {"audit", "connectors", "delegation", "gateway", "ui"} or name in {
            "pyproject.toml",
            "setup.py",
            "README.md",
        }:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    return tmp_path


def build(checkout: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", BUILD], capture_output=True, text=True, cwd=checkout, check=False)


def test_the_wheel_carries_every_file_that_the_product_reads(checkout: Path) -> None:
    dist = checkout / "ui" / "static" / "dist"
    dist.mkdir(parents=True)
    (dist / "pilnvara.0.css").write_text("body {}", encoding="utf-8")
    wanted = {
        str(file.relative_to(checkout))
        for folder in ("audit", "connectors", "delegation", "gateway", "ui")
        for file in (checkout / folder).rglob("*")
        if file.suffix in CARRIED and not str(file.relative_to(checkout)).startswith(SOURCES_OF_ASSETS)
    }
    built = build(checkout)
    assert built.returncode == 0, built.stderr[-2000:]
    [wheel] = (checkout / "wheel").glob("*.whl")
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_no_wheel_is_built_without_the_front_ends_assets(checkout: Path) -> None:
    built = build(checkout)
    assert built.returncode != 0
    assert "python -m ui.build" in built.stderr
