"""Inquiries: two auditors decide that a resident sees later who looked, never that they do not see it.

proposed -> agreed -> ended, or ended before; each step is a row that is never changed, and an event. In force only
after a second auditor agreed, at another computer; over on its last day, by whoever asks first, or earlier by one
person. When it ends, every look is told in the visit's own chain, in the same transaction. An inquiry holds up no
erasure.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, or_, select

from audit.entry import Actor, Entry, decode
from audit.events import EventName
from gateway.database.together import insert_all
from gateway.ids import new_id
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import Handler, JobKind
from gateway.ledger import outbox
from gateway.ledger.outbox import Event
from gateway.ledger.tables import AuditEvent
from gateway.parts import GATEWAY, Store
from gateway.people import computers, freshness, inviters
from gateway.people.access import StaffSession
from gateway.visits import inquiry_rules
from gateway.visits.audit_states import InquiryEnd, InquiryStepKind
from gateway.visits.audit_tables import Inquiry, InquiryStep, InquirySubject
from gateway.visits.errors import InquiryOverError, InquirySecondError, NotFoundError
from gateway.visits.inquiring import AGREED, IS_AGREED, IS_ENDED, chain_of, hold
from gateway.visits.inquiry_rules import Proposal
from gateway.visits.rows import AnyRow
from gateway.visits.trail import say_all

JOB: Final = "inquiry.end"
"""The kind of job that ends an inquiry when its time is over."""
WAITS: Final = timedelta(days=7)
"""How long a proposal waits for a second auditor."""
KEPT_APART: Final = (
    EventName.VISIT_LOOKED_AT,
    EventName.RESIDENT_LOOKED_AT_BY_AUDITOR,
    EventName.STATEMENT_RENDERED,
    EventName.BUNDLE_EXPORTED,
    EventName.NOTE_WRITTEN,
)
"""What of an inquiry's chain is told in the visits' chains when it ends."""

_ENDED = InquiryStep.__table__.alias("ended")
_FIND = (
    select(
        Inquiry.__table__,
        AGREED.by.label("agreed_by"),
        AGREED.at.label("agreed_at"),
        _ENDED.c.at.label("ended_at"),
        _ENDED.c.why,
    )
    .outerjoin(AGREED, IS_AGREED)
    .outerjoin(_ENDED, (_ENDED.c.inquiry_id == Inquiry.id) & (_ENDED.c.kind == InquiryStepKind.ENDED))
    .where(Inquiry.id == bindparam("id"))
)
_DUE = (
    select(Inquiry.id)
    .outerjoin(AGREED, IS_AGREED)
    .where(
        ~IS_ENDED,
        or_(
            Inquiry.ends_at <= bindparam("now", type_=Inquiry.ends_at.type),
            AGREED.at.is_(None) & (Inquiry.lapses_at <= bindparam("now", type_=Inquiry.ends_at.type)),
        ),
    )
    .order_by(Inquiry.id)
)
IS_DUE: Final = _DUE.exists()
"""Whether `tell_what_is_due` has something to tell at `now`: for a statement that is asked anyway."""
_DONE = (
    select(AuditEvent.leaf)
    .where(AuditEvent.chain == bindparam("chain"), AuditEvent.type.in_([each.value for each in KEPT_APART]))
    .order_by(AuditEvent.n)
)


def propose(conn: Connection, store: Store, by: StaffSession, wanted: Proposal) -> str:
    """Propose an inquiry and return its id. Until a second auditor agrees everything is shown as ever.

    Raises:
        InquiryFaultError: it cannot stand like this.
        InquirySecondError: `by` served one of the visits, or has an account that is too new.
    """
    now = store.clock.database_now(conn)
    people = inquiry_rules.lock_all(conn, wanted.visits)
    _ensure_may_decide(conn, store, by, wanted.visits, now)
    inquiry_rules.check(conn, store, wanted, people, now)
    inquiry_id, lapses_at = new_id(), min(now + WAITS, wanted.ends_at)
    values = {
        "id": inquiry_id,
        "reference": wanted.reference,
        "reason": wanted.reason,
        "opened_by": by.staff_id,
        "opened_terminal_id": by.terminal_id,
        "opened_browser_hash": by.browser_hash,
        "opened_at": now,
        "lapses_at": lapses_at,
        "ends_at": wanted.ends_at,
    }
    conn.execute(insert(Inquiry).values(values))
    principals = inquiry_rules.principals_of(conn, wanted.visits)
    subjects = inquiry_rules.subjects_of(wanted, people, principals)
    insert_all(conn, InquirySubject, [{"inquiry_id": inquiry_id, **each} for each in subjects])
    enqueue(conn, JOB, {"inquiry": inquiry_id}, run_at=lapses_at, now=now)
    data = {
        "reference": wanted.reference,
        "reason": wanted.reason.value,
        "visits": sorted(wanted.visits),
        "residents": sorted(principals) if wanted.whole_person else [],
        "ends_at": wanted.ends_at.isoformat(),
    }
    _record(conn, inquiry_id, EventName.INQUIRY_PROPOSED, by.actor, now, data)
    return inquiry_id


def agree(conn: Connection, store: Store, by: StaffSession, inquiry_id: str) -> None:
    """Say as a second auditor that it is right: from now on it is in force.

    Raises:
        NotFoundError: there is no such inquiry.
        InquiryOverError: it is in force, over, or nobody agreed in time.
        InquirySecondError: `by` proposed it, sits at that computer, is on the proposer's tree of invitations, served
            one of the visits, or is too new.
        InquiryFaultError: inquiries about the same person have begun meanwhile.
    """
    now = store.clock.database_now(conn)
    subjects = inquiry_rules.named_in(conn, inquiry_id)
    people = inquiry_rules.lock_all(conn, subjects.visits)
    row = _held(conn, inquiry_id)
    if row.ended_at is not None or row.agreed_at is not None or now >= row.lapses_at:
        raise InquiryOverError("not to be agreed to any more")
    proposer = (row.opened_terminal_id, row.opened_browser_hash)
    if row.opened_by == by.staff_id or not computers.are_different(proposer, (by.terminal_id, by.browser_hash)):
        raise InquirySecondError("the second is somebody else, elsewhere")
    if inviters.are_bound(conn, row.opened_by, by.staff_id):
        raise InquirySecondError("one of the two invited the other, or one person both")
    _ensure_may_decide(conn, store, by, subjects.visits, now)
    inquiry_rules.check_total(conn, store, subjects.everybody | people, row.ends_at, now, but=inquiry_id)
    _step(conn, inquiry_id, InquiryStepKind.AGREED, by.staff_id, now)
    enqueue(conn, JOB, {"inquiry": inquiry_id}, run_at=row.ends_at, now=now)
    _record(conn, inquiry_id, EventName.INQUIRY_AGREED, by.actor, now, {"proposed_by": row.opened_by})


def end(conn: Connection, store: Store, by: StaffSession, inquiry_id: str) -> None:
    """End an inquiry before its last day, or before it began: one auditor is enough, since more is shown then.

    Raises:
        NotFoundError: there is no such inquiry.
        InquiryOverError: it is over.
    """
    now = store.clock.database_now(conn)
    row = _held(conn, inquiry_id)
    if row.ended_at is not None:
        raise InquiryOverError("it is over")
    why = InquiryEnd.REFUSED if row.agreed_at is None else InquiryEnd.EARLY
    _end(conn, row, why, by.actor, now, by.staff_id)


def end_due(conn: Connection, store: Store, inquiry_id: str) -> None:
    """End an inquiry whose time is over; does nothing to any other, so that anybody may ask at any time."""
    now = store.clock.database_now(conn)
    row = _held(conn, inquiry_id)
    if row.ended_at is None and now >= (row.lapses_at if row.agreed_at is None else row.ends_at):
        why = InquiryEnd.LAPSED if row.agreed_at is None else InquiryEnd.DATE
        _end(conn, row, why, GATEWAY, now, None)


async def tell_what_is_due(store: Store) -> None:
    """End every inquiry whose time is over, before something is shown that would tell of it.

    A worker does it too; but that one was down is no reason to show a resident less.
    """
    due = await store.database.read(lambda conn: conn.execute(_DUE, {"now": store.clock.now()}).scalars().all())
    for inquiry_id in due:
        await store.database.write(partial(end_due, store=store, inquiry_id=inquiry_id))


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """The job of a worker that ends an inquiry."""

    async def handle(job: Job) -> None:
        await store.database.write(lambda conn: end_due(conn, store, job.payload["inquiry"]))

    return {JOB: handle}


def note_barred(conn: Connection, store: Store, by: StaffSession, inquiry_id: str) -> None:
    """Record that somebody was kept from being the second: it may be an attempt. Raises `NotFoundError`."""
    now = store.clock.database_now(conn)
    _held(conn, inquiry_id)
    _record(conn, inquiry_id, EventName.INQUIRY_BARRED, by.actor, now, {})


def _end(conn: Connection, row: AnyRow, why: InquiryEnd, by: Actor, now: datetime, staff_id: str | None) -> None:
    """Tell everything that was kept apart, then that it is over. The inquiry's chain is held."""
    _step(conn, row.id, InquiryStepKind.ENDED, staff_id, now, why)
    kept = [decode(bytes(leaf)) for leaf in conn.execute(_DONE, {"chain": chain_of(row.id)}).scalars()]
    by_visit: dict[str, list[Event]] = defaultdict(list)
    for entry in kept:
        by_visit[str(entry.data["visit"])].append(_told(row.id, entry))
    for visit_id in sorted(by_visit):  # in one order, so that two that end at once do not wait for each other
        say_all(conn, visit_id, by_visit[visit_id], now)
    event = EventName.INQUIRY_OVER if staff_id is None else EventName.INQUIRY_ENDED
    _record(conn, row.id, event, by, now, {"why": why.value, "told": len(kept)})


