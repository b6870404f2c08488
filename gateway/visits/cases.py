"""Cases: "this was not me" and "these data are wrong".

Opening one stops what is still allowed, tells the holder of the service, and gives it to an auditor with a deadline.
What was said and answered is sealed in the visit's vault; events, rows and messages hold no personal value.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from audit.entry import Actor, ActorKind
from audit.events import EventName
from delegation.model import DelegationState
from gateway.database.base import lock
from gateway.ids import short_code
from gateway.keys.errors import KeyDestroyedError
from gateway.notifications import outbox
from gateway.notifications.reaching import Notice, queue_for
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services import catalogue
from gateway.visits import stopping
from gateway.visits.case_tables import Dispute, DisputeKind, DisputeOutcome, DisputeState
from gateway.visits.errors import CaseOverError, NotFoundError
from gateway.visits.rows import AnyRow, filings_of, find_delegation, find_filing_of, find_visit, lock_delegation
from gateway.visits.sealed import VisitVault
from gateway.visits.stopping import StopReason
from gateway.visits.tables import DelegationRow
from gateway.visits.trail import say

LONGEST_WORDS = 2000
"""Signs that somebody may write about a case, and an auditor in answer."""
WORDS, ANSWER = "case_words", "case_answer"
"""Under which kinds the texts are sealed; their owner is the case."""

_HOLDERS_LANGUAGE = "lv"
_LIVE = (DelegationState.REQUESTED, DelegationState.ACTIVE, DelegationState.SPENT)
_CASE = select(Dispute.__table__).where(Dispute.id == bindparam("id"))
_SAME = select(Dispute.id).where(
    Dispute.delegation_id == bindparam("delegation"),
    Dispute.kind == bindparam("kind"),
    Dispute.state == DisputeState.OPEN,
)
_LIVE_OF_PEOPLE = select(DelegationRow.id, DelegationRow.services).where(
    or_(DelegationRow.principal_id == bindparam("principal"), DelegationRow.approver_id == bindparam("approver")),
    DelegationRow.state.in_(_LIVE),
    DelegationRow.valid_until > bindparam("now"),
)


def open_case(
    conn: Connection,
    parts: Parts,
    *,
    kind: DisputeKind,
    delegation_id: str,
    whose: str,
    by: Actor,
    words: str,
    now: datetime,
) -> str:
    """Open a case about a delegation and return its id; while the same one is open, that one is returned.

    Stops every live delegation of principal and approver (`NOT_ME`), or those for the same services (`DATA_WRONG`); but
    this one alone where `by` is nobody known: whoever found a code may want to do harm. `whose` is as
    `DelegationRow.ended_by`, `by` whom the trail names, `words` what the person said, cut after `LONGEST_WORDS`.

    Raises:
        NotFoundError: no such delegation.
    """
    row = find_delegation(conn, delegation_id)
    for each in [row.id] if by.kind is ActorKind.NOBODY else _ids_to_lock(conn, row, kind, now):
        if lock_delegation(conn, each).state in _LIVE:
            stopping.stop_or_say_sent(conn, parts, each, by=by, whose=whose, reason=StopReason.CASE)
    same: str | None = conn.execute(_SAME, {"delegation": delegation_id, "kind": kind}).scalar_one_or_none()
    if same is not None:
        return same
    case_id = _new_number()
    vault = VisitVault.of(conn, parts.sealer, row.visit_id)
    service_id = _service_of(conn, row)
    told = _tell_holders(conn, parts, vault, row, case_id, kind, now)
    conn.execute(
        insert(Dispute).values(
            id=case_id,
            kind=kind,
            delegation_id=delegation_id,
            visit_id=row.visit_id,
            principal_id=row.principal_id,
            service_id=service_id,
            opened_by=whose,
            opened_at=now,
            deadline=now + parts.settings.case_answer,
            holder_told=told,
            state=DisputeState.OPEN,
        )
    )
    vault.add(case_id, WORDS, words[:LONGEST_WORDS].encode(), now)
    data = {"case": case_id, "kind": kind.value, "delegation": delegation_id, "whose": whose, "holder_told": told}
    say(conn, row.visit_id, EventName.DISPUTE_OPENED, by, now, **data)
    return case_id


def answer(conn: Connection, parts: Parts, by: StaffSession, case_id: str, outcome: DisputeOutcome, note: str) -> None:
    """An auditor answers a case; while it is not closed the answer can be mended.

    Raises:
        NotFoundError: no such case.
        CaseOverError: it is closed.
    """
    now = parts.clock.database_now(conn)
    case = _lock_open(conn, case_id)
    _set(conn, case_id, state=DisputeState.ANSWERED, outcome=outcome, handled_by=by.staff_id, answered_at=now)
    VisitVault.of(conn, parts.sealer, case.visit_id).keep(case_id, ANSWER, note[:LONGEST_WORDS].encode(), now)
    data = {"case": case_id, "outcome": outcome.value, "in_time": now <= case.deadline}
    say(conn, case.visit_id, EventName.DISPUTE_ANSWERED, by.actor, now, **data)


def close(conn: Connection, parts: Parts, by: StaffSession, case_id: str) -> bool:
    """Close an answered case and tell the resident; return whether they could be reached.

    Raises:
        NotFoundError: no such case.
        CaseOverError: it is closed already, or not answered yet.
    """
    now = parts.clock.database_now(conn)
    case = _lock_open(conn, case_id)
    if case.state is not DisputeState.ANSWERED:
        raise CaseOverError("close what is not answered")
    _set(conn, case_id, state=DisputeState.CLOSED, closed_at=now)
    visit = find_visit(conn, case.visit_id)
    vault = VisitVault.of(conn, parts.sealer, visit.id, visit.key_id)
    approver = find_delegation(conn, case.delegation_id).approver_id
    notice = Notice(
        template=f"case_{case.outcome.value}", language=visit.language, values={"case": case_id}, visit_id=visit.id
    )
    channel = queue_for(conn, parts, vault.key, approver, notice, now=now)
    told = "nowhere" if channel is None else channel.value
    say(conn, visit.id, EventName.DISPUTE_CLOSED, by.actor, now, case=case_id, outcome=case.outcome.value, told=told)
    return channel is not None


def find_case(conn: Connection, case_id: str) -> AnyRow:
    """The case, not locked. Raises `NotFoundError`."""
    return _there(conn.execute(_CASE, {"id": case_id}).one_or_none())


def texts_of(conn: Connection, parts: Parts, case: AnyRow) -> tuple[str | None, str | None]:
    """What was said, and what was answered; nothing where it is erased. That it is read is the caller's to record."""
    try:
        vault = VisitVault.of(conn, parts.sealer, case.visit_id)
    except KeyDestroyedError:
        return None, None
    answered = vault.find(case.id, ANSWER)
    return vault.take(case.id, WORDS).decode(), None if answered is None else answered.decode()


