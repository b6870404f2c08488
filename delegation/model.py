"""What a resident has allowed, and the steps that it can take.

requested -> active -> spent | revoked, or requested -> refused | lapsed; *expired* is read from the clock, never
stored. Each step returns a new frozen `Delegation`; nothing here stores, sends or reads a clock. Times are aware UTC,
and everything is dead at the instant of its end ("on or after", RFC 7519 section 4.1.4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from delegation.assurance import ApprovalKind, Assurance, Route, ServiceRules, ensure_allowed
from delegation.errors import (
    ApproverError,
    DelegationExpiredError,
    InvalidRequestError,
    NotActiveError,
    OutOfScopeError,
    OwnMatterError,
    RevokedError,
    RouteNotAllowedError,
    StateError,
)


class DelegationState(StrEnum):
    """Where a delegation stands; whether it has expired is asked of `Delegation.is_expired`."""

    REQUESTED = "requested"
    ACTIVE = "active"
    REFUSED = "refused"
    LAPSED = "lapsed"
    SPENT = "spent"
    REVOKED = "revoked"


class Action(StrEnum):
    """What an assistant may do for one service."""

    FILE = "file"
    FOLLOW = "follow"
    COLLECT = "collect"


class AuthorityKind(StrEnum):
    """By what right an approver acts for a principal who is somebody else."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    SIGNATORY = "signatory"
    ATTORNEY = "attorney"


@dataclass(frozen=True, kw_only=True)
class AllowedAction:
    """One action and the instant at which the right to it ends."""

    action: Action
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class AllowedService:
    """One service: its actions, how often it may be filed and was, and the values the assistant may not change."""

    service: str
    actions: tuple[AllowedAction, ...]
    max_filings: int = 1
    used: int = 0
    locked: tuple[str, ...] = ()

    def end_of(self, action: Action) -> datetime | None:
        """When the right to `action` ends, or `None` where it was never given."""
        return next((allowed.valid_until for allowed in self.actions if allowed.action is action), None)

    @property
    def is_used_up(self) -> bool:
        """Whether no filing is left, or none was ever allowed."""
        return self.end_of(Action.FILE) is None or self.used >= self.max_filings


@dataclass(frozen=True, kw_only=True)
class Approval:
    """How one approver said yes: `statement` is the keyed hash of the text read, `evidence` that of what proves it."""

    approver: str
    route: Route
    assurance: Assurance
    at: datetime
    statement: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """What an assistant may do for one principal, during one visit; `id` is the token's `jti`.

    Identifiers are opaque: none of them is a personal code. `approver` says yes, and each of `co_approvers` too;
    `authority` is by what right, where the principal is somebody else.
    """

    id: str
    principal: str
    approver: str
    assistant: str
    centre: str
    terminal: str
    visit: str
    services: tuple[AllowedService, ...]
    valid_until: datetime
    state: DelegationState
    requested_at: datetime
    co_approvers: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    authority: AuthorityKind | None = None
    any_of_centre: bool = False
    """Whether any assistant of the centre may act in place of `assistant`, as the statement says."""

    @property
    def approvers(self) -> frozenset[str]:
        """Everybody whose yes is needed."""
        return frozenset({self.approver, *self.co_approvers})

    @property
    def approvals_needed(self) -> int:
        """How many people have to say yes."""
        return len(self.approvers)

    @property
    def approval(self) -> Approval | None:
        """The weakest yes that was said, the earliest of equals: whoever reads only one is not misled."""
        return min(self.approvals, key=lambda approval: (approval.assurance, approval.at), default=None)

    @property
    def next_approver(self) -> str | None:
        """Who is asked next: they are asked one after the other, the first named first."""
        given = {approval.approver for approval in self.approvals}
        return next((each for each in (self.approver, *self.co_approvers) if each not in given), None)

    @property
    def files_until(self) -> datetime | None:
        """When the right to file ends for the last of the services; `None` where nothing may be filed."""
        ends = [end for allowed in self.services if (end := allowed.end_of(Action.FILE)) is not None]
        return max(ends, default=None)

    def is_over(self, now: datetime) -> bool:
        """Whether no action of any service has an end that lies ahead."""
        ends = [each.valid_until for allowed in self.services for each in allowed.actions]
        return self.is_expired(now) or all(now >= end for end in ends)

    def is_expired(self, now: datetime) -> bool:
        """Whether `now` has reached the end of the whole delegation."""
        return now >= self.valid_until

    def allowed_service(self, service: str) -> AllowedService:
        """What was allowed for `service`.

        Raises:
            OutOfScopeError: nothing was.
        """
        for allowed in self.services:
            if allowed.service == service:
                return allowed
        raise OutOfScopeError(f"delegation {self.id} is not for service {service}")


