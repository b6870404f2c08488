"""A rule is proposed by one officer, approved by a second person, and can be stopped by any of them, also half way.

Nobody is listed. Whoever proposes learns only whether at least `FEWEST` would be invited: below that, one person could
be found out by a rule made for them (decision 155).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from audit.events import EventName
from delegation.filing import FilingState
from gateway.database.base import UtcDateTime, lock
from gateway.days import beginning_of, day_of, end_of
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.ledger import outbox
from gateway.notifications import sending
from gateway.notifications.tables import Message, MessageState
from gateway.outreach.errors import (
    FreshAccountError,
    RuleFaultError,
    RuleOverError,
    RuleUnknownError,
    SamePersonError,
    TooFewError,
)
from gateway.outreach.tables import OutreachReached, OutreachRule, RuleState
from gateway.parts import Store
from gateway.people import freshness, inviters
from gateway.people.access import StaffSession
from gateway.people.preference_tables import ResidentPreference
from gateway.people.preferences import Kind
from gateway.people.roles import Role
from gateway.people.tables import Resident
from gateway.services import catalogue
from gateway.services.catalogue import ServiceUnknownError
from gateway.services.tables import Service
from gateway.visits.tables import Filing

JOB: Final = "outreach.batch"
FEWEST: Final = 20
TEMPLATES: Final = ("invited_again", "invited_service")
"""Approved texts: none holds a value but the link, which is the same for all."""
STOPPED: Final = "outreach.stopped"

_RULE = select(OutreachRule.__table__).where(OutreachRule.id == bindparam("rule"))
_SERVICES = select(Service.id).where(Service.holder == bindparam("holder")).order_by(Service.id)
_OF_HOLDER = (
    select(OutreachRule.__table__)
    .where(OutreachRule.holder == bindparam("holder"))
    .order_by(OutreachRule.proposed_at.desc(), OutreachRule.id)
    .limit(100)
)
_ALL = select(OutreachRule.__table__).order_by(OutreachRule.proposed_at.desc(), OutreachRule.id).limit(100)
PERSON: Final = ResidentPreference.resident_id
_WAS_FILED: ColumnElement[bool] = (
    select(Filing.id)
    .where(
        Filing.principal_id == PERSON,
        Filing.service_id == bindparam("service"),
        Filing.state == FilingState.FILED,
        Filing.sent_at >= bindparam("begin", type_=UtcDateTime()),
        Filing.sent_at < bindparam("end", type_=UtcDateTime()),
    )
    .exists()
)
AUDIENCE = (
    select(PERSON)
    .join(Resident, Resident.id == PERSON)
    .where(
        ResidentPreference.what == Kind.INVITATIONS.value,
        ResidentPreference.choice == "yes",
        Resident.erased_at.is_(None),
        _WAS_FILED,
    )
)
"""Whom a rule is for: `service`, `begin` and `end` are bound. Few said yes: begun with them, found by indexes."""
_REACHED = (
    select(Message.state, func.count().label("n"))
    .select_from(OutreachReached)
    .outerjoin(Message, Message.id == OutreachReached.message_id)
    .where(OutreachReached.rule_id == bindparam("rule"))
    .group_by(Message.state)
)
_WAITING = (
    select(Message.id)
    .join(OutreachReached, OutreachReached.message_id == Message.id)
    .where(OutreachReached.rule_id == bindparam("rule"), Message.state == MessageState.QUEUED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rule as it is asked for."""

    service_id: str
    since: date
    until: date
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far a rule has come; never who."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    """Given up, stopped, or nobody could be reached."""


def propose(conn: Connection, store: Store, by: StaffSession, wanted: Wanted) -> str:
    """Keep a rule of the officer's own institution; return its id.

    Raises:
        RuleFaultError: it is none.
        FreshAccountError: the officer's account is a day old or less.
        TooFewError: fewer than `FEWEST` would be invited.
    """
    now = store.clock.database_now(conn)
    _ensure_sound(conn, by, wanted, now)
    _ensure_not_fresh(conn, store, by, now)
    values = {
        "id": new_id(),
        "holder": by.holder,
        "service_id": wanted.service_id,
        "since": wanted.since,
        "until": wanted.until,
        "template": wanted.template,
        "state": RuleState.PROPOSED,
        "proposed_by": by.staff_id,
        "proposed_at": now,
    }
    _ensure_enough(conn, wanted.service_id, wanted.since, wanted.until)
    conn.execute(insert(OutreachRule).values(values))
    data = {"rule": values["id"], "holder": by.holder, "service": wanted.service_id, "template": wanted.template}
    days = {"since": wanted.since.isoformat(), "until": wanted.until.isoformat()}
    outbox.record(conn, chain="system", type=EventName.OUTREACH_PROPOSED, actor=by.actor, data=data | days, at=now)
    return str(values["id"])


def approve(conn: Connection, store: Store, by: StaffSession, rule_id: str) -> None:
    """Let a rule be sent; it begins at once, and what is sent keeps to the quiet hours.

    Raises:
        RuleUnknownError, RuleOverError: there is none that waits.
        SamePersonError: `by` has proposed it, or hangs with whoever did on one tree of invitations.
        FreshAccountError: their account is a day old or less.
        TooFewError: fewer than `FEWEST` would be invited by now.
    """
    rule = _locked(conn, by, rule_id)
    if rule.state is not RuleState.PROPOSED:
        raise RuleOverError("it was decided before")
    if rule.proposed_by == by.staff_id:
        raise SamePersonError("whoever proposed it")
    if inviters.are_bound(conn, rule.proposed_by, by.staff_id):
        raise SamePersonError("one of the two invited the other, or one person both")
    now = store.clock.database_now(conn)
    _ensure_not_fresh(conn, store, by, now)
    _ensure_enough(conn, rule.service_id, rule.since, rule.until)
    _set(conn, rule_id, state=RuleState.SENDING, approved_by=by.staff_id, approved_at=now)
    enqueue(conn, JOB, {"rule": rule_id}, key=f"{JOB}:{rule_id}", now=now)
    outbox.record(
        conn, chain="system", type=EventName.OUTREACH_APPROVED, actor=by.actor, data={"rule": rule_id}, at=now
    )


def stop(conn: Connection, store: Store, by: StaffSession, rule_id: str) -> None:
    """Stop a rule, also half way: what was not sent yet is not sent. Raises `RuleUnknownError`, `RuleOverError`."""
    rule = _locked(conn, by, rule_id)
    if rule.state in {RuleState.DONE, RuleState.STOPPED} and not waiting(conn, rule_id):
        raise RuleOverError("nothing is left to stop")
    now = store.clock.database_now(conn)
    _set(conn, rule_id, state=RuleState.STOPPED, ended_at=now)
    for message_id in waiting(conn, rule_id):
        sending.give_up_waiting(conn, message_id, STOPPED, now)
    outbox.record(conn, chain="system", type=EventName.OUTREACH_STOPPED, actor=by.actor, data={"rule": rule_id}, at=now)


def waiting(conn: Connection, rule_id: str) -> Sequence[str]:
    """The messages of a rule that were not sent yet."""
    return conn.execute(_WAITING, {"rule": rule_id}).scalars().all()


def listed(conn: Connection, by: StaffSession) -> Sequence[Any]:
    """The rules of the officer's institution, all for an administrator; the newest first."""
    if by.role is Role.ADMINISTRATOR:
        return conn.execute(_ALL).all()
    return conn.execute(_OF_HOLDER, {"holder": by.holder}).all()


