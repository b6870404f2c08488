"""Between the row of a delegation and the `Delegation` whose rules decide."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, update

from delegation.model import AllowedService, Approval, Delegation
from gateway.visits.rows import AnyRow
from gateway.visits.tables import DelegationRow

_INSERT = insert(DelegationRow)
_UPDATE = (
    update(DelegationRow)
    .where(DelegationRow.id == bindparam("which"))
    .values(state=bindparam("to_state"), services=bindparam("to_services"), approvals=bindparam("to_approvals"))
)


def to_model(row: AnyRow) -> Delegation:
    """The delegation that `row` keeps."""
    return Delegation(
        id=row.id,
        principal=row.principal_id,
        approver=row.approver_id,
        assistant=row.assistant_id,
        centre=row.centre_id,
        terminal=row.terminal_id,
        visit=row.visit_id,
        services=msgspec.convert(row.services, tuple[AllowedService, ...]),
        valid_until=row.valid_until,
        state=row.state,
        requested_at=row.requested_at,
        approvals=msgspec.convert(row.approvals, tuple[Approval, ...]),
    )


def insert_delegation(
    conn: Connection,
    delegation: Delegation,
    *,
    template_id: str,
    language: str,
    statement_hash: str,
    status_index: int,
) -> None:
    """Keep a delegation that was just requested."""
    conn.execute(
        _INSERT,
        {
            "id": delegation.id,
            "visit_id": delegation.visit,
            "principal_id": delegation.principal,
            "approver_id": delegation.approver,
            "assistant_id": delegation.assistant,
            "centre_id": delegation.centre,
            "terminal_id": delegation.terminal,
            "state": delegation.state,
            "services": msgspec.to_builtins(delegation.services),
            "approvals": [],
            "template_id": template_id,
            "language": language,
            "statement_hash": statement_hash,
            "status_index": status_index,
            "requested_at": delegation.requested_at,
            "valid_until": delegation.valid_until,
        },
    )


def store(conn: Connection, delegation: Delegation, **columns: Any) -> None:
    """Keep what a step made of a delegation, and the `columns` that only the row has."""
    conn.execute(
        _UPDATE,
        {
            "which": delegation.id,
            "to_state": delegation.state,
            "to_services": msgspec.to_builtins(delegation.services),
            "to_approvals": msgspec.to_builtins(delegation.approvals),
            **columns,
        },
    )


def store_end(conn: Connection, delegation: Delegation, *, by: str, now: datetime) -> None:
    """Keep a delegation that has just ended, with whose no it was."""
    store(conn, delegation, ended_at=now, ended_by=by)
