import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.postgresql import PROJECT

FOLDER = PROJECT / "requirements"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)
ADDRESS = re.compile(r"https?://|^\s*(--index-url|--extra-index-url|--find-links|-f |-i )", re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return {canonicalize_name(found["name"]): found["version"] for found in PINNED.finditer(text)}


def wished(*extras: str) -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    wishes = [Requirement(wish) for wishes in lists for wish in wishes]
    return [wish for wish in wishes if wish.name != project["name"]]


@pytest.mark.parametrize(
    ("file", "extras"), [("runtime.txt", ("server", "sandbox")), ("dev.txt", ("server", "sandbox", "dev"))]
)
def test_everything_that_the_project_asks_for_is_pinned_within_its_bounds(file: str, extras: tuple[str, ...]) -> None:
    pins = pinned(file)
    stale = [
        str(wish)
        for wish in wished(*extras)
        if not wish.specifier.contains(pins.get(canonicalize_name(wish.name), "0"))
    ]
    assert stale == [], "`make requirements` works the pins out again"


def test_tools_run_on_the_very_versions_that_the_product_runs_on() -> None:
    runtime, tools = pinned("runtime.txt"), pinned("dev.txt")
    assert {name: tools.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_every_pinned_file_has_a_hash_and_none_names_an_index(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert all("--hash=sha256:" in requirement for requirement in requirements if PINNED.match(requirement))
    assert not ADDRESS.search(text)


def test_the_front_ends_lock_file_names_no_registry() -> None:
    lock = PROJECT / "ui" / "package-lock.json"
    assert '"resolved"' not in lock.read_text(encoding="utf-8")
