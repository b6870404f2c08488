"""A resident wishes to be erased: said on their own page or with a document, told to them, withdrawn within the rest.

It is done by itself once it has rested, what was sent can no longer be disputed, and nothing stands against it. A wish
that meets an obstacle waits; nobody has to say it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.parts import Parts, Store
from gateway.people import telling, throttle
from gateway.people.access import AccountSession, StaffSession
from gateway.people.tables import Resident
from gateway.people.throttle import Door
from gateway.retention import erasing, standing
from gateway.retention.errors import (
    ErasedAlreadyError,
    ServedByYouError,
    WishNotFreshError,
    WishUnknownError,
)
from gateway.retention.standing import THEIRS
from gateway.retention.states import Obstacle, Why
from gateway.retention.tables import ErasureWish, WishState
from gateway.visits import own_details, presenting
from gateway.visits.errors import NotFoundError
from gateway.visits.tables import Visit
from ui.formats import write_date

RESIDENT = "resident"
IN_A_DAY = 3
"""Wishes of one person within a day: each is told to them."""
_PERSON: BindParameter[str] = bindparam("person")
_WAITING = select(ErasureWish.__table__).where(
    ErasureWish.resident_id == _PERSON, ErasureWish.state == WishState.WAITING
)
_ONE = select(ErasureWish.__table__).where(ErasureWish.id == bindparam("wish"))
_RESIDENT = select(Resident.id, Resident.erased_at).where(Resident.id == _PERSON)
_SERVED = (
    select(Visit.id)
    .where(Visit.id.in_(select(THEIRS.c.visit_id)), Visit.assistant_id == bindparam("staff"), Visit.erased_at.is_(None))
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When somebody would be erased, or will be, and what stands against it now."""

    wish_id: str | None
    asked_at: datetime | None
    due_at: datetime
    """No sooner: the rest is over, and what was sent can no longer be disputed."""
    last_sent: datetime | None
    obstacles: frozenset[Obstacle]

    @property
    def is_asked(self) -> bool:
        """Whether a wish waits."""
        return self.wish_id is not None


def outlook(conn: Connection, store: Store, resident_id: str) -> Outlook:
    """How it stands with a resident's wish, said or not."""
    now = store.clock.now()
    wish = conn.execute(_WAITING, {"person": resident_id}).one_or_none()
    sent = standing.last_sent(conn, resident_id)
    rests = now + store.settings.erasure_rests_days if wish is None else wish.rests_until
    return Outlook(
        wish_id=None if wish is None else wish.id,
        asked_at=None if wish is None else wish.asked_at,
        due_at=due_at(store, rests, sent),
        last_sent=sent,
        obstacles=standing.of_resident(conn, resident_id, now),
    )


def ask(conn: Connection, parts: Parts, by: AccountSession) -> str:
    """Keep the wish of whoever is on their own page; return its id. Said again while one waits, it is that one.

    Raises:
        WishNotFreshError: the last sign-in is more than five minutes old, or was by passkey.
        ErasedAlreadyError: they were erased.
        TriedTooOftenError: said and withdrawn too often within a day.
    """
    if not own_details.may_correct(by, parts.clock.database_now(conn)):
        raise WishNotFreshError("the sign-in is too old for a wish to be erased")
    return _keep(conn, parts, by.resident_id, by.actor, RESIDENT, by.language)


