"""The steps of a change: proposed -> confirmed -> applied, or refused | withdrawn | lapsed.

Two different people, the second at another computer; in effect only after a delay in which any administrator may
refuse. What only makes things stricter takes effect at once by one person, and everybody is told. Every step is an
event; a step locks the change's row first.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.changes import (
    accounts,
    api_keys,
    defining,
    holders,
    holds,
    identity,
    network,
    portal_forms,
    portal_secrets,
    portals,
    ratings,
    rows,
    rules,
    suspending,
)
from gateway.changes.checks import Faults
from gateway.changes.errors import (
    ChangeFaultError,
    ChangeOverError,
    ChangeUnknownError,
    Fault,
    FreshAccountError,
    SamePersonError,
    SecretGoneError,
)
from gateway.changes.kinds import Kind, Plan, Values
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.ledger import health
from gateway.oauth.errors import OAuthError
from gateway.parts import GATEWAY, Store
from gateway.people import computers, freshness, inviters
from gateway.people.access import StaffSession
from gateway.people.errors import AccessRefusedError
from gateway.people.staff import OPERATOR

APPLY_JOB: Final = "change.apply"
LAPSE_JOB: Final = "change.lapse"
NOTE_JOB: Final = "change.note"
"""Who can act for whom is noted after a change that is in effect, never with it: a note undoes nothing."""
WAITS: Final = timedelta(days=7)
"""How long a proposal waits for a second person."""
LONGEST_REASON: Final = 500

KINDS: Final[Mapping[ChangeKind, Kind]] = (
    portals.KINDS
    | identity.KINDS
    | rules.KINDS
    | network.KINDS
    | suspending.KINDS
    | defining.KINDS
    | accounts.KINDS
    | holds.KINDS
    | portal_forms.KINDS
    | api_keys.KINDS
    | ratings.KINDS
)


def propose(
    conn: Connection,
    store: Store,
    plan: Plan,
    *,
    by: StaffSession | None,
    reason: str,
    new_secret: bool = False,
    known: Faults | None = None,
) -> str:
    """Propose a change and return its id; what only makes things stricter is in effect when this returns.

    `by` is none for the command line, whose proposals an administrator takes up. `new_secret` lets a portal have a
    secret made here, for its proposer to see once; a new portal that needs one always has. `known` is what a form has
    found already: it is told with the rest, and nothing is proposed.

    Raises:
        AccessRefusedError: the proposer's role may not propose this.
        FreshAccountError: the proposer's account was created or recovered within a day.
        ChangeFaultError: it cannot stand like this, changes nothing, or another change of the same is open.
    """
    now, kind = store.clock.database_now(conn), KINDS[plan.kind]
    if by is not None:
        if by.role not in kind.proposers:
            raise AccessRefusedError("not in this role")
        ensure_not_fresh(conn, store, by.staff_id, now)
    before = kind.current(conn, plan.target)
    plan = portal_secrets.with_secret(plan, before, new_secret=new_secret)
    faults = known or Faults()
    if not 0 < len(reason) <= LONGEST_REASON:
        faults.add("reason", Fault.REASON)
    with faults.gather():
        kind.check(conn, store, plan, before, by)
    faults.settle()
    marks = portal_secrets.marks(conn, store, plan, kind)
    is_same_secret = marks["secret_mark"] == marks["secret_mark_before"]
    if is_same_secret and before is not None and _changes_nothing(before, plan.values):
        raise ChangeFaultError("form", Fault.NOTHING)
    row = _row(conn, store, plan, kind, before, by, reason, now) | marks
    is_strict = kind.is_stricter(before, plan.values)
    if is_strict:
        row |= {"state": ChangeState.APPLIED, "applied_at": now, "effective_at": now, "secret": None, "epoch": None}
    elif rows.is_open(conn, row["subject"]):
        raise ChangeFaultError("form", Fault.PENDING)
    try:
        conn.execute(insert(SecurityChange).values(row))
    except IntegrityError as error:  # proposed on another machine in this moment
        raise ChangeFaultError("form", Fault.PENDING) from error
    actor = OPERATOR if by is None else by.actor
    after = {name: value for name, value in plan.values.items() if name not in kind.unsaid}
    facts = {"target": plan.target, "before": before, "after": after, "secret": plan.secret is not None}
    rows.record(conn, EventName.SETTINGS_PROPOSED, actor, row["id"], plan.kind, now, **facts, **marks)
    if is_strict:
        kind.apply(conn, store, plan, actor)
        enqueue(conn, NOTE_JOB, {}, now=now)
        rows.record(conn, EventName.SETTINGS_CHANGED, actor, row["id"], plan.kind, now, alone=True)
    else:
        enqueue(conn, LAPSE_JOB, {"change": row["id"]}, run_at=row["lapses_at"], now=now)
    return str(row["id"])


def confirm(conn: Connection, store: Store, session: StaffSession, change_id: str) -> None:
    """Say, as a second administrator, that a change is right: it takes effect after the delay.

    A proposal of the command line is only taken up by this: another administrator confirms it.

    Raises:
        ChangeUnknownError, ChangeOverError: there is no such proposal, or none any more.
        SamePersonError: it is their own, of somebody on the same tree of invitations, proposed at the same computer,
            or about their own training or account.
        FreshAccountError: their account was created or recovered within a day.
    """
    now = store.clock.database_now(conn)
    row = rows.locked(conn, change_id, (ChangeState.PROPOSED,))
    if now >= row.lapses_at:
        raise ChangeOverError("past its time")
    _ensure_decides(conn, session, row, holders.CONFIRMS)
    if row.proposed_by == session.staff_id:
        raise SamePersonError("the proposer does not confirm")
    if inviters.are_bound(conn, row.proposed_by, session.staff_id):
        raise SamePersonError("one of the two invited the other, or one person both")
    if row.proposed_by is not None and not _is_elsewhere(row, session):
        raise SamePersonError("not at the computer where it was proposed")
    if row.kind is ChangeKind.TRAINING_GRANT and network.is_of(row.target, session.staff_id):
        raise SamePersonError("nobody vouches for their own training")
    if _is_about(row, session):
        raise SamePersonError("nobody lets themselves into an account")
    ensure_not_fresh(conn, store, session.staff_id, now)
    if row.proposed_by is None:
        where = {"proposed_terminal_id": session.terminal_id, "proposed_browser_hash": session.browser_hash}
        rows.put(conn, row, proposed_by=session.staff_id, **where)
        rows.record(conn, EventName.SETTINGS_TAKEN_UP, session.actor, row.id, row.kind, now)
        return
    effective_at = now + store.settings.change_delay if KINDS[row.kind].waits else now
    changed = {"state": ChangeState.CONFIRMED, "confirmed_by": session.staff_id, "confirmed_at": now}
    rows.put(conn, row, **changed, effective_at=effective_at)
    enqueue(conn, APPLY_JOB, {"change": row.id}, run_at=effective_at, now=now)
    facts = {"proposed_by": row.proposed_by, "effective_at": effective_at.isoformat()}
    rows.record(conn, EventName.SETTINGS_CONFIRMED, session.actor, row.id, row.kind, now, **facts)


def refuse(conn: Connection, store: Store, session: StaffSession, change_id: str) -> None:
    """Keep a change from ever taking effect: any administrator may, until it has, and whose account it is about.

    Raises:
        SamePersonError: the change is about taking back whom they suspended.
        ChangeUnknownError, ChangeOverError: there is no such change, or it is over.
    """
    row = rows.locked(conn, change_id, rows.OPEN)
    if not _is_about(row, session):
        _ensure_decides(conn, session, row, holders.REFUSES)
    if accounts.undoes(conn, row.kind, row.target, session.staff_id):
        raise SamePersonError("whoever suspended does not refuse that it is undone")
    _end(conn, store, row, ChangeState.REFUSED, session)


def withdraw(conn: Connection, store: Store, session: StaffSession, change_id: str) -> None:
    """Take one's own proposal back, until it has taken effect.

    Raises:
        ChangeUnknownError: there is no such change, or it is somebody else's.
        ChangeOverError: it is over.
    """
    row = rows.locked(conn, change_id, rows.OPEN)
    if row.proposed_by != session.staff_id:
        raise ChangeUnknownError("no such change of one's own")
    _end(conn, store, row, ChangeState.WITHDRAWN, session)


def apply_due(conn: Connection, store: Store, change_id: str) -> None:
    """Put a confirmed change into effect once its delay is over; does nothing when it is not due or over already.

    Whatever has changed since it was proposed ends it instead: two people have seen another before and after.

    Raises:
        LogUnhealthyError: the log is refused; rules do not change without it.
    """
    health.ensure_healthy(conn)
    now, row = store.clock.database_now(conn), rows.locked(conn, change_id, None)
    if row.state is not ChangeState.CONFIRMED or now < row.effective_at:
        return
    kind, plan = KINDS[row.kind], _plan(store, row)
    if kind.current(conn, row.target) != row.before:
        _lapse(conn, row, now, "moved")
        return
    by = Actor(ActorKind.ADMIN, row.confirmed_by)
    try:
        with conn.begin_nested():
            kind.check(conn, store, plan, row.before, None)
            kind.apply(conn, store, plan, by)
    except (ChangeFaultError, OAuthError):
        _lapse(conn, row, now, "cannot_stand")
        return
    kept = row.kind in portal_secrets.MADE_FOR and row.secret_shown_at is None
    rows.put(conn, row, state=ChangeState.APPLIED, applied_at=now, **({} if kept else {"secret": None, "epoch": None}))
    enqueue(conn, NOTE_JOB, {}, now=now)
    facts = {"proposed_by": row.proposed_by, "confirmed_by": row.confirmed_by}
    rows.record(conn, EventName.SETTINGS_CHANGED, by, row.id, row.kind, now, **facts)


def lapse(conn: Connection, store: Store, change_id: str) -> None:
    """Nobody confirmed in time. Does nothing when somebody decided."""
    now, row = store.clock.database_now(conn), rows.locked(conn, change_id, None)
    if row.state is ChangeState.PROPOSED and now >= row.lapses_at:
        _lapse(conn, row, now, "time")


def show_secret(conn: Connection, store: Store, session: StaffSession, change_id: str) -> str:
    """Return the secret that was made for a portal, once, to whoever proposed it.

    Raises:
        ChangeUnknownError: there is no such change.
        SecretGoneError: there is none, it was shown, or it is somebody else's to see.
    """
    now, row = store.clock.database_now(conn), rows.locked(conn, change_id, None)
    is_over = row.state not in {*rows.OPEN, ChangeState.APPLIED}
    is_own = row.proposed_by == session.staff_id and row.kind in portal_secrets.MADE_FOR
    if row.secret is None or row.secret_shown_at is not None or is_over or not is_own:
        raise SecretGoneError("no secret to be shown")
    secret = portal_secrets.opened(store, row)
    gone = {"secret": None, "epoch": None} if row.state is ChangeState.APPLIED else {}
    rows.put(conn, row, secret_shown_at=now, **gone)
    rows.record(conn, EventName.SETTINGS_SECRET_SHOWN, session.actor, row.id, row.kind, now)
    return secret or ""


def note_barred(conn: Connection, store: Store, session: StaffSession, change_id: str, why: str) -> None:
    """Record that somebody was kept from a step of a change: it may be an attempt."""
    now = store.clock.database_now(conn)
    row = rows.find(conn, change_id)
    rows.record(conn, EventName.SETTINGS_BARRED, session.actor, row.id, row.kind, now, why=why)


def ensure_not_fresh(conn: Connection, store: Store, staff_id: str, now: datetime) -> None:
    """Refuse an account that was created or recovered within a day; in a demonstration, within the delay.

    Raises:
        FreshAccountError: it was.
    """
    if freshness.is_fresh(conn, store, staff_id, now):
        raise FreshAccountError("not within a day after the account was created or recovered")


def _changes_nothing(before: Values, after: Values) -> bool:
    is_shut = before.get("suspended") or before.get("closed")
    return bool(after) and all(before.get(name) == value for name, value in after.items()) and not is_shut


def _row(
    conn: Connection,
    store: Store,
    plan: Plan,
    kind: Kind,
    before: Values | None,
    by: StaffSession | None,
    reason: str,
    now: datetime,
) -> dict[str, Any]:
    change_id, sealed, epoch = new_id(), None, None
    if plan.secret is not None:
        sealed, epoch = portal_secrets.sealed(conn, store, change_id, plan.secret)
    return {
        "id": change_id,
        "kind": plan.kind,
        "target": plan.target,
        "subject": f"{kind.about} {plan.target}",
        "before": None if before is None else dict(before),
        "payload": dict(plan.values),
        "secret": sealed,
        "epoch": epoch,
        "reason": reason,
        "state": ChangeState.PROPOSED,
        "proposed_by": None if by is None else by.staff_id,
        "proposed_terminal_id": None if by is None else by.terminal_id,
        "proposed_browser_hash": None if by is None else by.browser_hash,
        "proposed_at": now,
        "lapses_at": now + WAITS,
    }


def _is_about(row: Any, session: StaffSession) -> bool:
    return row.kind in accounts.KINDS and row.target == session.staff_id


def _is_elsewhere(row: Any, session: StaffSession) -> bool:
    """Whether somebody sits at another computer than the proposer: another enrolled one, else another browser."""
    proposer = (row.proposed_terminal_id, row.proposed_browser_hash)
    return computers.are_different(proposer, (session.terminal_id, session.browser_hash))


def _ensure_decides(conn: Connection, session: StaffSession, row: Any, kinds: frozenset[ChangeKind]) -> None:
    if not holders.decides(conn, session, row, kinds):
        raise AccessRefusedError("administrators decide")


def _plan(store: Store, row: Any) -> Plan:
    return Plan(kind=row.kind, target=row.target, values=row.payload, secret=portal_secrets.opened(store, row))


def _end(conn: Connection, store: Store, row: Any, state: ChangeState, session: StaffSession) -> None:
    now = store.clock.database_now(conn)
    rows.put(conn, row, state=state, ended_by=session.staff_id, ended_at=now, secret=None, epoch=None)
    event = EventName.SETTINGS_REFUSED if state is ChangeState.REFUSED else EventName.SETTINGS_WITHDRAWN
    rows.record(conn, event, session.actor, row.id, row.kind, now)


def _lapse(conn: Connection, row: Any, now: datetime, why: str) -> None:
    rows.put(conn, row, state=ChangeState.LAPSED, ended_at=now, ended_why=why, secret=None, epoch=None)
    rows.record(conn, EventName.SETTINGS_LAPSED, GATEWAY, row.id, row.kind, now, why=why)
