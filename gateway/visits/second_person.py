"""The second pair of eyes: some steps hold only once another member of staff, at another terminal, has looked.

A part of the flow asks, `second_acts` says what its answer sets going. Nobody answers who asked, who serves the visit
or served it, who sits at their terminal or whom the question is about; nobody whom one of these invited or who invited
them; no auditor does, and nobody whose account was made or recovered within a day. What is judged is shown first, and
the showing is an event.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.events import EventName
from gateway.database.base import written_out
from gateway.ids import new_id
from gateway.jobs.queue import enqueue
from gateway.parts import Parts
from gateway.people import freshness, inviters
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.visits import actors
from gateway.visits.actors import Serving
from gateway.visits.errors import NotFoundError, NotLookedAtError, SecondLookOverError, SecondPersonError
from gateway.visits.rows import (
    AnyRow,
    find_second_look,
    lock_approval,
    lock_delegation,
    lock_filing,
    lock_second_look,
    lock_visit_whole,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import SecondLook, SecondLookKind, SecondLookState, VisitState
from gateway.visits.trail import say

LASTS = timedelta(minutes=30)
"""How long a colleague may take; paper gives its own."""
MAY_LOOK = frozenset({Role.ASSISTANT, Role.MANAGER})
FROM_ANY_CENTRE = frozenset({SecondLookKind.PAPER_GRANT, SecondLookKind.PAPER_PERMIT})
"""Kinds that a colleague in another centre may answer, as by video call."""

_SUBJECT = "second_look"
_INSERT = insert(SecondLook)
_SAME = select(SecondLook.__table__).where(
    SecondLook.visit_id == bindparam("visit"),
    SecondLook.kind == bindparam("kind"),
    SecondLook.subject_hash == bindparam("subject"),
    SecondLook.state.in_([written_out(state) for state in (SecondLookState.WAITING, SecondLookState.CONFIRMED)]),
)
_WAITING_OF_VISIT = select(SecondLook.__table__).where(
    SecondLook.visit_id == bindparam("visit"), SecondLook.state == written_out(SecondLookState.WAITING)
)
_WAITING_OF_APPROVAL = select(SecondLook.__table__).where(
    SecondLook.approval_id == bindparam("approval"), SecondLook.state == written_out(SecondLookState.WAITING)
)


class Shown(msgspec.Struct, frozen=True):
    """One thing that is judged, as the second person sees it; sealed with the visit."""

    name: str
    """`person`, `new`, `known`, or the name of a connector's input."""
    value: str
    label: dict[str, str] = {}
    """By language, where `name` is an input's."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a second person is asked about."""

    hash: str
    """Keyed hash of exactly what is judged: the answer holds for nothing else."""
    delegation_id: str | None = None
    filing_id: str | None = None
    approval_id: str | None = None
    shown: Sequence[Shown] = ()
    """What the second person sees, kept sealed; a kind with a page of its own needs none."""
    barred: Collection[str] = ()
    """Colleagues whom the question is about: they may not answer it."""
    lasts: timedelta = LASTS


@dataclass(frozen=True, kw_only=True)
class Act:
    """What answering one kind of question sets going, in the transaction of the answer.

    Each is given the look as it was before; the visit and what the look names are locked.
    """

    confirmed: Callable[[Connection, Parts, StaffSession, AnyRow], None]
    refused: Callable[[Connection, Parts, StaffSession, AnyRow], None]
    lapsed: Callable[[Connection, Parts, AnyRow], None]


ACTS: dict[SecondLookKind, Act] = {}
"""Filled by `second_acts`. A kind that is not here cannot be answered: the step fails and changes nothing."""


def ask(
    conn: Connection,
    parts: Parts,
    by: Serving,
    visit_id: str,
    kind: SecondLookKind,
    subject: Subject,
    now: datetime,
) -> str:
    """Ask for a second look and return its id; one that waits, or was confirmed, is not asked twice.

    The caller holds the visit locked, and the delegation, approval and filing that `subject` names exist.
    """
    earlier = conn.execute(_SAME, {"visit": visit_id, "kind": kind, "subject": subject.hash}).first()
    if earlier is not None:
        _point_to(conn, earlier, subject)
        return str(earlier.id)
    look_id = new_id()
    lapses_at = now + subject.lasts
    values: dict[str, Any] = {
        "id": look_id,
        "visit_id": visit_id,
        "kind": kind,
        "subject_hash": subject.hash,
        "delegation_id": subject.delegation_id,
        "filing_id": subject.filing_id,
        "approval_id": subject.approval_id,
        "asked_by": by.staff_id,
        "asked_terminal_id": by.terminal_id,
        "asked_at": now,
        "lapses_at": lapses_at,
        "barred": "".join(f" {each} " for each in sorted({*subject.barred, *inviters.line_of(conn, by.staff_id)})),
        "state": SecondLookState.WAITING,
    }
    conn.execute(_INSERT, values)
    if subject.shown:
        packed = msgspec.json.encode(list(subject.shown))
        VisitVault.of(conn, parts.sealer, visit_id).add(look_id, _SUBJECT, packed, now)
    enqueue(conn, "second_look.lapse", {"look": look_id}, run_at=lapses_at, now=now)
    say(
        conn,
        visit_id,
        EventName.SECOND_LOOK_ASKED,
        by.actor,
        now,
        look=look_id,
        kind=kind.value,
        subject=subject.hash,
        delegation=subject.delegation_id,
        filing=subject.filing_id,
        approval=subject.approval_id,
    )
    return look_id


