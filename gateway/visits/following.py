"""What becomes of a filing once the portal has it: looked up while that is allowed, told, and the decision fetched.

To *follow* and to *collect* are rights of their own, each with its own end; the right to file is not needed and not
used, and nothing here is ever sent. One job for each portal looks, one application after the other: a portal is not
there for us alone. What it says is sealed with the visit; rows and events say how far it is and nothing more.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from audit.events import EventName
from connectors.runner.api import Followed, GateRequest, Verdict
from connectors.sdk import registry
from connectors.sdk.outcome import Outcome, Stage, Standing
from delegation.commitment import HashKind
from delegation.model import Action, DelegationState
from gateway.config import Settings
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.parts import Parts
from gateway.services.tables import Portal, Service
from gateway.visits import actors, own, telling
from gateway.visits.delegations import to_model
from gateway.visits.outcome_tables import Following, FollowingEnd
from gateway.visits.rows import AnyRow, find_delegation, find_filing, find_run, lock_delegation, lock_filing
from gateway.visits.running import set_run
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Run, RunKind, RunState, Visit
from gateway.visits.telling import Told
from gateway.visits.trail import say
from ui.formats import ZONE

JOB: Final = "outcome.look"
"""The kind of job; its payload names the portal."""
SAID, DECISION = "outcome", "decision"
"""Kinds of what is sealed: what the portal said, and its decision."""
_RIGHTS = (Action.FOLLOW, Action.COLLECT)
_DAY = (time(8), time(20))
"""In Latvia: at night portals are mended, and nobody could read a message."""
_SPREAD = 0.1
"""By how much of its pause a look may come later, so that not all come at once."""
_MORNING = timedelta(hours=4)
_BACKOFF = timedelta(hours=1)
_LONGEST_BACKOFF = timedelta(days=2)
_HELD = timedelta(minutes=15)
"""For how long nobody else takes a look that somebody has begun."""

_PORTAL = select(Service.portal_id).where(Service.id == bindparam("service"))
_ONE = select(Following.__table__).where(Following.filing_id == bindparam("filing"))
_DUE = (
    select(Following.filing_id)
    .where(Following.portal_id == bindparam("portal"), Following.next_at <= bindparam("now"))
    .order_by(Following.next_at)
    .limit(20)
)
_NEXT = select(func.min(Following.next_at)).where(Following.portal_id == bindparam("portal"))
_ADDRESS = (
    select(Portal.origin, Portal.client_id)
    .join(Service, Service.portal_id == Portal.id)
    .where(Service.id == bindparam("service"))
)


class Said(msgspec.Struct, frozen=True):
    """What the portal said last, as it is sealed."""

    standing: Standing
    wanted: str = ""
    until: date | None = None


RECEIVED: Final = Said(Standing.RECEIVED)
"""What is known before anybody has looked: the receipt said so."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a worker needs to know to look once."""

    run_id: str
    filing_id: str
    connector_id: str
    portal_origin: str
    reference: str
    collect: bool


def begin(conn: Connection, parts: Parts, filing: AnyRow, now: datetime) -> None:
    """From now on a locked filing that was just received is followed, as far as that was allowed and can be done."""
    rule = registry.find(filing.service_id).outcome
    portal_id = conn.execute(_PORTAL, {"service": filing.service_id}).scalar_one_or_none()
    until = _until(find_delegation(conn, filing.delegation_id), filing.service_id, now)
    if rule is None or portal_id is None or until is None:
        return
    first = _next(parts.settings, rule, now, until)
    values = {"filing_id": filing.id, "visit_id": filing.visit_id, "portal_id": portal_id, "stage": Stage.REQUEST}
    conn.execute(insert(Following).values(**values, begun_at=now, until=until, next_at=first, tries=0))
    _enqueue(conn, portal_id, first, now)


def wake(conn: Connection, parts: Parts, portal_id: str, *, pause: timedelta = timedelta(0)) -> None:
    """Have the portal's job run again when something is due there, not sooner than after `pause`."""
    now = parts.clock.database_now(conn)
    due = conn.execute(_NEXT, {"portal": portal_id}).scalar_one()
    if due is not None:
        _enqueue(conn, portal_id, max(due, now + pause), now)


def take(conn: Connection, parts: Parts, portal_id: str, worker_id: str) -> Look | None:
    """Take what is due longest at a portal; what may not be looked up any more ends instead. `None`: nothing is due."""
    now = parts.clock.database_now(conn)
    for filing_id in conn.execute(_DUE, {"portal": portal_id, "now": now}).scalars().all():
        look = _take(conn, parts, filing_id, worker_id, now)
        if look is not None:
            return look
    return None


