"""An account is suspended, taken back and ended by whoever answers for it, and what that stops."""

from datetime import timedelta
from functools import partial

import pyotp
import pytest
from sqlalchemy import Connection, insert, select

from audit.events import EventName
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.database.counting import count_statements
from gateway.ids import new_id
from gateway.people import staff_states
from gateway.people.errors import LastAdministratorError
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR
from gateway.people.tables import Staff, StaffInvitation, StaffState, StateWhy
from tests.gateway.answers import Answer
from tests.gateway.callers import HOLDER, PASSWORD, Caller, Callers
from tests.gateway.pages.people.conftest import People


def decide(by: Caller, of: Callers, step: str, why: str = "") -> Answer:
    whys = {"suspend": "unclear", "resume": "cleared", "end": "left"}
    return by.post(f"/people/{of.account.id}/{step}", {"why": why or whys[step]})


def sign_in(people: People, who: Callers, password: str = PASSWORD) -> tuple[Answer, Caller]:
    people.clock.move(timedelta(minutes=1))
    browser = who.nobody(at_terminal=True)
    browser.csrf = browser.get("/sign-in").csrf
    code = pyotp.TOTP(who.account.totp_secret).at(people.clock.now())
    return browser.post("/sign-in", {"login": "cilda", "password": password, "code": code}), browser


class TestSuspended:
    def test_ends_what_its_holder_has_open_and_tells_them_whom_to_ask(self, people: People) -> None:
        here, there = people.assistant(), people.assistant()
        there.post("/lock")
        assert decide(people.manager(), people.cilda, "suspend").location == f"/people/{people.cilda.account.id}"
        refused = here.get("/desk")
        assert refused.location == "/sign-in?why=suspended"
        assert "pilnvara_staff" not in here.cookies, "the computer is a colleague's from here on"
        shown = here.get(refused.location)
        assert "Jūsu konta lietošana ir apturēta" in shown.text
        assert "Jautājiet" in shown.text
        assert there.get("/unlock").location == "/sign-in?why=suspended"
        last = people.said(people.cilda)
        assert [entry.type for entry in last[-3:]] == [
            EventName.STAFF_ACCOUNT_SUSPENDED,
            EventName.STAFF_SESSION_REFUSED,
            EventName.STAFF_SESSION_REFUSED,
        ]
        assert last[-3].data["sessions_ended"] == 2
        assert last[-3].data["why"] == "unclear"

    def test_is_noted_once_for_each_session_however_often_it_comes(self, people: People) -> None:
        here = people.assistant()
        cookies = dict(here.cookies)
        decide(people.manager(), people.cilda, "suspend")
        before = len(people.said(people.cilda))
        for _ in range(3):
            here.cookies = dict(cookies)
            here.page = False
            assert here.get("/desk").code == "staff.suspended"
        assert len(people.said(people.cilda)) == before + 1

    def test_does_not_shut_the_computer_for_a_colleague(self, people: People) -> None:
        here = people.assistant()
        decide(people.manager(), people.cilda, "suspend")
        assert here.get("/sign-in").status == 200
        assert here.get("/").status == 200

    def test_signs_nobody_in_and_says_so_only_to_its_holder(self, people: People) -> None:
        decide(people.manager(), people.cilda, "suspend")
        told, browser = sign_in(people, people.cilda)
        assert told.status == 403
        assert "Jūsu konta lietošana ir apturēta" in told.text
        assert "pilnvara_staff" not in browser.cookies
        failed = people.said(people.cilda)[-1]
        assert (failed.type, failed.data["reason"]) == (EventName.STAFF_SIGN_IN_FAILED, "suspended")
        guessed, _ = sign_in(people, people.cilda, "not the password")
        assert guessed.status == 403
        assert "apturēta" not in guessed.text

    def test_is_taken_back_into_use_and_signs_in_as_before(self, people: People) -> None:
        before = people.assistant()
        decide(people.manager(), people.cilda, "suspend")
        assert decide(people.manager(), people.cilda, "resume").status == 303
        assert before.get("/desk").location.startswith("/sign-in"), "a session that ended stays ended"
        answer, browser = sign_in(people, people.cilda)
        assert answer.status == 303
        assert browser.get("/account").status == 200
        assert people.said(people.cilda)[-2].type == EventName.STAFF_ACCOUNT_RESUMED

    def test_by_an_administrator_is_not_taken_back_by_a_manager(self, people: People) -> None:
        decide(people.administrator(), people.cilda, "suspend")
        assert decide(people.manager(), people.cilda, "resume").status == 403
        assert "/resume" not in people.manager().get(f"/people/{people.cilda.account.id}").text
        assert decide(people.administrator(), people.cilda, "resume").status == 303

    def test_changes_nothing_without_a_reason_or_twice(self, people: People) -> None:
        missing = people.manager().post(f"/people/{people.cilda.account.id}/suspend", {"why": "back"})
        assert missing.status == 422
        assert people.state(people.cilda) is StaffState.ACTIVE
        decide(people.manager(), people.cilda, "suspend")
        assert decide(people.manager(), people.cilda, "suspend").status == 409