def _told(inquiry_id: str, entry: Entry) -> Event:
    """An entry of an inquiry as its visit tells it: who, when and why stay, and which entry it was."""
    said = {name: value for name, value in entry.data.items() if name != "visit"}
    data = {"inquiry": inquiry_id, "entry": entry.n, "at": entry.time.isoformat(), "kind": entry.type, **said}
    return Event(EventName.LOOK_TOLD_LATE, entry.actor, data)


def _ensure_may_decide(conn: Connection, store: Store, by: StaffSession, visits: Sequence[str], now: datetime) -> None:
    if freshness.is_fresh(conn, store, by.staff_id, now):
        raise InquirySecondError("not within a day after the account was created or recovered")
    if inquiry_rules.serves_one_of(conn, by.staff_id, visits):
        raise InquirySecondError("nobody inquires into what they did themselves")


def _held(conn: Connection, inquiry_id: str) -> AnyRow:
    """The inquiry with its steps, while nobody else is at one. Raises `NotFoundError`."""
    if conn.execute(_FIND, {"id": inquiry_id}).first() is None:
        raise NotFoundError("no such inquiry")
    hold(conn, inquiry_id)
    return conn.execute(_FIND, {"id": inquiry_id}).one()


def _step(
    conn: Connection,
    inquiry_id: str,
    kind: InquiryStepKind,
    by: str | None,
    now: datetime,
    why: InquiryEnd | None = None,
) -> None:
    values = {"inquiry_id": inquiry_id, "kind": kind, "by": by, "why": why, "at": now}
    conn.execute(insert(InquiryStep).values(values))


def _record(
    conn: Connection, inquiry_id: str, event: EventName, by: Actor, now: datetime, data: Mapping[str, Any]
) -> None:
    outbox.record(conn, chain=chain_of(inquiry_id), type=event, actor=by, data=dict(data), at=now)