def request(delegation: Delegation) -> Delegation:
    """Check a delegation that is about to be shown to its approver, and return it as *requested*.

    Raises:
        InvalidRequestError: it allows nothing, something twice, an end that has passed or outlives the whole, or
            somebody acts for another without saying by what right.
        OwnMatterError: the assistant is also the principal or says yes.
    """
    if delegation.assistant in delegation.approvers | {delegation.principal}:
        raise OwnMatterError(f"assistant {delegation.assistant} cannot act for themselves")
    if (delegation.authority is None) != (delegation.approver == delegation.principal):
        raise InvalidRequestError(f"delegation {delegation.id}: who acts for another does so by some right")
    if delegation.co_approvers:
        _ensure_distinct("approver", [delegation.approver, *delegation.co_approvers])
    _ensure_distinct("service", [allowed.service for allowed in delegation.services])
    for allowed in delegation.services:
        _ensure_sound(delegation, allowed)
    return replace(delegation, state=DelegationState.REQUESTED, approvals=())


def activate(
    delegation: Delegation, approval: Approval, *, rules: Mapping[str, ServiceRules], now: datetime
) -> Delegation:
    """Add one yes; with the last that is needed the delegation becomes *active*.

    `rules` holds what each of the delegation's services asks for: every yes must satisfy every service.

    Raises:
        StateError: it is no longer waiting for a yes.
        DelegationExpiredError: `now` has reached `valid_until`.
        ApproverError: this person was not asked, or has said yes already.
        RouteNotAllowedError: a service does not take the route, or has no rules.
        AssuranceTooLowError: a service asks for more.
    """
    _ensure_state(delegation, DelegationState.REQUESTED)
    if delegation.is_expired(now):
        raise DelegationExpiredError(f"delegation {delegation.id} ended at {delegation.valid_until.isoformat()}")
    if approval.approver not in delegation.approvers:
        raise ApproverError(f"{approval.approver} was not asked about delegation {delegation.id}")
    if any(earlier.approver == approval.approver for earlier in delegation.approvals):
        raise ApproverError(f"{approval.approver} has already approved delegation {delegation.id}")
    for allowed in delegation.services:
        service_rules = rules.get(allowed.service)
        if service_rules is None:
            raise RouteNotAllowedError(f"service {allowed.service} states no rules for a grant")
        ensure_allowed(service_rules, approval.route, approval.assurance, ApprovalKind.GRANT)
    approvals = (*delegation.approvals, approval)
    complete = len(approvals) == delegation.approvals_needed
    state = DelegationState.ACTIVE if complete else DelegationState.REQUESTED
    return replace(delegation, approvals=approvals, state=state)


def refuse(delegation: Delegation) -> Delegation:
    """One no, by whichever approver, ends the request.

    Raises:
        StateError: it is no longer waiting for a yes; an active delegation is revoked instead.
    """
    _ensure_state(delegation, DelegationState.REQUESTED)
    return replace(delegation, state=DelegationState.REFUSED)


def lapse(delegation: Delegation) -> Delegation:
    """Nobody answered in time.

    Raises:
        StateError: it is no longer waiting for a yes.
    """
    _ensure_state(delegation, DelegationState.REQUESTED)
    return replace(delegation, state=DelegationState.LAPSED)


def ensure_allows(delegation: Delegation, *, service: str, action: Action, now: datetime) -> None:
    """Refuse an action that `delegation` does not allow at `now`.

    *Spent* ends filing alone: following and collecting live until their own end.

    Raises:
        RevokedError: it has been stopped.
        NotActiveError: nobody said yes, or somebody said no.
        DelegationExpiredError: `now` has reached the end of the delegation or of this action.
        OutOfScopeError: the service or the action was not allowed, or its filings are used up.
    """
    if delegation.state is DelegationState.REVOKED:
        raise RevokedError(f"delegation {delegation.id} was stopped")
    if delegation.state not in (DelegationState.ACTIVE, DelegationState.SPENT):
        raise NotActiveError(f"delegation {delegation.id} is {delegation.state}")
    allowed = delegation.allowed_service(service)
    end = allowed.end_of(action)
    if end is None:
        raise OutOfScopeError(f"delegation {delegation.id} does not allow to {action} for service {service}")
    if now >= min(end, delegation.valid_until):
        raise DelegationExpiredError(f"delegation {delegation.id}: the right to {action} ended at {end.isoformat()}")
    if action is Action.FILE and allowed.is_used_up:
        raise OutOfScopeError(f"delegation {delegation.id} has no filing left for service {service}")


def spend(delegation: Delegation, *, service: str, now: datetime) -> Delegation:
    """Use one of the filings that `delegation` allows for `service`; with the last of all it becomes *spent*.

    Raises:
        RevokedError, NotActiveError, DelegationExpiredError, OutOfScopeError: as in `ensure_allows`.
    """
    ensure_allows(delegation, service=service, action=Action.FILE, now=now)
    services = _used(delegation, service, +1)
    spent = all(allowed.is_used_up for allowed in services)
    return replace(delegation, services=services, state=DelegationState.SPENT if spent else DelegationState.ACTIVE)


def _used(delegation: Delegation, service: str, by: int) -> tuple[AllowedService, ...]:
    return tuple(
        replace(allowed, used=allowed.used + by) if allowed.service == service else allowed
        for allowed in delegation.services
    )


