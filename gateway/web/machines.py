"""The guard before handlers for programs: which key, is it good for this, and not too often (RFC 6750 section 2.1)."""

import contextlib
import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from litestar import Request
from sqlalchemy import Connection

from gateway.api_keys import holding
from gateway.api_keys.errors import ApiKeyMissingError, ApiKeyRefusedError, ApiScopeError, ApiTooOftenError
from gateway.days import day_of
from gateway.parts import Parts
from gateway.people import throttle
from gateway.people.access import ApiCaller, Scope
from gateway.people.errors import TriedTooOftenError
from gateway.people.throttle import Door
from gateway.web.exchange import address_of

_TRIES: Final = 20
"""Keys that are none, from one address, within `throttle.WINDOW`."""


async def admit(request: "Request[Any, Any, Any]", parts: Parts, scope: Scope) -> ApiCaller:
    """Who calls with the key of a request.

    Raises:
        ApiKeyMissingError, ApiKeyRefusedError: there is none, or it is none of ours, or over.
        ApiScopeError: it is good for something else, which is an event.
        ApiTooOftenError: too many keys from there were none, or too many requests came with this one.
    """
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key:
        raise ApiKeyMissingError("a program shows its key")
    now = parts.clock.now()
    try:
        caller, used_on = await parts.database.read(lambda conn: holding.caller(conn, key.strip(), now))
    except ApiKeyRefusedError:
        strange = Door("api_address", address_of(request), _TRIES)
        with _told_when_to_come(now):
            await parts.database.write(lambda conn: throttle.charge(conn, parts.sealer, [strange], now))
        raise
    often = Door("api_key", caller.key_id, parts.settings.api_requests)
    is_good = scope in caller.scopes

    def work(conn: Connection) -> None:
        throttle.charge(conn, parts.sealer, [often], now)
        if not is_good:
            _note_refused(conn, parts, caller, scope, now)
        elif used_on != day_of(now):
            holding.note_used(conn, caller.key_id, now)

    with _told_when_to_come(now):
        await parts.database.write(work)
    if not is_good:
        raise ApiScopeError(scope)
    return caller


@contextlib.contextmanager
def _told_when_to_come(now: datetime) -> Iterator[None]:
    try:
        yield
    except TriedTooOftenError as error:
        raise ApiTooOftenError(math.ceil((error.until - now).total_seconds())) from error


def _note_refused(conn: Connection, parts: Parts, caller: ApiCaller, scope: Scope, now: datetime) -> None:
    """Write down that a key is good for nothing here, once within `throttle.WINDOW`: no program fills the log."""
    once = Door("api_scope", f"{caller.key_id}\0{scope.value}", 1)
    with contextlib.suppress(TriedTooOftenError), conn.begin_nested():
        throttle.charge(conn, parts.sealer, [once], now)
        holding.note_refused(conn, caller, scope, now)
