"""A rule is proposed by one officer, approved by a second person, and can be stopped by any of them, also half way.

Nobody is listed. Whoever proposes learns only whether at least `audience.FEWEST` would be invited: below that, one
person could be found out by a rule made for them. So that two rules cannot be subtracted from each other, they name
whole months, and no other of half a year meets the same service in the same months (decisions 155 and 162).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from audit.events import EventName
from delegation.filing import FilingState
from gateway.database.base import lock
from gateway.days import day_of
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.ledger import outbox
from gateway.notifications import sending
from gateway.notifications.tables import Message, MessageState
from gateway.outreach import audience
from gateway.outreach.audience import Group
from gateway.outreach.errors import (
    FreshAccountError,
    OverlapError,
    RuleFaultError,
    RuleOverError,
    RuleUnknownError,
    SamePersonError,
    TooOftenError,
)
from gateway.outreach.tables import OutreachReached, OutreachRule, RuleState
from gateway.parts import Store
from gateway.people import freshness, inviters
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.services import life_events
from gateway.services.life_events import LifeEvent
from gateway.services.tables import Service

JOB: Final = "outreach.batch"
TEMPLATES: Final = ("invited_again", "invited_service")
"""Approved texts: none holds a value but the link, which is the same for all."""
STOPPED: Final = "outreach.stopped"
APART: Final = timedelta(days=180)
"""For so long no other rule of the institution meets the same service in the same months."""
MOST_REFUSED: Final = 3
"""Rules for too few people that an institution may propose in `REFUSED_IN`."""
REFUSED_IN: Final = timedelta(days=30)
_STEP: Final = 10
"""To whole steps of so many a count is rounded down."""

_RULE = select(OutreachRule.__table__).where(OutreachRule.id == bindparam("rule"))
_SERVICES = select(Service.id).where(Service.holder == bindparam("holder")).order_by(Service.id)
_OF_HOLDER = (
    select(OutreachRule.__table__)
    .where(OutreachRule.holder == bindparam("holder"))
    .order_by(OutreachRule.proposed_at.desc(), OutreachRule.id)
    .limit(100)
)
_ALL = select(OutreachRule.__table__).order_by(OutreachRule.proposed_at.desc(), OutreachRule.id).limit(100)
_RECENT = select(OutreachRule.__table__).where(
    OutreachRule.holder == bindparam("holder"), OutreachRule.proposed_at > bindparam("after")
)
_WRITTEN = (
    select(func.count())
    .select_from(OutreachReached)
    .join(Message, Message.id == OutreachReached.message_id)
    .where(OutreachReached.rule_id == bindparam("rule"), Message.state != MessageState.FAILED)
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
    """To which people are invited."""
    of_service: str | None = None
    """The group: for whom this service of the institution's own came to the outcome; `None` with an event."""
    of_event: str | None = None
    """Or one of the services of this life event, whoever holds them; it holds one of the institution's own."""
    outcome: FilingState = FilingState.FILED
    leaves_out: bool = False
    """Leave out those for whom the offered service was sent since."""
    since: date
    """The first day of a month."""
    until: date
    """The last day of a month that is over."""
    template: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of a rule that was proposed."""

    rule_id: str
    state: RuleState
    """It waits for a second person, or was refused because too few are meant."""


def propose(conn: Connection, store: Store, by: StaffSession, wanted: Wanted) -> Proposed:
    """Keep a rule of the officer's own institution.

    One for fewer than `audience.FEWEST` is kept too, as refused: it stands in the trail and is counted.

    Raises:
        RuleFaultError: it is none.
        FreshAccountError: the officer's account is a day old or less.
        OverlapError, TooOftenError: see there; nobody was counted.
    """
    now = store.clock.database_now(conn)
    group = _group_of(conn, by, wanted, now)
    _ensure_not_fresh(conn, store, by, now)
    conn.execute(lock(conn, _SERVICES), {"holder": by.holder})  # two at once would not see each other
    _ensure_apart(conn, by, group, now)
    state = RuleState.PROPOSED if audience.is_enough(conn, group) else RuleState.REFUSED
    values = {
        "id": new_id(),
        "holder": by.holder,
        "service_id": wanted.service_id,
        "life_event": wanted.of_event,
        "group_services": list(group.services),
        "outcome": group.outcome.value,
        "leaves_out": wanted.leaves_out,
        "since": wanted.since,
        "until": wanted.until,
        "template": wanted.template,
        "state": state,
        "proposed_by": by.staff_id,
        "proposed_at": now,
        "ended_at": None if state is RuleState.PROPOSED else now,
    }
    conn.execute(insert(OutreachRule).values(values))
    event = EventName.OUTREACH_PROPOSED if state is RuleState.PROPOSED else EventName.OUTREACH_REFUSED
    outbox.record(conn, chain="system", type=event, actor=by.actor, data=_told(values), at=now)
    return Proposed(str(values["id"]), state)


def approve(conn: Connection, store: Store, by: StaffSession, rule_id: str) -> RuleState:
    """Let a rule be sent; it begins at once, and what is sent keeps to the quiet hours.

    Returns `REFUSED` where fewer than `audience.FEWEST` would be invited by now: it is over.

    Raises:
        RuleUnknownError, RuleOverError: there is none that waits.
        RuleFaultError: it is of days and not of months, from before decision 162.
        SamePersonError: `by` has proposed it, or hangs with whoever did on one tree of invitations.
        FreshAccountError: their account is a day old or less.
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
    group = Group.of(rule)
    _ensure_whole_months(group, now)
    if not audience.is_enough(conn, group):
        _set(conn, rule_id, state=RuleState.REFUSED, ended_at=now)
        _record(conn, EventName.OUTREACH_REFUSED, by, rule_id, now)
        return RuleState.REFUSED
    _set(conn, rule_id, state=RuleState.SENDING, approved_by=by.staff_id, approved_at=now)
    enqueue(conn, JOB, {"rule": rule_id}, key=f"{JOB}:{rule_id}", now=now)
    _record(conn, EventName.OUTREACH_APPROVED, by, rule_id, now)
    return RuleState.SENDING


