"""The permit that a portal presents to be given the right to file: the resident's yes to the read-back, once.

It reached the portal with the final request, so what it allows was sent already and is recorded so. A permit that was
not sent, because somebody said no in time, gives nothing.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from delegation.claims import PERMIT_TYPE, PermitClaims
from delegation.errors import TokenError
from delegation.filing import FilingState
from delegation.signing import open_signed
from gateway.keys.signing import KeyKind
from gateway.oauth import portal_names
from gateway.oauth.tables import ExchangedPermit
from gateway.parts import Parts
from gateway.visits.rows import AnyRow
from gateway.visits.tables import Filing, Permit

PERMIT = "urn:pilnvara:token-type:permit"
"""The `actor_token_type` of a permit."""

_LEFT = frozenset({FilingState.SENT, FilingState.UNKNOWN, FilingState.FILED, FilingState.NEEDS_HUMAN})
_GIVEN = (
    select(
        Permit.id,
        Permit.filing_id,
        Permit.expires_at,
        Permit.payload_hash,
        Permit.attempt,
        Filing.state,
        Filing.sent_at,
        Filing.attempt.label("filing_attempt"),
    )
    .join(Filing, Permit.filing_id == Filing.id)
    .where(Permit.id == bindparam("permit"))
)
_INSERT = {
    "sqlite": sqlite.insert(ExchangedPermit).on_conflict_do_nothing().returning(ExchangedPermit.permit_id),
    "postgresql": postgresql.insert(ExchangedPermit).on_conflict_do_nothing().returning(ExchangedPermit.permit_id),
}


class PermitRefusedError(Exception):
    """A permit gives no right to file. `reason` names the check, for the trail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def redeem(conn: Connection, parts: Parts, token: str, facts: AnyRow, now: datetime, *, client_id: str) -> None:
    """Use a permit up for the filing in `facts`: one statement, so that of two at once only one succeeds.

    Raises:
        PermitRefusedError: no permit of ours; another filing's or payload's; not sent yet, or not any more; past its
            five minutes; exchanged before.
    """
    issuer = parts.settings.issuer
    try:
        claims = open_signed(token, parts.keys.key_set(KeyKind.PERMIT), typ=PERMIT_TYPE, claims=PermitClaims)
    except TokenError as error:
        raise PermitRefusedError(error.code) from error
    given = conn.execute(_GIVEN, {"permit": claims.jti}).one_or_none()
    if given is None or (claims.iss, claims.aud) != (issuer, issuer):
        raise PermitRefusedError("permit.unknown")
    name, _ = portal_names.of(conn, facts.delegation_id, client_id, now)
    if (claims.delegation, claims.filing) != (name, facts.filing_id):
        raise PermitRefusedError("permit.other_filing")
    if claims.payload != given.payload_hash or given.attempt != given.filing_attempt:
        raise PermitRefusedError("permit.other_payload")
    if given.sent_at is None or given.state not in _LEFT:
        raise PermitRefusedError("permit.not_sent")
    if now >= given.expires_at:
        raise PermitRefusedError("permit.expired")
    values = {"permit_id": given.id, "client_id": client_id, "exchanged_at": now}
    if conn.execute(_INSERT[conn.dialect.name], values).first() is None:
        raise PermitRefusedError("permit.used")