def decide(conn: Connection, parts: Parts, run_id: str, request: GateRequest) -> Verdict:
    """Whether a request of a look may leave: to sign in, while the right lives; nothing that changes anything, ever."""
    filing = find_filing(conn, find_run(conn, run_id).filing_id)
    if request.kind != "sign_in":
        return Verdict(False, "look.changes_nothing")
    row = find_delegation(conn, filing.delegation_id)
    if not rights(row, filing.service_id, parts.clock.database_now(conn)):
        return Verdict(
            False, "delegation.expired" if row.state is not DelegationState.REVOKED else "delegation.revoked"
        )
    return Verdict(True, "look")


def found(conn: Connection, parts: Parts, run_id: str, result: Followed) -> None:
    """Keep what the portal says, as far as the rights reach that live now; tell the resident what is new."""
    now = parts.clock.database_now(conn)
    filing, row, one = _locked(conn, run_id)
    set_run(conn, run_id, state=RunState.DONE, ended_at=now)
    live = rights(row, filing.service_id, now)
    if one.next_at is None or not live:
        _end_if_over(conn, parts, filing, row, now)
        return
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    # Whoever may only receive the decision learns nothing of the way to it.
    is_theirs = Action.FOLLOW in live or result.standing.is_decided
    said = Said(result.standing, result.wanted, result.until) if is_theirs else said_of(vault, filing.id)
    is_new = said != said_of(vault, filing.id)
    data = {"filing": filing.id, "run": run_id, "stage": said.standing.stage.value, "changed": is_new}
    say(conn, filing.visit_id, EventName.OUTCOME_LOOKED_UP, actors.SYSTEM, now, **data)
    columns = {"stage": said.standing.stage, "tries": 0, "failure": None, "looked_at": now}
    if is_new:
        columns["changed_at"] = now
        _keep_said(conn, vault, filing, said, now)
    if result.decision is not None and Action.COLLECT in live and one.decision_hash is None:
        columns["decision_hash"] = _keep_decision(conn, vault, filing, result.decision, now)
    _set(conn, filing.id, **columns)
    if is_new or "decision_hash" in columns:
        _tell_desk(conn, filing, now)
        telling.tell(conn, parts, row.id, Told.NEWS)
    rule = registry.find(filing.service_id).outcome
    awaits = rule is not None and rule.decision_path is not None and Action.COLLECT in live
    has_decision = "decision_hash" in columns or one.decision_hash is not None
    if rule is None or (said.standing.is_decided and (has_decision or not awaits)):
        _end(conn, filing, FollowingEnd.DECIDED, now)
    else:
        until = _until(row, filing.service_id, now) or now
        _set(conn, filing.id, next_at=_next(parts.settings, rule, now, until))


def failed(conn: Connection, parts: Parts, run_id: str, code: str) -> None:
    """The portal could not be asked: later again, each time after a longer pause, until the right ends."""
    now = parts.clock.database_now(conn)
    filing, row, one = _locked(conn, run_id)
    set_run(conn, run_id, state=RunState.FAILED, reason=code, ended_at=now)
    if one.next_at is None or not rights(row, filing.service_id, now):
        _end_if_over(conn, parts, filing, row, now)
        return
    say(
        conn,
        filing.visit_id,
        EventName.OUTCOME_LOOKED_UP,
        actors.SYSTEM,
        now,
        filing=filing.id,
        run=run_id,
        reason=code,
    )
    pause = min(_BACKOFF * 2.0**one.tries, _LONGEST_BACKOFF)
    until = _until(row, filing.service_id, now) or now
    _set(conn, filing.id, tries=one.tries + 1, failure=code, next_at=min(now + pause, until))


def rights(row: AnyRow, service_id: str, now: datetime) -> frozenset[Action]:
    """Which of the rights to look a delegation still gives for a service at `now`."""
    model = to_model(row)
    return frozenset(action for action in _RIGHTS if own.is_left(model, service_id, action, now))


def said_of(vault: VisitVault, filing_id: str) -> Said:
    """What the portal said last; that it was received, before anybody looked."""
    kept = vault.find(filing_id, SAID)
    return RECEIVED if kept is None else msgspec.json.decode(kept, type=Said)


def next_look(now: datetime, pause: timedelta, until: datetime, share: float) -> datetime:
    """When to look after `now`: not all at once (`share`, from 0 to 1, is random), by day, and never after `until`."""
    at = (now + pause * (1 + share * _SPREAD)).astimezone(ZONE)
    begin, end = _DAY
    if not begin <= at.time() < end:
        day = at.date() + timedelta(days=1) if at.time() >= end else at.date()
        at = datetime.combine(day, begin, ZONE) + share * _MORNING
    return min(at.astimezone(now.tzinfo), until)


def _next(settings: Settings, rule: Outcome, now: datetime, until: datetime) -> datetime:
    if settings.follow_every:
        return min(now + settings.follow_every, until)
    return next_look(now, rule.every, until, secrets.randbelow(1000) / 1000)


