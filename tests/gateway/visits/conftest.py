"""A counter on each database."""

import pytest

from gateway.clock import HeldClock
from gateway.parts import LANGUAGES, Parts, Store
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.holding import holding
from tests.gateway.visits.staffed import staffed
from ui.environment import Renderer, environment

__all__ = ["counter", "holding", "renderer"]


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The templates, compiled once."""
    return environment(languages=LANGUAGES)


@pytest.fixture
def counter(store: Store, clock: HeldClock, renderer: Renderer) -> Counter:
    """One assistant, one terminal, one display, the catalogue; no visit yet."""
    return staffed(Parts(store.settings, store.database, store.clock, store.sealer, store.keys, renderer), clock)
