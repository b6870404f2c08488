"""Why the one final request may not leave: judged where its bytes are about to go, with all that it concerns locked."""

from datetime import datetime

from sqlalchemy import Connection

from connectors.runner.api import GateRequest
from connectors.sdk import registry
from connectors.sdk.body import BodyField
from delegation.errors import DelegationError
from delegation.filing import FilingState
from delegation.model import Action, ensure_allows
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.health import ensure_healthy
from gateway.visits import guarding, read_backs, second_person
from gateway.visits.delegations import to_model
from gateway.visits.guarding import BarredError
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import RunKind


def why_not(
    conn: Connection,
    vault: VisitVault,
    run: AnyRow,
    row: AnyRow,
    filing: AnyRow,
    permit: AnyRow | None,
    request: GateRequest,
    now: datetime,
) -> str | None:
    """The first reason why the final request may not leave, by its code; `None` when it may."""
    try:
        ensure_healthy(conn)
        ensure_allows(to_model(row), service=filing.service_id, action=Action.FILE, now=now)
        place = {"centre_id": row.centre_id, "staff_id": row.assistant_id}
        guarding.ensure_open(conn, (filing.service_id,), **place, now=now)
    except (DelegationError, LogUnhealthyError, BarredError) as error:
        return error.code
    # Only the errand that the yes has started may send: no page that is still held open from filling it in.
    if run.kind is not RunKind.SEND or filing.state is not FilingState.CONFIRMED or run.attempt != filing.attempt:
        return "filing.not_confirmed"
    if not second_person.all_confirmed(conn, filing.looks or ()):
        return "second_look.missing"
    return _why_permit_does_not(vault, filing, permit, request, now)


def _why_permit_does_not(
    vault: VisitVault, filing: AnyRow, permit: AnyRow | None, request: GateRequest, now: datetime
) -> str | None:
    """Why the permit does not cover the bytes about to go; `None` when it does."""
    if permit is None or permit.consumed_at is not None:
        return "permit.used"
    if now >= permit.expires_at:
        return "permit.expired"
    if permit.payload_hash != filing.readback_hash:
        return "permit.mismatch"
    connector = registry.find(filing.service_id)
    fields = tuple(BodyField(name, value, "" if name in request.files else None) for name, value in request.fields)
    final = connector.final
    difference = final.request.compare(fields, read_backs.read(vault, filing.id), final.name, final.volatile)
    return None if difference is None else "permit.body_differs"
