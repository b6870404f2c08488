"""The Token Status Lists that we publish: which delegations, and which of those that portals hold, no longer count.

List 1 holds the whole delegations, list 2 what was derived from them for portals. A bit stays set for a day after the
delegation's end: from then on its `exp` alone refuses the token.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select

from delegation import status
from delegation.model import DelegationState
from gateway.keys.signing import KeyKind
from gateway.ledger.health import ensure_healthy
from gateway.oauth.portal_names import STATUS_INDEXES
from gateway.oauth.tables import PortalDelegation
from gateway.parts import Parts
from gateway.visits.tables import DelegationRow

MEDIA_TYPE = "application/statuslist+jwt"
_REMEMBERED = timedelta(days=1)


def _ended() -> ColumnElement[bool]:
    return and_(
        DelegationRow.granted_at.is_not(None),
        DelegationRow.valid_until > bindparam("since"),
        or_(DelegationRow.state == DelegationState.REVOKED, DelegationRow.valid_until <= bindparam("now")),
    )


_LISTS = {
    1: select(DelegationRow.status_index).where(_ended()),
    2: select(PortalDelegation.status_index)
    .join(DelegationRow, PortalDelegation.delegation_id == DelegationRow.id)
    .where(_ended()),
}


def publish(conn: Connection, parts: Parts, number: int) -> str | None:
    """Sign list `number` as it stands at this moment; none if there is no such list.

    Raises:
        LogUnhealthyError: the log is refused; this database may have forgotten who said no.
    """
    statement = _LISTS.get(number)
    if statement is None:
        return None
    ensure_healthy(conn)
    now: datetime = parts.clock.database_now(conn)
    ended = conn.execute(statement, {"now": now, "since": now - _REMEMBERED}).scalars()
    issuer = parts.settings.issuer
    return status.sign_status(
        parts.keys.signer(KeyKind.STATUS_LIST),
        status.pack(STATUS_INDEXES, ended),
        issuer=issuer,
        uri=f"{issuer}/oauth/status/{number}",
        now=now,
    )
