"""Registration numbers, however they were typed."""

import pytest

from gateway.people.registration_number import RegistrationNumberError, registration_number


@pytest.mark.parametrize("typed", ["40009999999", " 4000 9999 999 ", "LV40009999999", "lv 40009999999"])
def test_has_one_form(typed: str) -> None:
    assert registration_number(typed) == "40009999999"


@pytest.mark.parametrize("typed", ["", "4000999999", "400099999990", "30009999999", "4000999999x", "٤0009999999"])
def test_anything_else_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(RegistrationNumberError) as refused:
        registration_number(typed)
    assert not typed or typed not in str(refused.value)