def stop(conn: Connection, store: Store, by: StaffSession, rule_id: str) -> None:
    """Stop a rule, also half way: what was not sent yet is not sent. Raises `RuleUnknownError`, `RuleOverError`."""
    rule = _locked(conn, by, rule_id)
    if rule.state not in {RuleState.PROPOSED, RuleState.SENDING} and not waiting(conn, rule_id):
        raise RuleOverError("nothing is left to stop")
    now = store.clock.database_now(conn)
    for message_id in waiting(conn, rule_id):
        sending.give_up_waiting(conn, message_id, STOPPED, now)
    reached = None if rule.approved_by is None else written(conn, rule_id)
    _set(conn, rule_id, state=RuleState.STOPPED, ended_at=now, reached=reached)
    _record(conn, EventName.OUTREACH_STOPPED, by, rule_id, now)


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


def written(conn: Connection, rule_id: str) -> int:
    """To how many people messages were written that were not given up, rounded down to tens."""
    return int(conn.execute(_WRITTEN, {"rule": rule_id}).scalar_one()) // _STEP * _STEP


def offered(conn: Connection, rule_id: str) -> tuple[str, str]:
    """Holder and service of a rule that was sent, for whoever follows its link. Raises `RuleUnknownError`."""
    row = conn.execute(_RULE, {"rule": rule_id}).one_or_none()
    if row is None or row.approved_by is None:
        raise RuleUnknownError("no such invitation")
    return row.holder, row.service_id


def services_of(conn: Connection, holder: str | None) -> Sequence[str]:
    """The ids of a holder's services; none for whoever is of no institution."""
    return conn.execute(_SERVICES, {"holder": holder}).scalars().all()


def holding(events: Iterable[LifeEvent], own: Collection[str]) -> list[LifeEvent]:
    """Those of the life events that hold one of these services."""
    return [event for event in events if not set(own).isdisjoint(event.services)]


