"""A personal code has one form, and nothing that only looks like it is one."""

import pytest

from gateway.people.personal_code import PersonalCodeError, normalise, stands_in


@pytest.mark.parametrize("typed", ["329999-00001", "32999900001", " 329999 00001 ", "329999–00001"])
def test_is_kept_in_one_form_however_it_was_typed(typed: str) -> None:
    assert normalise(typed) == "329999-00001"


@pytest.mark.parametrize("typed", ["329999-0000\u0661", "329999-0000\uff11", "01019\u0669-10001"])
def test_of_another_scripts_digits_is_none(typed: str) -> None:
    with pytest.raises(PersonalCodeError):
        normalise(typed)


@pytest.mark.parametrize(
    "text", ["lieta-329999-00001", "1-329999-00001", "7/32999900001", "329999.00001", "A329999--00001-2"]
)
def test_is_found_in_the_number_of_a_case_however_it_is_hidden(text: str) -> None:
    assert stands_in(text)


@pytest.mark.parametrize("text", ["IDB-2026/17", "2026-11-22-12345", "KP-99912345678", "20261322123456"])
def test_is_not_seen_in_numbers_that_are_none(text: str) -> None:
    assert not stands_in(text)
