"""What is known of the request that is being answered; lives in its scope and nowhere else."""

import re
import secrets
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from litestar.connection import ASGIConnection

from gateway.parts import Parts
from gateway.people import proven
from gateway.people.access import AnySession, ApiCaller
from gateway.web.addresses import is_trusted, networks, origin_of

_KEY = "pilnvara.exchange"
_CERTIFICATE = re.compile(r"[0-9A-Fa-f]{64}")
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(slots=True)
class Exchange:
    """One request and its answer."""

    reference: str = field(default_factory=lambda: "".join(_LETTERS[byte % 32] for byte in secrets.token_bytes(8)))
    """Shown on error pages and written in the log: letters that are not taken for another when read aloud."""
    started: float = field(default_factory=perf_counter)
    session: AnySession | None = None
    program: ApiCaller | None = None
    """That showed a key."""
    is_kept: bool = False
    """What was typed is kept, although the request is refused."""
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


def traits_of(connection: "ASGIConnection[Any, Any, Any, Any]") -> bytes:
    """What the connection tells of itself: where it comes from, and which browser it says it is."""
    browser = connection.headers.get("user-agent", "")
    return proven.traits_of(parts_of(connection).sealer, address_of(connection), browser)


def certificate_of(connection: "ASGIConnection[Any, Any, Any, Any]") -> bytes | None:
    """The SHA-256 of the client certificate, if a trusted proxy is asked for it and says one."""
    settings = parts_of(connection).settings
    peer = connection.client.host if connection.client else "unknown"
    if not settings.terminal_certificates or not is_trusted(peer, networks(settings.trusted_proxies)):
        return None
    said = connection.headers.getall(settings.terminal_certificates.lower(), [])
    plain = said[0].replace(":", "").strip() if len(said) == 1 else ""
    return bytes.fromhex(plain) if _CERTIFICATE.fullmatch(plain) else None


def address_of(connection: "ASGIConnection[Any, Any, Any, Any]") -> str:
    """Where the request comes from, by `gateway.web.addresses`. Used to limit tries, never written down."""
    peer = connection.client.host if connection.client else "unknown"
    return origin_of(peer, connection.scope["headers"], networks(parts_of(connection).settings.trusted_proxies))
