"""What a request in JSON carries: each member declared, with the control of the page that its value comes from.

As strict as with forms: a member twice, an undeclared one, or text that is no Unicode is refused and not guessed at.
An absent member, `null`, the empty string and `false` say the same: nothing was answered.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from email.message import Message
from enum import StrEnum
from typing import Any

from connectors.sdk.body import BodyError, BodyField, Difference, UndeclaredError, difference
from connectors.sdk.fills import row_number
from delegation.readback import Item, ReadBack

_LONGEST_NUMBER = 40
_NOT_CONTROLS = frozenset({"shown", "file", "submit"})


class Kind(StrEnum):
    """What a member's value is, and how it follows from what its control holds."""

    TEXT = "text"
    DAY = "day"
    """ISO 8601, of one control with `dd.mm.yyyy` or an ISO day, or of three: day, month, year."""
    NUMBER = "number"
    """A JSON number, or a numeral with a dot; the control may have a decimal comma and blanks between thousands."""
    FLAG = "flag"
    """`true` where the box is ticked."""
    LIST = "list"
    """An array with the values of all ticked boxes."""
    FIXED = "fixed"
    """Always the same text, which no control holds."""
    LOOSE = "loose"
    """A text that only the page's script knows, such as a time; it is not compared with anything."""


@dataclass(frozen=True)
class Member:
    """One member of a body. Made by the functions below."""

    kind: Kind
    controls: tuple[str, ...] = ()
    page: str | None = None
    """Name of the page that holds the control, where it is another one than the request's."""
    value: str = ""
    """Of a fixed member."""


def text(control: str, page: str | None = None) -> Member:
    """The text of a control, or the value of a select, a radio button or a hidden control."""
    return Member(Kind.TEXT, (control,), page)


def day(*controls: str, page: str | None = None) -> Member:
    """A day, of one control or of three: day, month, year."""
    return Member(Kind.DAY, controls, page)


def number(control: str, page: str | None = None) -> Member:
    """A number or an amount."""
    return Member(Kind.NUMBER, (control,), page)


def flag(control: str, page: str | None = None) -> Member:
    """Whether a box is ticked."""
    return Member(Kind.FLAG, (control,), page)


def several(control: str, page: str | None = None) -> Member:
    """The ticked boxes of a group."""
    return Member(Kind.LIST, (control,), page)


def fixed(value: str) -> Member:
    """Always `value`."""
    return Member(Kind.FIXED, value=value)


def loose() -> Member:
    """Any text or number: for what no control holds and the read-back cannot know."""
    return Member(Kind.LOOSE)