def one(conn: Connection, by: StaffSession, rule_id: str) -> Any:
    """A rule that is the caller's to see. Raises `RuleUnknownError`."""
    return _theirs(conn.execute(_RULE, {"rule": rule_id}).one_or_none(), by)


def counts(conn: Connection, rule_id: str) -> Counts:
    """How many were sent, wait and failed."""
    found = {row.state: row.n for row in conn.execute(_REACHED, {"rule": rule_id})}
    return Counts(
        sent=found.get(MessageState.SENT, 0),
        waiting=found.get(MessageState.QUEUED, 0),
        failed=found.get(MessageState.FAILED, 0) + found.get(None, 0),
    )


def offered(conn: Connection, rule_id: str) -> tuple[str, str]:
    """Holder and service of a rule that was sent, for whoever follows its link. Raises `RuleUnknownError`."""
    row = conn.execute(_RULE, {"rule": rule_id}).one_or_none()
    if row is None or row.approved_by is None:
        raise RuleUnknownError("no such invitation")
    return row.holder, row.service_id


def services_of(conn: Connection, holder: str | None) -> Sequence[str]:
    """The ids of a holder's services; none for whoever is of no institution."""
    return conn.execute(_SERVICES, {"holder": holder}).scalars().all()


def bound(service_id: str, since: date, until: date) -> dict[str, Any]:
    """What `AUDIENCE` needs."""
    return {"service": service_id, "begin": beginning_of(since), "end": end_of(until)}


def _ensure_sound(conn: Connection, by: StaffSession, wanted: Wanted, now: datetime) -> None:
    try:
        holder = catalogue.find(conn, wanted.service_id).holder
    except ServiceUnknownError:
        raise RuleFaultError("service") from None
    if by.holder is None or holder != by.holder:
        raise RuleFaultError("service")
    if not wanted.since <= wanted.until <= day_of(now):
        raise RuleFaultError("days")
    if wanted.template not in TEMPLATES:
        raise RuleFaultError("template")


def _ensure_not_fresh(conn: Connection, store: Store, by: StaffSession, now: datetime) -> None:
    """Keep whoever makes accounts, or takes one over, from being both people within minutes."""
    if freshness.is_fresh(conn, store, by.staff_id, now):
        raise FreshAccountError("not within a day after the account was created or recovered")


def _ensure_enough(conn: Connection, service_id: str, since: date, until: date) -> None:
    few = AUDIENCE.limit(FEWEST).subquery()
    if conn.execute(select(func.count()).select_from(few), bound(service_id, since, until)).scalar_one() < FEWEST:
        raise TooFewError(f"fewer than {FEWEST}")


def _locked(conn: Connection, by: StaffSession, rule_id: str) -> Any:
    return _theirs(conn.execute(lock(conn, _RULE), {"rule": rule_id}).one_or_none(), by)


def _theirs(row: Any, by: StaffSession) -> Any:
    if row is None or (by.role is not Role.ADMINISTRATOR and row.holder != by.holder):
        raise RuleUnknownError("no such rule")
    return row


def _set(conn: Connection, rule_id: str, **values: Any) -> None:
    conn.execute(update(OutreachRule).where(OutreachRule.id == rule_id).values(values))
