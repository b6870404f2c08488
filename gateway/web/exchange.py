"""What is known of the request that is being answered; lives in its scope and nowhere else."""

import secrets
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from litestar.connection import ASGIConnection

from gateway.parts import Parts
from gateway.people.access import AnySession
from gateway.web.addresses import networks, origin_of

_KEY = "pilnvara.exchange"
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(slots=True)
class Exchange:
    """One request and its answer."""

    reference: str = field(default_factory=lambda: "".join(_LETTERS[byte % 32] for byte in secrets.token_bytes(8)))
    """Shown on error pages and written in the log: letters that are not taken for another when read aloud."""
    started: float = field(default_factory=perf_counter)
    session: AnySession | None = None
    stranger: str | None = None
    """The secret of a browser without a session, once a page has needed one."""


def begin(scope: Any) -> Exchange:
    """Begin the exchange of an ASGI scope."""
    exchange = Exchange()
    scope.setdefault("state", {})[_KEY] = exchange
    return exchange


def exchange_of(connection: "ASGIConnection[Any, Any, Any, Any]") -> Exchange:
    """The exchange of a connection."""
    found = connection.scope["state"].get(_KEY)
    return found if isinstance(found, Exchange) else begin(connection.scope)


def parts_of(connection: "ASGIConnection[Any, Any, Any, Any]") -> Parts:
    """The parts of this process, through the application that answers."""
    parts: Parts = connection.app.state.parts
    return parts


def address_of(connection: "ASGIConnection[Any, Any, Any, Any]") -> str:
    """Where the request comes from, by `gateway.web.addresses`. Used to limit tries, never written down."""
    peer = connection.client.host if connection.client else "unknown"
    return origin_of(peer, connection.scope["headers"], networks(parts_of(connection).settings.trusted_proxies))
