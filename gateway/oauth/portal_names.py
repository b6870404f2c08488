"""The name and the status index by which one portal alone knows a delegation (decision 10)."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from gateway.ids import new_id
from gateway.oauth.tables import PortalDelegation

STATUS_INDEXES = 1 << 20

_NAMES = select(PortalDelegation.jti, PortalDelegation.status_index).where(
    PortalDelegation.delegation_id == bindparam("delegation"), PortalDelegation.client_id == bindparam("client")
)


def of(conn: Connection, delegation_id: str, client_id: str, now: datetime) -> tuple[str, int]:
    """Return the `jti` and the status index of a delegation toward a client; they are made when first asked for."""
    known = conn.execute(_NAMES, {"delegation": delegation_id, "client": client_id}).one_or_none()
    if known is not None:
        return known.jti, known.status_index
    jti, status_index = new_id(), _free_index(conn)
    conn.execute(
        insert(PortalDelegation).values(
            jti=jti, delegation_id=delegation_id, client_id=client_id, status_index=status_index, made_at=now
        )
    )
    return jti, status_index


def _free_index(conn: Connection) -> int:
    while True:
        index = secrets.randbelow(STATUS_INDEXES)
        taken = select(PortalDelegation.jti).where(PortalDelegation.status_index == index)
        if conn.execute(taken).one_or_none() is None:
            return index
