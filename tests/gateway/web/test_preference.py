"""Before anybody has chosen a language, a browser is shown the one of ours that it asks for first."""

import pytest

from gateway.web.preference import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("lv-LV,lv;q=0.9,en;q=0.8", "lv"),
        ("uk-UA, en;q=0.5, lv;q=0.4", "en"),
        ("de, en;q=0.2, lv;q=0.7", "lv"),
        ("en;q=0, lv;q=0.1", "lv"),
        ("EN-us", "en"),
    ],
)
def test_the_first_of_ours_by_weight(header: str, language: str) -> None:
    assert preferred(header) == language


@pytest.mark.parametrize("header", ["", "de", "*", "en;q=much", ",;=,", "q=1;en", "de," * 5_000 + "en"])
def test_none_where_it_names_none_of_ours(header: str) -> None:
    assert preferred(header) is None
