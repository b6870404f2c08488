"""What became of filings, as pages show it: the stage for everybody, the portal's words for whoever may see them.

A member of staff sees them only for somebody who has just shown a document, and after that was recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from audit.entry import decode
from audit.events import EventName
from connectors.sdk.outcome import Stage, Standing
from delegation.filing import FilingState
from gateway.keys.errors import KeyDestroyedError
from gateway.ledger.tables import AuditEvent
from gateway.parts import Parts
from gateway.people.access import AccountSession, StaffSession
from gateway.services import catalogue
from gateway.visits import following, own, presenting, rows, stopping
from gateway.visits.errors import NotFoundError
from gateway.visits.following import DECISION
from gateway.visits.outcome_tables import FollowingEnd
from gateway.visits.presenting import Listed
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.stopping import Answer
from gateway.visits.trail import say

_SHOWN = select(AuditEvent.leaf).where(
    AuditEvent.chain == bindparam("chain"),
    AuditEvent.type == EventName.DECISION_SHOWN.value,
    AuditEvent.at > bindparam("since"),
)


class HandedOverHow(StrEnum):
    """How somebody who came back was given what became of their application."""

    PRINTED = "printed"
    READ_OUT = "read_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What became of one filing."""

    filing_id: str
    service: str
    """Its title."""
    stage: Stage
    standing: Standing | None = None
    """What exactly the portal said; `None` where the reader may not see it, or it is erased."""
    wanted: str = ""
    until: date | None = None
    looked_at: datetime | None = None
    next_at: datetime | None = None
    """When it is looked up again; `None`: not any more, or nobody was allowed to."""
    has_failed: bool = False
    """The portal did not answer when it was asked last."""
    ended: FollowingEnd | None = None
    has_decision: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """One delegation of somebody who showed a document."""

    one: Listed
    answer: Answer
    outlooks: Sequence[Outlook]
    is_shown: bool
    """Whether the portal's words may be seen too."""


def of_filings(
    conn: Connection,
    filings: Sequence[AnyRow],
    vaults: Mapping[str, VisitVault],
    language: str,
    now: datetime,
) -> dict[str, Outlook]:
    """What became of `filings`, by id; where `vaults` has their visit's, also what the portal said.

    They are rows with the columns of `rows.FOLLOWED`.
    """
    if not filings:
        return {}
    titles = catalogue.titles(conn, {each.service_id for each in filings}, language)
    followed = {each.delegation_id for each in filings if each.followed_stage is not None}
    delegations = {each.id: each for each in rows.find_delegations(conn, followed)}
    return {
        filing.id: _outlook(
            filing,
            vaults.get(filing.visit_id),
            titles[filing.service_id],
            delegations.get(filing.delegation_id),
            now,
        )
        for filing in filings
    }


def of_visit(conn: Connection, parts: Parts, visit_id: str, language: str) -> Sequence[Outlook]:
    """How far what was sent in a visit has come, for somebody who may see none of the portal's words."""
    sent = [each for each in rows.filings_of_visit(conn, visit_id) if each.sent_at is not None]
    return tuple(of_filings(conn, sent, {}, language, parts.clock.now()).values())