def _group_of(conn: Connection, by: StaffSession, wanted: Wanted, now: datetime) -> Group:
    """The group that is asked for. Raises `RuleFaultError`."""
    own = set(services_of(conn, by.holder))
    event = next((each for each in holding(life_events.load(conn), own) if each.id == wanted.of_event), None)
    is_of_own = wanted.of_event is None and wanted.of_service in own
    is_of_event = event is not None and wanted.of_service is None
    if wanted.service_id not in own or is_of_own == is_of_event:
        raise RuleFaultError("service")
    services = [str(wanted.of_service)] if event is None else list(event.services)
    if event is not None and wanted.leaves_out:
        services = [each for each in services if each != wanted.service_id]
    # What another institution's portal did not take is that institution's; and nobody is left for whom both are so.
    if wanted.outcome not in audience.OUTCOMES or (event is not None and wanted.outcome is not FilingState.FILED):
        raise RuleFaultError("outcome")
    if wanted.leaves_out and wanted.service_id in services:
        raise RuleFaultError("followed")
    if wanted.template not in TEMPLATES:
        raise RuleFaultError("template")
    lacking = wanted.service_id if wanted.leaves_out else None
    group = Group(services=services, since=wanted.since, until=wanted.until, outcome=wanted.outcome, lacking=lacking)
    _ensure_whole_months(group, now)
    return group


def _ensure_whole_months(group: Group, now: datetime) -> None:
    """Keep an officer from moving the ends of a group by one person's day."""
    is_whole = group.since.day == 1 and (group.until + timedelta(days=1)).day == 1
    if not (is_whole and group.since <= group.until < day_of(now)):
        raise RuleFaultError("months")


def _ensure_apart(conn: Connection, by: StaffSession, group: Group, now: datetime) -> None:
    """Keep an officer from asking for two groups that differ by one person, or where the bar is."""
    recent = conn.execute(_RECENT, {"holder": by.holder, "after": now - APART}).all()
    refused = [row for row in recent if row.state is RuleState.REFUSED and row.proposed_at > now - REFUSED_IN]
    if len(refused) >= MOST_REFUSED:
        raise TooOftenError("too many groups of too few")
    for row in recent:
        other = Group.of(row)
        is_again = row.state is RuleState.STOPPED and row.approved_by is None and group.is_like(other)
        if row.state is not RuleState.REFUSED and group.meets(other) and not is_again:
            raise OverlapError("another rule meets the same service in the same months")


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """What the trail says of a rule."""
    said = {"rule": values["id"], "holder": values["holder"], "service": values["service_id"]}
    said |= {"of": values["group_services"], "outcome": values["outcome"], "leaves_out": values["leaves_out"]}
    said |= {"since": values["since"].isoformat(), "until": values["until"].isoformat()}
    return said | {"template": values["template"]}


def _record(conn: Connection, event: EventName, by: StaffSession, rule_id: str, now: datetime) -> None:
    outbox.record(conn, chain="system", type=event, actor=by.actor, data={"rule": rule_id}, at=now)


def _ensure_not_fresh(conn: Connection, store: Store, by: StaffSession, now: datetime) -> None:
    """Keep whoever makes accounts, or takes one over, from being both people within minutes."""
    if freshness.is_fresh(conn, store, by.staff_id, now):
        raise FreshAccountError("not within a day after the account was created or recovered")


def _locked(conn: Connection, by: StaffSession, rule_id: str) -> Any:
    return _theirs(conn.execute(lock(conn, _RULE), {"rule": rule_id}).one_or_none(), by)


def _theirs(row: Any, by: StaffSession) -> Any:
    if row is None or (by.role is not Role.ADMINISTRATOR and row.holder != by.holder):
        raise RuleUnknownError("no such rule")
    return row


def _set(conn: Connection, rule_id: str, **values: Any) -> None:
    conn.execute(update(OutreachRule).where(OutreachRule.id == rule_id).values(values))