def _new_number() -> str:
    """Twelve random digits, `1234-5678-9012`: a case is spoken of on the telephone and at counters."""
    return "-".join(short_code(4) for _ in range(3))


def _ids_to_lock(conn: Connection, row: AnyRow, kind: DisputeKind, now: datetime) -> list[str]:
    """The delegation itself and what the case stops, in one order: two cases of one person wait for each other."""
    services = {each["service"] for each in row.services}
    people = {"principal": row.principal_id, "approver": row.approver_id, "now": now}
    live = conn.execute(_LIVE_OF_PEOPLE, people).all()
    in_matter = {
        other.id
        for other in live
        if kind is DisputeKind.NOT_ME or not services.isdisjoint(each["service"] for each in other.services)
    }
    return sorted({row.id, *in_matter})


def _service_of(conn: Connection, row: AnyRow) -> str:
    """The service that was filed last under a delegation, else the first that it allows."""
    filing = find_filing_of(conn, row.id)
    return str(row.services[0]["service"] if filing is None else filing.service_id)


def _tell_holders(
    conn: Connection, parts: Parts, vault: VisitVault, row: AnyRow, case_id: str, kind: DisputeKind, now: datetime
) -> bool:
    """Write to every holder concerned, who learns nothing but the reference that its portal gave; whether all were.

    Those are the holders that something was filed at; where nothing was, those whose service was allowed.
    """
    filed = {each.service_id: each.reference for each in filings_of(conn, row.id) if each.reference}
    services = catalogue.find_all(conn, sorted(filed) or [each["service"] for each in row.services])
    for service in services:
        if service.contact is None:
            continue
        reference = filed.get(service.id)
        draft = outbox.Draft(
            channel=outbox.Channel.EMAIL,
            to=service.contact,
            template=f"holder_{kind.value}" if reference else f"holder_{kind.value}_unsent",
            language=_HOLDERS_LANGUAGE,
            values={"reference": reference or "", "case": case_id, "service": service.card(_HOLDERS_LANGUAGE).title},
            visit_id=row.visit_id,
        )
        outbox.queue(conn, parts, vault.key, draft, now=now)
    return all(service.contact is not None for service in services)


def _lock_open(conn: Connection, case_id: str) -> AnyRow:
    case = _there(conn.execute(lock(conn, _CASE), {"id": case_id}).one_or_none())
    if case.state is DisputeState.CLOSED:
        raise CaseOverError("the case is closed")
    return case


def _set(conn: Connection, case_id: str, **columns: object) -> None:
    conn.execute(update(Dispute).where(Dispute.id == case_id).values(**columns))


def _there(case: AnyRow | None) -> AnyRow:
    if case is None:
        raise NotFoundError("no such case")
    return case
