"""Is this delegation, or this permit, real, for me, and alive? Offline, without a framework, each refusal by name.

What a caller owes beyond: a status list not older than its `ttl` (or the answer to introspection), and the action's
own end at each use, by `VerifiedDelegation.ensure_allows`.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from delegation.assurance import Assurance
from delegation.claims import DELEGATION_TYPE, PERMIT_TYPE, DelegationClaims, PermitBinding, PermitClaims
from delegation.errors import (
    DelegationExpiredError,
    MadeUpError,
    MalformedError,
    NotYetValidError,
    OutOfScopeError,
    PermitExpiredError,
    PermitMismatchError,
    PermitUsedError,
    RevokedError,
    StatusUnavailableError,
    UnknownAssuranceError,
    WrongAudienceError,
    WrongIssuerError,
)
from delegation.signing import KeySet, open_signed
from delegation.status import StatusList

MAX_LEEWAY_SECONDS = 60
"""More would let a delegation outlive its end by more than clocks differ."""


@dataclass(frozen=True, slots=True)
class VerifiedDelegation:
    """A delegation that passed every check; `status_checked` says whether a status list was among them."""

    claims: DelegationClaims
    status_checked: bool

    @property
    def assurance(self) -> Assurance:
        """The level of the weakest yes."""
        return Assurance.parse(self.claims.approval.assurance)

    def ensure_allows(self, service: str, action: str, now: datetime) -> None:
        """Refuse an action that the token does not allow at `now`.

        Raises:
            OutOfScopeError: the service or the action is not in it.
            DelegationExpiredError: `now` has reached that action's own end, or the end of the whole.
        """
        for detail in self.claims.authorization_details:
            if detail.service == service and action in detail.valid_until:
                if now.timestamp() >= min(detail.valid_until[action], self.claims.exp):
                    raise DelegationExpiredError(f"delegation {self.claims.jti}: the right to {action} has ended")
                return
        raise OutOfScopeError(f"delegation {self.claims.jti} does not allow to {action} for service {service}")


@dataclass(frozen=True, slots=True)
class VerifiedPermit:
    """A permit that passed every check; its `jti` must be consumed in the transaction that sends."""

    claims: PermitClaims


def verify_delegation(
    token: str,
    jwks: KeySet | Mapping[str, Any],
    *,
    issuer: str,
    audience: str,
    now: datetime,
    leeway: int = 0,
    status: StatusList | None = None,
    made_up: bool = False,
) -> VerifiedDelegation:
    """The delegation in `token`, if it was issued by `issuer` for `audience` and lives at `now`.

    `made_up` takes one by a practice gateway too.
    `now` is aware; `leeway` is in seconds, for clocks that differ. Without `status` a revocation goes unnoticed, and
    the result says so.

    Raises:
        TokenError: 1. form, header, key, signature and claims, as in `signing.open_signed`.
        WrongIssuerError: 2. another issuer.
        WrongAudienceError: 3. meant for somebody else.
        MadeUpError: nobody in it is real.
        NotYetValidError: 4. `iat` or `nbf` lie in the future.
        DelegationExpiredError: 5. `now` has reached `exp`.
        MalformedError: 6. no `jti`, nothing allowed, an end beyond `exp`, or no known assurance.
        StatusUnavailableError: 7. the status list is another one, too old or too short, or the token names none.
        RevokedError: 8. the status list says that it was stopped.
    """
    claims = open_signed(token, jwks, typ=DELEGATION_TYPE, claims=DelegationClaims)
    _ensure_parties(claims, issuer, audience)
    _ensure_real(claims, made_up=made_up)
    seconds, leeway = now.timestamp(), _bounded(leeway)
    if max(claims.iat, claims.nbf) > seconds + leeway:
        raise NotYetValidError(f"delegation {claims.jti} begins later")
    if seconds >= claims.exp + leeway:
        raise DelegationExpiredError(f"delegation {claims.jti} has ended")
    _ensure_sound(claims)
    if status is not None:
        _ensure_not_revoked(claims, status, now)
    return VerifiedDelegation(claims, status_checked=status is not None)


def verify_permit(
    token: str,
    jwks: KeySet | Mapping[str, Any],
    *,
    issuer: str,
    audience: str,
    now: datetime,
    binding: PermitBinding,
    used: Container[str] = (),
    made_up: bool = False,
) -> VerifiedPermit:
    """The permit in `token`, if it is the yes to exactly what `binding` names, and unused.

    No leeway: gateway and permit share a clock.

    Raises:
        TokenError: 1. form, header, key, signature and claims, as in `signing.open_signed`.
        WrongIssuerError: 2. another issuer.
        WrongAudienceError: 3. meant for somebody else.
        MadeUpError: nobody in it is real.
        NotYetValidError: 4. made in the future.
        PermitExpiredError: 5. `now` has reached `exp`.
        PermitMismatchError: 6. another delegation, filing, attempt, origin, connector, language or payload.
        PermitUsedError: 7. its `jti` is in `used`.
    """
    claims = open_signed(token, jwks, typ=PERMIT_TYPE, claims=PermitClaims)
    _ensure_parties(claims, issuer, audience)
    _ensure_real(claims, made_up=made_up)
    seconds = now.timestamp()
    if claims.iat > seconds:
        raise NotYetValidError(f"permit {claims.jti} was made later")
    if seconds >= claims.exp:
        raise PermitExpiredError(f"permit {claims.jti} has ended")
    expected = msgspec.structs.asdict(binding)
    differing = [name for name, value in expected.items() if getattr(claims, name) != value]
    if differing:
        raise PermitMismatchError(f"permit {claims.jti} is for another {', '.join(differing)}")
    if claims.jti in used:
        raise PermitUsedError(f"permit {claims.jti} was used before")
    return VerifiedPermit(claims)


def _ensure_parties(claims: DelegationClaims | PermitClaims, issuer: str, audience: str) -> None:
    if not claims.jti:
        raise MalformedError("a token has a jti")
    if claims.iss != issuer:
        raise WrongIssuerError(f"token {claims.jti} comes from another issuer")
    if claims.aud != audience:
        raise WrongAudienceError(f"token {claims.jti} is for another audience")


def _ensure_real(claims: DelegationClaims | PermitClaims, *, made_up: bool) -> None:
    if claims.made_up is not None and not made_up:
        raise MadeUpError(f"token {claims.jti} was made for {claims.made_up}: nobody in it is real")


def _ensure_sound(claims: DelegationClaims) -> None:
    ends = [end for detail in claims.authorization_details for end in detail.valid_until.values()]
    if not ends or max(ends) > claims.exp:
        raise MalformedError(f"delegation {claims.jti} allows nothing, or for longer than itself")
    try:
        Assurance.parse(claims.approval.assurance)
    except UnknownAssuranceError as error:
        raise MalformedError(f"delegation {claims.jti} names no known assurance") from error


def _ensure_not_revoked(claims: DelegationClaims, status: StatusList, now: datetime) -> None:
    if claims.status is None:
        raise StatusUnavailableError(f"delegation {claims.jti} names no status list")
    if status.is_revoked(claims.status.status_list, now):
        raise RevokedError(f"delegation {claims.jti} was stopped")


def _bounded(leeway: int) -> int:
    if not 0 <= leeway <= MAX_LEEWAY_SECONDS:
        raise ValueError(f"leeway is between 0 and {MAX_LEEWAY_SECONDS} seconds")
    return leeway
