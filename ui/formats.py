"""How dates, times, sums, lengths of time and names of people are written.

Times are shown in Latvia's zone, in the language of the page. A moment without a zone is refused: nobody could tell
when it was.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from markupsafe import Markup

from ui.i18n.catalogues import base_of, gettext, ngettext, spoken

ZONE = ZoneInfo("Europe/Riga")
LOCALES = {"lv": "lv", "en": "en_GB"}
"""English as written in Europe: the day comes first."""
GROUP = 3
"""Characters in one group of a code that is read aloud."""
_MONTHS = re.compile(r"([0-9]{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))")
_HEADING = Markup('<strong class="app-statement__heading" role="heading" aria-level="3">{}</strong>')


class NaiveMomentError(ValueError):
    """A moment without a time zone was to be shown."""


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise NaiveMomentError(moment.isoformat())
    return moment.astimezone(ZONE)


def write_date(day: date) -> str:
    """Return `dd.MM.yyyy`; of a moment, the day on which it falls in Latvia."""
    day = _local(day) if isinstance(day, datetime) else day
    return f"{day.day:02}.{day.month:02}.{day.year}"


def write_long_date(day: date) -> str:
    """Return the date in words, as for a heading or a printed statement."""
    day = _local(day) if isinstance(day, datetime) else day
    return format_date(day, "long", locale=LOCALES[base_of(spoken())])


def write_months(named: object) -> str:
    """Return a month or quarter as `2026-11` and `2026-Q4` name it in words; anything else as it is."""
    name = str(named)
    if not (match := _MONTHS.fullmatch(name)):
        return name
    year, quarter, month = match.groups()
    if quarter:
        return gettext("Quarter %(number)s of %(year)s") % {"number": quarter, "year": year}
    return format_skeleton("yMMMM", date(int(year), int(month), 1), locale=LOCALES[base_of(spoken())])


def with_months(options: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """What a list offers, its months and quarters in words."""
    return [{**each, "text": write_months(each["text"])} for each in options]


def write_time(moment: datetime) -> str:
    """Return `HH:mm`."""
    local = _local(moment)
    return f"{local.hour:02}:{local.minute:02}"


def write_moment(moment: datetime) -> str:
    """Return `dd.MM.yyyy HH:mm`."""
    return f"{write_date(moment)} {write_time(moment)}"


def write_exact_moment(moment: datetime) -> str:
    """Return `dd.MM.yyyy HH:mm:ss`."""
    return f"{write_moment(moment)}:{_local(moment).second:02}"


def write_money(amount: Decimal | int) -> str:
    """Return a sum of euros with its sign; thousands are set apart by a narrow space in Latvian."""
    plain = f"{Decimal(amount):,.2f}"
    if base_of(spoken()) == "en":
        return f"-€{plain[1:]}" if plain.startswith("-") else f"€{plain}"
    return plain.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") + "\N{NO-BREAK SPACE}€"


def write_number(number: Decimal | float, places: int = 0) -> str:
    """Return a number with so many decimal places; thousands are set apart by a narrow space in Latvian."""
    plain = f"{rounded(number, places):,}"
    if base_of(spoken()) == "en":
        return plain
    return plain.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def rounded(number: Decimal | float, places: int) -> Decimal:
    """Return a number with so many decimal places, halves away from zero as spreadsheets do."""
    return Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def write_share(part: Decimal | float) -> str:
    """Return a part of one in per cent, with one decimal place: 0.825 is 82.5 %."""
    sign = "%" if base_of(spoken()) == "en" else "\N{NO-BREAK SPACE}%"
    return write_number(100 * Decimal(str(part)), 1) + sign


def write_duration(length: timedelta | float) -> str:
    """Return a length of time (seconds, or a timedelta) in its two largest units, never below a second."""
    seconds = round(length.total_seconds() if isinstance(length, timedelta) else length)
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(num)s hour", "%(num)s hours", hours) % {"num": hours})
    if minutes:
        parts.append(ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes})
    if not hours and (seconds or not parts):
        parts.append(ngettext("%(num)s second", "%(num)s seconds", seconds) % {"num": seconds})
    return " ".join(parts)


def write_days(days: int) -> str:
    """Return for how long: so many days, or the years that have as many days, as five have 1826.

    Months have 28 to 31 days: nobody could tell which were meant, so what is no whole year stays in days.
    """
    years = days // 365
    if years and years // 4 <= days - 365 * years <= -(-years // 4):
        return ngettext("%(num)s year", "%(num)s years", years) % {"num": years}
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": days}


def mask_personal_code(code: str) -> str:
    """Return a personal code of which only the first and the last two digits can be read: `32••••-•••01`."""
    digits = re.sub(r"\D", "", code)
    if len(digits) != 11:
        return "•" * len(code)
    return f"{digits[:2]}••••-•••{digits[-2:]}"


def mask_name(name: str) -> str:
    """Return a name of which only each part's first letter can be read: `A••• B•••`, always three dots."""
    return " ".join(f"{part[0]}•••" for part in name.split())


def code_groups(code: str) -> list[str]:
    """Return a short code in groups of three, four to a group when that divides it better, or two halves of five."""
    size = 4 if len(code) % GROUP and len(code) % 4 == 0 else GROUP
    return [code[start : start + size] for start in range(0, len(code), size)]


def with_headings(text: str) -> Markup:
    """Return `text` character for character, with the lines that head a paragraph marked as headings.

    Such a line stands alone above its paragraph, or is the first of the text, and is no sentence and no `name: value`.
    """
    lines = text.split("\n")
    return Markup("\n").join(
        _HEADING.format(line) if _heads(lines, number) else line for number, line in enumerate(lines)
    )


def _heads(lines: list[str], number: int) -> bool:
    line = lines[number]
    if number == 0:
        return bool(line)
    stands_above = not lines[number - 1] and number + 1 < len(lines) and bool(lines[number + 1])
    return stands_above and bool(line) and ":" not in line and line[-1] not in ".!?,;"


def yes_or_no(answer: bool) -> str:
    """Return the word for a stored yes or no."""
    return gettext("Yes") if answer else gettext("No")


FILTERS = {
    "date": write_date,
    "date_long": write_long_date,
    "months": write_months,
    "with_months": with_months,
    "time": write_time,
    "datetime": write_moment,
    "datetime_seconds": write_exact_moment,
    "money": write_money,
    "number": write_number,
    "share": write_share,
    "duration": write_duration,
    "days": write_days,
    "mask_code": mask_personal_code,
    "mask_name": mask_name,
    "code_groups": code_groups,
    "with_headings": with_headings,
    "yes_no": yes_or_no,
}
"""What templates call them."""
