"""A counter, and officers of both institutions whose services it offers."""

from datetime import timedelta

import pytest

from gateway.people import sessions
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from tests.gateway.accounts import an_account
from tests.gateway.pages.conftest import facing
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.conftest import counter, renderer

__all__ = ["counter", "facing", "renderer"]

OURS, THEIRS = "VSAA", "Ziemeļu novads"


def an_officer(facing: Facing, holder: str, login: str, language: str = "en") -> Phone:
    """An officer of this institution, signed in at a computer of their own."""
    return _signed_in(facing, Role.OFFICER, holder, login, language)


def an_admin(facing: Facing) -> Phone:
    """An administrator of the network, signed in at a computer of their own."""
    return _signed_in(facing, Role.ADMINISTRATOR, None, "admin", "en")


def _signed_in(facing: Facing, role: Role, holder: str | None, login: str, language: str) -> Phone:
    counter = facing.counter
    parts, now = counter.store, counter.clock.now()
    centre = counter.by.centre_id
    new = NewStaff(centre_id=centre, login=login, name="Ods Pārstāvis", password="x" * 14, roles=(role,), holder=holder)
    made = counter.write(lambda conn: an_account(conn, parts.sealer, new, now=now))
    token = counter.write(
        lambda conn: sessions.begin_staff(
            conn,
            staff_id=made.id,
            role=role,
            centre_id=centre,
            terminal_id=None,
            language=language,
            now=now,
            lifetime=sessions.Lifetime(timedelta(days=90), timedelta(days=90)),
        )
    )
    return Phone(facing.app, {"pilnvara_staff": token})


@pytest.fixture
def officer(facing: Facing) -> Phone:
    """Of the institution that holds the benefit."""
    return an_officer(facing, OURS, "ods")


@pytest.fixture
def other(facing: Facing) -> Phone:
    """Of the municipality, which holds another service."""
    return an_officer(facing, THEIRS, "otrs")
