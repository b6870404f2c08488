"""A counter on each database."""

from datetime import timedelta

import pytest

from gateway.clock import HeldClock
from gateway.parts import LANGUAGES, Parts, Store
from gateway.people.access import DisplaySession, StaffSession
from gateway.people.roles import Role
from tests.gateway.visits.counter import Counter, seed
from tests.gateway.visits.holding import holding
from ui.environment import Renderer, environment

__all__ = ["counter", "holding", "renderer"]


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The templates, compiled once."""
    return environment(languages=LANGUAGES)


@pytest.fixture
def counter(store: Store, clock: HeldClock, renderer: Renderer) -> Counter:
    """One assistant, one terminal, one display, the catalogue; no visit yet."""
    parts = Parts(store.settings, store.database, store.clock, store.sealer, store.keys, renderer)
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
