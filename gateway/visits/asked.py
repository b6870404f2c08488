"""What is asked for before anybody is asked: by whom, for whom, by which way, and whether that can lead to a yes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from delegation.assurance import ApprovalKind, Assurance, NumberSource, Route, RouteFacts, route_assurance
from delegation.model import Delegation, DelegationState
from delegation.model import request as request_step
from gateway.ids import new_id
from gateway.parts import Parts
from gateway.people import residents
from gateway.services import catalogue
from gateway.visits import approvals, parties, scope
from gateway.visits.channels import routes_of
from gateway.visits.delegations import files_until
from gateway.visits.errors import NoKnownNumberError, NotOfferedError, NumberMissingError, RouteNotAllowedError
from gateway.visits.parties import Authority
from gateway.visits.rows import AnyRow
from gateway.visits.scope import Wanted
from gateway.visits.states import Channel

NO_DOCUMENT = "none"
"""What is recorded where nobody stood at the counter to show one."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the assistant asks the resident to allow, and how the resident will say yes."""

    person: residents.Profile
    """Whose matter it is. From the identity document in hand, unless somebody else speaks for them."""
    route: Route
    document_kind: str
    """`passport`, `id_card` or `other`: what was checked of whoever says yes first; `none` on a call."""
    number: str | None = None
    """A telephone number typed at this counter; never taken for more than low assurance, and never called."""
    approver: residents.Profile | None = None
    """Who says yes for `person`, from the identity document in hand; none when they speak for themselves."""
    co_approvers: tuple[residents.Profile, ...] = ()
    """Who has to say yes too, such as a company's second signatory; asked one after the other."""
    authority: Authority | None = None
    """By what right `approver` speaks for `person`."""
    services: tuple[Wanted, ...] = ()
    """What is offered beyond filing each of the visit's services once."""

    another_day: bool = False
    """Whether what is left of several services may be filed on another day."""

    any_of_centre: bool = False
    """Whether any assistant of the centre may go on with it, where each service allows that."""

    met: frozenset[str] = frozenset()
    """What has to be so before a yes, as far as the assistant has gone through it: see `preconditions`."""

    @property
    def speaking(self) -> tuple[residents.Profile, ...]:
        """Everybody who says yes for somebody else, the first asked first."""
        return () if self.approver is None else (self.approver, *self.co_approvers)


def preconditions(services: Sequence[catalogue.Service]) -> frozenset[str]:
    """What the cards say has to be so before a resident is asked: the service's id, a colon, its place on the card."""
    return frozenset(
        f"{each.id}:{number}"
        for each in services
        for number in range(len(each.cards[catalogue.FALLBACK_LANGUAGE].before))
    )


def requested(
    parts: Parts,
    visit: AnyRow,
    services: Sequence[catalogue.Service],
    taking_part: parties.Parties,
    asked: Asked,
    now: datetime,
) -> Delegation:
    """The delegation that is put to its approvers; errors as of `delegation.model.request` and `scope.allowed`."""
    if asked.any_of_centre and not all(each.any_assistant for each in services):
        raise NotOfferedError("a service that is not passed on within the centre")
    may_wait = asked.another_day and len(services) > 1
    lasts = parts.settings.another_day if may_wait else parts.settings.delegation_validity
    files = scope.whole_minute(now + lasts)
    allowed = scope.allowed(services, asked.services, now=now, files_until=files)
    return request_step(
        Delegation(
            id=new_id(),
            principal=taking_part.principal.id,
            approver=taking_part.approver.id,
            co_approvers=tuple(each.id for each in taking_part.approvers[1:]),
            authority=asked.authority.kind if asked.authority else None,
            assistant=visit.assistant_id,
            centre=visit.centre_id,
            terminal=visit.terminal_id,
            any_of_centre=asked.any_of_centre,
            visit=visit.id,
            services=allowed,
            valid_until=max(action.valid_until for each in allowed for action in each.actions),
            state=DelegationState.REQUESTED,
            requested_at=now,
        )
    )


def takes_typed_number(services: Sequence[catalogue.Service]) -> bool:
    """Whether a number typed here is enough for the display, for each of them."""
    return all(
        Route.DISPLAY in each.rules.routes and max(each.rules.grant_least, each.rules.permit_least) <= Assurance.LOW
        for each in services
    )


def number_for(
    asked: Asked, services: Sequence[catalogue.Service], resident: residents.Resident, *, is_first: bool
) -> approvals.KnownNumber | None:
    """Where the code of an approver goes, on the ways that need one.

    Raises:
        NumberMissingError: a number may be typed here, and none was.
        NoKnownNumberError: none is known, and none that is typed here would do.
    """
    if asked.route not in approvals.BY_CODE:
        return None
    if resident.known_number:
        return approvals.KnownNumber(resident.known_number, resident.number_source or NumberSource.REGISTER)
    if asked.number and is_first and asked.route is Route.DISPLAY:
        return approvals.KnownNumber(asked.number, NumberSource.TYPED_HERE)
    if is_first and asked.route is Route.DISPLAY and takes_typed_number(services):
        raise NumberMissingError("no number is known for the resident, and none was typed")
    raise NoKnownNumberError("no number is known for the resident")


def ensure_reachable(
    services: Sequence[catalogue.Service],
    route: Route,
    numbers: Sequence[approvals.KnownNumber | None],
    channel: Channel,
) -> None:
    """Refuse at once what could only be refused after the resident has done everything; the strictest service wins.

    Raises:
        RouteNotAllowedError: names the service, or the channel that the route does not fit.
    """
    if route not in routes_of(channel):
        raise RouteNotAllowedError(f"{channel} by {route}")
    best = Assurance.SUBSTANTIAL if route is Route.PAPER else Assurance.HIGH
    for number in numbers:
        if number is not None:
            facts = RouteFacts(document_checked=True, number_source=number.source)
            best = min(best, route_assurance(route, ApprovalKind.GRANT, facts))
    for service in services:
        needed = max(service.rules.grant_least, service.rules.permit_least)
        if route not in service.rules.routes or best < needed:
            raise RouteNotAllowedError(f"{service.id} by {route}")


def is_over(row: AnyRow, now: datetime) -> bool:
    """Whether nothing can be filed under a delegation any more, so that another may be asked for."""
    if row.state is DelegationState.REQUESTED:
        return bool(now >= row.valid_until)
    ends = files_until(row.services)
    return row.state is not DelegationState.ACTIVE or ends is None or now >= ends


def checked_first(document: str, number: approvals.KnownNumber | None) -> bytes:
    """What was checked of somebody before they said yes, and where their code goes.

    The salt keeps the log's hash of it from telling the number, once they are erased and the visit is not.
    """
    source = number.source.value if number else None
    known = {"document": document, "number": number.number if number else None, "number_source": source}
    return msgspec.json.encode(known | {"salt": secrets.token_urlsafe(16)})
