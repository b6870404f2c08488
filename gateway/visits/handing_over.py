"""An open visit goes over to a colleague of the centre, who asks for it at another computer or in the other's absence.

Where the statement names one assistant the right to file ends with it: what was half done is voided, nothing typed is
lost, and whoever goes on asks for a new yes (decision 117). What it allows beyond filing keeps its own end, and the
code on the papers stops also what comes in its place. Where it names any assistant of the centre, it goes on as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, not_, select, update

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.database.base import written_out
from gateway.jobs.queue import enqueue_all
from gateway.ledger import outbox
from gateway.paging import Key, follows
from gateway.parts import Parts
from gateway.people import kept_forms, residents, throttle
from gateway.people.access import StaffSession
from gateway.people.personal_code import PersonalCodeError, normalise
from gateway.people.tables import Staff
from gateway.services import catalogue, naming
from gateway.services.tables import Service
from gateway.terminals.tables import Terminal
from gateway.visits import asking, guarding, in_hand, scope, stopping, telling
from gateway.visits.errors import NotFoundError, VisitClosedError
from gateway.visits.rows import (
    AnyRow,
    ensure,
    lock_delegation_of,
    lock_filing_of,
    lock_visit_in_centre,
    with_whoever_served,
)
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Channel, DelegationRow, Visit, VisitState
from gateway.visits.trail import say

_OWN = and_(Visit.assistant_id == bindparam("assistant"), Visit.terminal_id == bindparam("terminal"))
_ASKED = select(DelegationRow.id).where(DelegationRow.visit_id == Visit.id).exists()
_FOR_ANY = (
    select(DelegationRow.any_of_centre)
    .where(DelegationRow.visit_id == Visit.id)
    .order_by(DelegationRow.requested_at.desc())
    .limit(1)
    .correlate(Visit)
    .scalar_subquery()
)
_LIST = (
    select(
        Visit.id,
        Visit.opened_at,
        Visit.handed_at,
        Visit.channel,
        Visit.services,
        Visit.assistant_id,
        Staff.display_name,
        Visit.terminal_id,
        Terminal.name.label("terminal"),
        *naming.COLUMNS,
        _ASKED.label("is_asked"),
        _FOR_ANY.label("is_for_any"),
    )
    .join(Staff, Staff.id == Visit.assistant_id)
    .join(Terminal, Terminal.id == Visit.terminal_id)
    .outerjoin(Service, Service.id == Visit.service_id)
    .where(
        Visit.state == written_out(VisitState.OPEN),
        Visit.centre_id == bindparam("centre"),
        not_(_OWN),
    )
    .order_by(Visit.opened_at.desc(), Visit.id.desc())
    .limit(bindparam("most"))
)
_LIST_AFTER = _LIST.where(follows(Visit.opened_at, Visit.id))
_ONE = _LIST.where(Visit.id == bindparam("visit"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A visit of the centre that is open at another computer, or with a colleague: no resident's name or value."""

    id: str
    opened_at: datetime
    channel: Channel
    service: str | None
    """Title of what it is about now."""
    more: int
    """How many other services it is about."""
    assistant: str
    is_mine: bool
    """Whether the reader began it, at another computer."""
    terminal: str
    is_here: bool
    """Whether it is the reader's own computer, where a colleague served before."""
    is_asked: bool
    """Whether somebody was asked for a yes: then their document is looked at before anything is shown."""
    is_for_any: bool
    """Whether what was asked for names any assistant of the centre."""
    seen: str
    """What a form carries, so that nobody takes it from a third who took it first."""

    @property
    def key(self) -> Key:
        """Where a page that ends with it ends."""
        return Key(self.opened_at, self.id)


def in_centre(conn: Connection, by: StaffSession, *, most: int, after: Key | None = None) -> list[Elsewhere]:
    """The open visits of the centre that `by` does not serve here, the newest first, from the line after `after`."""
    query, more = (_LIST, {}) if after is None else (_LIST_AFTER, after.values)
    return _lines(conn.execute(query, _place(by) | {"most": most} | more).all(), by)


def one_in_centre(conn: Connection, by: StaffSession, visit_id: str) -> Elsewhere:
    """One of these. Raises `NotFoundError` where it is not open, one's own here, or another centre's."""
    found = _lines(conn.execute(_ONE, _place(by) | {"most": 1, "visit": visit_id}).all(), by)
    if not found or by.terminal_id is None:
        raise NotFoundError("no such visit")
    return found[0]


def note_listed(conn: Connection, parts: Parts, by: StaffSession, found: Sequence[Elsewhere]) -> None:
    """Record that `by` looked at colleagues' open visits, and at which."""
    if found:
        now = parts.clock.database_now(conn)
        data = {"found": [each.id for each in found]}
        outbox.record(
            conn, chain=f"staff:{by.staff_id}", type=EventName.VISITS_LISTED, actor=by.actor, data=data, at=now
        )


