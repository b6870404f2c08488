"""A desk: the assistant's browser at an enrolled terminal, with the visits' own steps behind it."""

import pytest

from gateway.demo import catalogue
from gateway.people.roles import Role
from tests.gateway.callers import Callers, callers, parts, renderer
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.played import PORTAL
from tests.gateway.visits.staffed import register_portal

__all__ = ["callers", "parts", "renderer"]


@pytest.fixture
def desk(callers: Callers) -> Desk:
    """An assistant who has signed in at a terminal with a display; no visit yet."""
    database = callers.parts.database
    database.write_now(lambda conn: catalogue.seed(conn, portal_origin=PORTAL, client_id="portal"))
    database.write_now(lambda conn: register_portal(conn, callers.clock.now()))
    facing = callers.display()
    browser = callers.staff(Role.ASSISTANT)
    by = callers.session_of(browser.cookies["pilnvara_staff"])
    display = callers.display_of(facing.cookies["pilnvara_display"])
    assert by is not None
    return Desk(callers.parts, callers.clock, by, display, callers=callers, browser=browser)