class TestEnded:
    def test_is_for_ever(self, people: People) -> None:
        here = people.assistant()
        assert decide(people.manager(), people.cilda, "end").status == 303
        assert here.get("/desk").location.startswith("/sign-in")
        assert decide(people.administrator(), people.cilda, "resume").status == 409
        assert sign_in(people, people.cilda)[0].status == 403
        assert people.said(people.cilda)[-2].type == EventName.STAFF_ACCOUNT_CLOSED
        assert decide(people.administrator(), people.cilda, "end").status == 409
        page = people.administrator().get(f"/people/{people.cilda.account.id}").text
        assert "The account has ended for good" in page
        assert "What you can do" not in page

    def test_stays_in_the_list_of_those_whose_account_has_ended(self, people: People) -> None:
        decide(people.manager(), people.cilda, "end")
        manager = people.manager()
        assert "Cilda Piemēra" not in manager.get("/people").text
        assert "Cilda Piemēra" in manager.post("/people", {"shown": "ended"}).text


class TestWhoDecides:
    def test_a_manager_does_about_assistants_of_the_own_centre_alone(self, people: People) -> None:
        other = people.account("dace", Role.ASSISTANT, centre_id=people.elsewhere())
        both = people.account("evita", Role.ASSISTANT, Role.MANAGER)
        auditor = people.account("fanija", Role.AUDITOR)
        officer = people.account("gita", Role.OFFICER, holder=HOLDER)
        for each in (other, both, auditor, officer):
            for step in ("suspend", "end"):
                assert decide(people.manager(), each, step).status == 404, step
            assert people.state(each) is StaffState.ACTIVE
        assert people.manager().get(f"/people/{other.account.id}").status == 404
        assert "/suspend" not in people.manager().get(f"/people/{both.account.id}").text

    def test_nobody_does_about_themselves(self, people: People) -> None:
        for page, of in ((people.administrator(), people.office.callers), (people.manager(), people.maija)):
            for step in ("suspend", "end"):
                page.page = False
                assert decide(page, of, step).code == "staff.own_account"
        assert people.state(people.maija) is StaffState.ACTIVE

    @pytest.mark.parametrize("role", [Role.ASSISTANT, Role.AUDITOR, Role.OFFICER])
    def test_others_do_not_at_all(self, people: People, role: Role) -> None:
        somebody = people.office.page(role=role)
        assert somebody.get("/people").status == 403
        assert decide(somebody, people.cilda, "suspend").status == 403

    def test_one_administrator_suspends_an_auditor_and_two_take_them_back(self, people: People) -> None:
        auditor, office = people.account("fanija", Role.AUDITOR), people.office
        assert decide(people.administrator(), auditor, "suspend").status == 303
        alone = people.administrator()
        alone.page = False
        assert decide(alone, auditor, "resume").code == "staff.two_needed"
        shown = people.administrator().get(f"/people/{auditor.account.id}").text
        assert "/admin/propose/account.resume" in shown
        change = office.propose(ChangeKind.ACCOUNT_RESUME, auditor.account.id, {})
        assert office.state(change) is ChangeState.PROPOSED
        office.confirm(change)
        assert people.state(auditor) is StaffState.SUSPENDED, "not before the delay is over"
        office.wait()
        office.apply(change)
        assert people.state(auditor) is StaffState.ACTIVE

    def test_one_administrator_does_not_become_the_only_one_who_decides(self, people: People) -> None:
        """Ada and Bille decide together: neither is suspended by the other, only one of a third."""
        office = people.office
        alone = people.administrator()
        alone.page = False
        assert decide(alone, office.second, "suspend").code == "staff.two_administrators"
        third = people.account("zane", Role.ADMINISTRATOR)
        assert decide(alone, third, "suspend").status == 303
        assert decide(alone, office.second, "suspend").code == "staff.two_administrators"
        assert people.state(office.second) is StaffState.ACTIVE

    def test_two_by_one_inviter_do_not_count_as_two_who_stay(self, people: People) -> None:
        """A manager whom Ada invited alone, and whom two raised, decides nothing together with Ada."""
        office = people.office
        third = people.account("zane", Role.ADMINISTRATOR).account.id
        office.write(lambda conn: _invited(conn, people, third))
        alone = people.administrator()
        alone.page = False
        assert decide(alone, office.second, "suspend").code == "staff.two_administrators"

    def test_one_person_suspends_one_of_those_for_whom_two_answer_a_day(self, people: People) -> None:
        first, second = people.account("fanija", Role.AUDITOR), people.account("gita", Role.OFFICER, holder=HOLDER)
        assert decide(people.administrator(), first, "suspend").status == 303
        alone = people.administrator()
        alone.page = False
        assert decide(alone, second, "suspend").code == "staff.suspended_lately"
        assert decide(people.administrator(), people.cilda, "suspend").status == 303, "an assistant is another matter"
        assert decide(people.office.page(people.office.second), second, "suspend").status == 303
        third = people.account("hilda", Role.AUDITOR)
        people.office.wait(timedelta(days=1, minutes=1))
        assert decide(people.administrator(), third, "suspend").status == 303

    def test_whoever_suspended_does_not_refuse_that_two_others_undo_it(self, people: People) -> None:
        office, auditor = people.office, people.account("fanija", Role.AUDITOR)
        third = people.account("zane", Role.ADMINISTRATOR)
        office.wait(timedelta(days=2))
        decide(people.administrator(), auditor, "suspend")
        change = office.propose(ChangeKind.ACCOUNT_RESUME, auditor.account.id, {}, by=office.session(third))
        assert "/refuse" not in people.administrator().get(f"/admin/changes/{change}").text
        assert people.administrator().post(f"/admin/changes/{change}/refuse").status == 403
        assert "/refuse" in office.page(office.second).get(f"/admin/changes/{change}").text
        office.confirm(change)
        assert people.administrator().post(f"/admin/changes/{change}/refuse").status == 403
        office.wait()
        office.apply(change)
        assert people.state(auditor) is StaffState.ACTIVE

    def test_is_shown_to_administrators_and_stands_among_the_signs_of_auditors(self, people: People) -> None:
        office, auditor = people.office, people.account("fanija", Role.AUDITOR)
        another = people.account("hilda", Role.AUDITOR)
        decide(people.administrator(), auditor, "suspend")
        decide(people.administrator(), people.cilda, "suspend")
        by = office.callers.account.id
        for page in (
            office.page(office.second).get("/admin"),
            another.staff(Role.AUDITOR, at_terminal=False).get("/audit/signs"),
        ):
            assert page.status == 200
            assert "Fanija Piemēra" in page.text
            assert "Cilda Piemēra" not in page.text, "an assistant is a manager's everyday"
        entry = people.said(auditor)[-1]
        assert (entry.actor.id, entry.data["by_two"]) == (by, True)

    def test_two_end_the_account_of_an_administrator(self, people: People) -> None:
        third, office = people.account("zane", Role.ADMINISTRATOR), people.office
        alone = people.administrator()
        alone.page = False
        assert decide(alone, third, "end").code == "staff.two_needed"
        change = office.propose(ChangeKind.ACCOUNT_END, third.account.id, {})
        office.confirm(change)
        office.wait()
        office.apply(change)
        assert people.state(third) is StaffState.CLOSED

    def test_nobody_ends_or_suspends_the_last_administrator(self, people: People) -> None:
        office = people.office
        ada, bille = office.callers, office.second
        change = office.propose(ChangeKind.ACCOUNT_END, bille.account.id, {}, by=office.session())
        third = people.account("zane", Role.ADMINISTRATOR)
        office.confirm(change, office.session(third))
        for gone in (ada, third):
            office.write(partial(_suspend, people=people, of=gone))
        office.wait()
        office.apply(change)
        assert office.state(change) is ChangeState.LAPSED
        assert people.state(bille) is StaffState.ACTIVE
        with pytest.raises(LastAdministratorError):
            office.write(lambda conn: _suspend(conn, people, bille))

    def test_the_last_administrator_keeps_the_role(self, people: People) -> None:
        office = people.office
        by = office.session(office.second)
        office.write(lambda conn: _suspend(conn, people, office.second))
        with pytest.raises(ChangeFaultError) as refused:
            office.propose(ChangeKind.ACCOUNT_ROLES, office.callers.account.id, {"roles": [], "holder": None}, by=by)
        assert refused.value.fault is Fault.LAST


