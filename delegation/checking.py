"""A token of either kind, checked as far as whoever holds it can say what it has to be.

`delegation.verify` is for a program that knows who it is and whom it trusts. Here somebody has only a token in the
hand: what they do not say is not compared, and `unchecked` names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from delegation.claims import DELEGATION_TYPE, PERMIT_TYPE, DelegationClaims, PermitBinding, PermitClaims
from delegation.errors import StatusUnavailableError
from delegation.signing import KeySet, open_signed, type_of
from delegation.status import verify_status
from delegation.verify import verify_delegation, verify_permit


@dataclass(frozen=True, slots=True)
class Checked:
    """What a token says, once everything that could be checked is right."""

    claims: DelegationClaims | PermitClaims
    unchecked: tuple[str, ...]
    """Of `issuer`, `audience`, `status` and `use`: what nobody compared, because there was nothing to compare with."""

    @property
    def kind(self) -> str:
        """`delegation` or `permit`."""
        return "delegation" if isinstance(self.claims, DelegationClaims) else "permit"


def check_token(
    token: str,
    jwks: KeySet | Mapping[str, Any],
    *,
    now: datetime,
    issuer: str | None = None,
    audience: str | None = None,
    status_token: str | None = None,
    made_up: bool = False,
) -> Checked:
    """Check a delegation or a permit; its `typ` says which it is.

    `status_token` is the status list that the token names, as it was fetched. Whether a permit was used before, and
    whether it is for the request about to be sent, only its gateway knows: `use` always stays unchecked. With
    `made_up`, what a practice gateway or a demonstration signed is checked too.

    Raises:
        TokenError, DelegationError: as `verify.verify_delegation`, `verify.verify_permit` and `status.verify_status`.
        WrongTypeError: it is neither.
    """
    keys = jwks if isinstance(jwks, KeySet) else KeySet.parse(jwks)
    missing = [name for name, value in (("issuer", issuer), ("audience", audience)) if value is None]
    if type_of(token) == PERMIT_TYPE:
        return Checked(_permit(token, keys, now, issuer, audience, made_up=made_up), (*missing, "use"))
    claims = _delegation(token, keys, now, issuer, audience, status_token, made_up=made_up)
    return Checked(claims, (*missing, *(("status",) if status_token is None else ())))


def _permit(
    token: str, keys: KeySet, now: datetime, issuer: str | None, audience: str | None, *, made_up: bool
) -> PermitClaims:
    said = open_signed(token, keys, typ=PERMIT_TYPE, claims=PermitClaims)
    binding = PermitBinding(**{name: getattr(said, name) for name in PermitBinding.__struct_fields__})
    known = {"issuer": issuer or said.iss, "audience": audience or said.aud}
    return verify_permit(token, keys, **known, now=now, binding=binding, made_up=made_up).claims


def _delegation(
    token: str,
    keys: KeySet,
    now: datetime,
    issuer: str | None,
    audience: str | None,
    status_token: str | None,
    *,
    made_up: bool,
) -> DelegationClaims:
    said = open_signed(token, keys, typ=DELEGATION_TYPE, claims=DelegationClaims)
    issuer = issuer or said.iss
    verify = partial(
        verify_delegation, token, keys, issuer=issuer, audience=audience or said.aud, now=now, made_up=made_up
    )
    # What is wrong with the token itself is told before anything about a list.
    verified = verify()
    if status_token is None:
        return verified.claims
    if said.status is None:
        raise StatusUnavailableError(f"delegation {said.jti} names no status list")
    status = verify_status(status_token, keys, issuer=issuer, uri=said.status.status_list.uri, now=now)
    return verify(status=status).claims
