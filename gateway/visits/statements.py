"""The facts of a statement: gathered once, kept sealed, and rendered again whenever it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from connectors.sdk import registry
from delegation.model import AllowedService, Delegation
from delegation.statement import Statement, StatementFacts, StatementService, parse_facts, render
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services.catalogue import Service
from gateway.visits.sealed import VisitVault

_KIND = "statement"


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a statement shows, as they were typed from the documents: records may know older ones."""

    principal: str
    approvers: tuple[str, ...]


def facts_for(
    parts: Parts,
    by: StaffSession,
    services: Sequence[Service],
    names: Names,
    delegation: Delegation,
    language: str,
) -> StatementFacts:
    """What the statement for `delegation` says, in `language`."""
    return StatementFacts(
        assistant=by.name,
        centre=by.centre_name,
        principal=names.principal,
        approver=names.approvers[0],
        co_approvers=names.approvers[1:],
        acts_for_other=delegation.authority is not None,
        authority=delegation.authority,
        services=tuple(_service(each, delegation.allowed_service(each.id), language) for each in services),
        valid_until=delegation.valid_until,
        any_of_centre=delegation.any_of_centre,
        stop_address=f"{parts.settings.public_url}/stop",
    )


def _service(service: Service, allowed: AllowedService, language: str) -> StatementService:
    return StatementService(
        title=service.card(language).title,
        actions={each.action: each.valid_until for each in allowed.actions},
        max_filings=allowed.max_filings,
        locked=tuple(registry.find(service.id).input(name).label.to(language) for name in allowed.locked),
    )


def pack(facts: StatementFacts) -> bytes:
    """The facts as they are sealed."""
    return msgspec.json.encode(facts)


def again(vault: VisitVault, delegation_id: str, template_id: str, language: str) -> Statement:
    """The statement of a delegation, byte for byte as it was shown."""
    return render(facts_of(vault, delegation_id), language=language, template_id=template_id)


def facts_of(vault: VisitVault, delegation_id: str) -> StatementFacts:
    """The facts as they were kept."""
    return parse_facts(vault.take(delegation_id, _KIND))
