"""What the resident saw of a visit: each text that they were asked about, and each read-back, opened for an auditor.

That it is opened is an event (`looking.note_unsealing`), which comes first and is the caller's to ask for.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from delegation.filing import FilingState
from delegation.readback import ReadBack
from gateway.database.once import note
from gateway.keys.errors import KeyDestroyedError
from gateway.parts import Parts
from gateway.services import catalogue
from gateway.services.catalogue import Service
from gateway.visits import read_backs, statement_looks
from gateway.visits.rows import filings_of_visit, find_visit
from gateway.visits.sealed import VisitVault
from gateway.visits.statement_looks import Seen, StatementGoneError
from gateway.visits.tables import DelegationRow

_DELEGATIONS = (
    select(DelegationRow.__table__)
    .where(DelegationRow.visit_id == bindparam("visit"))
    .order_by(DelegationRow.requested_at, DelegationRow.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One filing as the portal held it before the last click."""

    id: str
    service: Service
    state: FilingState
    sent_at: datetime | None
    readback: ReadBack


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenVisit:
    """What was before the resident's eyes."""

    texts: tuple[Seen, ...]
    filings: tuple[Filled, ...]
    is_erased: bool


def of_visit(conn: Connection, parts: Parts, visit_id: str) -> SeenVisit:
    """Open what a visit has. Raises `NotFoundError`."""
    find_visit(conn, visit_id)
    try:
        vault = VisitVault.of(conn, parts.sealer, visit_id)
    except KeyDestroyedError:
        return SeenVisit(texts=(), filings=(), is_erased=True)
    vault.fetch("readback")
    rows = [row for row in filings_of_visit(conn, visit_id) if row.readback_hash is not None]
    services = {each.id: each for each in catalogue.find_all(conn, sorted({row.service_id for row in rows}))}
    return SeenVisit(
        texts=tuple(_texts(conn, parts, visit_id)),
        filings=tuple(
            Filled(
                id=row.id,
                service=services[row.service_id],
                state=row.state,
                sent_at=row.sent_at,
                readback=read_backs.read(vault, row.id),
            )
            for row in rows
        ),
        is_erased=False,
    )


def _texts(conn: Connection, parts: Parts, visit_id: str) -> list[Seen]:
    found = []
    for row in conn.execute(_DELEGATIONS, {"visit": visit_id}).all():
        note(conn, ("delegation", row.id), row)
        try:
            found.append(statement_looks.again(conn, parts, row.id))
        except StatementGoneError:
            continue  # erased alone: the rest of the visit is shown
    return found
