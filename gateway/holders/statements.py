"""The monthly statement of what was delivered to a holder, with its price.

A *draft* is counted anew each time. Once the network has issued it, it is a row whose bytes never change, with a number
and a hash that its event says too. What turns out afterwards, such as an answer that came late, stands as a correction
in the next one. The holder's officer accepts it, or disputes lines of it and says why.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
import rfc8785
from sqlalchemy import Connection, func, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.database.turns import take_turn
from gateway.holders import delivered, figures
from gateway.holders.delivered import Delivered, Key
from gateway.holders.errors import (
    MonthNotOverError,
    StatementIssuedError,
    StatementMissingError,
    StatementNotDisputedError,
    StatementSettledError,
)
from gateway.holders.months import MOST, Month, Span
from gateway.holders.tables import HolderStatement, StatementState
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.people.access import StaffSession
from gateway.reports import prices
from gateway.services.catalogue import FALLBACK_LANGUAGE

LONGEST_REASON: Final = 500
LONGEST_REPLY: Final = 1000
ENGLISH: Final = "en"

Titles = Mapping[str, Mapping[str, str]]
"""Of services: by id, and by language."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line: so many of a service, given by a centre, at a price. Sums are decimal digits, `12.00`."""

    month: str
    """In which they were delivered: an earlier one in a correction."""
    service: str
    title: str
    """In Latvian, as the service's card said then."""
    title_en: str | None = None
    """In English, where the card had one; lines of before do not say."""
    centre_id: str
    centre: str
    count: int
    """Below zero where an earlier statement said too many."""
    price: str | None
    """Euros for one; none where no price is agreed for these days."""
    sum: str | None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """All that a statement says."""

    v: int = 1
    number: str
    """Empty in a draft."""
    holder: str
    month: str
    issued_at: str
    lines: list[Line]
    corrections: list[Line]
    count: int
    """Delivered, corrections included."""
    sum: str
    """Of all that has a price."""
    unpriced: int
    """How many have none, and are in no sum."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it is shown."""

    content: Content
    state: StatementState | None
    """None: a draft."""
    sha256: str | None
    issued_at: datetime | None
    answered_at: datetime | None
    disputes: Mapping[str, str]
    reply: str | None = None
    """What the network answers to the dispute."""
    replied_at: datetime | None = None

    @property
    def total(self) -> Decimal:
        """Euros together."""
        return Decimal(self.content.sum)

    @property
    def is_draft(self) -> bool:
        """Whether it may still change."""
        return self.state is None

    @property
    def is_open(self) -> bool:
        """Whether the holder may answer it."""
        return self.state in (StatementState.ISSUED, StatementState.DISPUTED)

    @property
    def is_disputed(self) -> bool:
        """Whether the network may say something to it."""
        return self.state is StatementState.DISPUTED


def of_month(conn: Connection, holder: str, month: Month, *, now: datetime) -> Statement:
    """The statement of a month: as it was issued, or as it would be now."""
    row = conn.execute(select(HolderStatement.__table__).where(*_which(holder, month))).one_or_none()
    return _issued(row) if row is not None else Statement(draft(conn, holder, month, now), None, None, None, None, {})


def issued_of(conn: Connection, holder: str | None, *, most: int = 60) -> list[Statement]:
    """What was issued, the newest first: of one holder, or of all."""
    wanted = select(HolderStatement.__table__).order_by(
        HolderStatement.month.desc(), HolderStatement.holder, HolderStatement.id
    )
    if holder is not None:
        wanted = wanted.where(HolderStatement.holder == holder)
    return [_issued(row) for row in conn.execute(wanted.limit(most))]


def draft(conn: Connection, holder: str, month: Month, now: datetime) -> Content:
    """What a statement of the month would say at this moment, corrections of earlier ones included.

    A month that had nothing to say was left out then: what turns out of it afterwards is a correction too.
    """
    titles = figures.titles(conn, holder)
    steps = prices.steps_of(conn, titles)
    first = month.plus(1 - MOST)
    issued = select(HolderStatement.content).where(
        HolderStatement.holder == holder, HolderStatement.month >= str(first)
    )
    said = [_read(each) for each in conn.execute(issued.order_by(HolderStatement.month)).scalars()]
    last_issued = max((Month.parse(each.month) or first for each in said), default=first)
    span = Span(first, month) if said else Span(month, month)
    months = [each for each in span.months if each < month and each <= last_issued]
    found = delivered.delivered(conn, list(titles), span, steps)
    told = _told(said)
    lines = [
        _line(month, each, left, titles)
        for each in _ordered(found.get(month, {}))
        if (left := each.count - told.get((month, each.key), (0, ""))[0])
    ]
    return _content(holder, month, now, lines, _corrections(told, months, found, titles))


