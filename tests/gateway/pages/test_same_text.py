"""One text on phone, display and paper: the bytes that are approved, in each language."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from delegation.assurance import Assurance, Route
from delegation.statement import LANGUAGES
from gateway.people import sessions
from gateway.people.roles import Role
from gateway.visits import statement_looks
from tests.gateway.answers import statement_on
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.terminal_key import proven

NUMBER = "+37120000009"


def approved(facing: Facing) -> str:
    counter = facing.counter
    delegation = counter.delegation().id
    seen = counter.read(lambda conn: statement_looks.again(conn, counter.store, delegation))
    assert seen.matches
    return seen.statement.text


def takes_all(facing: Facing) -> None:
    facing.counter.takes(Route.PHONE, Route.DISPLAY, Route.PAPER, least=Assurance.LOW)


def desk(facing: Facing) -> Phone:
    """The visit's assistant, at their pages."""
    counter = facing.counter

    def begin(conn: Connection) -> str:
        return sessions.begin_staff(
            conn,
            staff_id=counter.by.staff_id,
            role=Role.ASSISTANT,
            centre_id=counter.by.centre_id,
            terminal_id=counter.by.terminal_id,
            language="lv",
            now=counter.clock.now(),
            lifetime=sessions.Lifetime(timedelta(days=1), timedelta(days=1)),
            proven=proven(counter.store.sealer, counter.clock),
        )

    return Phone(facing.app, {"pilnvara_staff": counter.write(begin), "pilnvara_terminal": "t"})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_is_what_the_phone_the_display_and_the_sheet_show(facing: Facing, language: str) -> None:
    takes_all(facing)
    facing.counter.open(language=language).ask()
    assert statement_on(facing.matched().see().text) == approved(facing)

    facing.counter.open(language=language).ask(Route.DISPLAY, number=NUMBER)
    assert statement_on(facing.display().see("/display").text) == approved(facing)

    facing.counter.open(language=language).ask(Route.PAPER)
    assert statement_on(desk(facing).see(f"/desk/visits/{facing.counter.visit_id}/sheet").text) == approved(facing)