def _take(conn: Connection, parts: Parts, filing_id: str, worker_id: str, now: datetime) -> Look | None:
    row = lock_delegation(conn, find_filing(conn, filing_id).delegation_id)
    filing = lock_filing(conn, filing_id)
    one = conn.execute(_ONE, {"filing": filing_id}).one()
    if one.next_at is None or one.next_at > now:
        return None  # somebody else has taken it since
    live = rights(row, filing.service_id, now)
    if not live or filing.reference is None:
        _end_if_over(conn, parts, filing, row, now)
        return None
    portal = conn.execute(_ADDRESS, {"service": filing.service_id}).one()
    run_id = new_id()
    values = {"id": run_id, "filing_id": filing_id, "attempt": filing.attempt, "kind": RunKind.FOLLOW}
    at_work = {"state": RunState.RUNNING, "worker_id": worker_id, "steps_done": 0, "steps_total": 0}
    conn.execute(insert(Run).values(**values, **at_work, queued_at=now))
    _set(conn, filing_id, next_at=now + _HELD)
    return Look(
        run_id=run_id,
        filing_id=filing_id,
        connector_id=filing.service_id,
        portal_origin=portal.origin,
        reference=filing.reference,
        collect=Action.COLLECT in live and one.decision_hash is None,
    )


def _locked(conn: Connection, run_id: str) -> tuple[AnyRow, AnyRow, AnyRow]:
    """The filing of a look and its delegation, locked, and the row that follows it."""
    filing_id = find_run(conn, run_id).filing_id
    row = lock_delegation(conn, find_filing(conn, filing_id).delegation_id)
    filing = lock_filing(conn, filing_id)
    return filing, row, conn.execute(_ONE, {"filing": filing_id}).one()


def _keep_said(conn: Connection, vault: VisitVault, filing: AnyRow, said: Said, now: datetime) -> None:
    content = msgspec.json.encode(said)
    vault.keep(filing.id, SAID, content, now)
    data = {"filing": filing.id, "stage": said.standing.stage.value, "content": _hashed(vault, content)}
    say(conn, filing.visit_id, EventName.OUTCOME_CHANGED, actors.connector(filing.service_id), now, **data)


def _keep_decision(conn: Connection, vault: VisitVault, filing: AnyRow, pdf: bytes, now: datetime) -> str:
    vault.keep(filing.id, DECISION, pdf, now)
    pdf_hash = _hashed(vault, pdf)
    say(conn, filing.visit_id, EventName.DECISION_STORED, actors.SYSTEM, now, filing=filing.id, pdf=pdf_hash)
    return pdf_hash


def _hashed(vault: VisitVault, content: bytes) -> str:
    return vault.hasher.hash(HashKind.RECEIPT, content)


def _end_if_over(conn: Connection, parts: Parts, filing: AnyRow, row: AnyRow, now: datetime) -> None:
    """No right is left: somebody has ended it, or its time is over; of the latter the resident is told."""
    one = conn.execute(_ONE, {"filing": filing.id}).one()
    if one.next_at is None:
        return
    is_time = now >= one.until
    _end(conn, filing, FollowingEnd.TIME if is_time else FollowingEnd.STOPPED, now)
    if is_time:
        _tell_desk(conn, filing, now)
        telling.tell(conn, parts, row.id, Told.FOLLOWING_ENDED)


def _tell_desk(conn: Connection, filing: AnyRow, now: datetime) -> None:
    """It is news at the desk of whoever serves the visit, or served it last."""
    assistant = select(Visit.assistant_id).where(Visit.id == filing.visit_id).scalar_subquery()
    _set(conn, filing.id, news_for=assistant, news_at=now)


def _end(conn: Connection, filing: AnyRow, why: FollowingEnd, now: datetime) -> None:
    _set(conn, filing.id, next_at=None, ended=why, ended_at=now)
    data = {"filing": filing.id, "reason": why.value}
    say(conn, filing.visit_id, EventName.OUTCOME_FOLLOWING_ENDED, actors.SYSTEM, now, **data)


def _until(row: AnyRow, service_id: str, now: datetime) -> datetime | None:
    """When the last of the rights to look ends; `None` where none is left."""
    allowed = to_model(row).allowed_service(service_id)
    ends = [end for action in rights(row, service_id, now) if (end := allowed.end_of(action)) is not None]
    return max(ends, default=None)


def _enqueue(conn: Connection, portal_id: str, run_at: datetime, now: datetime) -> None:
    enqueue(conn, JOB, {"portal": portal_id}, run_at=run_at, key=f"{JOB}:{portal_id}", now=now)


def _set(conn: Connection, filing_id: str, **columns: object) -> None:
    conn.execute(update(Following).where(Following.filing_id == filing_id).values(**columns))
