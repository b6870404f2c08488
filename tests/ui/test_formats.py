"""Dates, times, sums and masks as people in Latvia write them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ui import formats
from ui.i18n import speaking


def test_a_moment_is_shown_in_latvias_zone_summer_and_winter() -> None:
    assert formats.write_moment(datetime(2026, 3, 5, 22, 30, tzinfo=UTC)) == "06.03.2026 00:30"
    assert formats.write_moment(datetime(2026, 7, 5, 22, 30, tzinfo=UTC)) == "06.07.2026 01:30"
    assert formats.write_exact_moment(datetime(2026, 3, 5, 9, 5, 7, tzinfo=UTC)) == "05.03.2026 11:05:07"


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 5, 9, 5)  # noqa: DTZ001 -- that is what is refused
    for write in (formats.write_date, formats.write_time, formats.write_moment, formats.write_exact_moment):
        with pytest.raises(formats.NaiveMomentError):
            write(naive)


def test_a_date_needs_no_zone() -> None:
    assert formats.write_date(date(2026, 3, 5)) == "05.03.2026"


def test_a_date_in_words_follows_the_language() -> None:
    with speaking("lv-plain"):
        assert formats.write_long_date(date(2026, 3, 5)) == "2026. gada 5. marts"
    with speaking("en"):
        assert formats.write_long_date(date(2026, 3, 5)) == "5 March 2026"


def test_months_and_quarters_are_named_in_words_and_nothing_else_is_touched() -> None:
    with speaking("lv"):
        assert formats.write_months("2026-11") == "2026. g. novembris"
        assert formats.write_months("2026-Q3") == "2026. gada 3. ceturksnis"
    with speaking("en-plain"):
        assert formats.write_months("2026-01") == "January 2026"
        assert formats.write_months("2026-Q3") == "Quarter 3 of 2026"
    for other in ("2026", "2026-13", "2026-Q5", "12..2026-11", "A 2026-11"):
        assert formats.write_months(other) == other


@pytest.mark.parametrize(
    ("amount", "latvian", "english"),
    [
        (Decimal("1234.5"), "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€", "€1,234.50"),
        (0, "0,00\N{NO-BREAK SPACE}€", "€0.00"),
        (Decimal("-3.1"), "-3,10\N{NO-BREAK SPACE}€", "-€3.10"),
    ],
)
def test_money_follows_the_language(amount: Decimal | int, latvian: str, english: str) -> None:
    with speaking("lv"):
        assert formats.write_money(amount) == latvian
    with speaking("en"):
        assert formats.write_money(amount) == english


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (-5, "0 seconds"),
        (60, "1 minute"),
        (125, "2 minutes 5 seconds"),
        (timedelta(hours=1, minutes=20, seconds=9), "1 hour 20 minutes"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(length: timedelta | float, written: str) -> None:
    with speaking("en"):
        assert formats.write_duration(length) == written


@pytest.mark.parametrize(
    ("days", "written", "latvian"),
    [
        (1, "1 day", "1 dienu"),
        (90, "90 days", "90 dienas"),
        (365, "1 year", "1 gadu"),
        (366, "1 year", "1 gadu"),
        (367, "367 days", "367 dienas"),
        (400, "400 days", "400 dienas"),
        (730, "2 years", "2 gadus"),
        (1825, "1825 days", "1825 dienas"),
        (1826, "5 years", "5 gadus"),
        (3652, "10 years", "10 gadus"),
        (7670, "21 years", "21 gadu"),
    ],
)
def test_as_many_days_as_whole_years_have_are_told_in_years(days: int, written: str, latvian: str) -> None:
    with speaking("en"):
        assert formats.write_days(days) == written
    with speaking("lv"):
        assert formats.write_days(days) == latvian


def test_a_masked_personal_code_shows_four_digits() -> None:
    assert formats.mask_personal_code("329999-00001") == "32••••-•••01"
    assert formats.mask_personal_code("32999900001") == "32••••-•••01"


def test_what_is_no_personal_code_is_masked_whole() -> None:
    assert formats.mask_personal_code("3299") == "••••"


def test_a_masked_name_does_not_tell_its_length() -> None:
    assert formats.mask_name("Anna Paraudziņa") == "A••• P•••"
    assert formats.mask_name("Annija  Pa") == "A••• P•••"


def test_the_headings_of_a_text_are_marked_and_its_characters_stay() -> None:
    text = "WHAT I ALLOW\n\nI am: A <b>\nI ask.\n\nWho helps\nAnna\n\n– one;\n\nA draft\n\nI agree.\n"
    marked = formats.with_headings(text)
    assert re.sub(r"</?strong[^>]*>", "", marked).replace("&lt;", "<").replace("&gt;", ">") == text
    assert re.findall(r"<strong[^>]*>(.*?)</strong>", marked) == ["WHAT I ALLOW", "Who helps"]


@pytest.mark.parametrize(
    ("code", "groups"),
    [("493817", ["493", "817"]), ("47", ["47"]), ("ABCD1234", ["ABCD", "1234"]), ("", [])],
)
def test_codes_are_read_in_groups(code: str, groups: list[str]) -> None:
    assert formats.code_groups(code) == groups
