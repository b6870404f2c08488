"""Rows and links of a page's tables."""

import pytest

from connectors.sdk.tables import link, read

PAGE = """<html><body><table><tr><td>Izvēlne</td><td>
<table><tr><th>Numurs</th><th>Lieta</th><th>Reģistrēts</th></tr>
<tr><td><a href="/serviss?num=1">VZD-1</a></td><td>Ielas  &amp; 1</td><td>22.11.2026 10:00</td></tr>
<tr><td>VZD-2</td><td></td><td>23.11.2026 10:00</td></tr></table>
<a href="?lapa=2&amp;x=1"> Nākamā
</a></td></tr></table></body></html>""".encode()
COLUMNS = ("Numurs", "Lieta")


def test_rows_are_read_by_the_headings_of_the_inner_table() -> None:
    assert read(PAGE, COLUMNS) == [
        {"Numurs": "VZD-1", "Lieta": "Ielas & 1", "Reģistrēts": "22.11.2026 10:00"},
        {"Numurs": "VZD-2", "Lieta": "", "Reģistrēts": "23.11.2026 10:00"},
    ]


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace(b"Lieta", b"Cita"),
        PAGE + PAGE,
        PAGE.replace(b"<td></td>", b""),
        b"<h1>Sesija beigusies</h1>",
        b"\xff",
    ],
    ids=["a heading is gone", "two such tables", "a row is short", "another page", "no text"],
)
def test_anything_else_is_no_such_table(page: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller takes any, and says what it means
        read(page, COLUMNS)


def test_a_link_is_found_by_its_text() -> None:
    assert link(PAGE, "Nākamā") == "?lapa=2&x=1"
    assert link(PAGE, "Iepriekšējā") == link(PAGE, None) == ""
