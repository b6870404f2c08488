"""With which terminal a display is paired: the desk asks for one, both show a number, the desk says it is the same.

A terminal has one display and a display one terminal. Whoever takes a display takes it away from where it was, and the
display that a terminal had waits for another; nothing of a visit goes along. A display on which a resident is being
served somewhere else is not taken.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.ledger import outbox
from gateway.people.access import StaffSession
from gateway.people.errors import (
    DisplayOfferOverError,
    TerminalRequiredError,
    UnknownPersonError,
)
from gateway.terminals.tables import Display, Terminal

OFFER_LIFE: Final = timedelta(minutes=2)
_NUMBERS: Final = range(10, 100)

_IN_USE = select(Display.__table__).where(
    Display.id == bindparam("display"), Display.centre_id == bindparam("centre"), Display.revoked_at.is_(None)
)
_OFFERED_TO = select(Display.id, Display.name, Display.offer_number, Display.terminal_id, Display.offer_until).where(
    Display.offer_terminal_id == bindparam("terminal"), Display.revoked_at.is_(None)
)
_NUMBERS_SHOWN = select(Display.offer_number).where(
    Display.centre_id == bindparam("centre"), Display.offer_until > bindparam("now")
)
_TAKEN_FROM = (
    select(Display.name, Display.taken_at, Terminal.name.label("by"))
    .join(Terminal, Terminal.id == Display.terminal_id)
    .where(Display.taken_from == bindparam("terminal"))
    .order_by(Display.taken_at.desc())
    .limit(1)
)
_NO_OFFER: Final[dict[str, Any]] = {"offer_terminal_id": None, "offer_number": None, "offer_until": None}

IsServing = Callable[[str], bool]
"""Says of a terminal whether its display shows a visit just now."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The display that a terminal is about to be paired with."""

    id: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The display that a terminal had, and where it is now."""

    name: str
    by: str
    at: datetime


def ask(conn: Connection, *, display_id: str, by: StaffSession, is_serving: IsServing, now: datetime) -> bool:
    """Show a number on the chosen display of the centre and at the terminal of `by`, for two minutes.

    False when the display serves a resident at another terminal; that is an event.

    Raises:
        TerminalRequiredError: `by` is not at a terminal.
        UnknownPersonError: the centre has no such display in use.
    """
    terminal_id = _terminal_of(by)
    row = conn.execute(lock(conn, _IN_USE), {"display": display_id, "centre": by.centre_id}).one_or_none()
    if row is None:
        raise UnknownPersonError("no such display in use")
    if _serves_another(row, terminal_id, is_serving):
        _record(conn, terminal_id, EventName.DISPLAY_NOT_PAIRED, by.actor, now, display=display_id)
        return False
    shown = set(conn.execute(_NUMBERS_SHOWN, {"centre": by.centre_id, "now": now}).scalars())
    number = secrets.choice([each for each in map(str, _NUMBERS) if each not in shown] or list(map(str, _NUMBERS)))
    conn.execute(update(Display).where(Display.offer_terminal_id == terminal_id).values(**_NO_OFFER))
    conn.execute(
        update(Display)
        .where(Display.id == display_id)
        .values(offer_terminal_id=terminal_id, offer_number=number, offer_until=now + OFFER_LIFE)
    )
    return True


def asked(conn: Connection, terminal_id: str, now: datetime) -> Asked | None:
    """The display whose number a terminal shows."""
    row = conn.execute(_OFFERED_TO, {"terminal": terminal_id}).first()
    return Asked(row.id, row.name, row.offer_number) if row is not None and now < row.offer_until else None


def cancel(conn: Connection, by: StaffSession) -> None:
    """The number is not on the screen that was meant: the display shows what it showed before."""
    conn.execute(update(Display).where(Display.offer_terminal_id == _terminal_of(by)).values(**_NO_OFFER))


def pair(conn: Connection, *, display_id: str, by: StaffSession, is_serving: IsServing, now: datetime) -> bool:
    """Pair the display that shows this terminal's number, in place of an earlier one.

    False when the display serves a resident at another terminal since; that is an event.

    Raises:
        TerminalRequiredError: `by` is not at a terminal.
        DisplayOfferOverError: it shows no number of this terminal any more.
    """
    terminal_id = _terminal_of(by)
    row = conn.execute(lock(conn, _IN_USE), {"display": display_id, "centre": by.centre_id}).one_or_none()
    if row is None or row.offer_terminal_id != terminal_id or now >= row.offer_until:
        raise DisplayOfferOverError("no number is shown")
    if _serves_another(row, terminal_id, is_serving):
        _record(conn, terminal_id, EventName.DISPLAY_NOT_PAIRED, by.actor, now, display=display_id)
        return False
    taken: dict[str, Any] = {}
    if row.terminal_id is not None and row.terminal_id != terminal_id:
        _record(conn, row.terminal_id, EventName.DISPLAY_UNPAIRED, by.actor, now, display=row.id, why="taken")
        taken = {"taken_from": row.terminal_id, "taken_at": now}
    _let_go(conn, terminal_id, by.actor, now, why="replaced", but=row.id)
    paired = {"terminal_id": terminal_id, "paired_at": now, "paired_by": by.staff_id}
    conn.execute(update(Display).where(Display.id == row.id).values(**paired, **taken, **_NO_OFFER))
    _record(conn, terminal_id, EventName.DISPLAY_PAIRED, by.actor, now, display=row.id)
    return True


def unpair(conn: Connection, terminal_id: str | None, *, by: Actor, now: datetime) -> None:
    """Take the display of a terminal away; it goes blank. Nothing happens where there is none."""
    if terminal_id is not None:
        _let_go(conn, terminal_id, by, now, why="desk")


def taken_from(conn: Connection, terminal_id: str) -> Taken | None:
    """The display that another terminal took from this one last, and still has."""
    row = conn.execute(_TAKEN_FROM, {"terminal": terminal_id}).one_or_none()
    return None if row is None else Taken(row.name, row.by, row.taken_at)


def _let_go(conn: Connection, terminal_id: str, by: Actor, now: datetime, *, why: str, but: str = "") -> None:
    gone = conn.execute(
        update(Display)
        .where(Display.terminal_id == terminal_id, Display.id != but)
        .values(terminal_id=None, paired_at=None, paired_by=None)
        .returning(Display.id)
    ).scalars()
    for display_id in list(gone):
        _record(conn, terminal_id, EventName.DISPLAY_UNPAIRED, by, now, display=display_id, why=why)


def _serves_another(row: Row[Any], terminal_id: str, is_serving: IsServing) -> bool:
    return row.terminal_id is not None and row.terminal_id != terminal_id and is_serving(row.terminal_id)


def _terminal_of(by: StaffSession) -> str:
    if by.terminal_id is None:
        raise TerminalRequiredError("only a terminal has a display")
    return by.terminal_id


def _record(conn: Connection, terminal_id: str, event: EventName, by: Actor, now: datetime, **data: Any) -> None:
    outbox.record(conn, chain=f"terminal:{terminal_id}", type=event, actor=by, data=data, at=now)
