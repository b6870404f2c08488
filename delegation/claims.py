"""The claims of the three kinds of token, as their issuer writes them and their reader checks them.

Unknown members are ignored at the top, as RFC 7519 section 4 asks; inside `authorization_details` an unknown member
is refused, because a limit that is not understood must not be passed over (RFC 9396 section 5).
"""

from datetime import datetime
from typing import Final, Literal, TypeAlias

import msgspec

from delegation.errors import NotActiveError
from delegation.model import AllowedService, Approval, Delegation, DelegationState

MadeUp: TypeAlias = Literal["practice", "demo"]
"""What a gateway with made-up people is for; its tokens say so, and are none for anybody who asks for a real one."""

E_SERVICE: Final = "e_service"
"""The `type` of an authorization detail (RFC 9396 section 2)."""

DELEGATION_TYPE = "delegation+jwt"
PERMIT_TYPE = "permit+jwt"
STATUS_LIST_TYPE = "statuslist+jwt"


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who acts: the assistant as `sub`, at which centre and terminal (RFC 8693 section 4.1).

    With `any_of_centre` any assistant of that centre may take their place; only the whole delegation says that, and
    what is derived from it names who really acts.
    """

    sub: str
    centre: str
    terminal: str
    any_of_centre: bool = False


class ServiceDetail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One allowed service; `valid_until` holds each action's own end in seconds since 1970."""

    type: Literal["e_service"] = E_SERVICE
    service: str
    actions: tuple[str, ...]
    max_filings: int
    locked: tuple[str, ...]
    valid_until: dict[str, int]

    def __post_init__(self) -> None:
        """Refuse a detail in which an action has no end, or an end no action."""
        if not self.actions or set(self.actions) != set(self.valid_until) or self.max_filings < 1:
            raise ValueError("each action has one end, and a filing is allowed at least once")


class ApprovalClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the yes was said: `assurance` is an eIDAS URI, `statement` and `evidence` are keyed hashes."""

    route: str
    assurance: str
    at: int
    statement: str
    evidence: str


class StatusReference(msgspec.Struct, frozen=True, kw_only=True):
    """Where a status list says whether a token was revoked: index `idx` of the list at `uri`."""

    idx: int
    uri: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The `status` claim of the Token Status List specification."""

    status_list: StatusReference


class DelegationClaims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The claims of a delegation; times are seconds since 1970.

    `made_up` stands where nobody is real.
    `approval` is the weakest yes that was said, `co_approvals` the others. `approver` is who said it and `authority` by
    what right, where that is not the principal. `visit` is left out toward portals.
    """

    iss: str
    sub: str
    aud: str
    jti: str
    iat: int
    nbf: int
    exp: int
    act: Actor
    authorization_details: tuple[ServiceDetail, ...]
    approval: ApprovalClaim
    status: Status | None = None
    co_approvals: tuple[ApprovalClaim, ...] = ()
    approver: str | None = None
    authority: str | None = None
    visit: str | None = None
    made_up: MadeUp | None = None


class PermitBinding(msgspec.Struct, frozen=True, kw_only=True):
    """What a permit is for: one attempt at one filing, with one payload, at one place.

    `payload` is the keyed hash of the read-back, `origin` the portal's, `connector` its identifier and version.
    """

    delegation: str
    filing: str
    attempt: int
    origin: str
    connector: str
    language: str
    payload: str


class PermitClaims(PermitBinding, frozen=True, kw_only=True, omit_defaults=True):
    """The claims of a permit; times are seconds since 1970. `made_up` stands where nobody is real."""

    iss: str
    aud: str
    iat: int
    exp: int
    jti: str
    made_up: MadeUp | None = None


class EncodedList(msgspec.Struct, frozen=True, kw_only=True):
    """A compressed status list: `bits` to a token, `lst` as base64url."""

    bits: int
    lst: str


class StatusListClaims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of a status list token; `sub` is its own address, `ttl` seconds for which it may be cached."""

    iss: str
    sub: str
    iat: int
    exp: int
    ttl: int
    status_list: EncodedList


def claims_of(
    delegation: Delegation,
    *,
    issuer: str,
    audience: str,
    now: datetime,
    status: StatusReference | None = None,
    made_up: MadeUp | None = None,
) -> DelegationClaims:
    """The claims of an *active* delegation, ready to be signed; fractions of a second are cut, never added.

    Raises:
        NotActiveError: nobody has said yes to it, or it has ended.
    """
    weakest = delegation.approval
    if delegation.state is not DelegationState.ACTIVE or weakest is None:
        raise NotActiveError(f"delegation {delegation.id} is {delegation.state}")
    issued = _seconds(now)
    return DelegationClaims(
        iss=issuer,
        sub=delegation.principal,
        aud=audience,
        jti=delegation.id,
        iat=issued,
        nbf=issued,
        exp=_seconds(delegation.valid_until),
        act=Actor(
            sub=delegation.assistant,
            centre=delegation.centre,
            terminal=delegation.terminal,
            any_of_centre=delegation.any_of_centre,
        ),
        authorization_details=tuple(_detail(allowed) for allowed in delegation.services),
        approval=_approval(weakest),
        co_approvals=tuple(_approval(other) for other in delegation.approvals if other is not weakest),
        status=None if status is None else Status(status_list=status),
        approver=None if delegation.approver == delegation.principal else delegation.approver,
        authority=None if delegation.authority is None else delegation.authority.value,
        visit=delegation.visit,
        made_up=made_up,
    )


def _detail(allowed: AllowedService) -> ServiceDetail:
    return ServiceDetail(
        service=allowed.service,
        actions=tuple(each.action.value for each in allowed.actions),
        max_filings=allowed.max_filings,
        locked=allowed.locked,
        valid_until={each.action.value: _seconds(each.valid_until) for each in allowed.actions},
    )


def _approval(approval: Approval) -> ApprovalClaim:
    return ApprovalClaim(
        route=approval.route.value,
        assurance=approval.assurance.uri,
        at=_seconds(approval.at),
        statement=approval.statement,
        evidence=approval.evidence,
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
