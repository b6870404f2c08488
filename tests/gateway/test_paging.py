"""Where a page of a list begins and ends, and what an address says of it."""

from datetime import UTC, datetime

import pytest

from gateway.paging import Key, Numbered, end_of

KEY = Key(datetime(2026, 11, 2, 9, 30, 0, 250, tzinfo=UTC), "aB-_c~d")


def test_a_key_is_read_from_what_it_wrote() -> None:
    assert Key.parse(str(KEY)) == KEY


@pytest.mark.parametrize("text", ["", "x", "2026-11-02T09:30:00+00:00", "yesterday~x", "2026-11-02~x"])
def test_what_is_no_key_begins_at_the_newest(text: str) -> None:
    assert Key.parse(text) is None


def test_a_page_has_an_end_only_where_another_follows() -> None:
    assert end_of([KEY, KEY], 1, lambda key: key) == KEY
    assert end_of([KEY], 1, lambda key: key) is None


@pytest.mark.parametrize(
    ("text", "newer", "older"),
    [
        ("", None, "/list?after=2"),
        ("1", "/list?after=0", "/list?after=3"),
        ("4", "/list?after=2", "/list?after=6"),
        ("-1", None, "/list?after=2"),
        ("²", None, "/list?after=2"),
        ("1234567", None, "/list?after=2"),
    ],
)
def test_a_number_leads_one_page_back_and_one_on(text: str, newer: str | None, older: str) -> None:
    place = Numbered.parse(text, 2)
    assert (place.newer("/list"), place.older("/list", "abc")) == (newer, older)
    assert place.older("/list", "ab") is None
