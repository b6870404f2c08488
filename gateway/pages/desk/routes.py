"""The ways in which a resident may say yes at this desk: which are possible, and why the others are not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from delegation.assurance import Assurance, Route
from gateway.oauth import providers
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.passkey_questions import rp_id
from gateway.services.catalogue import Service
from gateway.visits.channels import routes_of
from gateway.visits.tables import Channel


@dataclass(frozen=True)
class _Here:
    """What there is at this desk."""

    has_display: bool
    has_provider: bool
    has_passkeys: bool


@dataclass(frozen=True)
class _Asked:
    """For what a way is looked for."""

    service: Service
    needed: Assurance
    here: _Here


def offered(
    conn: Connection, parts: Parts, session: StaffSession, services: Sequence[Service], channel: Channel
) -> list[dict[str, Any]]:
    """Each way, whether every one of `services` takes it, and a word for why not or for what it needs.

    Those that fit the `channel` come first, in its order; the others are not possible in it.

    `which` is the title of the service that forbids it, where there are several.
    """
    here = _Here(
        has_display=session.display_id is not None,
        has_provider=bool(providers.all(conn)),
        has_passkeys=rp_id(parts.settings) is not None,
    )
    of_services = [
        [_route(route, look, _Asked(service, needed(service), here)) for route, look in _WHY_NOT.items()]
        for service in services
    ]
    each = {
        of_route[0]["route"]: _strictest(services, of_route, session.language)
        for of_route in zip(*of_services, strict=True)
    }
    fitting = routes_of(channel)
    others = [{"route": route, "taken": False, "why": "channel"} for route in each if route not in fitting]
    return [*(each[route] for route in fitting), *others]


def needed(service: Service) -> Assurance:
    """The most that grant and permit ask for: whoever begins in one way ends in it."""
    return max(service.rules.grant_least, service.rules.permit_least)


def _strictest(services: Sequence[Service], of_route: Sequence[dict[str, Any]], language: str) -> dict[str, Any]:
    """A route as the strictest of several services takes it, with that service's title where it forbids the route."""
    for service, route in zip(services, of_route, strict=True):
        if route["why"] in _OF_SERVICE and len(services) > 1:
            return route | {"which": service.card(language).title}
    refused = (route for route in of_route if not route["taken"])
    return next(refused, None) or next((route for route in of_route if route["why"]), of_route[0])


def _route(route: Route, look: Callable[[_Asked], str | None], asked: _Asked) -> dict[str, Any]:
    why = "not_taken" if route not in asked.service.rules.routes else look(asked)
    hint = _HINTS[route](asked) if why is None and route in _HINTS else None
    return {"route": route, "taken": why is None, "why": why or hint}


def _phone(asked: _Asked) -> str | None:
    return None if asked.here.has_provider else "no_provider"


def _passkey(asked: _Asked) -> str | None:
    """Offered whoever stands here: that somebody has a passkey is not told before they have used it."""
    return None if asked.here.has_passkeys else "no_passkeys"


def _display(asked: _Asked) -> str | None:
    if asked.needed > Assurance.SUBSTANTIAL:
        return "too_low"
    return None if asked.here.has_display else "no_display"


def _on_paper_or_call(asked: _Asked) -> str | None:
    return "too_low" if asked.needed > Assurance.SUBSTANTIAL else None


_OF_SERVICE = frozenset({"not_taken", "too_low"})
"""What a service's own rules forbid; anything else is missing here, whatever the service."""
_WHY_NOT: dict[Route, Callable[[_Asked], str | None]] = {
    Route.PHONE: _phone,
    Route.PASSKEY: _passkey,
    Route.DISPLAY: _display,
    Route.PAPER: _on_paper_or_call,
    Route.CALL: _on_paper_or_call,
}
_HINTS: dict[Route, Callable[[_Asked], str | None]] = {
    Route.DISPLAY: lambda asked: "known_number" if asked.needed > Assurance.LOW else None,
    Route.PAPER: lambda asked: "witness" if asked.needed > Assurance.LOW else "witness_better",
    Route.CALL: lambda _asked: "known_number",
}
