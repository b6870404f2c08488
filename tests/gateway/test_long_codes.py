"""A code that people can read from paper and type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import long_codes


def test_carries_128_bits_and_is_never_the_same() -> None:
    made = {long_codes.new_code() for _ in range(200)}
    assert len(made) == 200
    assert {len(code) for code in made} == {26}
    assert all(code[0] in "01234567" for code in made), "128 bits need three bits of the first sign"


def test_is_printed_in_groups_of_which_two_lines_of_one_length_are_made() -> None:
    printed = long_codes.printed("01234567ABCDEFGHJKMNPQRSTV")
    assert printed == "0123-4567-ABCDE-FGHJ-KMNP-QRSTV"
    groups = printed.split("-")
    assert [len(each) for each in groups[:3]] == [len(each) for each in groups[3:]]


def test_a_short_one_carries_60_bits_in_three_groups_of_four() -> None:
    made = {long_codes.new_code(long_codes.SHORT) for _ in range(200)}
    assert len(made) == 200
    assert {len(code) for code in made} == {12}
    assert any(code[0] not in "01234567" for code in made), "60 bits fill the first sign too"
    assert long_codes.printed("01234567ABCD") == "0123-4567-ABCD"
    assert long_codes.read(" o123 4567-abcd", long_codes.SHORT) == "01234567ABCD"
    assert long_codes.read("01234567ABCD") is None, "where a long one is asked for"


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code}\n"])
def test_is_read_however_it_is_typed(change: object) -> None:
    code = long_codes.new_code()
    assert callable(change)
    assert long_codes.read(change(long_codes.printed(code))) == code


def test_letters_that_look_like_digits_are_those_digits() -> None:
    assert long_codes.read("O1" * 13) == "01" * 13
    assert long_codes.read("oi" * 13) == "01" * 13
    assert long_codes.read("0L" * 13) == "01" * 13


@given(st.text(max_size=300))
def test_anything_else_is_none(typed: str) -> None:
    found = long_codes.read(typed)
    assert found is None or (len(found) == 26 and long_codes.read(found) == found)


@pytest.mark.parametrize("typed", ["", "7Q2F", "U" * 26, "7" * 27, "ā" * 26])
def test_too_short_too_long_or_of_other_letters_is_none(typed: str) -> None:
    assert long_codes.read(typed) is None
