"""Somebody is invited, opens their account by a link, and nobody else ever knows what they sign in with."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from audit.events import EventName
from gateway.changes.errors import SamePersonError
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.notifications.tables import Message
from gateway.people import freshness, inviters
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.tables import StaffInvitation
from tests.gateway.callers import HOLDER, PASSWORD, Caller
from tests.gateway.pages.people.conftest import People
from tests.gateway.pages.people.invited import NEW, account, invite, link_of, open_account


class TestInvited:
    def test_opens_the_account_and_signs_in_with_what_only_they_know(self, people: People) -> None:
        path = link_of(people.manager(), invite(people.manager()))
        browser = people.office.callers.nobody(at_terminal=True)
        browser.csrf = browser.get(path).csrf
        page = browser.post(path)
        secret = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)
        assert secret
        totp = pyotp.TOTP(secret[0].replace(" ", ""))
        typed = {"password": PASSWORD, "again": PASSWORD, "code": totp.at(people.clock.now())}
        done = browser.post(f"{path}/finish", typed)
        assert done.location == "/sign-in?why=invited", done.text
        assert "Jūsu konts ir gatavs" in browser.get(done.location).text
        people.clock.move(timedelta(minutes=1))
        browser.csrf = browser.get("/sign-in").csrf
        code = totp.at(people.clock.now())
        assert browser.post("/sign-in", {"login": "dace", "password": PASSWORD, "code": code}).location == "/"
        assert browser.get("/").location == "/desk"

    def test_on_the_own_phone_is_led_to_no_form_that_cannot_succeed(self, people: People) -> None:
        path, phone = link_of(people.manager(), invite(people.manager())), people.office.callers.nobody()
        phone.csrf = phone.get(path).csrf
        secret = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", phone.post(path).text)
        assert secret
        code = pyotp.TOTP(secret[0].replace(" ", "")).at(people.clock.now())
        done = phone.post(f"{path}/finish", {"password": PASSWORD, "again": PASSWORD, "code": code})
        told = phone.get(done.location).text
        assert "Jūsu konts ir gatavs" in told
        assert 'name="password"' not in told
        there = people.office.callers.nobody(at_terminal=True)
        assert 'name="password"' in there.get(done.location).text, "an address that is kept does no harm elsewhere"

    def test_is_nobodys_second_pair_of_eyes_for_a_day(self, people: People) -> None:
        invitation = invite(people.manager())
        people.office.wait(timedelta(days=2))
        open_account(people, link_of(people.manager(), invitation))
        made, parts, now = account(people), people.office.parts, people.clock.now()
        assert made is not None
        assert people.office.read(lambda conn: freshness.is_fresh(conn, parts, made, now))

    def test_has_each_step_in_the_trail_without_name_or_link(self, people: People) -> None:
        invitation = invite(people.manager())
        path = link_of(people.manager(), invitation, email="dace@example.lv")
        open_account(people, path)
        made = account(people)
        assert made is not None
        said = people.said(made)
        assert [entry.type for entry in said] == [
            EventName.STAFF_INVITED,
            EventName.STAFF_INVITATION_SENT,
            EventName.STAFF_ACCOUNT_CREATED,
        ]
        for entry in said:
            assert not re.search(r"Dace|dace|example|/join", str(entry.data))

    def test_is_named_by_no_get_whatever_the_link(self, people: People) -> None:
        path = link_of(people.manager(), invite(people.manager()))
        nobody = people.office.callers.nobody()
        for link, status in ((path, 200), ("/join/nothing", 410)):
            answer = nobody.get(link)
            assert answer.status == status
            assert "Dace" not in answer.text
        assert account(people) is None

    def test_is_told_before_any_button_that_the_link_opens_nothing(self, people: People) -> None:
        invitation = invite(people.manager())
        dead, path = link_of(people.manager(), invitation), link_of(people.manager(), invitation)
        browser = people.office.callers.nobody()
        browser.cookies["pilnvara_lang"] = "en"
        over = browser.get(dead)
        assert (over.status, "Ask whoever invited you" in over.text) == (410, True)
        assert f'action="{dead}"' not in over.text
        assert f'action="{path}"' in browser.get(path).text

    def test_is_told_whom_to_ask_where_whoever_invited_is_suspended(self, people: People) -> None:
        path, maija = link_of(people.manager(), invite(people.manager())), people.maija.account.id
        people.administrator().post(f"/people/{maija}/suspend", {"why": "unclear"})
        browser = people.office.callers.nobody()
        browser.cookies["pilnvara_lang"] = "en"
        shown = browser.get(path)
        assert (shown.status, "Ask another manager of your centre, or an administrator" in shown.text) == (410, True)
        assert "Maija" not in shown.text
        invited = select(StaffInvitation.staff_id)
        said = people.said(people.office.read(lambda conn: conn.execute(invited).scalar_one()))
        assert said[-1].type == EventName.STAFF_INVITATION_SENT, "whatever previews a link leaves no event"

    def test_at_a_computer_of_no_centre_is_told_whose_roles_sign_in_there(self, people: People) -> None:
        browser = people.office.callers.nobody()
        browser.cookies["pilnvara_lang"] = "en"
        shown = browser.get("/sign-in?why=invited").text
        assert "You can sign in with it here" in shown
        assert "Here sign in: administrator, auditor, service holder’s officer, network owner." in shown
        assert "computer of your centre" not in shown
        assert "their centre. Enrol this computer" in " ".join(re.sub(r"<[^>]+>", "", shown).split())

    def test_is_told_all_that_is_wrong_at_once_each_at_its_question(self, people: People) -> None:
        path = link_of(people.manager(), invite(people.manager()))
        wrong = open_account(people, path, password="short", again="other", code="1").text
        for name in ("code", "password", "again"):
            assert f'href="#{name}"' in wrong, name
            assert f'id="{name}-error"' in wrong, name

    @pytest.mark.parametrize(
        "typed", [{"again": "another password"}, {"password": "short", "again": "short"}, {"code": "1"}]
    )
    def test_mends_what_is_wrong_and_goes_on(self, people: People, typed: dict[str, str]) -> None:
        path = link_of(people.manager(), invite(people.manager()))
        assert open_account(people, path, **typed).status == 422
        assert account(people) is None
        assert open_account(people, path).status == 303


class TestMadeUp:
    def test_manager_does_not_let_who_invited_them_into_an_administrators_account(self, people: People) -> None:
        """One administrator alone became the second: by a manager who does not exist."""
        office = people.office
        manager = self.opened(people, "manager")
        page = manager.post("/admin/propose/account.recover", {"target": office.second.account.id, "reason": "lost"})
        assert page.status == 422, "no manager decides about an administrator"
        change = office.propose(
            ChangeKind.ACCOUNT_RECOVER, people.cilda.account.id, {}, by=self.session(people, manager)
        )
        refused = people.administrator().post(f"/admin/changes/{change}/confirm")
        assert (refused.status, office.state(change)) == (403, ChangeState.PROPOSED)
        assert office.events()[-1] is EventName.SETTINGS_BARRED
        office.confirm(change)
        assert office.state(change) is ChangeState.CONFIRMED

    def test_two_by_one_inviter_do_not_decide_together_even_as_administrators(self, people: People) -> None:
        """Each was raised by two people, who knew neither."""
        office = people.office
        ada = office.session()
        made_up = [
            replace(ada, staff_id=self.opened_by_link(people, login), browser_hash=login.encode())
            for login in ("dace", "egle")
        ]
        people.office.wait(timedelta(days=1, minutes=1))
        change = office.propose(ChangeKind.ACCOUNT_END, people.maija.account.id, {}, by=made_up[0])
        with pytest.raises(SamePersonError):
            office.confirm(change, made_up[1])
        office.confirm(change)
        assert office.state(change) is ChangeState.CONFIRMED

    def opened_by_link(self, people: People, login: str) -> str:
        """The account of somebody whom Ada invited alone."""
        typed = {"login": login, "role-manager": "manager", "centre": people.office.callers.centre_id}
        open_account(people, link_of(people.administrator(), invite(people.administrator(), **typed)))
        made = account(people, login)
        assert made is not None
        return made

    def opened(self, people: People, role: str) -> Caller:
        """Somebody whom Ada invited alone, a day later."""
        typed = {f"role-{role}": role, "centre": people.office.callers.centre_id}
        open_account(people, link_of(people.administrator(), invite(people.administrator(), **typed)))
        people.office.wait(timedelta(days=1, minutes=1))
        made = account(people)
        assert made is not None
        return replace(people.maija, account=replace(people.maija.account, id=made)).staff(Role(role))

    def session(self, people: People, caller: Caller) -> StaffSession:
        found = people.office.callers.session_of(caller.cookies["pilnvara_staff"], at_terminal=True)
        assert found is not None
        return found


class TestLink:
    def test_works_once(self, people: People) -> None:
        path = link_of(people.manager(), invite(people.manager()))
        assert open_account(people, path).status == 303
        made = account(people)
        assert made is not None
        assert open_account(people, path).status == 410
        refused = people.said(made)[-1]
        assert (refused.type, refused.data["reason"]) == (EventName.STAFF_INVITATION_REFUSED, "used")

    def test_is_dead_after_three_days_and_made_anew(self, people: People) -> None:
        invitation = invite(people.manager())
        path = link_of(people.manager(), invitation)
        people.clock.move(timedelta(hours=72))
        assert open_account(people, path).status == 410
        again = link_of(people.manager(), invitation)
        assert open_account(people, path).status == 410, "the one before stays dead"
        assert open_account(people, again).status == 303

    def test_is_dead_once_the_invitation_is_withdrawn(self, people: People) -> None:
        invitation = invite(people.manager())
        path = link_of(people.manager(), invitation)
        assert people.manager().post(f"{invitation}/withdraw").location == "/people"
        answer = open_account(people, path)
        assert (answer.status, account(people)) == (410, None)
        assert people.manager().post(f"{invitation}/link").status == 404

    @pytest.mark.parametrize(("step", "why"), [("suspend", "taken_over"), ("end", "left")])
    def test_of_somebody_whose_account_is_out_of_use_opens_nothing(self, people: People, step: str, why: str) -> None:
        path = link_of(people.manager(), invite(people.manager()))
        stopped = people.administrator().post(f"/people/{people.maija.account.id}/{step}", {"why": why})
        assert stopped.status == 303
        assert (open_account(people, path).status, account(people)) == (410, None)
        invited = select(StaffInvitation.staff_id)
        said = people.said(people.office.read(lambda conn: conn.execute(invited).scalar_one()))[-1]
        assert (said.type, said.data["reason"]) == (EventName.STAFF_INVITATION_REFUSED, "inviter")

    def test_is_good_again_once_whoever_invited_is_back(self, people: People) -> None:
        path = link_of(people.manager(), invite(people.manager()))
        maija = people.maija.account.id
        people.administrator().post(f"/people/{maija}/suspend", {"why": "unclear"})
        assert open_account(people, path).status == 410
        assert people.administrator().post(f"/people/{maija}/resume", {"why": "cleared"}).status == 303
        assert open_account(people, path).status == 303

    def test_of_whom_it_waits_for_nobody_is_shown_as_what_it_is_and_taken_over(self, people: People) -> None:
        """Whoever invited has left: the invitation is a colleague's who makes the link anew."""
        invitation = invite(people.manager())
        dead = link_of(people.manager(), invitation)
        assert "Opens nothing" not in people.administrator().get("/people").text
        people.administrator().post(f"/people/{people.maija.account.id}/end", {"why": "left"})
        ada = people.administrator()
        assert "Opens nothing: Maija Piemēra is out of use" in ada.get("/people").text
        assert "Take over and make a new link" in ada.get(invitation).text
        path = link_of(ada, invitation)
        assert "Opens nothing" not in ada.get(invitation).text
        assert open_account(people, dead).status == 410
        assert open_account(people, path).status == 303
        made, by = account(people), people.office.callers.account.id
        assert made is not None
        assert people.office.read(lambda conn: inviters.line_of(conn, made)) == {by}, "who could have opened it"

    def test_of_whom_it_waits_for_nobody_is_ended_by_a_colleague(self, people: People) -> None:
        invitation = invite(people.manager())
        people.administrator().post(f"/people/{people.maija.account.id}/suspend", {"why": "unclear"})
        assert people.administrator().post(f"{invitation}/withdraw").location == "/people"
        assert invitation not in people.administrator().get("/people").text

    def test_by_whoever_makes_it_last_is_the_one_they_answer_for(self, people: People) -> None:
        invitation = invite(people.manager())
        link_of(people.manager(), invitation)
        open_account(people, link_of(people.administrator(), invitation))
        made, by = account(people), people.office.callers.account.id
        assert made is not None
        assert people.office.read(lambda conn: inviters.line_of(conn, made)) == {by}

    def test_is_not_to_be_guessed(self, people: People) -> None:
        browser = people.office.callers.nobody()
        browser.csrf = browser.get("/recover").csrf
        answers = [browser.post(f"/join/{number:022d}").status for number in range(21)]
        assert answers == [410] * 20 + [429]

    def test_is_kept_as_a_hash_and_sent_by_mail_only_where_an_address_was_given(self, people: People) -> None:
        invitation = invite(people.manager())
        path = link_of(people.manager(), invitation)
        mails = select(Message.template)
        assert people.office.read(lambda conn: conn.execute(mails).all()) == []
        again = link_of(people.manager(), invitation, email="dace@example.lv")
        assert people.office.read(lambda conn: conn.execute(mails).scalars().all()) == ["staff_invited"]
        row = people.office.read(lambda conn: conn.execute(select(StaffInvitation.__table__)).one())
        for secret in (path, again):
            assert secret.removeprefix("/join/").encode() not in repr(tuple(row)).encode()
        assert people.manager().post(f"{invitation}/link", {"email": "no address"}).status == 422


