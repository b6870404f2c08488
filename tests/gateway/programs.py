"""Programs that call with a key of their own."""

from datetime import datetime, timedelta

from gateway.api_keys import holding, keys
from gateway.ids import new_id
from gateway.parts import Parts
from gateway.people.access import Scope
from tests.gateway.callers import Caller, Callers


def program(callers: Callers, *scopes: Scope, agency: str | None = None) -> Caller:
    """A program whose key is good for `scopes` for a day."""
    key = a_key(callers.parts, callers.clock.now(), *scopes, agency=agency)
    return Caller(callers.app, page=False, key=key)


def a_key(parts: Parts, now: datetime, *scopes: Scope, agency: str | None = None) -> str:
    """A key that is good for `scopes` for a day."""
    key = keys.new_key()
    parts.database.write_now(
        lambda conn: holding.add(
            conn,
            new_id(),
            name="Parauga programma",
            scopes=scopes,
            agency=agency,
            fingerprint=keys.fingerprint(key),
            ends_at=now + timedelta(days=1),
            now=now,
        )
    )
    return key
