"""Made-up delegations, keys and read-backs for the tests of `delegation`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from delegation.assurance import Assurance, Route, ServiceRules
from delegation.claims import DelegationClaims, PermitBinding, StatusReference, claims_of
from delegation.model import (
    Action,
    AllowedAction,
    AllowedService,
    Approval,
    Delegation,
    DelegationState,
    activate,
    request,
)
from delegation.signing import SigningKey

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
ISSUER = "https://pilnvara.example"
PORTAL = "https://portal.example"
LIST_URI = "https://pilnvara.example/status/1"
SICKNESS_BENEFIT = "lv.vsaa.sickness_benefit"
KINDERGARTEN = "lv.city.kindergarten_queue"

RULES = {
    service: ServiceRules(
        grant_least=Assurance.SUBSTANTIAL,
        permit_least=Assurance.LOW,
        routes=frozenset({Route.PHONE, Route.DISPLAY}),
    )
    for service in (SICKNESS_BENEFIT, KINDERGARTEN)
}


def a_service(
    service: str = SICKNESS_BENEFIT, *, until: datetime = NOON + timedelta(hours=2), **changes: Any
) -> AllowedService:
    """A service that may be filed and followed until the same instant."""
    actions = (
        AllowedAction(action=Action.FILE, valid_until=until),
        AllowedAction(action=Action.FOLLOW, valid_until=until),
    )
    return replace(AllowedService(service=service, actions=actions, locked=("iban",)), **changes)


def a_request(**changes: Any) -> Delegation:
    """A delegation that waits for its yes at noon."""
    delegation = Delegation(
        id="d-1",
        principal="resident-1",
        approver="resident-1",
        assistant="staff-1",
        centre="centre-1",
        terminal="terminal-1",
        visit="visit-1",
        services=(a_service(),),
        valid_until=NOON + timedelta(hours=2),
        state=DelegationState.REQUESTED,
        requested_at=NOON,
    )
    return request(replace(delegation, **changes))


def a_yes(approver: str = "resident-1", **changes: Any) -> Approval:
    """A yes on the phone at a substantial level."""
    approval = Approval(
        approver=approver,
        route=Route.PHONE,
        assurance=Assurance.SUBSTANTIAL,
        at=NOON,
        statement="s" * 43,
        evidence="e" * 43,
    )
    return replace(approval, **changes)


def an_active_delegation(**changes: Any) -> Delegation:
    """A delegation whose approver has said yes at noon."""
    delegation = a_request(**changes)
    return activate(delegation, a_yes(delegation.approver), rules=RULES, now=NOON)


def some_claims(**changes: Any) -> DelegationClaims:
    """The claims of an active delegation, for the portal, at noon."""
    return claims_of(
        an_active_delegation(**changes),
        issuer=ISSUER,
        audience=PORTAL,
        now=NOON,
        status=StatusReference(idx=7, uri=LIST_URI),
    )


def a_binding(**changes: Any) -> PermitBinding:
    """What the permit of the tests is for."""
    values: dict[str, Any] = {
        "delegation": "d-1",
        "filing": "f-1",
        "attempt": 1,
        "origin": PORTAL,
        "connector": f"{SICKNESS_BENEFIT} 1.0",
        "language": "lv",
        "payload": "p" * 43,
    }
    return PermitBinding(**(values | changes))


KEY, KEY_PEM = SigningKey.generate()
OTHER_KEY, _ = SigningKey.generate()