class TestWhoInvites:
    def test_a_manager_does_assistants_of_the_own_centre_whatever_the_form_says(self, people: People) -> None:
        more = {"role-manager": "manager", "centre": people.elsewhere(), "holder": HOLDER}
        open_account(people, link_of(people.manager(), invite(people.manager(), **more)))
        made = account(people)
        assert made is not None
        shown = people.manager().get(f"/people/{made}").text
        assert "Maija Piemēra alone" in shown
        assert "E-service assistant" in shown
        assert "Centre manager" not in shown

    def test_an_administrator_does_managers_anywhere_and_neither_auditors_nor_officers(self, people: People) -> None:
        there, ada = people.elsewhere(), people.administrator()
        others = {"role-officer": "officer", "holder": HOLDER, "role-auditor": "auditor"}
        invitation = invite(ada, centre=there, **{"role-manager": "manager"}, **others)
        assert people.manager().get(invitation).status == 404, "another centre's"
        open_account(people, link_of(ada, invitation))
        made = account(people)
        assert made is not None
        shown = people.administrator().get(f"/people/{made}").text
        assert "Centre manager" in shown
        assert "Auditor" not in shown
        assert HOLDER not in shown
        assert ada.post("/people/invite", NEW | others | {"login": "other", "centre": there}).status == 422

    def test_is_told_all_that_is_wrong_at_once_each_at_its_question(self, people: People) -> None:
        wrong = people.administrator().post("/people/invite", {"login": "Ada!", "centre": "nowhere"})
        assert wrong.status == 422
        summary = wrong.text.partition("</h1>")[0]
        for name in ("name", "login", "centre", "role"):
            assert f'href="#{name}"' in summary, name
            assert f'id="{name}-error"' in wrong.text, name
        taken = people.administrator().post("/people/invite", {"login": "cilda"})
        for name in ("name", "login", "centre", "role"):
            assert f'id="{name}-error"' in taken.text, "what only the database knows too"

    def test_nobody_gets_a_login_twice(self, people: People) -> None:
        invite(people.manager())
        assert people.manager().post("/people/invite", NEW).status == 422
        assert people.manager().post("/people/invite", NEW | {"login": "cilda"}).status == 422

    def test_others_do_not(self, people: People) -> None:
        for role in (Role.ASSISTANT, Role.AUDITOR, Role.OFFICER):
            assert people.office.page(role=role).post("/people/invite", NEW).status == 403
