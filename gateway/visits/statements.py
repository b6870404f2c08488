"""The facts of a statement: gathered once, kept sealed, and rendered again whenever it is shown."""

import msgspec

from delegation.model import Delegation
from delegation.statement import Statement, StatementFacts, StatementService, render
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.residents import Profile
from gateway.services.catalogue import Service
from gateway.visits.sealed import VisitVault

_KIND = "statement"


def facts_for(
    parts: Parts, by: StaffSession, service: Service, person: Profile, delegation: Delegation, language: str
) -> StatementFacts:
    """What the statement for `delegation` says, in `language`."""
    allowed = delegation.allowed_service(service.id)
    return StatementFacts(
        assistant=by.name,
        centre=by.centre_name,
        principal=person.name,
        approver=person.name,
        services=(
            StatementService(
                title=service.card(language).title,
                actions={each.action: each.valid_until for each in allowed.actions},
                max_filings=allowed.max_filings,
                locked=allowed.locked,
            ),
        ),
        valid_until=delegation.valid_until,
        stop_address=f"{parts.settings.public_url}/stop",
    )


def pack(facts: StatementFacts) -> bytes:
    """The facts as they are sealed."""
    return msgspec.json.encode(facts)


def again(vault: VisitVault, delegation_id: str, template_id: str, language: str) -> Statement:
    """The statement of a delegation, byte for byte as it was shown."""
    return render(facts_of(vault, delegation_id), language=language, template_id=template_id)


def facts_of(vault: VisitVault, delegation_id: str) -> StatementFacts:
    """The facts as they were kept."""
    return msgspec.json.decode(vault.take(delegation_id, _KIND), type=StatementFacts)