def issue(
    conn: Connection,
    holder: str,
    month: Month,
    *,
    by: StaffSession | None,
    actor: Actor,
    now: datetime,
    only_if_said: bool = False,
) -> str | None:
    """Issue the statement of a month that is over, as it stands now; return its number.

    With `only_if_said` one that would say nothing is left out, and `None` returned.

    Raises:
        MonthNotOverError: the month goes on.
        StatementIssuedError: it was issued before.
    """
    if now < month.ends_at:
        raise MonthNotOverError(str(month))
    # Numbers count through all institutions, and a correction is told once: so one at a time, on every machine.
    take_turn(conn, "holder_statement")
    if conn.execute(select(HolderStatement.id).where(*_which(holder, month))).first() is not None:
        raise StatementIssuedError(str(month))
    content = draft(conn, holder, month, now)
    if only_if_said and not content.lines and not content.corrections:
        return None
    count = select(func.count()).where(HolderStatement.month == str(month))
    number = f"{month}-{int(conn.execute(count).scalar_one()) + 1:03}"
    content = msgspec.structs.replace(content, number=number)
    kept = packed(content)
    digest = hashlib.sha256(kept).hexdigest()
    conn.execute(
        insert(HolderStatement).values(
            id=new_id(),
            number=number,
            holder=holder,
            month=str(month),
            state=StatementState.ISSUED,
            content=kept,
            sha256=digest,
            issued_at=now,
            issued_by=None if by is None else by.staff_id,
        )
    )
    data = {"number": number, "holder": holder, "sha256": digest, "count": content.count, "sum": content.sum}
    _say(conn, EventName.HOLDER_STATEMENT_ISSUED, actor, data, now)
    return number


def packed(content: Content) -> bytes:
    """What is kept of a statement and what its hash is of: RFC 8785 bytes."""
    return rfc8785.dumps(msgspec.to_builtins(content))


def accept(conn: Connection, by: StaffSession, holder: str, month: Month, now: datetime) -> None:
    """The holder's officer says that the statement is right, also after a dispute.

    Raises:
        StatementMissingError: none was issued.
        StatementSettledError: it is accepted already.
    """
    _answer(conn, by, holder, month, now, StatementState.ACCEPTED, None)


def dispute(
    conn: Connection, by: StaffSession, holder: str, month: Month, reasons: Mapping[str, str], now: datetime
) -> None:
    """The holder's officer says of some lines, by their numbers, why they are not right.

    Raises:
        StatementMissingError, StatementSettledError: as `accept`.
        ValueError: it has no such line, or no line is named.
    """
    _answer(conn, by, holder, month, now, StatementState.DISPUTED, reasons)


def reply(conn: Connection, by: StaffSession, holder: str, month: Month, text: str, now: datetime) -> None:
    """The network says to a dispute what it has found; another reply stands in for this one.

    Raises:
        StatementMissingError: none was issued.
        StatementNotDisputedError: its holder disputes nothing of it, or not any more.
        ValueError: it says nothing, or is longer than `LONGEST_REPLY`.
    """
    if not 0 < len(text) <= LONGEST_REPLY:
        raise ValueError("a reply says something, in at most a thousand signs")
    row = _locked(conn, holder, month)
    if row.state is not StatementState.DISPUTED:
        raise StatementNotDisputedError(row.number)
    values = {"reply": text, "replied_at": now, "replied_by": by.staff_id}
    conn.execute(update(HolderStatement).where(HolderStatement.id == row.id).values(**values))
    data = {"number": row.number, "holder": holder, "sha256": row.sha256, "lines": sorted(row.disputes, key=int)}
    _say(conn, EventName.HOLDER_STATEMENT_REPLIED, by.actor, data, now)


