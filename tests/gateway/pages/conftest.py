"""A counter with its resident's phone and display, on each database."""

import pytest

from tests.gateway.pages.facing import Facing
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "facing", "renderer"]


@pytest.fixture
def facing(counter: Counter) -> Facing:
    """A counter over HTTP."""
    return Facing.at(counter)
