"""Programs that call with a key of their own."""

from datetime import timedelta

from gateway.api_keys import holding, keys
from gateway.ids import new_id
from gateway.people.access import Scope
from tests.gateway.callers import Caller, Callers


def program(callers: Callers, *scopes: Scope, agency: str | None = None) -> Caller:
    """A program whose key is good for `scopes` for a day."""
    key, now = keys.new_key(), callers.clock.now()
    callers.parts.database.write_now(
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
    return Caller(callers.app, page=False, key=key)
