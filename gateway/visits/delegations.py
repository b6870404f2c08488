"""Between the row of a delegation and the `Delegation` whose rules decide."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, update

from delegation.model import Action, AllowedService, Approval, Delegation, DelegationState
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
        co_approvers=tuple(row.co_approver_ids or ()),
        authority=row.authority_kind,
        any_of_centre=row.any_of_centre,
    )


def may_file(row: AnyRow, service_id: str, now: datetime) -> bool:
    """Whether the right to file for a service is still in force; how often is another matter."""
    end = files_until(row.services, service_id)
    return row.state is DelegationState.ACTIVE and end is not None and now < min(end, row.valid_until)


def files_until(services: Iterable[Mapping[str, Any]], service_id: str | None = None) -> datetime | None:
    """When the right to file ends, for one service or for the last of all, read from a row's `services`."""
    ends = [
        datetime.fromisoformat(action["valid_until"])
        for each in services
        if service_id in (None, each["service"])
        for action in each["actions"]
        if action["action"] == Action.FILE
    ]
    return max(ends, default=None)


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
            "co_approver_ids": list(delegation.co_approvers) or None,
            "authority_kind": delegation.authority,
            "assistant_id": delegation.assistant,
            "centre_id": delegation.centre,
            "terminal_id": delegation.terminal,
            "any_of_centre": delegation.any_of_centre,
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


def store_end(conn: Connection, delegation: Delegation, *, by: str, now: datetime, reason: str | None = None) -> None:
    """Keep a delegation that has just ended, with whose no it was, and why where somebody said it."""
    store(conn, delegation, ended_at=now, ended_by=by, ended_reason=reason)
