"""A bundle leaves the gateway: the resident can see who took it, why, and what was opened for it."""

from sqlalchemy import Connection

from audit.entry import Actor
from audit.events import EventName
from gateway.parts import Store
from gateway.visits import looking
from gateway.visits.bundles import Disclosure
from gateway.visits.inquiring import done, say_as_auditor
from gateway.visits.looking import is_noted
from gateway.visits.rows import find_visit


def note(conn: Connection, store: Store, by: Actor, visit_id: str, chosen: Disclosure, why: str) -> None:
    """Record that `by` makes a bundle of a visit. Raises `NotFoundError`."""
    find_visit(conn, visit_id)
    now = store.clock.database_now(conn)
    disclosed = list(chosen.names)
    say_as_auditor(conn, visit_id, EventName.BUNDLE_EXPORTED, by, now, disclosed=disclosed, reason=why)


def noted(conn: Connection, store: Store, by: Actor, visit_id: str) -> Disclosure | None:
    """What `by` has asked for in this quarter of an hour; nothing where they have not."""
    now = store.clock.now()
    asked = done(conn, by, visit_id, EventName.BUNDLE_EXPORTED, now)
    return next((Disclosure.of(each.data["disclosed"]) for each in asked if is_noted(each.time, now)), None)


def reason_of(conn: Connection, store: Store, by: Actor, visit_id: str) -> str | None:
    """Why an auditor has opened a visit in this quarter of an hour; nothing where they have not."""
    return looking.reason_of(conn, visit_id, by, store.clock.now())