def look(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> None:
    """Record that the second person is shown what is to be judged; they may answer from then on.

    Raises:
        NotFoundError, SecondPersonError, SecondLookOverError: as `confirm`.
    """
    now = parts.clock.database_now(conn)
    row = _locked(conn, parts, look_id, now, session)
    conn.execute(update(SecondLook).where(SecondLook.id == look_id).values(looked_by=session.staff_id, looked_at=now))
    data = {"look": look_id, "kind": row.kind.value, "subject": row.subject_hash}
    say(conn, row.visit_id, EventName.SECOND_LOOK_OPENED, session.actor, now, **data)


def subject_of(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> tuple[Shown, ...]:
    """What is to be judged, for whoever was last recorded as being shown it.

    Raises:
        NotFoundError: there is no such look.
        NotLookedAtError: `look` was not called, or somebody else was shown it since.
    """
    row = find_second_look(conn, look_id)
    if row.looked_by != session.staff_id:
        raise NotLookedAtError("opened without being recorded")
    return judged(VisitVault.of(conn, parts.sealer, row.visit_id), look_id)


def judged(vault: VisitVault, look_id: str) -> tuple[Shown, ...]:
    """What a look is about, opened for whoever may see the values of its visit."""
    kept = vault.find(look_id, _SUBJECT)
    return () if kept is None else msgspec.json.decode(kept, type=tuple[Shown, ...])


def confirm(conn: Connection, parts: Parts, session: StaffSession, look_id: str) -> None:
    """The second person says: it is as it should be. What was waiting for it goes on.

    Raises:
        NotFoundError: there is no such look, or it is another centre's.
        SecondPersonError: this person may not answer it.
        NotLookedAtError: they were not shown what is judged.
        SecondLookOverError: it was answered, its time is over, or the visit has ended.
    """
    row = _decided(conn, parts, session, look_id, SecondLookState.CONFIRMED)
    ACTS[row.kind].confirmed(conn, parts, session, row)


def refuse(conn: Connection, parts: Parts, session: StaffSession, look_id: str, *, reason: str | None = None) -> None:
    """The second person says no, or cannot say yes: what was waiting ends. Errors as of `confirm`.

    `reason` is the code of why, where the kind asks for one.
    """
    row = _decided(conn, parts, session, look_id, SecondLookState.REFUSED, reason=reason)
    ACTS[row.kind].refused(conn, parts, session, row)


def lapse(conn: Connection, parts: Parts, look_id: str) -> None:
    """Nobody looked in time. Does nothing when somebody did. No answer is a no."""
    now = parts.clock.database_now(conn)
    _visit, row = _lock_all(conn, look_id)
    if row.state is not SecondLookState.WAITING or now < row.lapses_at:
        return
    _set_over(conn, row, now)
    ACTS[row.kind].lapsed(conn, parts, row)


def withdraw_all(
    conn: Connection, visit_id: str, now: datetime, *, filing_id: str | None = None, but: Collection[str] = ()
) -> None:
    """Take back what still waits for a second person in a visit, or about one filing of it, that has moved on.

    Looks named by `but` go on waiting. The caller holds the visit or the delegation locked.
    """
    for row in conn.execute(_WAITING_OF_VISIT, {"visit": visit_id}).all():
        if row.id not in but and (filing_id is None or row.filing_id == filing_id):
            _set_over(conn, row, now)


def withdraw_of_approval(conn: Connection, approval_id: str, now: datetime, *, but: str | None = None) -> None:
    """Take back what still waits about one asking, except about `but`. Its delegation is held locked."""
    for row in conn.execute(_WAITING_OF_APPROVAL, {"approval": approval_id}).all():
        if row.subject_hash != but:
            _set_over(conn, row, now)


def all_confirmed(conn: Connection, look_ids: Collection[str]) -> bool:
    """Whether every one of these looks was confirmed; without any there is nothing to wait for."""
    if not look_ids:
        return True
    states = conn.execute(select(SecondLook.state).where(SecondLook.id.in_(set(look_ids)))).scalars().all()
    return len(states) == len(set(look_ids)) and all(state is SecondLookState.CONFIRMED for state in states)


def ensure_may_answer(
    conn: Connection, parts: Parts, session: StaffSession, row: AnyRow, visit: AnyRow, now: datetime
) -> None:
    """Refuse whoever may not be the second pair of eyes for a look at a visit.

    Raises:
        NotFoundError: it is another centre's, and not of a kind that other centres answer.
        SecondPersonError: by role, person, terminal, or an account that was made or recovered within the last day.
    """
    if row.kind not in FROM_ANY_CENTRE and visit.centre_id != session.centre_id:
        raise NotFoundError("no such second look")
    if session.role not in MAY_LOOK or session.terminal_id is None:
        raise SecondPersonError("not in this role, or not at a terminal")
    is_among = f" {session.staff_id} " in visit.served_by or f" {session.staff_id} " in row.barred
    if session.staff_id in (row.asked_by, visit.assistant_id) or is_among:
        raise SecondPersonError("not somebody whom it concerns")
    if inviters.line_of(conn, session.staff_id) & {visit.assistant_id, *visit.served_by.split()}:
        raise SecondPersonError("not whoever invited, or was invited by, who serves the visit or served it")
    if session.terminal_id in (row.asked_terminal_id, visit.terminal_id):
        raise SecondPersonError("not at the terminal of the visit")
    if freshness.is_fresh(conn, parts, session.staff_id, now):
        raise SecondPersonError("not within a day after the account was made or recovered")


def _point_to(conn: Connection, row: AnyRow, subject: Subject) -> None:
    """Let a look that waits be about what asks for it now; whoever was shown it for something else looks again."""
    about = {"delegation_id": subject.delegation_id, "filing_id": subject.filing_id, "approval_id": subject.approval_id}
    if row.state is SecondLookState.WAITING and any(getattr(row, name) != value for name, value in about.items()):
        values = about | {"looked_by": None, "looked_at": None}
        conn.execute(update(SecondLook).where(SecondLook.id == row.id).values(values))


def _decided(
    conn: Connection,
    parts: Parts,
    session: StaffSession,
    look_id: str,
    state: SecondLookState,
    *,
    reason: str | None = None,
) -> AnyRow:
    now = parts.clock.database_now(conn)
    row = _locked(conn, parts, look_id, now, session)
    if row.looked_by != session.staff_id:
        raise NotLookedAtError("answered without being shown it")
    conn.execute(
        update(SecondLook)
        .where(SecondLook.id == look_id)
        .values(state=state, decided_by=session.staff_id, decided_terminal_id=session.terminal_id, decided_at=now)
    )
    event = EventName.SECOND_LOOK_CONFIRMED if state is SecondLookState.CONFIRMED else EventName.SECOND_LOOK_REFUSED
    data = {"look": look_id, "kind": row.kind.value, "subject": row.subject_hash}
    if reason is not None:
        data["reason"] = reason
    say(conn, row.visit_id, event, session.actor, now, **data)
    return row


def _locked(conn: Connection, parts: Parts, look_id: str, now: datetime, session: StaffSession) -> AnyRow:
    """The look, locked with all that its answer may change, if `session` may answer it now."""
    visit, row = _lock_all(conn, look_id)
    ensure_may_answer(conn, parts, session, row, visit, now)
    is_over = visit.state is not VisitState.OPEN or now >= row.lapses_at
    if row.state is not SecondLookState.WAITING or is_over:
        raise SecondLookOverError("the second look is over")
    return row


def _lock_all(conn: Connection, look_id: str) -> tuple[AnyRow, AnyRow]:
    """Lock the visit and what the look names, in the flow's order, and the look last."""
    row = find_second_look(conn, look_id)
    visit = lock_visit_whole(conn, row.visit_id)
    if row.delegation_id is not None:
        lock_delegation(conn, row.delegation_id)
    if row.approval_id is not None:
        lock_approval(conn, row.approval_id)
    if row.filing_id is not None:
        lock_filing(conn, row.filing_id)
    return visit, lock_second_look(conn, look_id)


def _set_over(conn: Connection, row: AnyRow, now: datetime) -> None:
    values = {"state": SecondLookState.LAPSED, "decided_at": now}
    conn.execute(update(SecondLook).where(SecondLook.id == row.id).values(values))
    data = {"look": row.id, "kind": row.kind.value, "subject": row.subject_hash}
    say(conn, row.visit_id, EventName.SECOND_LOOK_LAPSED, actors.SYSTEM, now, **data)
