"""The outermost shell around every request, also those that no handler answers."""

from time import perf_counter
from typing import Any

import structlog
from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders

from gateway.people.access import ACCESS_KEY, Access
from gateway.web.exchange import begin
from gateway.web.headers import protect

_HEAD, _GET = "HEAD", "GET"
_log = structlog.get_logger("gateway.access")


class Gateway(Litestar):
    """Litestar with our reference number, security headers and access log around it.

    Not a middleware, because Litestar's run only where a route was found. HEAD is answered as GET without content
    (RFC 9110 section 9.3.2), since whatever scans mail for links and watches servers asks so.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one ASGI scope."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        method = scope["method"]
        if method == _HEAD:
            scope, send = {**scope, "method": _GET}, _without_content(send)
        exchange = begin(scope)
        secure = self.state.parts.settings.secure
        status = 500

        async def send_protected(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                headers["X-Request-Id"] = exchange.reference
                if _GET in headers.get("Allow", ""):
                    headers["Allow"] += f", {_HEAD}"
                protect(headers, cacheable=_is_cacheable(scope, status), secure=secure)
            await send(message)

        try:
            await self.state.turning.look()
            await super().__call__(scope, receive, send_protected)
        finally:
            # The template, not the path: paths hold codes. No query string for the same reason.
            _log.info(
                "request",
                reference=exchange.reference,
                method=method,
                route=scope.get("path_template") or "none",
                status=status,
                milliseconds=round((perf_counter() - exchange.started) * 1000, 1),
            )


def _is_cacheable(scope: Any, status: int) -> bool:
    handler = scope.get("route_handler")
    access: Access | None = handler.opt.get(ACCESS_KEY) if handler is not None else None
    return access is not None and access.cacheable and status < 400


def _without_content(send: Any) -> Any:
    """Send what begins an answer and let no content through: not even a stream goes on after it."""
    is_whole = False

    async def send_headers(message: Any) -> None:
        nonlocal is_whole
        if message["type"] != "http.response.body":
            await send(message)
        elif not is_whole:
            is_whole = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_headers
