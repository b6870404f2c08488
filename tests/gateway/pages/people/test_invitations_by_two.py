"""Whoever may decide about others is invited by two people: one makes the link, the other the code."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from gateway.changes.tables import ChangeKind, ChangeState
from gateway.ids import new_id
from gateway.people import invitations
from gateway.people.errors import TwoNeededError
from gateway.people.invitations import Wanted
from gateway.people.roles import Role
from gateway.people.tables import StaffInvitation
from gateway.services.tables import Service
from tests.gateway.callers import HOLDER, Caller, Callers
from tests.gateway.pages.people.conftest import People
from tests.gateway.pages.people.invited import account, invite, link_of, open_account


class TestAuditor:
    VALUES = {
        "login": "dace",
        "display_name": "Dace Jaunā",
        "roles": ["auditor"],
        "holder": None,
        "language": "lv",
    }

    def agreed(self, people: People) -> str:
        """Two administrators agreed, and the delay is over: the page of the invitation."""
        office = people.office
        values = self.VALUES | {"centre": office.callers.centre_id}
        change = office.propose(ChangeKind.ACCOUNT_INVITE, new_id(), values)
        assert office.state(change) is ChangeState.PROPOSED
        seen = office.page(office.second).get(f"/admin/changes/{change}").text
        assert all(each in seen for each in ("Dace Jaunā", "Parauga centrs", "Latvian")), "what is agreed is named"
        assert office.callers.centre_id not in seen
        assert "Dace" not in str(office.last_event())
        office.confirm(change)
        assert "where you make the link" in office.page().get(f"/admin/changes/{change}").text
        assert "where you are shown your code" in office.page(office.second).get(f"/admin/changes/{change}").text
        office.wait()
        office.apply(change)
        found = re.search(r"/people/invitations/[A-Za-z0-9_-]{22}", office.page().get(f"/admin/changes/{change}").text)
        assert found
        return found[0]

    def test_is_invited_by_two_and_neither_opens_the_account_alone(self, people: People) -> None:
        office, invitation = people.office, self.agreed(people)
        proposer, confirmer = office.page(), office.page(office.second)
        assert confirmer.post(f"{invitation}/link").status == 403
        assert proposer.post(f"{invitation}/code").status == 403
        shown = " ".join(re.sub(r"<[^>]+>", " ", confirmer.get(invitation).text).split())
        assert "Proposed by Anna Paraudziņa Confirmed by Bille Otrā" in shown
        path = link_of(proposer, invitation)
        assert open_account(people, path).status == 200, "the code is asked for"
        assert open_account(people, path, second="00000 00000").status == 403
        assert account(people) is None
        code = re.search(r"\d{5} \d{5}", confirmer.post(f"{invitation}/code").text)
        assert code
        ended = people.administrator().post(f"/people/{people.maija.account.id}/suspend", {"why": "unclear"})
        assert ended.status == 303, "somebody else's matter"
        assert open_account(people, path, second=code[0]).status == 303
        assert account(people) is not None

    def test_opens_nothing_while_whoever_made_the_link_is_out_of_use(self, people: People) -> None:
        office, invitation = people.office, self.agreed(people)
        path = link_of(office.page(), invitation)
        code = re.search(r"\d{5} \d{5}", office.page(office.second).post(f"{invitation}/code").text)
        assert code
        people.account("zane", Role.ADMINISTRATOR)
        here = f"/people/{office.callers.account.id}"
        assert office.page(office.second).post(f"{here}/suspend", {"why": "unclear"}).status == 303
        assert (open_account(people, path, second=code[0]).status, account(people)) == (410, None)
        page = office.page(office.second).get(invitation).text
        assert "propose it anew" in page
        assert "Take over" not in page

    def test_is_not_invited_with_another_role(self, people: People) -> None:
        form = {"display_name": "Dace", "login": "dace", "centre": people.office.callers.centre_id, "language": "lv"}
        form |= {"roles-auditor": "auditor", "roles-assistant": "assistant", "reason": "needed"}
        assert people.administrator().post("/admin/propose/account.invite", form).status == 422


class TestOfficer:
    """Whoever is to answer for an institution: one administrator does not say it alone."""

    VALUES = TestAuditor.VALUES | {"roles": ["officer"], "holder": HOLDER}

    def proposed(self, people: People, **other: object) -> str:
        values = self.VALUES | {"centre": people.office.callers.centre_id} | other
        return people.office.propose(ChangeKind.ACCOUNT_INVITE, new_id(), values)

    def officer(self, people: People) -> Callers:
        """Somebody who is an officer already, for longer than a day."""
        made = people.account("ods", Role.OFFICER, holder=HOLDER)
        people.office.wait(timedelta(days=2))
        return made

    def page(self, ods: Callers) -> Caller:
        """The officer at work: a new session, since the earlier one ended with the day."""
        return ods.staff(Role.OFFICER, at_terminal=False)

    def invited(self, people: People, change: str) -> str:
        """The delay is over: the page of the invitation."""
        people.office.wait()
        people.office.apply(change)
        text = people.administrator().get(f"/admin/changes/{change}").text
        found = re.search(r"/people/invitations/[A-Za-z0-9_-]{22}", text)
        assert found, text
        return found[0]

    def test_is_nobody_before_a_second_administrator_has_confirmed(self, people: People) -> None:
        office, change = people.office, self.proposed(people)
        assert office.state(change) is ChangeState.PROPOSED
        assert office.page().post(f"/admin/changes/{change}/confirm").status == 403, "the proposer"
        assert office.read(lambda conn: conn.execute(select(StaffInvitation.id)).all()) == []
        office.confirm(change)
        invitation = self.invited(people, change)
        path = link_of(office.page(), invitation)
        assert open_account(people, path, second="00000 00000").status == 403
        assert account(people) is None

    def test_is_confirmed_by_an_officer_of_the_same_institution_who_has_the_code(self, people: People) -> None:
        ods, change = self.officer(people), self.proposed(people)
        assert f"/admin/changes/{change}" in self.page(ods).get("/holder").text
        assert self.page(ods).post(f"/admin/changes/{change}/confirm").status == 303
        invitation = self.invited(people, change)
        assert invitation in self.page(ods).get(f"/admin/changes/{change}").text
        shown = self.page(ods).get(invitation)
        assert shown.status == 200
        assert "/withdraw" not in shown.text
        code = re.search(r"\d{5} \d{5}", self.page(ods).post(f"{invitation}/code").text)
        assert code
        assert self.page(ods).post(f"{invitation}/link").status == 403
        path = link_of(people.administrator(), invitation)
        done = open_account(people, path, second=code[0])
        assert done.location == "/sign-in?why=invited", "officers sign in anywhere"
        made = account(people)
        assert " and Ods Piemēra</dd>" in people.administrator().get(f"/people/{made}").text

    @pytest.mark.parametrize("other", [{"holder": "Cita iestāde"}, {"roles": ["administrator", "officer"]}])
    def test_is_not_confirmed_by_an_officer_who_is_not_concerned(
        self, people: People, other: dict[str, object]
    ) -> None:
        elsewhere = insert(Service).values(id="lv.example.other", holder="Cita iestāde", feedback_group="x", cards={})
        rules = {"grant_least": 2, "permit_least": 2, "routes": ["phone"]}
        people.office.write(lambda conn: conn.execute(elsewhere.values(rules)))
        ods, change = self.officer(people), self.proposed(people, **other)
        assert self.page(ods).get(f"/admin/changes/{change}").status == 404
        assert self.page(ods).post(f"/admin/changes/{change}/confirm").status == 404
        assert self.page(ods).post(f"/admin/changes/{change}/refuse").status == 404
        assert people.office.state(change) is ChangeState.PROPOSED

    def test_does_not_read_the_invitation_that_somebody_else_confirmed(self, people: People) -> None:
        ods, change = self.officer(people), self.proposed(people)
        people.office.confirm(change)
        invitation = self.invited(people, change)
        assert invitation not in self.page(ods).get(f"/admin/changes/{change}").text
        assert (self.page(ods).get(invitation).status, self.page(ods).post(f"{invitation}/code").status) == (404, 404)

    def test_that_one_person_invited_before_opens_no_account(self, people: People) -> None:
        """As invitations were made until two were asked for."""
        path = link_of(people.manager(), invite(people.manager()))
        alone = update(StaffInvitation).values(roles=["officer"], holder=HOLDER)
        people.office.write(lambda conn: conn.execute(alone))
        assert (open_account(people, path).status, account(people)) == (410, None)

    def test_is_invited_by_nobody_alone_whatever_calls(self, people: People) -> None:
        wanted = Wanted(
            login="dace", name="Dace", centre_id=people.office.callers.centre_id, roles=(Role.OFFICER,), holder=HOLDER
        )
        by, parts = people.office.session(), people.office.parts
        with pytest.raises(TwoNeededError):
            people.office.write(
                lambda conn: invitations.invite(conn, parts, wanted, by=by.actor, invited_by=by.staff_id)
            )

    def test_is_taken_back_into_use_and_ended_by_two_and_suspended_by_one(self, people: People) -> None:
        ods = people.account("ods", Role.OFFICER, holder=HOLDER)
        ada, here = people.administrator(), f"/people/{ods.account.id}"
        assert ada.post(f"{here}/end", {"why": "left"}).status == 403
        assert ada.post(f"{here}/suspend", {"why": "unclear"}).status == 303
        assert ada.post(f"{here}/resume", {"why": "cleared"}).status == 403
        assert "/admin/propose/account.resume" in ada.get(here).text
