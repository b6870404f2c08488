"""A delegation for one audience alone, taken from the whole one that stays in the gateway.

It has its own `jti` and status, a subject that no other audience knows, and the same or a narrower scope and end. The
name of the visit, by which two portals could compare notes, stays behind. Widening is refused.
"""

import hmac
from collections.abc import Collection
from datetime import datetime

import msgspec

from delegation.claims import Actor, DelegationClaims, ServiceDetail, Status, StatusReference
from delegation.commitment import KEY_BYTES, b64url
from delegation.errors import DelegationExpiredError, WideningError


def pairwise_subject(key: bytes, audience: str, principal: str) -> str:
    """The name by which `audience` alone knows `principal`: stable there, meaningless elsewhere.

    The pairwise identifier of OpenID Connect Core section 8.1, by HMAC-SHA-256 under a 32-byte `key`.

    Raises:
        ValueError: the key has another length.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a subject key has {KEY_BYTES} bytes")
    message = f"pilnvara/1/subject\0{len(audience)}\0{audience}{principal}".encode()
    return b64url(hmac.digest(key, message, "sha256"))


def derive(
    whole: DelegationClaims,
    *,
    audience: str,
    jti: str,
    subject: str,
    now: datetime,
    services: Collection[ServiceDetail] | None = None,
    valid_until: datetime | None = None,
    status: StatusReference | None = None,
) -> DelegationClaims:
    """The claims of a delegation for `audience`, no wider than `whole`, in the name of the one who acts.

    `services` and `valid_until` narrow it; left out, they are those of `whole`. An action's end that lies beyond the
    new end is shortened to it, and an action that has ended is left out. Of whoever said yes for somebody else only the
    right is told: a name that this audience alone knows is added by whoever makes it.

    Raises:
        WideningError: a service, an action, a filing, an end or an unlocked value that `whole` does not allow, or the
            names of the whole used again.
        DelegationExpiredError: nothing is left of it at `now`.
    """
    if jti == whole.jti or audience == whole.aud or subject == whole.sub:
        raise WideningError(f"what comes from delegation {whole.jti} has names of its own")
    issued = int(now.timestamp())
    end = whole.exp if valid_until is None else int(valid_until.timestamp())
    if end > whole.exp:
        raise WideningError(f"delegation {whole.jti} ends earlier")
    wanted = whole.authorization_details if services is None else tuple(services)
    for detail in wanted:
        _ensure_within(whole, detail)
    if len({detail.service for detail in wanted}) != len(wanted):
        # Twice the same service would be twice its filings.
        raise WideningError(f"delegation {whole.jti} allows each service once")
    details = tuple(left for detail in wanted if (left := _shortened(detail, issued, end)) is not None)
    if not details:
        raise DelegationExpiredError(f"nothing is left of delegation {whole.jti}")
    return msgspec.structs.replace(
        whole,
        sub=subject,
        aud=audience,
        jti=jti,
        iat=issued,
        nbf=max(issued, whole.nbf),
        exp=end,
        act=msgspec.structs.replace(whole.act, any_of_centre=False),
        authorization_details=details,
        status=None if status is None else Status(status_list=status),
        approver=None,
        visit=None,
    )


def acting_as(whole: DelegationClaims, actor: Actor) -> DelegationClaims:
    """The same delegation in the hands of `actor`: whom it names, or where it says so another of the same centre.

    Raises:
        WideningError: it names somebody else.
    """
    named = msgspec.structs.replace(whole.act, any_of_centre=False)
    acting = msgspec.structs.replace(actor, any_of_centre=False)
    if acting != named and not (whole.act.any_of_centre and acting.centre == named.centre):
        raise WideningError(f"delegation {whole.jti} names somebody else")
    return msgspec.structs.replace(whole, act=acting)


def _ensure_within(whole: DelegationClaims, detail: ServiceDetail) -> None:
    for allowed in whole.authorization_details:
        if allowed.service == detail.service:
            break
    else:
        raise WideningError(f"delegation {whole.jti} is not for service {detail.service}")
    within = (
        detail.max_filings <= allowed.max_filings
        and set(detail.locked) >= set(allowed.locked)
        and all(end <= allowed.valid_until.get(action, 0) for action, end in detail.valid_until.items())
    )
    if not within:
        raise WideningError(f"delegation {whole.jti} allows less for service {detail.service}")


def _shortened(detail: ServiceDetail, now: int, end: int) -> ServiceDetail | None:
    ends = {action: min(until, end) for action, until in detail.valid_until.items() if min(until, end) > now}
    if not ends:
        return None
    return msgspec.structs.replace(
        detail, actions=tuple(action for action in detail.actions if action in ends), valid_until=ends
    )