def _invited(conn: Connection, people: People, third: str) -> None:
    """As if Ada had invited somebody alone, who administers now."""
    ada, now = people.office.callers.account.id, people.clock.now()
    at = people.office.callers.centre_id
    row: dict[str, object] = {"id": new_id(), "staff_id": third, "centre_id": at, "login": "zane"}
    row |= {"display_name": "Zane", "folded": "zane", "roles": ["manager"], "language": "lv", "totp": b"-"}
    key = select(Staff.key_id).where(Staff.id == third).scalar_subquery()
    times = {"made_at": now, "ends_at": now, "used_at": now}
    conn.execute(insert(StaffInvitation).values(row | times | {"key_id": key, "invited_by": ada}))


def _suspend(conn: Connection, people: People, of: Callers) -> None:
    account = staff_states.locked(conn, of.account.id)
    staff_states.suspend(conn, account, StateWhy.AWAY, by=OPERATOR, now=people.clock.now())


class TestList:
    def test_finds_by_part_of_a_name_without_its_marks(self, people: People) -> None:
        people.account("ērika", Role.ASSISTANT)
        found = people.manager().post("/people", {"words": "pieme ERIK"}).text
        assert "Ērika Piemēra" in found
        assert "Cilda Piemēra" not in found
        assert "Nobody fits this" in people.manager().post("/people", {"words": "100%"}).text

    def test_shows_a_manager_the_own_centre_and_an_administrator_everybody(self, people: People) -> None:
        people.account("dace", Role.ASSISTANT, centre_id=people.elsewhere())
        assert "Dace Piemēra" not in people.manager().get("/people").text
        assert "Dace Piemēra" in people.administrator().get("/people").text
        assert "Dace Piemēra" not in people.manager().post("/people", {"words": "dace"}).text

    def test_says_when_somebody_last_signed_in(self, people: People) -> None:
        path = f"/people/{people.cilda.account.id}"
        assert "Never" in people.manager().get(path).text
        people.assistant()
        assert "Never" not in people.manager().get(path).text

    def test_takes_as_many_statements_for_thirty_people_as_for_three(self, people: People) -> None:
        def statements() -> int:
            manager = people.manager()
            with count_statements() as counted:
                assert manager.get("/people").status == 200
            return counted.total

        statements()  # the first answer of a process looks what the day brings
        few = statements()
        for number in range(30):
            people.account(f"person{number:02}", Role.ASSISTANT)
        assert statements() == few
        assert few <= 6

    def test_goes_on_to_the_next_page(self, people: People) -> None:
        for number in range(26):
            people.account(f"person{number:02}", Role.ASSISTANT)
        manager = people.manager()
        first = manager.post("/people", {"words": "person"}).text
        second = manager.post("/people", {"words": "person", "after": "25"}).text
        assert "Person00" in first
        assert "Person25" not in first
        assert "Person25" in second
        assert "Person00" not in second
