"""What proves one delegation to whose matter it is: the portal's page, its receipt, all of it as one file."""

from typing import Any

from sqlalchemy import Connection

from audit.events import EventName
from gateway.keys.errors import KeyDestroyedError
from gateway.parts import Parts
from gateway.people.access import AccountSession
from gateway.visits import own, rows, statement_looks
from gateway.visits.errors import NotFoundError
from gateway.visits.proof import proof_of
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.trail import say


def picture(conn: Connection, parts: Parts, person_id: str, delegation_id: str, filing_id: str) -> bytes:
    """The portal's page before the last click, as PNG. Raises `NotFoundError`."""
    row = own.find(conn, person_id, delegation_id)
    return _kept(conn, parts, row, _filing(conn, row, filing_id), "picture")


def receipt(
    conn: Connection, parts: Parts, by: AccountSession, delegation_id: str, filing_id: str
) -> tuple[bytes, str]:
    """The portal's own receipt, untrusted bytes, and its reference; that it was opened is recorded.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = own.find(conn, by.resident_id, delegation_id)
    filing = _filing(conn, row, filing_id)
    pdf = _kept(conn, parts, row, filing, "pdf")
    stored = rows.find_receipt(conn, filing.id)
    if stored is None:
        raise NotFoundError("no receipt")
    say(
        conn,
        row.visit_id,
        EventName.RECEIPT_OPENED,
        by.actor,
        parts.clock.database_now(conn),
        receipt=stored.id,
    )
    return pdf, stored.reference


def note_proof(conn: Connection, parts: Parts, by: AccountSession, delegation_id: str) -> None:
    """Record that the person takes everything that proves it.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        StatementGoneError: it is erased.
    """
    row = own.find(conn, by.resident_id, delegation_id)
    statement_looks.again(conn, parts, row.id)
    now = parts.clock.database_now(conn)
    say(conn, row.visit_id, EventName.PROOF_DOWNLOADED, by.actor, now, delegation=row.id)


def proof(conn: Connection, parts: Parts, by: AccountSession, delegation_id: str) -> bytes:
    """Everything that proves it, as one file. Raises as `note_proof`, which comes first."""
    return proof_of(conn, parts, own.find(conn, by.resident_id, delegation_id).id)


def _filing(conn: Connection, row: AnyRow, filing_id: str) -> Any:
    filing = rows.find_filing(conn, filing_id)
    if filing.delegation_id != row.id:
        raise NotFoundError("no such filing")
    return filing


def _kept(conn: Connection, parts: Parts, row: AnyRow, filing: AnyRow, kind: str) -> bytes:
    try:
        content = VisitVault.of(conn, parts.sealer, row.visit_id).find(filing.id, kind)
    except KeyDestroyedError:
        content = None
    if content is None:
        raise NotFoundError(f"no {kind} is kept")
    return content
