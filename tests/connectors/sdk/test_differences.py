import msgspec
import pytest

from connectors.portals.vsaa.sickness_benefit import CONNECTOR
from connectors.sdk.differences import Place, differences
from connectors.sdk.page import FieldShape, FormShape, fingerprint
from connectors.sdk.words import Words

PAGE = CONNECTOR.fingerprints["dati"]
PLACE = Place(2, Words("Dati", "Data"))
NEW = FieldShape(name="statuss", type="text", label="Nodarbinātības statuss", required=True)
OPTIONS = next(field.options for field in PAGE.fields if field.name == "darbiba")


def changed(name: str, /, **changes: object) -> FormShape:
    fields = tuple(msgspec.structs.replace(field, **changes) if field.name == name else field for field in PAGE.fields)
    return msgspec.structs.replace(PAGE, fields=fields)


def said(seen: FormShape | None) -> Words:
    told = differences(PLACE, PAGE, seen)
    return Words(" ".join(each.lv for each in told), " ".join(each.en for each in told))


def with_fields(*fields: FieldShape) -> FormShape:
    return msgspec.structs.replace(PAGE, fields=fields)


def test_the_same_form_has_none() -> None:
    assert differences(PLACE, PAGE, PAGE) == ()


def test_a_question_is_called_as_people_see_it_and_where() -> None:
    told = said(with_fields(*PAGE.fields, NEW))
    assert told.lv == "2. solī „Dati” ir jauns obligāts jautājums „Nodarbinātības statuss”."
    assert told.en == "In step 2 “Data” there is a new required question “Nodarbinātības statuss”."


@pytest.mark.parametrize(
    ("seen", "latvian", "english"),
    [
        (None, "vairs nav veidlapas vai pogas", "is gone"),
        (msgspec.structs.replace(PAGE, action="/other"), "uz citu adresi", "sent to another address"),
        (msgspec.structs.replace(PAGE, method="get"), "sūtītas citādi", "sent in another way"),
        (msgspec.structs.replace(PAGE, enctype="text/plain"), "sūtītas citādi", "sent in another way"),
        (
            with_fields(*(field for field in PAGE.fields if field.name != "konts")),
            "vairs nav jautājuma „Konta numurs (IBAN)”",
            "the question “Konta numurs (IBAN)” is gone",
        ),
        (
            with_fields(*PAGE.fields, FieldShape(name="h", type="hidden")),
            "neredzami sūta līdzi vēl ko (portālā to sauc „h”)",
            "nobody sees (the portal calls it “h”)",
        ),
        (changed("konts", maxlength="21"), "ne vairāk kā 21 rakstzīmi.", "at most 21 characters long"),
        (changed("konts", maxlength="11"), "ne vairāk kā 11 rakstzīmes.", "at most 11 characters long"),
        (changed("konts", maxlength=""), "vairs neierobežo", "of any length"),
        (
            changed("konts", type="select-one"),
            "(iepriekš: ierakstāms teksts; tagad: izvēle no saraksta)",
            "(before: a text to type; now: a choice from a list)",
        ),
        (changed("konts", label="Konts"), "tagad saucas „Konts”", "is now called “Konts”"),
        (changed("konts", pattern="x"), "citādi rakstītas", "written in another way"),
        (changed("konts", accept=".exe"), "cita veida datnes", "other kinds of files"),
        (changed("periods_no_diena", legend="No"), "grupā „No”", "the group “No”"),
        (changed("talrunis", required=True), "tagad ir obligāts", "must now be answered"),
        (changed("konts", name="konts2"), "iekšēji tagad saucas citādi", "another name inside the portal"),
        (changed("darbiba", options=OPTIONS[:1]), "vairs nepiedāvā", "no longer offers"),
        (changed("darbiba", options=(*OPTIONS, ("x", "Cits"))), "arī atbildi „Cits”", "also offers the answer “Cits”"),
        (changed("darbiba", options=((OPTIONS[0][0], "Cits"), *OPTIONS[1:])), "tagad sauc „Cits”", "” “Cits”"),
        (with_fields(*reversed(PAGE.fields)), "citā secībā", "another order"),
    ],
)
def test_each_structural_change_is_said_in_both_languages(seen: FormShape | None, latvian: str, english: str) -> None:
    told = said(seen)
    assert latvian in told.lv
    assert english in told.en
    assert seen is None or fingerprint(seen) != fingerprint(PAGE)


class TestARepeatedGroup:
    ROWS = tuple(
        FieldShape(name=f"ienakumi.*.{name}", type="text", label=label)
        for name, label in (("kas", "Izmaksātājs"), ("summa", "Summa"), ("nodoklis", "Nodoklis"))
    )

    def told(self, *rows: FieldShape) -> list[str]:
        before = msgspec.structs.replace(PAGE, fields=(*PAGE.fields, *self.ROWS))
        after = msgspec.structs.replace(PAGE, fields=(*PAGE.fields, *rows))
        return [each.en.removeprefix("In step 2 “Data” ") for each in differences(PLACE, before, after)]

    def named(self, name: str, row: int, **more: str) -> tuple[FieldShape, ...]:
        return tuple(
            msgspec.structs.replace(field, name=field.name.replace("ienakumi.*", f"{name}{row}"), **more)
            for field in self.ROWS
        )

    def test_that_was_renamed_is_one_renamed_group_whatever_its_rows(self) -> None:
        group = "the repeated group of questions (“Izmaksātājs”, “Summa”, “Nodoklis”)"
        once = f"{group} now has another name inside the portal."
        assert self.told(*self.named("ienemumi.", 0)) == [once]
        assert self.told(*self.named("ienemumi[", 0), *self.named("ienemumi[", 1)) == [once]
        assert self.told(*self.named("rinda_", 1)) == [once]

    def test_that_asks_something_else_is_told_question_by_question(self) -> None:
        rows = self.named("ienemumi.", 0)
        other = msgspec.structs.replace(rows[0], label="Darba devējs")
        assert any("there is a new question “Darba devējs”" in each for each in self.told(other, *rows[1:]))

    def test_two_that_ask_the_same_are_not_guessed_between(self) -> None:
        assert len(self.told(*self.named("a.", 0), *self.named("b.", 0))) > 1
