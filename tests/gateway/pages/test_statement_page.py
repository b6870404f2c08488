"""The page that a printed statement leads to."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, update

from audit.events import EventName
from delegation.assurance import Assurance, Route
from gateway.people.roles import Role
from gateway.services.tables import Service
from gateway.visits import paper, statements
from gateway.visits.sealed import VisitVault
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.stopping.conftest import signed_in
from tests.gateway.visits.counter import BENEFIT

__all__ = ["signed_in"]

Staff: TypeAlias = Callable[[Role], Phone]
NOT_FOR_YOU = "this text is not for you to read"


@pytest.fixture
def granted(facing: Facing) -> Facing:
    facing.counter.open(language="en").grant()
    return facing


def ask(phone: Phone, facing: Facing, code: str | None = None, **more: str) -> str:
    """Type the code; return where it leads, or the page that refuses."""
    phone.see("/statement")
    answer = phone.send("/statement", code=code or facing.counter.stop_code(), **more)
    return answer.location if answer.status == 303 else answer.text


def takes_paper(facing: Facing) -> None:
    """The service can be allowed on paper."""
    values = {"routes": ["phone", "paper"], "grant_least": Assurance.SUBSTANTIAL}
    facing.counter.write(lambda conn: conn.execute(update(Service).where(Service.id == BENEFIT).values(**values)))


def text_of(facing: Facing) -> str:
    counter = facing.counter

    def look(conn: Connection) -> str:
        row = counter.delegation()
        vault = VisitVault.of(conn, counter.store.sealer, counter.visit_id)
        return statements.again(vault, row.id, row.template_id, row.language).text

    return counter.read(look)


class TestWhoeverMay:
    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.MANAGER])
    def test_reads_it_after_saying_why(self, granted: Facing, signed_in: Staff, role: Role) -> None:
        reader = signed_in(role)
        assert "Choose why you read it" in ask(reader, granted)
        where = ask(reader, granted, reason="complaint")
        page = reader.see(where).text
        assert "it matches, byte for byte" in page
        assert "Unwitnessed: nobody outside has confirmed the log" in page
        assert "Ilze Paraudziņa" in page
        assert EventName.STATEMENT_RENDERED in granted.counter.events()

    def test_is_the_approver_on_the_phone_on_which_they_signed_in(self, facing: Facing) -> None:
        facing.counter.open(language="en").ask()
        phone = facing.granted()
        phone.see("/language/en?of=resident&back=/statement", status=303)
        page = phone.see(ask(phone, facing)).text
        assert "it matches, byte for byte" in page
        assert "Ilze Paraudziņa" in page
        assert facing.counter.events()[-1] == EventName.STATEMENT_RENDERED

    def test_is_told_of_a_sheet_that_nobody_has_signed_that_nobody_has(self, facing: Facing, signed_in: Staff) -> None:
        counter = facing.counter
        takes_paper(facing)
        counter.open(language="en").ask(Route.PAPER)
        approval = counter.approval().id
        counter.write(lambda conn: paper.print_sheet(conn, counter.store, counter.by, counter.visit_id, approval))
        reader = signed_in(Role.AUDITOR)
        assert "Nobody has approved it" in reader.see(ask(reader, facing, reason="routine")).text

    def test_no_longer_reads_it_when_a_quarter_of_an_hour_has_passed(self, granted: Facing, signed_in: Staff) -> None:
        reader = signed_in(Role.AUDITOR)
        where = ask(reader, granted, reason="routine")
        granted.counter.clock.move(timedelta(minutes=15))
        assert reader.see(where, status=303).location == "/statement"


class TestWhoeverMayNot:
    def test_with_the_right_code_is_told_only_how_to_stop(self, granted: Facing) -> None:
        finder = granted.phone()
        finder.see("/language/en?back=/statement", status=303)
        right = ask(finder, granted)
        assert NOT_FOR_YOU in right
        assert 'href="/stop"' in right
        assert "Ilze" not in right
        assert EventName.STATEMENT_RENDERED not in granted.counter.events()

    def test_gets_the_same_page_for_a_wrong_code(self, granted: Facing) -> None:
        finder = granted.phone()
        finder.see("/language/en?back=/statement", status=303)
        assert NOT_FOR_YOU in ask(finder, granted, code="7Q2F9KXM7Q2F9KXM7Q2F9KXM7Q")

    def test_a_colleague_of_the_assistant_is_one_of_them(self, granted: Facing, signed_in: Staff) -> None:
        assert NOT_FOR_YOU in ask(signed_in(Role.ASSISTANT), granted)

    def test_an_administrator_is_one_of_them(self, granted: Facing, signed_in: Staff) -> None:
        assert NOT_FOR_YOU in ask(signed_in(Role.ADMINISTRATOR), granted)

    def test_at_a_computer_that_is_locked_is_a_stranger(self, granted: Facing, signed_in: Staff) -> None:
        reader = signed_in(Role.MANAGER)
        where = ask(reader, granted, reason="routine")
        reader.see(where)
        assert reader.send("/lock").status == 303
        assert reader.get(where).location != where
        assert "Ilze" not in reader.get(where).text

    def test_does_not_reach_the_text_by_its_address(self, granted: Facing, signed_in: Staff) -> None:
        address = f"/statement/{granted.counter.delegation().id}"
        for reader in (granted.phone(), signed_in(Role.AUDITOR)):
            assert reader.see(address, status=303).location == "/statement"


def test_a_record_that_was_changed_is_said_not_to_match(granted: Facing, signed_in: Staff) -> None:
    counter = granted.counter
    delegation, now = counter.delegation().id, counter.clock.now()

    def change(conn: Connection) -> None:
        vault = VisitVault.of(conn, counter.store.sealer, counter.visit_id)
        facts = statements.facts_of(vault, delegation)
        vault.keep(delegation, "statement", statements.pack(facts).replace(b"Anna Asistente", b"Kads Cits"), now)

    counter.write(change)
    reader = signed_in(Role.AUDITOR)
    page = reader.see(ask(reader, granted, reason="complaint")).text
    assert "This is NOT the text that was approved" in page


def test_the_page_shows_the_bytes_that_were_approved(granted: Facing, signed_in: Staff) -> None:
    reader = signed_in(Role.AUDITOR)
    page = reader.see(ask(reader, granted, reason="routine")).text
    for line in text_of(granted).splitlines():
        assert line in page
