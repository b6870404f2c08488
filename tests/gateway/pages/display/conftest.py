"""A counter whose resident's number is known from elsewhere, and what may happen to its assistant's session."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from gateway.people import residents
from gateway.people.tables import Session
from tests.gateway.pages.facing import Facing
from tests.gateway.visits.counter import ILZE


@pytest.fixture
def known(facing: Facing) -> Facing:
    """The resident's number is known from elsewhere than this counter, so the display can be used."""
    facing.counter.knows(residents.Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001"))
    return facing


@pytest.fixture
def session_becomes(facing: Facing) -> Callable[..., None]:
    """Change columns of the assistant's session."""

    def become(**columns: Any) -> None:
        facing.counter.write(lambda conn: conn.execute(update(Session).values(**columns)))

    return become