def _answer(
    conn: Connection,
    by: StaffSession,
    holder: str,
    month: Month,
    now: datetime,
    to: StatementState,
    reasons: Mapping[str, str] | None,
) -> None:
    row = _locked(conn, holder, month)
    if row.state is StatementState.ACCEPTED:
        raise StatementSettledError(row.number)
    data: dict[str, Any] = {"number": row.number, "holder": holder, "sha256": row.sha256}
    if reasons is not None:
        content = _read(row.content)
        known = {str(each) for each in range(1, len(content.lines) + len(content.corrections) + 1)}
        if not reasons or not reasons.keys() <= known or not all(reasons.values()):
            raise ValueError("a dispute names lines of the statement, and why")
        data |= {"lines": sorted(reasons, key=int)}
    values: dict[str, Any] = {
        "state": to,
        "answered_at": now,
        "answered_by": by.staff_id,
        "disputes": dict(reasons or {}) or None,
    }
    # what was said to an earlier dispute is no word about this answer
    values |= {"reply": None, "replied_at": None, "replied_by": None}
    conn.execute(update(HolderStatement).where(HolderStatement.id == row.id).values(**values))
    event = EventName.HOLDER_STATEMENT_ACCEPTED if reasons is None else EventName.HOLDER_STATEMENT_DISPUTED
    _say(conn, event, by.actor, data, now)


def _locked(conn: Connection, holder: str, month: Month) -> Any:
    row = conn.execute(lock(conn, select(HolderStatement.__table__).where(*_which(holder, month)))).one_or_none()
    if row is None:
        raise StatementMissingError(str(month))
    return row


def _told(said: Sequence[Content]) -> dict[tuple[Month, Key], tuple[int, str]]:
    """How many all statements together have told of each month, and what the centre is called."""
    told: dict[tuple[Month, Key], tuple[int, str]] = {}
    for content in said:
        for line in (*content.lines, *content.corrections):
            month = Month.parse(line.month)
            if month is not None:
                price = None if line.price is None else Decimal(line.price)
                place = month, Key(line.service, line.centre_id, price)
                told[place] = (told.get(place, (0, ""))[0] + line.count, line.centre)
    return told


def _corrections(
    told: Mapping[tuple[Month, Key], tuple[int, str]],
    months: Sequence[Month],
    found: Mapping[Month, Mapping[Key, Delivered]],
    titles: Titles,
) -> list[Line]:
    """How what is known now of these months differs from all that statements have said of them."""
    corrected = []
    for month in months:
        now = found.get(month, {})
        keys = sorted({*now, *(key for of, key in told if of == month)}, key=_order)
        for key in keys:
            before, name = told.get((month, key), (0, ""))
            here = now.get(key) or Delivered(key, name, 0)
            if here.count != before:
                corrected.append(_line(month, here, here.count - before, titles))
    return corrected


def _order(key: Key) -> tuple[str, str, Decimal]:
    return (key.service, key.centre_id, Decimal(-1) if key.price is None else key.price)


def _ordered(found: Mapping[Key, Delivered]) -> list[Delivered]:
    return [found[key] for key in sorted(found, key=_order)]


def _line(month: Month, each: Delivered, count: int, titles: Titles) -> Line:
    price, named = each.key.price, titles.get(each.key.service, {})
    return Line(
        month=str(month),
        service=each.key.service,
        title=named.get(FALLBACK_LANGUAGE, each.key.service),
        title_en=named.get(ENGLISH),
        centre_id=each.key.centre_id,
        centre=each.centre,
        count=count,
        price=None if price is None else f"{price:.2f}",
        sum=None if price is None else f"{price * count:.2f}",
    )


def _content(holder: str, month: Month, now: datetime, lines: list[Line], corrections: list[Line]) -> Content:
    every = (*lines, *corrections)
    return Content(
        number="",
        holder=holder,
        month=str(month),
        issued_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        lines=lines,
        corrections=corrections,
        count=sum(each.count for each in every),
        sum=f"{sum((Decimal(each.sum) for each in every if each.sum is not None), Decimal(0)):.2f}",
        unpriced=sum(each.count for each in every if each.sum is None),
    )


def _which(holder: str, month: Month) -> tuple[Any, Any]:
    return HolderStatement.holder == holder, HolderStatement.month == str(month)


def _read(content: bytes) -> Content:
    return msgspec.json.decode(bytes(content), type=Content)


def _issued(row: Any) -> Statement:
    said = row.disputes or {}, row.reply, row.replied_at
    return Statement(_read(row.content), row.state, row.sha256, row.issued_at, row.answered_at, *said)


def _say(conn: Connection, event: EventName, actor: Actor, data: Mapping[str, Any], now: datetime) -> None:
    outbox.record(conn, chain="system", type=event, actor=actor, data=dict(data), at=now)
