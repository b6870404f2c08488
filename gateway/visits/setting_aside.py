"""A visit that goes on another day: set aside, taken up again by somebody who has checked who stands there, or ended.

The right to file keeps the end that the statement named; nothing half done and no permit outlives the day. Whoever the
statement does not name, or at another computer than it names, asks for a new yes before anything goes on (decision 91).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased

from audit.events import EventName
from delegation.filing import UNSENT, FilingState
from delegation.model import DelegationState
from gateway.database.base import written_out
from gateway.jobs.queue import enqueue, enqueue_all
from gateway.paging import Key, follows
from gateway.parts import Parts
from gateway.people import kept_forms, residents, throttle
from gateway.people.access import StaffSession
from gateway.people.tables import Staff
from gateway.services import catalogue, naming
from gateway.visits import (
    actors,
    advancing,
    approvals,
    closing,
    guarding,
    handing_over,
    in_hand,
    scope,
    second_person,
    stopping,
    telling,
)
from gateway.visits.delegations import files_until
from gateway.visits.errors import NotFoundError, VisitClosedError
from gateway.visits.rows import (
    AnyRow,
    ensure,
    expected,
    lock_delegation_of,
    lock_filing_of,
    lock_open_visit,
    lock_visit_whole,
    with_whoever_served,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import DelegationRow, Filing, Visit, VisitState
from gateway.visits.trail import say
from gateway.visits.view import SET_ASIDE, VisitView

LEAST: Final = timedelta(hours=12)
"""A right that ends sooner leaves no other day to go on."""
REMINDED_BEFORE: Final = timedelta(days=2)
MOST: Final = 200
"""Visits that one sweep looks at."""

_ASIDE = Visit.state == written_out(VisitState.SET_ASIDE)
_ACTIVE = aliased(DelegationRow)
_OVER = (
    select(Visit.id)
    .where(
        _ASIDE,
        or_(
            Visit.set_aside_until <= bindparam("now"),
            ~exists().where(and_(_ACTIVE.visit_id == Visit.id, _ACTIVE.state == DelegationState.ACTIVE)),
        ),
    )
    .order_by(Visit.set_aside_until, Visit.id)
    .limit(MOST)
)
_LIST = (
    select(Visit.id, Visit.opened_at, Visit.set_aside_at, Visit.set_aside_until, Visit.services, Staff.display_name)
    .join(Staff, Staff.id == Visit.assistant_id)
    .where(_ASIDE, Visit.centre_id == bindparam("centre"), Visit.set_aside_until > bindparam("now"))
    .order_by(Visit.opened_at.desc(), Visit.id.desc())
    .limit(bindparam("most"))
)
_LIST_AFTER = _LIST.where(follows(Visit.opened_at, Visit.id))
_FILED = select(Filing.visit_id, Filing.service_id).where(
    Filing.visit_id.in_(bindparam("visits", expanding=True)), Filing.state == FilingState.FILED
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A visit of the centre that waits to be taken up; nobody's name but the assistant's."""

    id: str
    opened_at: datetime
    set_aside_at: datetime
    until: datetime
    assistant: str
    left: tuple[str, ...]
    """Titles of what was not filed."""
    filed: int

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.opened_at, self.id)


def may_set_aside(view: VisitView) -> bool:
    """Whether something is left that may still be filed on another day, and nothing is on its way."""
    delegation, filing = view.delegation, view.filing
    if not view.is_open or not view.visit["services"] or delegation is None:
        return False
    ends = files_until(delegation["services"])
    is_left = any(each["used"] < each["max_filings"] for each in delegation["services"])
    is_on_its_way = filing is not None and filing["state"] is FilingState.SENT
    is_active = delegation["state"] is DelegationState.ACTIVE
    return is_active and is_left and not is_on_its_way and ends is not None and ends - view.now > LEAST


def until_of(view: VisitView) -> datetime | None:
    """Until when what is left may be filed."""
    return None if view.delegation is None else files_until(view.delegation["services"])