@dataclass(frozen=True)
class Members:
    """All members by JSON pointer (RFC 6901); `*` stands for any place of an array, and in controls for the row."""

    of: Mapping[str, Member]
    unsent: frozenset[str] = field(default_factory=frozenset)
    """Controls of the page that its script sends by no request, such as what a list is searched with."""
    first: int = 0
    """Number of a repeated group's first row in the names of its controls."""

    def controls(self) -> frozenset[str]:
        """Every control of the request's own page that a member comes from, with `*` for a row's number."""
        return frozenset(name for member in self.of.values() if member.page is None for name in member.controls)

    def of_text(self, control: str) -> str | None:
        """The pointer of the member that carries the text of a control of this page, and nothing else; or none."""
        only = Member(Kind.TEXT, (control,))
        return next((pointer for pointer, member in self.of.items() if member == only and "*" not in pointer), None)

    def read(self, content_type: str, body: bytes) -> tuple[BodyField, ...]:
        """What a body carries, by pointer; what says nothing is left out.

        Raises:
            BodyError: it is no JSON of one reading, or holds what is not declared.
        """
        message = Message()
        message["content-type"] = content_type
        charset = message.get_param("charset") or "utf-8"
        if not content_type or message.get_content_type() != "application/json" or str(charset).lower() != "utf-8":
            raise BodyError("the body is not declared as JSON in UTF-8")
        return tuple(self._leaves(_parsed(body), "", ""))

    def compare(
        self, fields: Iterable[BodyField], readback: ReadBack, page: str, volatile: Collection[str]
    ) -> Difference | None:
        """How a body differs from what `readback` holds; as `connectors.sdk.body.compare_body`."""
        expected, uncompared = self._expected(readback, page, volatile)
        rows = self._rows(readback, page)
        seen: dict[str, list[str]] = {}
        for each in fields:
            if not self._is_loose(each.name) and each.name not in rows:
                seen.setdefault(each.name, []).append(each.value)
        forgotten = self._forgotten(readback, page)
        found = difference(expected, seen, uncompared)
        if not forgotten:
            return found
        found = found or Difference()
        return Difference((*found.missing, *forgotten), found.unexpected, found.changed)

    def _leaves(self, value: Any, pointer: str, pattern: str) -> Iterator[BodyField]:
        member = self.of.get(pattern)
        if member is not None:
            yield from (BodyField(pointer, each) for each in _texts(member, value, pointer))
        elif isinstance(value, dict) and self._leads_on(pattern):
            for name, inner in value.items():
                step = "/" + name.replace("~", "~0").replace("/", "~1")
                yield from self._leaves(inner, pointer + step, pattern + step)
        elif isinstance(value, list) and self._leads_on(f"{pattern}/*"):
            for place, inner in enumerate(value):
                leaves = tuple(self._leaves(inner, f"{pointer}/{place}", f"{pattern}/*"))
                # A row that says nothing is a row all the same: without a trace of it any number could be added.
                yield from leaves or (BodyField(f"{pointer}/{place}", ""),)
        else:
            raise UndeclaredError(f"undeclared member: {pointer or '/'}")

    def _leads_on(self, pattern: str) -> bool:
        return any(name == pattern or name.startswith(f"{pattern}/") for name in self.of)

    def _expected(
        self, readback: ReadBack, page: str, volatile: Collection[str]
    ) -> tuple[dict[str, list[str]], frozenset[str]]:
        expected: dict[str, list[str]] = {}
        uncompared: set[str] = set()
        for pattern, member in self.of.items():
            items = [item for item in readback.items if item.page == (member.page or page)]
            for pointer, controls in self._places(pattern, member, items):
                held = [item for item in items if item.control in controls and item.type not in _NOT_CONTROLS]
                values = _values(member, controls, held)
                if values:
                    expected[pointer] = values
                if member.controls and volatile and any(name in volatile for name in controls):
                    uncompared.add(pointer)
        return expected, frozenset(uncompared)

    def _places(self, pattern: str, member: Member, items: list[Item]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each pointer that a member stands for on this page, with its controls there."""
        if "*" not in pattern:
            yield pattern, member.controls
            return
        numbers = {
            found for item in items for name in member.controls if (found := row_number(name, item.control)) is not None
        }
        for row in sorted(numbers):
            controls = tuple(name.replace("*", str(row)) for name in member.controls)
            yield pattern.replace("*", str(row - self.first), 1), controls

    def _rows(self, readback: ReadBack, page: str) -> frozenset[str]:
        """The pointers of the rows that the page shows, whether they hold something or not."""
        rows: set[str] = set()
        for pattern, member in self.of.items():
            group, starred, _ = pattern.partition("/*")
            if starred:
                items = [item for item in readback.items if item.page == (member.page or page)]
                places = (pointer for pointer, _controls in self._places(pattern, member, items))
                rows |= {f"{group}/{pointer.removeprefix(group + '/').partition('/')[0]}" for pointer in places}
        return frozenset(rows)

    def _is_loose(self, pointer: str) -> bool:
        loose_ones = (pattern for pattern, member in self.of.items() if member.kind is Kind.LOOSE)
        return any(_pointer_fits(pattern, pointer) for pattern in loose_ones)

    def _forgotten(self, readback: ReadBack, page: str) -> tuple[str, ...]:
        """Controls that hold something and belong to no member: the page would not send what was read back."""
        known = self.controls() | self.unsent
        held = {
            item.control
            for item in readback.items
            if item.page == page and item.control and item.value and item.type not in _NOT_CONTROLS
        }
        return tuple(sorted(name for name in held if not any(_is(pattern, name) for pattern in known)))


def _is(pattern: str, control: str) -> bool:
    return pattern == control or row_number(pattern, control) is not None


def _pointer_fits(pattern: str, pointer: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", r"\d+"), pointer) is not None


def _parsed(body: bytes) -> Any:
    try:
        whole = body.decode("utf-8")
        whole.encode("utf-8")
        return json.loads(
            whole, object_pairs_hook=_once, parse_float=Decimal, parse_int=_whole_number, parse_constant=_no_number
        )
    except UnicodeError as error:
        raise BodyError("the body is not in UTF-8") from error
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise BodyError("the body is no JSON of one reading") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _whole_number(digits: str) -> Decimal:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return Decimal(digits)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _texts(member: Member, value: Any, pointer: str) -> tuple[str, ...]:
    """The value of a member as text, in the one form in which it is compared.

    Raises:
        BodyError: it is of another kind than was declared.
    """
    if value is None or value == "":
        return ()
    match member.kind, value:
        case Kind.FLAG, bool():
            return ("true",) if value else ()
        case Kind.LIST, list() if all(isinstance(each, str) and each for each in value):
            return tuple(_unicode(each) for each in value)
        case Kind.NUMBER | Kind.LOOSE, Decimal() if not value.is_nan():
            return (_numeral(value),)
        case Kind.NUMBER, str() if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", value):
            return (_numeral(Decimal(value)),)
        case Kind.TEXT | Kind.DAY | Kind.FIXED | Kind.LOOSE, str():
            return (_unicode(value),)
    raise BodyError(f"a member is not of the declared kind: {pointer}")


def _unicode(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BodyError("a text of the body is no Unicode") from error
    return value


def _values(member: Member, controls: tuple[str, ...], held: list[Item]) -> list[str]:
    """What the member must carry, given what its controls hold; empty where nothing was answered."""
    if member.kind is Kind.FIXED:
        return [member.value]
    values = [item.value for item in held if item.value]
    if not values:
        return []
    match member.kind:
        case Kind.FLAG:
            return ["true"]
        case Kind.NUMBER:
            return [_written_number(value) for value in values]
        case Kind.DAY:
            by_name = {item.control: item.value for item in held}
            return [_written_day([by_name.get(name, "") for name in controls])]
    return values


def _written_number(value: str) -> str:
    plain = re.sub(r"[\s\u00a0\u202f]", "", value).replace(",", ".")
    return _numeral(Decimal(plain)) if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", plain) else value


def _numeral(value: Decimal) -> str:
    """`1234.5` of 1234.50: no exponent, no zeros that say nothing."""
    if value.adjusted() > _LONGEST_NUMBER or value.adjusted() < -_LONGEST_NUMBER:
        raise BodyError("a number of the body is out of bounds")
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def _written_day(parts: list[str]) -> str:
    if len(parts) == 1:
        found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\.?", parts[0])
        if found is None:
            return parts[0]
        parts = list(found.groups())
    day_of_month, month, year = parts
    return f"{year}-{month:0>2}-{day_of_month:0>2}"
