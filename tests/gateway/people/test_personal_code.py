"""A personal code has one form, and nothing that only looks like it is one."""

import pytest

from gateway.people.personal_code import PersonalCodeError, normalise


@pytest.mark.parametrize("typed", ["329999-00001", "32999900001", " 329999 00001 ", "329999–00001"])
def test_is_kept_in_one_form_however_it_was_typed(typed: str) -> None:
    assert normalise(typed) == "329999-00001"


@pytest.mark.parametrize("typed", ["329999-0000\u0661", "329999-0000\uff11", "01019\u0669-10001"])
def test_of_another_scripts_digits_is_none(typed: str) -> None:
    with pytest.raises(PersonalCodeError):
        normalise(typed)