def give_back(delegation: Delegation, *, service: str) -> Delegation:
    """Free a filing that was spent but proved not to be filed: the portal declined it.

    A *spent* delegation is active again; one that was stopped in the meantime stays stopped.

    Raises:
        StateError: it was never active.
        OutOfScopeError: the service was not allowed, or nothing of it is spent.
    """
    _ensure_state(delegation, DelegationState.ACTIVE, DelegationState.SPENT, DelegationState.REVOKED)
    if delegation.allowed_service(service).used == 0:
        raise OutOfScopeError(f"delegation {delegation.id} has spent no filing for service {service}")
    services = _used(delegation, service, -1)
    was_spent = delegation.state is DelegationState.SPENT
    return replace(delegation, services=services, state=DelegationState.ACTIVE if was_spent else delegation.state)


def take_back(delegation: Delegation, *, service: str) -> Delegation:
    """Use the filing that was given back: the portal says after all that it has it. Undoes `give_back`.

    Nothing is asked of the right to file: it was there when the final request left. With the last filing an *active*
    delegation is *spent*; where another was filed in the meantime, more are used than were allowed, and that is so.

    Raises:
        StateError: it was never active.
        OutOfScopeError: the service was not allowed.
    """
    _ensure_state(delegation, DelegationState.ACTIVE, DelegationState.SPENT, DelegationState.REVOKED)
    delegation.allowed_service(service)
    services = _used(delegation, service, +1)
    is_spent = delegation.state is DelegationState.ACTIVE and all(allowed.is_used_up for allowed in services)
    return replace(delegation, services=services, state=DelegationState.SPENT if is_spent else delegation.state)


def end_action(delegation: Delegation, *, service: str, action: Action, now: datetime) -> Delegation:
    """Stop one action alone, at `now`: at the end of a visit, or when the resident no longer wants to be followed.

    An end that has passed stays where it is; nothing here ever lengthens a right.

    Raises:
        StateError: it is not in force.
        OutOfScopeError: the service or the action was never allowed.
    """
    _ensure_state(delegation, DelegationState.ACTIVE, DelegationState.SPENT)
    if delegation.allowed_service(service).end_of(action) is None:
        raise OutOfScopeError(f"delegation {delegation.id} does not allow to {action} for service {service}")
    services = tuple(
        replace(allowed, actions=tuple(_ended(each, action, now) for each in allowed.actions))
        if allowed.service == service
        else allowed
        for allowed in delegation.services
    )
    return replace(delegation, services=services)


def end_visit(delegation: Delegation, *, now: datetime) -> Delegation:
    """The visit is over at `now`: the right to file ends, and what was never filed leaves nothing to follow.

    With no right left an *active* delegation is *revoked*; one that was *spent* stays so.

    Raises:
        StateError: it is not in force.
    """
    _ensure_state(delegation, DelegationState.ACTIVE, DelegationState.SPENT)
    services = tuple(
        replace(
            allowed,
            actions=tuple(
                replace(each, valid_until=min(each.valid_until, now))
                if each.action is Action.FILE or allowed.used == 0
                else each
                for each in allowed.actions
            ),
        )
        for allowed in delegation.services
    )
    ended = replace(delegation, services=services)
    is_revoked = ended.is_over(now) and ended.state is DelegationState.ACTIVE
    return replace(ended, state=DelegationState.REVOKED) if is_revoked else ended


def revoke(delegation: Delegation) -> Delegation:
    """Stop everything at once.

    Also a *spent* delegation can be stopped: the rights to follow and collect end with it.

    Raises:
        StateError: it is not in force.
    """
    _ensure_state(delegation, DelegationState.ACTIVE, DelegationState.SPENT)
    return replace(delegation, state=DelegationState.REVOKED)


def _ended(allowed: AllowedAction, action: Action, now: datetime) -> AllowedAction:
    return replace(allowed, valid_until=min(allowed.valid_until, now)) if allowed.action is action else allowed


def _ensure_sound(delegation: Delegation, allowed: AllowedService) -> None:
    _ensure_distinct("action", [each.action for each in allowed.actions])
    _ensure_distinct("locked value", ["", *allowed.locked])
    if allowed.max_filings < 1 or allowed.used:
        raise InvalidRequestError(f"delegation {delegation.id}: filings begin at none used of at least one")
    for each in allowed.actions:
        if not delegation.requested_at < each.valid_until <= delegation.valid_until:
            raise InvalidRequestError(f"delegation {delegation.id}: the end of {each.action} lies outside of it")


def _ensure_distinct(what: str, names: Iterable[str]) -> None:
    names = list(names)
    if not names or len(set(names)) != len(names):
        raise InvalidRequestError(f"each {what} is named once, and at least one")


def _ensure_state(delegation: Delegation, *states: DelegationState) -> None:
    if delegation.state not in states:
        raise StateError(f"delegation {delegation.id} is {delegation.state}")
