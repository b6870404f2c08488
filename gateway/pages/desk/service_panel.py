"""What whoever chooses a service is shown: what was found, and which of it cannot be given here now."""

from typing import Any

from sqlalchemy import Connection

from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.services import search, standing, translations
from gateway.visits import troubles
from gateway.visits.reading import VisitView


def gather(conn: Connection, parts: Parts, session: StaffSession, view: VisitView, query: str) -> dict[str, Any]:
    """The services and life events that `query` finds."""
    found, *events = search.search_all(conn, query)
    shown = found.services + found.nearest
    ids = [service.id for service in shown]
    is_on = parts.settings.translation_url is not None
    cards = translations.shown(conn, shown, session.language, is_on=is_on)
    return {
        "events": [
            [(event.id, event.card(session.language), len(event.services)) for event in each] for each in events
        ],
        "can_add": view.service is not None and view.visit["service_id"] is not None,
        "query": query,
        "found": [(service.id, service.is_electronic, cards[service.id].card) for service in found.services],
        "nearest": [(service.id, service.is_electronic, cards[service.id].card) for service in found.nearest],
        "translated": {each: shown for each, shown in cards.items() if shown.original or shown.is_foreign},
        "total": found.total,
        "closed": _closed(conn, session, view, ids),
        "troubles": troubles.of_services(conn, ids),
        "can_go_back": view.service is not None,
    }


def _closed(
    conn: Connection, session: StaffSession, view: VisitView, service_ids: list[str]
) -> dict[str, dict[str, Any]]:
    """Of these services those that cannot be given here now: why, and where else."""
    at = view.now
    stands = standing.of(conn, service_ids, centre_id=session.centre_id, staff_id=session.staff_id, at=at)
    closed = {service_id: each for service_id, each in stands.items() if not each.is_open}
    where = standing.elsewhere(conn, list(closed), centre_id=session.centre_id, at=at) if closed else {}
    return {
        service_id: {"why": each.why, "training": each.training_name(session.language), "where": where[service_id]}
        for service_id, each in closed.items()
    }
