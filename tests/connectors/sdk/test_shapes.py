from dataclasses import replace

import msgspec

from connectors.sdk import registry
from connectors.sdk.page import FieldShape, FormShape
from connectors.sdk.shapes import expected_now, merged, settled
from connectors.sdk.steps import Step

VID = registry.find("lv.vid.annual_income_declaration")
PMLP = registry.find("lv.pmlp.residence_declaration")


def step_of(connector_id: str, name: str) -> Step:
    return next(step for step in registry.find(connector_id).steps if step.name == name)


INCOME = step_of(VID.id, "ienakumi")
ADDRESS = step_of(PMLP.id, "adrese")


def row(number: int, **more: object) -> FieldShape:
    made = FieldShape(
        name=f"ienakumi.{number}.summa", type="text", label="Ieņēmumi", legend=f"Ienākumu avots {number + 1}"
    )
    return msgspec.structs.replace(made, **more)


def form(*fields: FieldShape) -> FormShape:
    return FormShape(action="", method="script", enctype="", fields=fields)


class TestRowsOfARepeatedGroup:
    def test_count_once_however_many_there_are(self) -> None:
        one, three = settled(INCOME, form(row(0))), settled(INCOME, form(row(0), row(1), row(2)))
        assert one == three
        assert one is not None
        assert (one.fields[0].name, one.fields[0].legend) == ("ienakumi.*.summa", "Ienākumu avots {number}")

    def test_that_are_not_alike_are_all_told(self) -> None:
        shape = settled(INCOME, form(row(0), row(1, required=True)))
        assert shape is not None
        assert len(shape.fields) == 2


class TestWhatNeedNotBeShown:
    def test_is_expected_only_where_it_is_shown(self) -> None:
        committed = PMLP.fingerprints["adrese"]
        names = [field.name for field in committed.fields]
        assert "valsts" in names
        without = replace_fields(committed, tuple(field for field in committed.fields if field.name != "valsts"))
        assert expected_now(ADDRESS, committed, without) == without
        assert expected_now(ADDRESS, committed, committed) == committed

    def test_does_not_excuse_what_has_to_be_there(self) -> None:
        committed = PMLP.fingerprints["adrese"]
        without = replace_fields(committed, tuple(field for field in committed.fields if field.name != "adrese"))
        assert expected_now(ADDRESS, committed, without) != without

    def test_is_excused_by_the_step_alone(self) -> None:
        committed = PMLP.fingerprints["adrese"]
        without = replace_fields(committed, tuple(field for field in committed.fields if field.name != "valsts"))
        assert expected_now(replace(ADDRESS, appears=frozenset()), committed, without) == committed


def test_lists_of_years_are_no_part_of_the_form() -> None:
    years = FieldShape(name="no_gads", type="select-one", options=(("2026", "2026"),))
    months = FieldShape(name="no_menesis", type="select-one", options=(("1", "janvāris"),))
    shape = settled(ADDRESS, form(years, months))
    assert shape is not None
    assert [field.options for field in shape.fields] == [(), (("1", "janvāris"),)]


def test_two_looks_at_a_page_make_one_form_in_its_own_order() -> None:
    a, b, c = (FieldShape(name=name, type="text") for name in "abc")
    assert merged(form(a, b), form(a, c)) == form(a, b, c)
    assert merged(None, form(a)) == merged(form(a), None) == form(a)


def replace_fields(shape: FormShape, fields: tuple[FieldShape, ...]) -> FormShape:
    return msgspec.structs.replace(shape, fields=fields)
