import pytest

from connectors.sdk.fills import (
    Attach,
    Choose,
    ChooseSeveral,
    DatePart,
    Fill,
    FillDateParts,
    FillNumber,
    FillRows,
    FillTypeahead,
    How,
    Pick,
    PickSeveral,
    declared,
    input_behind,
)

ROWS = FillRows(
    input="income",
    add="Add",
    row="Source {number}",
    remove="Remove",
    first=1,
    fills=(
        Fill(input="payer", control="rows.*.payer", label="Payer"),
        Pick(input="kind", control="rows.*.kind", legend="Kind", options={"a": ("1", "Salary")}),
        Attach(input="proof", control="rows.*.proof", label="Proof", sets="rows.*.proof_id"),
    ),
)
VALUES = {"income.count": "2", "income.0.payer": "One", "income.1.payer": "Two", "income.1.kind": "a"}


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("1234567.5", "1 234 567,5"),
        ("1234.50", "1 234,50"),
        ("12", "12"),
        ("0.05", "0,05"),
        ("-1000", "-1 000"),
        ("", ""),
    ],
)
def test_a_number_is_written_with_the_portals_separators(kept: str, written: str) -> None:
    fill = FillNumber(input="sum", control="sum", label="Sum", thousands=" ")
    assert fill.actions({"sum": kept})[0].value == written


def test_of_several_boxes_each_is_ticked_or_unticked() -> None:
    fill = PickSeveral(input="speaks", control="lang", legend="Languages", options={"lv": ("1", "L"), "en": ("2", "E")})
    assert [(each.label, each.value) for each in fill.actions({"speaks": ["en"]})] == [("L", ""), ("E", "2")]


def test_of_a_list_in_which_several_may_be_chosen_all_are_set_at_once() -> None:
    fill = ChooseSeveral(input="speaks", control="lang", label="Languages", options={"lv": "1", "en": "2"})
    (action,) = fill.actions({"speaks": ["lv", "en"]})
    assert (action.how, action.several) == (How.SELECT_SEVERAL, ("1", "2"))
    assert fill.actions({})[0].several == ()


def test_a_typeahead_types_the_portals_own_words() -> None:
    fill = FillTypeahead(input="job", control="job", label="Job", sets="job_id", options={"cook": "Pavārs"})
    (action,) = fill.actions({"job": "cook"})
    assert (action.how, action.value, action.also) == (How.TYPEAHEAD, "Pavārs", "job_id")


def test_a_date_may_be_chosen_from_lists() -> None:
    part = [DatePart(name, name, How.SELECT) for name in ("d", "m", "y")]
    fill = FillDateParts(input="since", legend="Since", day=part[0], month=part[1], year=part[2])
    assert [(each.how, each.value) for each in fill.actions({"since": "2026-03-09"})] == [
        (How.SELECT, "9"),
        (How.SELECT, "3"),
        (How.SELECT, "2026"),
    ]


class TestRows:
    def test_come_first_by_their_number_and_then_one_by_one(self) -> None:
        count, *rest = ROWS.actions(VALUES)
        assert (count.how, count.value, count.label) == (How.ROWS, "2", "Add")
        assert [(each.row, each.within, each.input, each.control, each.value) for each in rest if each.value] == [
            ("Source 1", None, "income.0.payer", "rows.1.payer", "One"),
            ("Source 2", None, "income.1.payer", "rows.2.payer", "Two"),
            ("Source 2", "Kind", "income.1.kind", "rows.2.kind", "1"),
        ]
        assert rest[2].also == "rows.1.proof_id"

    def test_are_none_where_the_question_was_not_asked(self) -> None:
        assert [each.how for each in ROWS.actions({})] == [How.ROWS]

    def test_are_declared_once_for_any_number(self) -> None:
        assert [each.control for each in declared((ROWS,))] == ["rows.*.payer", "rows.*.kind", "rows.*.proof"]

    def test_lead_from_a_control_back_to_the_question_of_that_very_row(self) -> None:
        fills = (Choose(input="year", control="gads", label="Year"), ROWS)
        assert input_behind(fills, "gads") == "year"
        assert input_behind(fills, "rows.3.kind") == "income.2.kind"
        assert input_behind(fills, "rows.x.kind") is None
