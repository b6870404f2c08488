"""Faults that are about connections and not about pages: late, down, cut, redirected."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from connectors.sandbox.common.desk import Desk
from connectors.sandbox.servers import cut

IsFinal = Callable[[bytes], bool]
"""Whether a POST with this body files something."""
_FINAL = "/nosutit"
_AGAIN = "-talak"
"""End of the address at which a final request is taken once more, when it was redirected there."""
_LOOK = 0.02
"""Seconds between two looks at whether a fault is still switched on."""


class TroubledPortal:
    """A portal's application, with its troubles around it; it counts every final request that arrives."""

    def __init__(self, application: ASGIApp, desk: Desk, is_final: IsFinal | None = None) -> None:
        """`is_final` where the final request has no address of its own that ends in `/nosutit`."""
        self._application = application
        self._desk = desk
        self._is_final = is_final
        self.other_origin = ""
        """The origin to which `redirects_final` can lead."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith("/_sandbox"):
            await self._application(scope, receive, send)
            return
        final = scope["method"] == "POST" and scope["path"].endswith((_FINAL, f"{_FINAL}{_AGAIN}"))
        if scope["method"] == "POST" and self._is_final is not None:
            body = await _read_body(receive)
            final, receive = self._is_final(body), _again(body, receive)
        if final:
            self._desk.registry.final_posts += 1
        slow = self._slowness(final)
        if not slow.get("after", True):
            await self._linger(slow["seconds"])
        if "down" in self._desk.faults:
            await _unavailable(send)
        elif final:
            await self._answer_final(scope, receive, self._late(send, slow))
        else:
            await self._application(scope, receive, self._late(send, slow))

    def _slowness(self, final: bool) -> dict[str, Any]:
        slow = dict(self._desk.faults.parameters("slow"))
        return {} if slow.get("only_final") and not final else slow

    async def _linger(self, seconds: float) -> None:
        """Let time pass, until the fault is switched off."""
        until = time.monotonic() + seconds
        while "slow" in self._desk.faults and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110 - others switch it
            await asyncio.sleep(min(_LOOK, left))

    def _late(self, send: Send, slow: dict[str, Any]) -> Send:
        if not slow.get("after"):
            return send

        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._linger(slow["seconds"])
            await send(message)

        return send_late

    async def _answer_final(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        faults = self._desk.faults
        if "resets_final" in faults:
            cut(scope, reset=True)
            return
        if "redirects_final" in faults and not scope["path"].endswith(_AGAIN):
            await self._redirect(scope, receive, send)
            return
        if "dies_after_accepting" not in faults:
            await self._application(scope, receive, send)
            return
        answer, before = _Held(), len(self._desk.registry.applications)
        await self._application(scope, receive, answer)
        if len(self._desk.registry.applications) > before:
            cut(scope, reset=False)
            return
        for message in answer.messages:
            await send(message)

    async def _redirect(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        parameters = self._desk.faults.parameters("redirects_final")
        if parameters["accepts_first"]:
            await self._application(scope, receive, _Held())
        origin = self.other_origin if parameters["to"] == "origin" else ""
        location = f"{origin}{scope['path']}{_AGAIN}"
        headers = [(b"location", location.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Held:
    """An answer that is kept back."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)


async def _read_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += message["body"]
        if not message["more_body"]:
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, and then whatever comes."""
    given = False

    async def first_the_body() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return first_the_body


async def _unavailable(send: Send) -> None:
    body = (
        '<!doctype html><html lang="lv"><meta charset="utf-8"><title>Portāls nav pieejams</title>'
        "<h1>Portāls īslaicīgi nav pieejams</h1><p>Mēģiniet vēlreiz pēc brīža.</p></html>"
    ).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"60"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
