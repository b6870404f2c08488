"""What no file of the project may hold."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.postgresql import PROJECT

MACHINE = re.compile(
    rb"(?<![\w.])/(?:home|Users|root)/[a-z]|pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org"
)
_ANYBODYS = frozenset(map(Path, ("/", "/data", "/home", "/mnt", "/opt", "/root", "/srv", "/tmp", "/usr", "/var")))
"""Folders that many machines have: their names tell nothing."""
_LATEST_BIRTH = 90
PERSONAL_CODE = re.compile(rb"(?<![\w-])(\d{6}-\d)\d{4}(?![\w-])")


def project_files() -> dict[str, bytes]:
    """What git tracks, but for this file, which has to say what it looks for."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=PROJECT, check=True).stdout.decode()
    names = [name for name in listed.split("\0") if (PROJECT / name).is_file()]
    return {name: (PROJECT / name).read_bytes() for name in names if name != "tests/project/test_files.py"}


def own_places(checkout: Path, home: Path) -> re.Pattern[bytes]:
    """What gives this very machine away: where the checkout lies and beside what, and whose it is."""
    places = sorted({checkout, checkout.parent, home} - _ANYBODYS, reverse=True)
    return re.compile(rb"(?<![\w.])(?:%s)(?![\w-])" % b"|".join(re.escape(str(place).encode()) for place in places))


def may_be_somebodys(begin: str) -> bool:
    """Whether a personal code that begins so, such as `010190-1`, could be a person's.

    An old code begins with a date of birth and the century, 0 for the 19th; a new one with 32 to 39 and no meaning: of
    those we use 329999 to 399999. Of the old ones nobody has those of the last years of this century.
    """
    if re.match("3[2-9]", begin):
        return not begin[:6].endswith("9999")
    day, month, year = int(begin[:2]), int(begin[2:4]), int(begin[4:6])
    unborn = begin[7] == "2" and year > _LATEST_BIRTH
    return 1 <= day <= 31 and 1 <= month <= 12 and not unborn


def test_no_file_names_a_machine_or_a_registry() -> None:
    patterns = (MACHINE, own_places(PROJECT, Path.home()))
    found = {
        f"{name}: {hit.group().decode()}"
        for name, text in project_files().items()
        for pattern in patterns
        for hit in pattern.finditer(text)
    }
    assert found == set()


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        (b"see /builds/7/pilnvara/README.md", True),
        (b"beside it lies /builds/7/notes", True),
        (b"/opt/pilnvara", False),
        (b"https://example.org/builds/7", False),
        (b"/builds/70", False),
    ],
)
def test_the_checkouts_own_place_gives_a_machine_away(text: bytes, *, tells: bool) -> None:
    pattern = own_places(Path("/builds/7/pilnvara"), Path("/root"))
    assert bool(pattern.search(text)) is tells


def test_no_file_holds_a_personal_code_that_could_be_somebodys() -> None:
    codes = [(name, hit) for name, text in project_files().items() for hit in PERSONAL_CODE.finditer(text)]
    assert {f"{name}: {hit.group().decode()}" for name, hit in codes if may_be_somebodys(hit[1].decode())} == set()


@pytest.mark.parametrize(
    ("begin", "somebodys"),
    [("329999-0", False), ("321234-0", True), ("010190-1", True), ("999999-1", False), ("010199-2", False)],
)
def test_a_made_up_code_is_told_from_one_that_could_be_real(begin: str, *, somebodys: bool) -> None:
    assert may_be_somebodys(begin) is somebodys
