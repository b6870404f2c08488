import msgspec
import pytest

from connectors.portals.vsaa.sickness_benefit import CONNECTOR
from connectors.sdk.fingerprints import load, write
from connectors.sdk.page import FieldShape, FormShape, difference, fingerprint, without_options

PAGE = CONNECTOR.fingerprints["dati"]


def changed(name: str, **changes: object) -> FormShape:
    fields = tuple(msgspec.structs.replace(field, **changes) if field.name == name else field for field in PAGE.fields)
    return msgspec.structs.replace(PAGE, fields=fields)


class TestDifference:
    def test_the_same_form_has_none(self) -> None:
        assert difference(PAGE, PAGE) == ()

    @pytest.mark.parametrize(
        ("seen", "words"),
        [
            (None, "no longer on the page"),
            (msgspec.structs.replace(PAGE, action="/other"), "address was"),
            (msgspec.structs.replace(PAGE, method="get"), "method was"),
            (msgspec.structs.replace(PAGE, enctype="text/plain"), "encoding was"),
            (msgspec.structs.replace(PAGE, fields=PAGE.fields[:-1]), "is gone"),
            (
                msgspec.structs.replace(
                    PAGE, fields=(*PAGE.fields, FieldShape(name="new", type="text", label="Jauns", required=True))
                ),
                "new required field “Jauns” (new)",
            ),
            (
                msgspec.structs.replace(PAGE, fields=(*PAGE.fields, FieldShape(name="h", type="hidden"))),
                "new field (h)",
            ),
            (changed("konts", maxlength="20"), "its maxlength was “34” and is now “20”"),
            (changed("konts", type="password"), "its type was “text”"),
            (changed("konts", label="Konts"), "its label was “Konta numurs (IBAN)”"),
            (changed("konts", pattern="x"), "its pattern was “”"),
            (changed("konts", accept=".exe"), "its accept was “”"),
            (changed("periods_no_diena", legend="No"), "its legend was “Periods no”"),
            (changed("talrunis", required=True), "is now required"),
            (changed("darbiba", options=(("pieprasit", "Pieprasīt slimības pabalstu"),)), "no longer offers"),
            (msgspec.structs.replace(PAGE, fields=tuple(reversed(PAGE.fields))), "another order"),
        ],
    )
    def test_each_structural_change_is_said_in_words(self, seen: FormShape | None, words: str) -> None:
        assert words in " ".join(difference(PAGE, seen))
        assert seen is None or fingerprint(seen) != fingerprint(PAGE)

    def test_a_persons_own_options_are_no_part_of_the_form(self) -> None:
        seen = changed("lapa", options=(("1", "Nr. 1"),))
        assert difference(PAGE, without_options(seen, frozenset({"lapa"}))) == ()


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