def take_over(
    conn: Connection, parts: Parts, by: StaffSession, visit_id: str, *, seen: str, code: str = "", document: str = ""
) -> bool:
    """Go on with a visit that a colleague serves, or oneself elsewhere. False if the document is somebody else's.

    Where somebody was asked for a yes, `code` is the personal code on the `document` of whoever says it.

    Raises:
        NotFoundError: there is none, or it is another centre's.
        VisitClosedError: it is not open.
        OutOfOrderError: it is one's own already, another colleague has just taken it over, or the portal's answer to
            what was sent is awaited.
        guarding.BarredError: what is left is not open to this assistant, or it is their own matter.
        TriedTooOftenError: this member of staff has typed too many codes in a quarter of an hour.
    """
    guarding.ensure_recognised(conn, by)
    visit = lock_visit_in_centre(conn, by, visit_id)
    if visit.state is not VisitState.OPEN:
        raise VisitClosedError("the visit has ended, or is set aside")
    ensure((visit.assistant_id, visit.terminal_id) != (by.staff_id, by.terminal_id), "take over what is one's own")
    ensure(seen == _seen(visit), "take over what somebody else has taken over")
    now = parts.clock.database_now(conn)
    row = lock_delegation_of(conn, visit_id)
    filing = None if row is None else lock_filing_of(conn, row.id)
    keeps = row is not None and may_pass_on(row, by)
    is_awaited = filing is not None and filing.state is FilingState.SENT
    ensure(keeps or not is_awaited, "take over while the answer is awaited")
    left = scope.left_to_do(conn, visit)
    if row is not None:
        throttle.charge(conn, parts.sealer, [throttle.documents(by.staff_id)], now)
        approver = residents.open_profile(conn, parts, row.approver_id)
        if not is_code_of(approver, code):
            say(conn, visit_id, EventName.VISIT_NOT_HANDED_OVER, by.actor, now, document=document)
            return False
        vault = VisitVault.of(conn, parts.sealer, visit_id, visit.key_id)
        needed = guarding.looks_for_people(conn, parts, vault, by, [approver], None, principal_id=row.principal_id)
        keeps = keeps and not needed and not _is_close(conn, parts, vault, by, row, filing)
        ensure(keeps or not is_awaited, "take over while the answer is awaited")
    electronic = [each.id for each in catalogue.find_all(conn, list(left)) if each.is_electronic]
    guarding.ensure_open(conn, electronic, centre_id=by.centre_id, staff_id=by.staff_id, now=now)
    _hand_to(conn, by, visit, row, filing, document or None, now, keeps=keeps)
    return True


def may_pass_on(row: AnyRow, by: StaffSession) -> bool:
    """Whether what was asked for or allowed names any assistant of the centre in which `by` sits."""
    is_live = row.state in (DelegationState.REQUESTED, DelegationState.ACTIVE, DelegationState.SPENT)
    return bool(row.any_of_centre) and is_live and row.centre_id == by.centre_id


def pass_on(conn: Connection, by: StaffSession, row: AnyRow, now: datetime) -> None:
    """The delegation is used by `by` from now on: what portals are told names them. Its approvers are told too."""
    conn.execute(
        update(DelegationRow)
        .where(DelegationRow.id == row.id)
        .values(assistant_id=by.staff_id, terminal_id=by.terminal_id)
    )
    if row.state is not DelegationState.REQUESTED:
        enqueue_all(conn, [telling.later(row.id, telling.Told.HANDED_OVER, now)], now)


def is_code_of(person: residents.Profile, typed: str) -> bool:
    """Whether a typed personal code is this person's."""
    try:
        return normalise(typed) == person.code
    except PersonalCodeError:
        return False


def _is_close(
    conn: Connection, parts: Parts, vault: VisitVault, by: StaffSession, row: AnyRow, filing: AnyRow | None
) -> bool:
    """Whether an answer that would still be filed belongs to a colleague. Raises `OwnMatterError` where to `by`."""
    kept = None if filing is None else vault.find(filing.id, "answers")
    values = {} if kept is None else msgspec.json.decode(kept, type=asking.Answers).values
    texts = [text for value in values.values() for text in ([value] if isinstance(value, str) else value)]
    return guarding.is_close(conn, parts, vault, by, texts, principal_id=row.principal_id)


def _hand_to(
    conn: Connection,
    by: StaffSession,
    visit: AnyRow,
    row: AnyRow | None,
    filing: AnyRow | None,
    document: str | None,
    now: datetime,
    *,
    keeps: bool,
) -> None:
    """The visit is this assistant's now; what named the other alone ends as far as it allows to file."""
    was_granted = row is not None and row.state is DelegationState.ACTIVE
    if row is not None and keeps:
        pass_on(conn, by, row, now)
    elif row is not None:
        stopping.end_rights(conn, row, filing, by=by.actor, whose="visit", now=now)
    conn.execute(
        update(Visit)
        .where(Visit.id == visit.id)
        .values(
            assistant_id=by.staff_id,
            terminal_id=by.terminal_id,
            session_hash=by.token_hash,
            in_hand_at=now,
            handed_at=now,
            handed_from=visit.assistant_id,
            handed_terminal=visit.terminal_id,
            served_by=with_whoever_served(visit),
        )
    )
    in_hand.lay_down(conn, visit)
    kept_forms.drop_of_visit(conn, visit.id)
    if row is not None and was_granted and not keeps:
        enqueue_all(conn, [telling.later(row.id, telling.Told.HANDED_OVER, now)], now)
    data: dict[str, Any] = {"from": visit.assistant_id, "document": document, "again": row is not None and not keeps}
    say(conn, visit.id, EventName.VISIT_HANDED_OVER, by.actor, now, **data)


def _place(by: StaffSession) -> dict[str, str | None]:
    return {"centre": by.centre_id, "assistant": by.staff_id, "terminal": by.terminal_id}


def _seen(visit: AnyRow) -> str:
    moment: datetime = visit.handed_at or visit.opened_at
    return moment.isoformat()


def _lines(rows: Sequence[Any], by: StaffSession) -> list[Elsewhere]:
    return [
        Elsewhere(
            id=row.id,
            opened_at=row.opened_at,
            channel=row.channel,
            service=naming.in_list(row, by.language),
            more=max(0, len(row.services or ()) - 1),
            assistant=row.display_name,
            is_mine=row.assistant_id == by.staff_id,
            terminal=row.terminal,
            is_here=row.terminal_id == by.terminal_id,
            is_asked=bool(row.is_asked),
            is_for_any=bool(row.is_for_any),
            seen=_seen(row),
        )
        for row in rows
    ]