def ask_presented(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> str:
    """Keep the wish of somebody who showed a document, as `ask`.

    Raises:
        NotFoundError: no document was shown, or nothing is known of whoever showed it.
        ServedByYouError: `by` has served them: what was done then is not theirs to make unreadable.
        ErasedAlreadyError, TriedTooOftenError: as `ask`.
    """
    person = _presented(conn, parts, by, shown_id)
    if conn.execute(_SERVED, {"person": person, "staff": by.staff_id}).first() is not None:
        raise ServedByYouError("the wish of somebody whom they served")
    return _keep(conn, parts, person, by.actor, f"staff:{by.staff_id}", by.language)


def withdraw(conn: Connection, parts: Parts, by: AccountSession) -> None:
    """Take the wish back; any session of theirs may, since nothing is lost by it. Raises `WishUnknownError`."""
    _withdraw(conn, parts, by.resident_id, by.actor, RESIDENT, by.language)


def withdraw_presented(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> None:
    """Take it back for somebody who showed a document. Raises `NotFoundError`, `WishUnknownError`."""
    person = _presented(conn, parts, by, shown_id)
    _withdraw(conn, parts, person, by.actor, f"staff:{by.staff_id}", by.language)


def presented(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> Outlook:
    """How it stands with the wish of somebody who showed a document. Raises `NotFoundError`."""
    return outlook(conn, parts, _presented(conn, parts, by, shown_id))


def carry_out(conn: Connection, store: Store, wish_id: str) -> None:
    """Erase whoever wished it, if the wish still waits and has rested.

    Raises:
        StillNeededError: something stands against it; the wish waits on.
        LogUnhealthyError: the log is refused.
    """
    wish = conn.execute(lock(conn, _ONE), {"wish": wish_id}).one_or_none()
    if wish is None or wish.state is not WishState.WAITING or store.clock.database_now(conn) < wish.rests_until:
        return
    erasing.erase_resident(conn, store, wish.resident_id, Why.WISH, wish=wish.id)


def _presented(conn: Connection, parts: Parts, by: StaffSession, shown_id: str) -> str:
    person = presenting.person_of(conn, parts, by, shown_id)
    if person is None:
        raise NotFoundError("nothing is known of whoever showed the document")
    return person


def _keep(conn: Connection, parts: Parts, person: str, actor: Actor, whose: str, language: str) -> str:
    _lock(conn, person)
    waiting = conn.execute(_WAITING, {"person": person}).one_or_none()
    if waiting is not None:
        return str(waiting.id)
    now = parts.clock.database_now(conn)
    throttle.charge(conn, parts.sealer, [Door("erasure_wished", person, IN_A_DAY, timedelta(days=1))], now)
    rests_until = now + parts.settings.erasure_rests_days
    values = {"id": new_id(), "resident_id": person, "asked_at": now, "asked_by": whose, "rests_until": rests_until}
    conn.execute(insert(ErasureWish).values(values | {"state": WishState.WAITING}))
    due = due_at(parts, rests_until, standing.last_sent(conn, person))
    telling.tell(conn, parts, person, "erasure_asked", language, now, date=write_date(due))
    said = {"wish": values["id"], "rests_until": rests_until.isoformat(), "whose": whose}
    _record(conn, EventName.ERASURE_ASKED, person, actor, now, said)
    return str(values["id"])


def _withdraw(conn: Connection, parts: Parts, person: str, actor: Actor, whose: str, language: str) -> None:
    now = parts.clock.database_now(conn)
    wish = conn.execute(lock(conn, _WAITING), {"person": person}).one_or_none()
    if wish is None:
        raise WishUnknownError("no wish waits")
    conn.execute(
        update(ErasureWish)
        .where(ErasureWish.id == wish.id)
        .values(state=WishState.WITHDRAWN, ended_at=now, ended_by=whose)
    )
    telling.tell(conn, parts, person, "erasure_withdrawn", language, now)
    _record(conn, EventName.ERASURE_WITHDRAWN, person, actor, now, {"wish": wish.id, "whose": whose})


def _lock(conn: Connection, person: str) -> None:
    """Two that say it at once say it one after the other."""
    row = conn.execute(lock(conn, _RESIDENT), {"person": person}).one()
    if row.erased_at is not None:
        raise ErasedAlreadyError("the resident")


def due_at(store: Store, rests_until: datetime, sent: datetime | None) -> datetime:
    """From when a wish is done that rests until then, of somebody for whom something was last `sent`."""
    return rests_until if sent is None else max(rests_until, sent + store.settings.keep_sent_days)


def _record(
    conn: Connection, event: EventName, person: str, actor: Actor, now: datetime, data: Mapping[str, Any]
) -> None:
    outbox.record(conn, chain=f"resident:{person}", type=event, actor=actor, data=dict(data), at=now)
