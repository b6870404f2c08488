"""A holder's own list is read in the forms that people have, and what cannot be read is named by its line."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from gateway.holders import lists
from gateway.holders.lists import Fault, ListFaultError, Row, Wrong

SERVICES = {"lv.vsaa.sickness_benefit": "Slimības pabalsts"}
HALF_PAST_TWO = datetime(2026, 11, 2, 12, 30, tzinfo=UTC)


def rows(text: str | bytes) -> list[Row]:
    return lists.read(text if isinstance(text, bytes) else text.encode(), SERVICES)


def faults(text: str | bytes) -> Sequence[Fault]:
    with pytest.raises(ListFaultError) as refused:
        rows(text)
    return refused.value.faults


@pytest.mark.parametrize(
    "text",
    [
        "reference;received_at;service\r\nSP-1;2026-11-02 14:30;\r\n",
        "reference,received_at\nSP-1,2026-11-02T12:30:00Z\n",
        "\ufeffNumurs\tSaņemts\nSP-1\t02.11.2026 14:30\n",
        "received;note;number\n2026-11-02T14:30:00+02:00;whatever;'SP-1\n\n ; ; \n",
        '[{"reference": "SP-1", "received_at": "2026-11-02 14:30"}]',
    ],
)
def test_semicolons_commas_tabs_marks_latvian_names_and_json_say_the_same(text: str) -> None:
    assert rows(text) == [Row("SP-1", HALF_PAST_TWO, HALF_PAST_TWO)]


def test_what_an_old_spreadsheet_writes_is_read() -> None:
    assert rows("numurs;saņemts\nSP-1;02.11.2026 14:30\n".encode("cp1257"))[0].reference == "SP-1"


def test_a_day_is_all_of_it_in_latvia() -> None:
    for text in ("2026-11-02", "02.11.2026"):
        (row,) = rows(f"reference;received_at\nSP-1;{text}")
        assert (row.earliest, row.latest) == (
            datetime(2026, 11, 1, 22, tzinfo=UTC),
            datetime(2026, 11, 2, 21, 59, 59, 999999, tzinfo=UTC),
        )


def test_every_line_that_cannot_be_read_is_named_and_nothing_is_taken() -> None:
    text = (
        "reference;received_at;service\n"
        "SP-1;2026-11-02;\n"
        ";2026-11-02;\n"
        "SP-2;yesterday;\n"
        "SP-3;2026-11-02;lv.other\n"
        f"{'x' * 65};2026-11-02;\n"
        "SP-4\n"
    )
    assert faults(text) == (
        Fault(Wrong.NO_REFERENCE, 3),
        Fault(Wrong.NO_TIME, 4),
        Fault(Wrong.UNKNOWN_SERVICE, 5),
        Fault(Wrong.NO_REFERENCE, 6),
        Fault(Wrong.NO_TIME, 7),
    )


def test_at_most_twenty_lines_are_named() -> None:
    assert len(faults("reference;received_at\n" + ";\n" * 50 + "SP-1;x\n" * 50)) == 20


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", Wrong.EMPTY),
        (b"  \n", Wrong.EMPTY),
        (b"reference;received_at\n", Wrong.EMPTY),
        (b"a;b\nSP-1;2026-11-02\n", Wrong.NO_COLUMNS),
        (b"[1, 2]", Wrong.UNREADABLE),
        (b"{", Wrong.UNREADABLE),
        (b"\xff\xfe\x00\x81", Wrong.UNREADABLE),
        (b"x" * (lists.LARGEST + 1), Wrong.TOO_LARGE),
    ],
)
def test_what_is_no_list_is_told_as_what_it_is(content: bytes, wrong: Wrong) -> None:
    assert [each.wrong for each in faults(content)] == [wrong]


def test_no_more_lines_are_taken_than_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_ROWS", 2)
    assert len(rows("reference;received_at\n" + "SP-1;2026-11-02\n" * 2)) == 2
    assert [each.wrong for each in faults("reference;received_at\n" + "SP-1;2026-11-02\n" * 3)] == [Wrong.TOO_MANY]
