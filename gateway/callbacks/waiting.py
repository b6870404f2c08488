"""Puts a call on the centre's list when its invitation falls due, unless it was answered until then.

Whom to call is said by residents themselves, or follows from a number that takes calls alone. Between the end of the
visit and the list stands a job of the worker, which holds the row's id and goes once it ran.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from audit.entry import ActorKind, decode
from audit.events import EventName
from gateway.callbacks import sealed
from gateway.callbacks.sealed import Content
from gateway.callbacks.tables import Callback
from gateway.database.base import lock
from gateway.days import day_of
from gateway.feedback.tables import FeedbackInvitation
from gateway.ids import digest, new_id
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import Handler, JobKind
from gateway.keys import store as keys
from gateway.keys.errors import KeyMissingError
from gateway.ledger import outbox
from gateway.ledger.tables import AuditEvent
from gateway.parts import GATEWAY, Parts
from gateway.people import preferences, residents
from gateway.people.preferences import Kind, Way

JOB: Final = "callback.due"
_STAFF: Final = frozenset({ActorKind.ASSISTANT, ActorKind.MANAGER, ActorKind.ADMIN, ActorKind.AUDITOR})
_LEAVES = select(AuditEvent.leaf).where(AuditEvent.chain == bindparam("visit"))
_ROW = select(Callback.__table__).where(Callback.id == bindparam("callback"))
_INVITATION = select(FeedbackInvitation.used, FeedbackInvitation.rated, FeedbackInvitation.expires_on).where(
    FeedbackInvitation.token_hash == bindparam("token")
)


def is_to_be_called(conn: Connection, parts: Parts, resident_id: str) -> bool:
    """Whether a resident is asked by telephone: they want to be, or can be reached by nothing else.

    Only a number that somebody vouches for is called: one typed at a counter may be the assistant's own.
    """
    person, said = residents.open_resident(conn, parts, resident_id), preferences.read(conn, resident_id)
    if person.known_number is None or not said.takes(Kind.FEEDBACK):
        return False
    has_no_other = said.way is None and residents.is_fixed_line(person.known_number) and person.known_email is None
    return said.way is Way.CALL or has_no_other


def queue(
    conn: Connection, parts: Parts, visit: Any, content: Content, *, group: str, today: date, now: datetime
) -> None:
    """Write down that somebody is to be called about a visit that has just ended; it is on the list after the delay."""
    callback_id, key = new_id(), parts.sealer.new_key()
    keys.save(conn, parts.sealer.wrap(key))
    values = {
        "id": callback_id,
        "centre_id": visit.centre_id,
        "service_group": group,
        "month": f"{today:%Y-%m}",
        "asked_on": today,
        "expires_on": today + parts.settings.call_days,
        "is_due": False,
        "tries": 0,
        "served": sealed.marks(parts, callback_id, _served(conn, visit)),
        "key_id": key.id,
        "content": sealed.seal(parts, key, callback_id, content),
    }
    conn.execute(insert(Callback), values)
    enqueue(conn, JOB, {"callback": callback_id}, run_at=now + parts.settings.feedback_delay, now=now)


def fall_due(conn: Connection, parts: Parts, callback_id: str) -> bool:
    """Put a call on the list; False where it was answered or declined until then, and is dropped."""
    row = conn.execute(lock(conn, _ROW), {"callback": callback_id}).one_or_none()
    if row is None or row.is_due:
        return False
    if not is_wanted(conn, sealed.unseal(conn, parts, row), day_of(parts.clock.database_now(conn))):
        withdraw(conn, parts, row)
        return False
    conn.execute(update(Callback).where(Callback.id == callback_id).values(is_due=True))
    return True


def is_wanted(conn: Connection, content: Content, today: date) -> bool:
    """Whether the invitation is still open: neither answered, nor rated on the display, nor declined, nor over."""
    row = conn.execute(_INVITATION, {"token": digest(content.code)}).one_or_none()
    return row is not None and not row.used and not row.rated and row.expires_on >= today


def withdraw(conn: Connection, parts: Parts, row: Any) -> None:
    """Take a call off the list that nobody needs any more; its row is locked."""
    now = parts.clock.database_now(conn)
    drop(conn, row, now)
    record(conn, EventName.CALLBACK_WITHDRAWN, row.id, GATEWAY, now)


def drop(conn: Connection, row: Any, now: datetime) -> None:
    """Remove a row that is locked, and destroy the key of what it sealed, where that was not done before."""
    conn.execute(delete(Callback).where(Callback.id == row.id))
    with suppress(KeyMissingError):
        keys.destroy(conn, row.key_id, now)


def record(conn: Connection, event: EventName, callback_id: str, by: Any, now: datetime, **more: Any) -> None:
    """Record a step in the call's own chain, which leads to no resident and no visit."""
    outbox.record(
        conn, chain=f"callback:{callback_id}", type=event, actor=by, data={"callback": callback_id} | more, at=now
    )


def make_handlers(parts: Parts) -> Mapping[str, Handler | JobKind]:
    """The handler of this package for one worker."""

    async def handle(job: Job) -> None:
        callback_id = str(job.payload["callback"])
        await parts.database.write(lambda conn: fall_due(conn, parts, callback_id))

    return {JOB: JobKind(handle, waits=True)}


def _served(conn: Connection, visit: Any) -> frozenset[str]:
    """Every member of staff who took a step in a visit, also as a witness or before it went over to somebody else."""
    said = [decode(bytes(leaf)).actor for leaf in conn.execute(_LEAVES, {"visit": visit.id}).scalars()]
    return frozenset(each.id for each in said if each.kind in _STAFF)