def open_decision(conn: Connection, parts: Parts, by: AccountSession, delegation_id: str, filing_id: str) -> bytes:
    """The decision for the person whose matter it is, untrusted bytes; that it was opened is recorded.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = own.find(conn, by.resident_id, delegation_id)
    pdf = _decision(conn, parts, row, filing_id)
    now = parts.clock.database_now(conn)
    say(conn, row.visit_id, EventName.DECISION_OPENED, by.actor, now, filing=filing_id)
    return pdf


def note_shown(conn: Connection, parts: Parts, by: StaffSession, shown_id: str, delegation_id: str) -> None:
    """Record that somebody looks what became of it, for whoever showed the document. Raises `NotFoundError`."""
    presenting.one_of(conn, parts, by, shown_id, delegation_id)
    row = rows.find_delegation(conn, delegation_id)
    now = parts.clock.database_now(conn)
    data = {"delegation": delegation_id, "shown": shown_id}
    say(conn, row.visit_id, EventName.DECISION_SHOWN, by.actor, now, **data)


def for_presented(conn: Connection, parts: Parts, by: StaffSession, shown_id: str, delegation_id: str) -> Presented:
    """One delegation that is listed, and what became of what was filed under it. Raises `NotFoundError`."""
    listed = presenting.one_of(conn, parts, by, shown_id, delegation_id)
    row, now = rows.find_delegation(conn, delegation_id), parts.clock.now()
    filed = rows.filings_of(conn, delegation_id)
    sent = [each for each in filed if each.sent_at is not None]
    is_shown = _is_noted(conn, parts, row, shown_id)
    vault = _vault(conn, parts, row.visit_id) if is_shown else None
    return Presented(
        one=listed,
        answer=stopping.answer_of(row, filed, now),
        outlooks=tuple(of_filings(conn, sent, {row.visit_id: vault} if vault else {}, by.language, now).values()),
        is_shown=is_shown,
    )


def decision_for_presented(
    conn: Connection, parts: Parts, by: StaffSession, shown_id: str, delegation_id: str, filing_id: str
) -> bytes:
    """The decision, to be printed for whoever showed the document.

    Raises:
        NotFoundError: there is none, or that it is looked at was not recorded.
    """
    presenting.one_of(conn, parts, by, shown_id, delegation_id)
    row = rows.find_delegation(conn, delegation_id)
    if not _is_noted(conn, parts, row, shown_id):
        raise NotFoundError("looked at without being recorded")
    return _decision(conn, parts, row, filing_id)


def hand_over(
    conn: Connection,
    parts: Parts,
    by: StaffSession,
    shown_id: str,
    delegation_id: str,
    filing_id: str,
    how: HandedOverHow,
) -> None:
    """Record that whoever showed the document was given what became of it. Raises `NotFoundError`."""
    presenting.one_of(conn, parts, by, shown_id, delegation_id)
    row = rows.find_delegation(conn, delegation_id)
    filing = _filing(conn, row, filing_id)
    if not _is_noted(conn, parts, row, shown_id):
        raise NotFoundError("handed over without being looked at")
    data = {"filing": filing.id, "how": how.value, "shown": shown_id}
    say(conn, row.visit_id, EventName.OUTCOME_HANDED_OVER, by.actor, parts.clock.database_now(conn), **data)


def _outlook(filing: AnyRow, vault: VisitVault | None, title: str, delegation: AnyRow | None, now: datetime) -> Outlook:
    if filing.followed_stage is None or delegation is None:
        stage = Stage.REQUEST if filing.sent_at is not None else Stage.INFORMATION
        return Outlook(filing_id=filing.id, service=title, stage=stage)
    live = following.rights(delegation, filing.service_id, now)
    is_over = filing.followed_next_at is None or not live
    why = filing.followed_ended or (FollowingEnd.TIME if now >= filing.followed_until else FollowingEnd.STOPPED)
    said = None if vault is None or filing.state is not FilingState.FILED else following.said_of(vault, filing.id)
    return Outlook(
        filing_id=filing.id,
        service=title,
        stage=filing.followed_stage,
        standing=None if said is None else said.standing,
        wanted="" if said is None else said.wanted,
        until=None if said is None else said.until,
        looked_at=filing.followed_looked_at,
        next_at=None if is_over else filing.followed_next_at,
        has_failed=filing.followed_failure is not None and not is_over,
        ended=why if is_over else None,
        has_decision=vault is not None and filing.followed_decision_hash is not None,
    )


def _decision(conn: Connection, parts: Parts, row: AnyRow, filing_id: str) -> bytes:
    filing = _filing(conn, row, filing_id)
    vault = _vault(conn, parts, row.visit_id)
    content = None if vault is None else vault.find(filing.id, DECISION)
    if content is None:
        raise NotFoundError("no decision is kept")
    return content


def _filing(conn: Connection, row: AnyRow, filing_id: str) -> AnyRow:
    filing = rows.find_filing(conn, filing_id)
    if filing.delegation_id != row.id:
        raise NotFoundError("no such filing")
    return filing


def _is_noted(conn: Connection, parts: Parts, row: AnyRow, shown_id: str) -> bool:
    known = {"chain": row.visit_id, "since": parts.clock.now() - presenting.GOOD_FOR}
    return any(decode(bytes(leaf)).data.get("shown") == shown_id for leaf in conn.execute(_SHOWN, known).scalars())


def _vault(conn: Connection, parts: Parts, visit_id: str) -> VisitVault | None:
    try:
        return VisitVault.of(conn, parts.sealer, visit_id)
    except KeyDestroyedError:
        return None  # erased: the rows say how far it came, and nothing says what was decided
