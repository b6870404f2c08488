"""The head of a request as it goes on to the portal: the browser's own, without what could mislead, and ours."""

from connectors.runner.guard import SAFE_METHODS, Incoming
from connectors.runner.upstream import Headers, end_to_end

_TICKET = b"pilnvara-run-ticket"
_PERMIT = b"pilnvara-permit"
_OTHER_METHOD = frozenset({b"x-http-method", b"x-http-method-override", b"x-method-override"})
"""By these a portal would take a request for one of another method than was judged."""
_OTHER_PATH = frozenset({b"x-original-url", b"x-original-uri", b"x-rewrite-url", b"x-forwarded-uri"})
"""By these some would take it for one to another path."""
_LENGTH = b"content-length"
_DROPPED = _OTHER_METHOD | _OTHER_PATH | {_TICKET, _PERMIT, _LENGTH, b"host", b"expect"}


def host_of(origin: str) -> bytes:
    """The `Host` of an origin, without the port that its scheme has anyway."""
    scheme, _, host = origin.partition("://")
    return host.removesuffix(":443" if scheme == "https" else ":80").encode()


def outgoing(incoming: Incoming, *, ticket: bytes, permit: bytes, own: tuple[tuple[str, str], ...]) -> Headers:
    """What stands over a request: `own` in place of what the browser says under the same name.

    Nothing of the browser's that claims to be ours, or another method, path or host, goes along, nor what it says of
    the body's length: the body that was judged is as long as it is. An empty ticket or permit is left out.
    """
    length = b"" if incoming.method in SAFE_METHODS else str(len(incoming.body)).encode()
    ours = [
        (_LENGTH, length),
        (_TICKET, ticket),
        (_PERMIT, permit),
        *((name.lower().encode(), value.encode()) for name, value in own),
    ]
    dropped = _DROPPED | {name.lower().encode() for name, _ in own}
    given = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in incoming.headers]
    # A portal that turns names into variables reads `X_Method_Override` as if it were written with hyphens.
    passed = [(name, value) for name, value in end_to_end(given) if name not in dropped and b"_" not in name]
    return [(b"host", host_of(incoming.origin)), *passed, *((name, value) for name, value in ours if value)]
