"""Staff stop for others, with a reason: at any centre for whoever shows a document, a manager in the own centre."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from audit.entry import decode
from audit.events import EventName
from delegation.model import DelegationState
from gateway.database.counting import count_statements
from gateway.ledger.tables import AuditEvent
from gateway.people.roles import Role
from gateway.visits.case_tables import DisputeKind
from gateway.visits.rows import AnyRow
from gateway.visits.scope import Wanted
from gateway.visits.tables import DelegationRow
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.resident.test_on_behalf import BIRTH, CHILD, COMPANY, REGISTER, SECOND
from tests.gateway.pages.stopping.conftest import Staff
from tests.gateway.visits.colleagues import another_centre
from tests.gateway.visits.counter import ILZE, QUEUE, Counter


def shown(assistant: Phone, code: str = ILZE.code) -> str:
    assistant.see("/presented")
    answer = assistant.send("/presented", code=code, document="passport")
    assert answer.status == 303, answer.text
    return answer.location


def copies(conn: Connection, of: AnyRow, number: int, **changed: Any) -> None:
    """More delegations like one of them, each a minute younger."""
    made = dict(of._mapping) | {"stop_code_hash": None} | changed
    for n in range(1, number + 1):
        later = {"id": f"{n:032}", "status_index": n, "requested_at": of.requested_at + timedelta(minutes=n)}
        conn.execute(insert(DelegationRow).values(made | later))


def sent(counter: Counter) -> None:
    """The portal has taken all that was allowed."""
    counter.fill()
    counter.send()


class TestWithADocument:
    def test_shows_what_is_in_force_before_much_that_is_over(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        live = facing.counter.delegation()
        over = {"state": DelegationState.REVOKED, "ended_at": live.requested_at}
        facing.counter.write(lambda conn: copies(conn, live, 60, **over))
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant)
        listed = assistant.see(here).text
        assert listed.count("In force<") == 1
        assert f"{here}/{live.id}" in listed

    def test_lists_and_stops_with_a_reason(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant)
        listed = assistant.see(here).text
        assert "Slimības pabalsts" in listed
        assert "In force" in listed
        for value in ("Ilze", "329999", "+371"):
            assert value not in listed
        one = f"{here}/{facing.counter.delegation().id}"
        assistant.see(one)
        assert assistant.send(f"{one}/stop").status == 422
        assert assistant.send(f"{one}/stop", reason="resident_asked").location == one
        assert "It was stopped on" in assistant.see(one).text
        assert facing.counter.delegation().state is DelegationState.REVOKED

    @pytest.mark.parametrize("who", [ILZE.code, SECOND.code])
    def test_shows_everybody_who_signs_what_they_signed_and_in_which_part(
        self, facing: Facing, signed_in: Staff, who: str
    ) -> None:
        counter = facing.counter
        counter.open().ask(person=COMPANY, approver=ILZE, co_approvers=(SECOND,), authority=REGISTER)
        counter.clock.move(timedelta(seconds=20))
        facing.approve(facing.matched())
        assistant = signed_in(Role.ASSISTANT)
        here = shown(assistant, who)
        one = f"{here}/{counter.delegation().id}"
        for page in (assistant.see(here).text, assistant.see(one).text):
            assert "For somebody else: Right to sign for the company; 2 people sign" in page
            for name in (ILZE.name, SECOND.name, COMPANY.name):
                assert name not in page
        printed = assistant.send(f"{here}/overview", reason="asked_on_paper").location
        sheet = assistant.see(printed).text
        for value in (COMPANY.name, f"{ILZE.name}, {SECOND.name}", "Right to sign for the company"):
            assert value in sheet
        assistant.send(f"{one}/stop", reason="resident_asked")
        assert counter.delegation().state is DelegationState.LAPSED

    def test_says_whose_matter_it_is_where_a_parent_spoke(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant(person=CHILD, approver=ILZE, authority=BIRTH)
        assistant = signed_in(Role.ASSISTANT)
        assert "For somebody else: The child’s mother or father" in assistant.see(shown(assistant)).text
        theirs = assistant.see(shown(assistant, CHILD.code)).text
        assert "Somebody else spoke for them: The child’s mother or father" in theirs
        facing.counter.close()
        facing.counter.open().grant()
        assert "Their own matter" in assistant.see(shown(assistant)).text

    def test_opens_a_case_in_their_words(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        assistant = signed_in(Role.ASSISTANT)
        one = f"{shown(assistant)}/{facing.counter.delegation().id}"
        assistant.see(one)
        assert assistant.send(f"{one}/case", words="…").status == 422
        opened = assistant.send(f"{one}/case", kind=DisputeKind.NOT_ME.value, words="Nebiju es.")
        assert "Tell the resident its number" in assistant.see(opened.location).text
        assert facing.counter.delegation().ended_reason == "case"
        number = opened.location.rpartition("=")[2]
        listed = assistant.see(one.rpartition("/")[0]).text
        assert number in listed
        assert "Waits for an answer" in listed

    def test_says_what_is_wrong_with_a_code_or_a_choice(self, facing: Facing, signed_in: Staff) -> None:
        manager = signed_in(Role.MANAGER)
        manager.see("/presented")
        assert manager.send("/presented", code="123", document="passport").status == 400
        assert "Choose which document was shown" in manager.send("/presented", code=ILZE.code).text
        nothing = manager.send("/presented", code="").text
        assert "A personal code has 11 digits" in nothing
        assert "Choose which document was shown" in nothing

    def test_of_somebody_unknown_says_that_there_is_nothing(self, facing: Facing, signed_in: Staff) -> None:
        assistant = signed_in(Role.ASSISTANT)
        assert "Nothing is or was allowed" in assistant.see(shown(assistant, "329999-00077")).text


class TestTheManager:
    def test_sees_what_is_in_force_stops_it_and_sees_who_and_why(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        manager = signed_in(Role.MANAGER)
        delegation_id = facing.counter.delegation().id
        here = manager.see("/manage/delegations").text
        assert f"/manage/delegations/{delegation_id}/stop" in here
        assert "Anna Asistente" in here
        assert "Ilze" not in here
        manager.see(f"/manage/delegations/{delegation_id}/stop")
        assert manager.send(f"/manage/delegations/{delegation_id}/stop").status == 422
        assert manager.send(f"/manage/delegations/{delegation_id}/stop", reason="misuse").status == 303
        after = manager.see("/manage/delegations").text
        assert "Nothing is allowed at this moment" in after
        assert "Berta Otrā" in after
        assert "Something is not as it should be" in after

    def test_finds_by_the_number_of_permission_visit_or_portal_and_that_is_recorded(
        self, facing: Facing, signed_in: Staff
    ) -> None:
        counter = facing.counter
        counter.open().grant()
        sent(counter)
        past = counter.delegation().id
        reference, visit = str(counter.filing().reference), counter.visit_id
        counter.close()
        counter.open().grant()
        manager = signed_in(Role.MANAGER)
        for number in (past, visit, reference):
            with count_statements() as statements:
                page = asyncio.run(manager.acall("GET", f"/manage/delegations?number={number}")).text
            reads = [each for each in statements.texts if each.startswith("SELECT")]
            assert len(reads) <= 4, reads
            assert statements.total <= 7, "recording it takes two to four"
            assert page.count("Anna Asistente") == 1
            assert "Ended" in page
            assert f"/{past}/stop" not in page
            assert "Ilze" not in page
        live = counter.delegation().id
        assert f"/manage/delegations/{live}/stop" in manager.see(f"/manage/delegations?number=+{live}+").text
        nothing = manager.see("/manage/delegations?number=329999-00001")
        assert "Nothing in your centre has this number" in nothing.text
        by_type = select(AuditEvent.leaf).where(AuditEvent.type == EventName.DELEGATIONS_SEARCHED.value)
        said = [decode(bytes(leaf)).data for leaf in counter.read(lambda conn: conn.execute(by_type).scalars().all())]
        assert sorted(each["found"] for each in said) == sorted([[past], [past], [past], [live], []])

    def test_finds_a_page_at_a_time_and_nothing_of_another_centre(self, facing: Facing, signed_in: Staff) -> None:
        counter = facing.counter
        counter.open().grant()
        oldest = counter.delegation()
        counter.write(lambda conn: copies(conn, oldest, 50))
        manager = signed_in(Role.MANAGER)
        first = manager.see(f"/manage/delegations?number={counter.visit_id}").text
        assert f"/{oldest.id}/stop" not in first
        older = re.search(r'href="(/manage/delegations\?number=[^"]+)"', first)
        assert older, first
        assert f"/{oldest.id}/stop" in manager.see(older[1].replace("&amp;", "&")).text
        elsewhere = another_centre(counter)
        counter.write(lambda conn: conn.execute(update(DelegationRow).values(centre_id=elsewhere)))
        assert "Nothing in your centre" in manager.see(f"/manage/delegations?number={counter.visit_id}").text

    def test_goes_on_to_what_is_older_and_stops_that_too(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        oldest = facing.counter.delegation()
        facing.counter.write(lambda conn: copies(conn, oldest, 50))
        manager = signed_in(Role.MANAGER)
        first = manager.see("/manage/delegations").text
        assert oldest.id not in first
        older = re.search(r'href="(/manage/delegations\?after=[^"]+)"', first)
        assert older, first
        second = manager.see(older[1]).text
        assert second.count("/stop") == 1
        assert f"/manage/delegations/{oldest.id}/stop" in second
        manager.see(f"/manage/delegations/{oldest.id}/stop")
        assert manager.send(f"/manage/delegations/{oldest.id}/stop", reason="misuse").status == 303
        assert facing.counter.delegation_of(oldest.id).state is DelegationState.REVOKED

    def test_sees_what_may_still_be_followed_after_all_was_filed(self, facing: Facing, signed_in: Staff) -> None:
        counter = facing.counter
        counter.open(QUEUE).grant(services=(Wanted(service=QUEUE, follow=True),))
        sent(counter)
        assert counter.delegation().state is DelegationState.SPENT
        manager = signed_in(Role.MANAGER)
        path = f"/manage/delegations/{counter.delegation().id}/stop"
        assert path in manager.see("/manage/delegations").text
        manager.see(path)
        assert manager.send(path, reason="misuse").status == 303
        assert counter.delegation().state is DelegationState.REVOKED
        assert path not in manager.see("/manage/delegations").text

    def test_does_not_see_as_in_force_what_is_filed_and_leaves_nothing(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        sent(facing.counter)
        assert "Nothing is allowed at this moment" in signed_in(Role.MANAGER).see("/manage/delegations").text

    def test_sees_what_residents_stopped(self, facing: Facing, signed_in: Staff) -> None:
        facing.counter.open().grant()
        facing.counter.stop()
        page = signed_in(Role.MANAGER).see("/manage/delegations").text
        assert "Their own no" in page
        assert "The resident" in page

    def test_of_another_centre_changes_nothing(self, facing: Facing, signed_in: Staff) -> None:
        manager = signed_in(Role.MANAGER)
        manager.see("/manage/delegations")
        assert manager.send("/manage/delegations/no-such/stop", reason="misuse").status == 404


class TestTheAssistantsPage:
    def test_says_at_once_that_and_why_a_manager_stopped(self, facing: Facing, signed_in: Staff) -> None:
        counter = facing.counter
        counter.open().grant()
        counter.fill()
        manager = signed_in(Role.MANAGER)
        path = f"/manage/delegations/{counter.delegation().id}/stop"
        manager.see(path)
        manager.send(path, reason="misuse")
        view = counter.view()
        assert view.stage.value == "stopped"
        assert view.delegation is not None
        assert view.delegation["ended_reason"] == "misuse"
