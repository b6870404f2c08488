"""A counter that is open: one assistant, one terminal, one display and the catalogue, on an empty database."""

from datetime import timedelta

from gateway.clock import HeldClock
from gateway.parts import Parts
from gateway.people.access import DisplaySession, StaffSession
from gateway.people.roles import Role
from tests.gateway.visits.counter import Counter, seed


def staffed(parts: Parts, clock: HeldClock) -> Counter:
    """Seed the database of `parts` and sign the assistant in; there is no visit yet."""
    now = clock.now()
    centre_id, staff_id, terminal_id, display_id = parts.database.write_now(lambda conn: seed(conn, parts, now))
    by = StaffSession(
        token_hash=b"s",
        staff_id=staff_id,
        name="Anna Asistente",
        role=Role.ASSISTANT,
        role_chosen=True,
        roles=(Role.ASSISTANT,),
        centre_id=centre_id,
        centre_name="Paraugu centrs",
        terminal_id=terminal_id,
        terminal_name="1. lodziņš",
        display_id=display_id,
        visit_id=None,
        language="lv",
        csrf="",
        auth_time=now,
        locked_at=None,
        seen_at=now,
        idle_until=now + timedelta(minutes=15),
        ends_at=now + timedelta(hours=10),
    )
    display = DisplaySession(
        display_id=display_id,
        terminal_id=terminal_id,
        terminal_name="1. lodziņš",
        centre_id=centre_id,
        centre_name="Paraugu centrs",
        language="lv",
        csrf="",
    )
    return Counter(parts, clock, by, display)
