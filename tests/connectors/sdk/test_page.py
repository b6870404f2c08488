import msgspec
import pytest

from connectors.portals.vsaa.sickness_benefit import CONNECTOR
from connectors.sdk.fingerprints import load, write
from connectors.sdk.page import fingerprint, without_options

PAGE = CONNECTOR.fingerprints["dati"]


class TestOptions:
    def test_of_a_person_are_no_part_of_the_form(self) -> None:
        fields = tuple(
            msgspec.structs.replace(field, options=(("1", "Nr. 1"),)) if field.name == "lapa" else field
            for field in PAGE.fields
        )
        seen = msgspec.structs.replace(PAGE, fields=fields)
        assert fingerprint(without_options(seen, frozenset({"lapa"}))) == fingerprint(PAGE)


class TestCommittedForms:
    def test_every_page_of_every_connector_has_one(self) -> None:
        pages = [*(step.name for step in CONNECTOR.steps), CONNECTOR.final.name]
        assert list(CONNECTOR.fingerprints) == pages

    def test_what_is_written_is_read_back(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        folder = tmp_path_factory.mktemp("forms")
        write(folder, CONNECTOR.fingerprints)
        committed = msgspec.json.decode(folder.joinpath("fingerprints.json").read_bytes())
        assert committed["dati"]["sha256"] == fingerprint(PAGE)

    def test_a_file_changed_by_hand_is_refused(
        self, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path_factory.mktemp("package")
        folder.joinpath("edited_connector").mkdir()
        package = folder / "edited_connector"
        package.joinpath("__init__.py").touch()
        write(package, CONNECTOR.fingerprints)
        file = package / "fingerprints.json"
        file.write_text(file.read_text(encoding="utf-8").replace('"34"', '"35"'), encoding="utf-8")
        monkeypatch.syspath_prepend(folder)
        with pytest.raises(ValueError, match="dati"):
            load("edited_connector")
