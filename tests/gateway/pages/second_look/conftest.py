"""A desk, and a colleague's browser at another terminal."""

from dataclasses import replace

import pytest

from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.terminals import enrolment
from tests.gateway.accounts import an_account
from tests.gateway.callers import PASSWORD, Caller
from tests.gateway.pages.desk.conftest import callers, desk, parts, renderer
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.terminal_key import TERMINAL_KEY

__all__ = ["callers", "desk", "parts", "renderer"]


@pytest.fixture
def colleague(desk: Desk) -> Caller:
    """Berta, an assistant of the same centre, at a computer of her own."""
    now, sealer, centre = desk.clock.now(), desk.store.sealer, desk.by.centre_id
    new = NewStaff(login="berta", name="Berta Otrā", password=PASSWORD, centre_id=centre, roles=(Role.ASSISTANT,))
    account = desk.write(lambda conn: an_account(conn, sealer, new, now=now))
    secret = desk.write(
        lambda conn: enrolment.add(
            conn, centre_id=centre, name="Lete 2", means=TERMINAL_KEY.means, enrolled_by=None, now=now
        )
    )
    terminal = desk.read(lambda conn: enrolment.find(conn, secret))
    assert terminal is not None
    there = replace(desk.callers, account=account, terminal_id=terminal.id, terminal_secret=secret)
    return there.staff(Role.ASSISTANT)
