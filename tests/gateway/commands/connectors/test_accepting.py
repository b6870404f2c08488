"""`pilnvara connectors accept-drift`: what was seen is shown, and written down with a new version, or nothing is."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from connectors.sdk import Words, registry
from connectors.sdk.page import FormShape
from connectors.workshop.looking import Look, PageSeen, Seen
from gateway.cli import main
from gateway.commands.connectors import accepting
from tests.connectors.desk import SICKNESS

CONNECTOR = registry.find(SICKNESS)
PAGE = CONNECTOR.pages[1]
SAID = "In step 2 a question is now called otherwise."
SHAPE = msgspec.structs.replace(CONNECTOR.fingerprints[PAGE.name], action="/elsewhere")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The connector's files, and a portal whose second page has changed."""
    tmp_path.joinpath("__init__.py").write_text('MANIFEST = Manifest(version="1.0.3")\n')
    seen = [
        PageSeen(page=page.name, title=page.title, seen=Seen.CHANGED, differences=(Words("Latviski", SAID),))
        if page is PAGE
        else PageSeen(page=page.name, title=page.title, seen=Seen.SAME)
        for page in CONNECTOR.pages
    ]
    look = Look(connector=SICKNESS, version="1.0.3", portal="http://p", reached=True, signed_in=True, pages=tuple(seen))
    monkeypatch.setattr(accepting, "_folder", lambda _: tmp_path)
    monkeypatch.setattr(accepting, "at_bench", lambda *_: ((look, {PAGE.name: SHAPE}),))
    return tmp_path


def accepted(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(main, ["connectors", "accept-drift", SICKNESS, "--sandbox", *arguments], input=said)


def test_shows_the_difference_and_writes_the_form_with_the_next_version(folder: Path) -> None:
    answer = accepted(said="y\n")
    assert (answer.exit_code, SAID in answer.stdout) == (0, True)
    written = msgspec.json.decode(folder.joinpath("fingerprints.json").read_bytes())
    forms = {name: msgspec.convert(page["form"], FormShape) for name, page in written.items()}
    assert forms == {**CONNECTOR.fingerprints, PAGE.name: SHAPE}
    assert folder.joinpath("__init__.py").read_text() == 'MANIFEST = Manifest(version="1.1.0")\n'


def test_a_no_writes_nothing(folder: Path) -> None:
    assert accepted(said="n\n").exit_code == 1
    assert [path.name for path in folder.iterdir()] == ["__init__.py"]


def test_no_form_is_written_where_the_version_cannot_be_raised(folder: Path) -> None:
    folder.joinpath("other.py").write_text('OTHER = Manifest(version="2.0.0")\n')
    answer = accepted("--yes")
    assert (answer.exit_code, "raise it by hand" in answer.stderr) == (2, True)
    assert not folder.joinpath("fingerprints.json").exists()


def test_the_package_goes_with_the_connectors_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = folder / "src" / "lv_example"
    home.mkdir(parents=True)
    folder.joinpath("__init__.py").rename(home / "__init__.py")
    package = folder / "pyproject.toml"
    package.write_text(f'[project]\nname = "lv-example"\nversion = "{CONNECTOR.manifest.version}"\n')
    monkeypatch.setattr(accepting, "_folder", lambda _: home)
    monkeypatch.setattr(registry, "package_of", lambda _: "lv_example")
    answer = accepted("--yes")
    assert (answer.exit_code, "Mend the connector first" in answer.stdout) == (0, True)
    assert package.read_text() == '[project]\nname = "lv-example"\nversion = "1.1.0"\n'