def set_aside(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> datetime:
    """Set the visit aside; return when the right to file ends. What is half done is voided, its answers are kept.

    Raises:
        NotFoundError, VisitClosedError: as `lock_open_visit`.
        OutOfOrderError: nothing is left that another day could file, or the portal's answer is awaited.
    """
    visit = lock_open_visit(conn, by, visit_id)
    now = parts.clock.database_now(conn)
    row = expected(lock_delegation_of(conn, visit_id), "set aside before anything is allowed")
    filing = lock_filing_of(conn, row.id)
    ends = files_until(row.services)
    left = scope.left_to_do(conn, visit)
    is_in_time = ends is not None and ends - now > LEAST
    ensure(bool(visit.services) and bool(left), "set aside what is done")
    ensure(row.state is DelegationState.ACTIVE and is_in_time, "set aside what no other day may file")
    ensure(filing is None or filing.state is not FilingState.SENT, "set aside while the answer is awaited")
    if filing is not None and filing.state in UNSENT:
        stopping.stop_filing(conn, filing, by.actor, SET_ASIDE, now, abandoned=True)
    approvals.lapse_all(conn, row.id, now)
    second_person.withdraw_all(conn, visit_id, now)
    _set(conn, visit_id, state=VisitState.SET_ASIDE, set_aside_at=now, set_aside_until=ends)
    enqueue_all(conn, [telling.later(row.id, telling.Told.SET_ASIDE, now)], now)
    if ends is not None and ends - REMINDED_BEFORE > now:
        telling.remind(conn, row.id, ends - REMINDED_BEFORE, now)
    until = ends.isoformat() if ends else None
    kept_forms.drop_of_visit(conn, visit_id)
    say(conn, visit_id, EventName.VISIT_SET_ASIDE, by.actor, now, left=list(left), until=until)
    return ends or now


def take_up(conn: Connection, parts: Parts, by: StaffSession, visit_id: str, *, code: str, document: str) -> bool:
    """Go on with a visit of the centre, once the document in hand is that of whoever said yes. False if it is not.

    Raises:
        NotFoundError: there is none, or it is another centre's.
        VisitClosedError: it is not set aside, or its time is over.
        guarding.BarredError: what is left is not open to this assistant, or it is their own matter.
        TriedTooOftenError: this member of staff has typed too many codes in a quarter of an hour.
    """
    guarding.ensure_recognised(conn, by)
    visit = lock_visit_whole(conn, visit_id)
    if visit.centre_id != by.centre_id:
        raise NotFoundError("no such visit")
    now = parts.clock.database_now(conn)
    row = expected(lock_delegation_of(conn, visit_id), "take up what was never allowed")
    is_over = visit.set_aside_until is None or now >= visit.set_aside_until
    if visit.state is not VisitState.SET_ASIDE or is_over or row.state is not DelegationState.ACTIVE:
        raise VisitClosedError("it is not set aside, or its time is over")
    ensure(by.terminal_id is not None, "take up a visit away from a terminal")
    throttle.charge(conn, parts.sealer, [throttle.documents(by.staff_id)], now)
    vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
    approver = residents.open_profile(conn, parts, row.approver_id)
    if not handing_over.is_code_of(approver, code):
        say(conn, visit_id, EventName.VISIT_NOT_TAKEN_UP, by.actor, now, document=document)
        return False
    left = scope.left_to_do(conn, visit)
    guarding.ensure_open(conn, _electronic(conn, left), centre_id=by.centre_id, staff_id=by.staff_id, now=now)
    needed = guarding.looks_for_people(conn, parts, vault, by, [approver], None, principal_id=row.principal_id)
    _hand_to(conn, by, visit, row, left, document, now, is_close=bool(needed))
    return True


def end_over(conn: Connection, parts: Parts, visit_id: str) -> bool:
    """Close a visit that was set aside and cannot be taken up any more; say whether it was one."""
    visit = lock_visit_whole(conn, visit_id)
    row = lock_delegation_of(conn, visit_id)
    filing = None if row is None else lock_filing_of(conn, row.id)
    now = parts.clock.database_now(conn)
    is_in_force = row is not None and row.state is DelegationState.ACTIVE and now < visit.set_aside_until
    if visit.state is not VisitState.SET_ASIDE or is_in_force:
        return False
    closing.end_visit(conn, parts, visit, row, filing, by=actors.SYSTEM, event=EventName.VISIT_EXPIRED)
    return True


def over(conn: Connection, parts: Parts) -> list[str]:
    """The visits that were set aside and cannot be taken up any more: their time is over, or somebody stopped it."""
    return list(conn.execute(_OVER, {"now": parts.clock.database_now(conn)}).scalars())


def in_centre(conn: Connection, parts: Parts, by: StaffSession, *, most: int, after: Key | None = None) -> list[Line]:
    """What waits in the centre of `by`, the newest visit first, from the line after `after`."""
    asked = {"centre": by.centre_id, "now": parts.clock.now(), "most": most}
    query, more = (_LIST, {}) if after is None else (_LIST_AFTER, after.values)
    rows = conn.execute(query, asked | more).all()
    return _lines(conn, rows, by.language)


def one_in_centre(conn: Connection, parts: Parts, by: StaffSession, visit_id: str) -> Line:
    """One of these. Raises `NotFoundError` where it is not set aside, or another centre's."""
    rows = conn.execute(
        _LIST.where(Visit.id == visit_id), {"centre": by.centre_id, "now": parts.clock.now(), "most": 1}
    )
    found = _lines(conn, rows.all(), by.language)
    if not found:
        raise NotFoundError("no such visit")
    return found[0]


def _hand_to(
    conn: Connection,
    by: StaffSession,
    visit: AnyRow,
    row: AnyRow,
    left: Sequence[str],
    document: str,
    now: datetime,
    *,
    is_close: bool,
) -> None:
    """The visit is this assistant's now; the delegation goes on only where it names them and this computer, or all."""
    is_named = (row.assistant_id, row.terminal_id) == (by.staff_id, by.terminal_id)
    if not is_named and not is_close and handing_over.may_pass_on(row, by):
        handing_over.pass_on(conn, by, row, now)
        is_named = True
    first = next(iter(_electronic(conn, left)), visit.service_id)
    _set(
        conn,
        visit.id,
        state=VisitState.OPEN,
        assistant_id=by.staff_id,
        terminal_id=by.terminal_id,
        session_hash=by.token_hash,
        served_by=with_whoever_served(visit),
        in_hand_at=now,
        service_id=first,
        set_aside_until=None,
    )
    if is_named:
        enqueue(conn, advancing.JOB, {"visit": visit.id}, key=f"{advancing.JOB}:{visit.id}", now=now)
    else:
        stopping.end_rights(conn, row, lock_filing_of(conn, row.id), by=by.actor, whose="visit", now=now)
    in_hand.lay_down(conn, visit)
    data: dict[str, Any] = {"document": document, "again": not is_named, "left": list(left)}
    say(conn, visit.id, EventName.VISIT_TAKEN_UP, by.actor, now, **data)


def _electronic(conn: Connection, services: Sequence[str]) -> tuple[str, ...]:
    return tuple(each.id for each in catalogue.find_all(conn, list(services)) if each.is_electronic)


def _lines(conn: Connection, rows: Sequence[AnyRow], language: str) -> list[Line]:
    filed: dict[str, set[str]] = {}
    for each in conn.execute(_FILED, {"visits": [row.id for row in rows]}) if rows else ():
        filed.setdefault(each.visit_id, set()).add(each.service_id)
    titles = {
        each.id: naming.listed(each, language)
        for each in catalogue.find_all(conn, sorted({service for row in rows for service in row.services}))
    }
    return [
        Line(
            id=row.id,
            opened_at=row.opened_at,
            set_aside_at=row.set_aside_at,
            until=row.set_aside_until,
            assistant=row.display_name,
            left=tuple(titles[each] for each in row.services if each not in filed.get(row.id, ())),
            filed=len(filed.get(row.id, ())),
        )
        for row in rows
    ]


def _set(conn: Connection, visit_id: str, **columns: object) -> None:
    conn.execute(update(Visit).where(Visit.id == visit_id).values(**columns))
