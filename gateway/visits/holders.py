"""Who answers for a filing, by name: of several that share a service, the municipality that it was filed with."""

import msgspec
from sqlalchemy import Connection

from connectors.sdk import registry
from gateway.parts import Parts
from gateway.services.catalogue import Service
from gateway.visits.asking import Answers
from gateway.visits.sealed import VisitVault
from gateway.visits.view import VisitView


def of_view(conn: Connection, parts: Parts, view: VisitView, language: str) -> str:
    """Who answers for the newest filing of a visit; before any service is chosen the centre."""
    if view.service is None:
        return view.centre
    if view.filing is None or not _are_several(view.service):
        return view.service.holder
    vault = VisitVault.of(conn, parts.sealer, view.id, view.visit["key_id"])
    return of_filing(vault, view.filing["id"], view.service, language)


def of_filing(vault: VisitVault | None, filing_id: str, service: Service, language: str) -> str:
    """Who answers for one filing; what the catalogue says where its answers are erased."""
    kept = vault.find(filing_id, "answers") if vault is not None and _are_several(service) else None
    several = None if kept is None else registry.find(service.id).holders
    named = None if kept is None or several is None else several.of(msgspec.json.decode(kept, type=Answers).values)
    return service.holder if named is None else named.to(language)


def _are_several(service: Service) -> bool:
    connector = registry.all().get(service.id)
    return connector is not None and connector.holders is not None
