"""A service holder's officer: the own institution's services, agreements and forms, and nothing of anybody else's."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from gateway.changes import flow
from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.jobs.tables import JobRow
from gateway.people.errors import AccessRefusedError
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.services import able, agreements
from gateway.services.tables import Service
from tests.gateway.accounts import an_account
from tests.gateway.callers import HOLDER, PASSWORD, Caller, Callers
from tests.gateway.changes.conftest import RULES, SERVICE, WHY, Office

OTHER = "Cita iestāde"
AGREED: dict[str, Any] = {
    "holder": HOLDER,
    "service": None,
    "centre": None,
    "begins_at": "2026-11-01T00:00:00+00:00",
    "ends_at": None,
}


@pytest.fixture
def ods(office: Office) -> Callers:
    """Ods, officer of the institution that holds the service, whom two others are not."""
    new = NewStaff(
        login="ods",
        name="Ods Pārstāvis",
        password=PASSWORD,
        centre_id=office.callers.centre_id,
        roles=(Role.OFFICER,),
        holder=HOLDER,
    )
    made = office.write(lambda conn: an_account(conn, office.parts.sealer, new, now=office.clock.now()))
    card = {"title": "Svešs pakalpojums", "summary": "Cits"}
    values = {"id": "lv.example.other", "holder": OTHER, "feedback_group": "x", "cards": {"lv": card}}
    rules = {"grant_least": 2, "permit_least": 2, "routes": ["phone"]}
    office.write(lambda conn: conn.execute(insert(Service).values(values | rules)))
    return replace(office.callers, account=made)


def conclude(office: Office, holder: str) -> str:
    begins = office.clock.now()
    return office.write(lambda conn: agreements.conclude(conn, holder=holder, begins_at=begins))


def officer(ods: Callers) -> Caller:
    return ods.staff(Role.OFFICER, at_terminal=False)


class TestOfficer:
    def test_begins_with_what_the_own_institution_has_and_nothing_else(self, office: Office, ods: Callers) -> None:
        conclude(office, HOLDER)
        conclude(office, OTHER)
        office.propose(ChangeKind.AGREEMENT_ADD, "theirs", AGREED | {"holder": OTHER})
        own = office.propose(ChangeKind.AGREEMENT_ADD, "ours", AGREED)
        assert officer(ods).get("/").location == "/holder"
        page = officer(ods).get("/holder").text
        assert "Parauga pabalsts" in page
        assert f"/admin/changes/{own}" in page
        assert page.count("agreement.end?") == 1
        assert OTHER not in page
        assert "Svešs" not in page

    def test_is_said_to_be_of_the_institution_and_of_no_centre(self, ods: Callers) -> None:
        shown = officer(ods).get("/account").text
        assert f'<span class="app-viewer__centre">{HOLDER}</span>' in shown
        assert "Parauga centrs" not in shown

    def test_reads_no_list_of_the_network_and_looks_at_no_visit(self, ods: Callers) -> None:
        for path in ("/admin", "/admin/portals", "/admin/agreements", "/people", "/second-look", "/inquiries/figures"):
            assert officer(ods).get(path).status == 403, path

    def test_finds_no_change_that_is_about_another_holder(self, office: Office, ods: Callers) -> None:
        theirs = office.propose(ChangeKind.AGREEMENT_ADD, "theirs", AGREED | {"holder": OTHER})
        rules = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        ours = office.propose(ChangeKind.AGREEMENT_ADD, "ours", AGREED)
        for change in (theirs, rules):
            assert officer(ods).get(f"/admin/changes/{change}").status == 404
            for step in ("confirm", "refuse", "withdraw"):
                assert officer(ods).post(f"/admin/changes/{change}/{step}").status == 404, step
            assert office.state(change) is ChangeState.PROPOSED
        assert officer(ods).get(f"/admin/changes/{ours}").status == 200

    def test_confirms_an_agreement_of_the_own_holder(self, office: Office, ods: Callers) -> None:
        change = office.propose(ChangeKind.AGREEMENT_ADD, "ours", AGREED)
        awaited = f"Waits for an administrator or an officer of {HOLDER}"
        for page in (
            officer(ods).get("/holder"),
            office.page().get("/admin"),
            office.page().get("/admin/changes/" + change),
        ):
            assert awaited in page.text
        assert officer(ods).post(f"/admin/changes/{change}/confirm").status == 303
        assert awaited not in officer(ods).get("/holder").text
        assert office.state(change) is ChangeState.CONFIRMED
        office.wait()
        office.apply(change)
        assert office.state(change) is ChangeState.APPLIED

    def test_proposes_and_ends_for_the_own_holder_alone(self, office: Office, ods: Callers) -> None:
        form = {"holder": HOLDER, "begins_at": "2026-12-01", "reason": WHY}
        assert officer(ods).post("/admin/propose/agreement.add", form).location.startswith("/admin/changes/")
        assert officer(ods).post("/admin/propose/agreement.add", form | {"holder": OTHER}).status == 422
        theirs, ours = conclude(office, OTHER), conclude(office, HOLDER)
        assert officer(ods).get(f"/admin/propose/agreement.end?target={theirs}").status == 404
        assert officer(ods).post("/admin/propose/agreement.end", {"target": theirs, "reason": WHY}).status == 404
        asked = officer(ods).get(f"/admin/propose/agreement.end?target={ours}").text
        assert "Put it into effect now" in asked
        assert "Whoever confirms" not in asked, "nobody does"
        ended = officer(ods).post("/admin/propose/agreement.end", {"target": ours, "reason": WHY}).location
        assert office.state(ended.rpartition("/")[2]) is ChangeState.APPLIED, "the holder stops at once"

    def test_does_not_confirm_what_they_proposed_or_settings_of_the_network(self, office: Office, ods: Callers) -> None:
        by = ods.session_of(officer(ods).cookies["pilnvara_staff"], at_terminal=False)
        assert by is not None
        change = office.propose(ChangeKind.AGREEMENT_ADD, "ours", AGREED, by=by)
        assert officer(ods).post(f"/admin/changes/{change}/confirm").status == 403
        rules = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        with pytest.raises(AccessRefusedError):
            office.step(flow.confirm, by, rules)
        with pytest.raises(AccessRefusedError):
            office.propose(ChangeKind.BASKET_CHANGE, "vpvkac", {"services": [SERVICE]}, by=by)
        office.confirm(change)
        assert office.state(change) is ChangeState.CONFIRMED

    def test_of_nobody_signs_in_as_nothing(self, office: Office, ods: Callers) -> None:
        here = officer(ods)
        with pytest.raises(ChangeFaultError) as refused:
            office.propose(ChangeKind.ACCOUNT_ROLES, ods.account.id, {"roles": ["officer"], "holder": None})
        assert refused.value.all["holder"] is Fault.HOLDER
        change = office.propose(ChangeKind.ACCOUNT_ROLES, ods.account.id, {"roles": ["officer"], "holder": OTHER})
        office.confirm(change)
        office.wait()
        office.apply(change)
        office.clock.move(-office.parts.settings.change_delay)
        assert here.get("/holder").location.startswith("/sign-in"), "whoever was another's officer is at work no more"

    def test_chooses_services_and_centres_by_name_and_cannot_choose_another_holder(
        self, office: Office, ods: Callers
    ) -> None:
        form = officer(ods).get("/admin/propose/agreement.add").text
        assert options(form, "service") == [("", "Every service"), (SERVICE, "Parauga pabalsts")]
        assert options(form, "centre") == [("", "Every centre"), (office.callers.centre_id, "Parauga centrs")]
        assert f'<input type="hidden" name="holder" value="{HOLDER}">' in form
        assert '<select class="govuk-select" id="holder"' not in form
        assert "Svešs pakalpojums" not in form
        assert "waits for a second person" in form
        begins = {"begins_at": "2026-12-01", "reason": WHY}
        chosen = {"holder": HOLDER, "service": SERVICE, "centre": office.callers.centre_id}
        wrong = officer(ods).post("/admin/propose/agreement.add", chosen | {"reason": WHY})
        assert f'<option value="{SERVICE}" selected>' in wrong.text, "what was chosen stays chosen"
        made = officer(ods).post("/admin/propose/agreement.add", chosen | begins).location
        assert "Parauga pabalsts, Parauga centrs" in officer(ods).get(made).text


def test_an_administrator_chooses_among_all_holders_and_sees_whose_each_service_is(
    office: Office, ods: Callers
) -> None:
    assert ods.account.id
    form = office.page().get("/admin/propose/agreement.add").text
    assert [value for value, _ in options(form, "holder")] == ["", OTHER, HOLDER]
    assert options(form, "service")[0] == ("", "Every service")
    for holder, title in ((OTHER, "Svešs pakalpojums"), (HOLDER, "Parauga pabalsts")):
        assert re.search(rf'<optgroup label="{holder}"><option value="[^"]+">{title}</option>', form), form
    centres = options(office.page().get("/admin/propose/account.invite").text, "centre")
    assert centres == [(office.callers.centre_id, "Parauga centrs")]


def options(page: str, name: str) -> list[tuple[str, str]]:
    """What a list of a form offers: what is sent and what is read."""
    found = re.search(rf'<select [^>]*name="{name}".*?</select>', page, re.DOTALL)
    assert found, page
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', found[0])


class TestSuspension:
    def test_takes_one_officer_and_counts_at_once(self, office: Office, ods: Callers) -> None:
        agreement = conclude(office, HOLDER)
        by = office.session(ods, Role.OFFICER)
        change = office.propose(ChangeKind.AGREEMENT_SUSPEND, agreement, {}, by=by)
        assert office.state(change) is ChangeState.APPLIED
        assert office.read(lambda conn: agreements.suspended(conn, [agreement])) == {agreement}
        page = officer(ods).get("/holder").text
        assert "/admin/propose/agreement.lift?target=" in page
        assert "Suspended" in page

    def test_holds_also_where_it_cannot_be_noted_who_could_act(
        self, office: Office, ods: Callers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agreement = conclude(office, HOLDER)
        monkeypatch.setattr(able, "settle", None)
        by = office.session(ods, Role.OFFICER)
        change = office.propose(ChangeKind.AGREEMENT_SUSPEND, agreement, {}, by=by)
        assert office.state(change) is ChangeState.APPLIED
        assert office.read(lambda conn: agreements.suspended(conn, [agreement])) == {agreement}
        kinds = office.read(lambda conn: conn.execute(select(JobRow.kind)).scalars().all())
        assert flow.NOTE_JOB in kinds, "it is noted afterwards"

    def test_is_lifted_by_two_and_not_by_whoever_suspended_alone(self, office: Office, ods: Callers) -> None:
        agreement = conclude(office, HOLDER)
        by = office.session(ods, Role.OFFICER)
        office.propose(ChangeKind.AGREEMENT_SUSPEND, agreement, {}, by=by)
        change = office.propose(ChangeKind.AGREEMENT_LIFT, agreement, {}, by=by)
        row = re.search(r"Suspended</t[dh]>(.*?)</tr>", office.page().get(f"/admin/changes/{change}").text, re.DOTALL)
        assert row
        assert re.findall(r"Yes|No|stays", row[1]) == ["Yes", "No"], "what is and what becomes of it"
        assert office.read(lambda conn: agreements.suspended(conn, [agreement])) == {agreement}
        office.confirm(change)
        office.wait()
        office.apply(change)
        assert office.read(lambda conn: agreements.suspended(conn, [agreement])) == set()

    def test_of_another_holders_agreement_is_nothing_to_an_officer(self, office: Office, ods: Callers) -> None:
        agreement = conclude(office, OTHER)
        answer = officer(ods).get(f"/admin/propose/agreement.suspend?target={agreement}")
        assert answer.status == 404

    def test_twice_is_refused(self, office: Office) -> None:
        agreement = conclude(office, HOLDER)
        office.propose(ChangeKind.AGREEMENT_SUSPEND, agreement, {})
        with pytest.raises(ChangeFaultError):
            office.propose(ChangeKind.AGREEMENT_SUSPEND, agreement, {})


def test_an_agreement_that_narrows_nothing_says_so(office: Office) -> None:
    conclude(office, HOLDER)
    change = office.propose(ChangeKind.AGREEMENT_ADD, "narrow", AGREED | {"service": SERVICE, "most_a_day": 5})
    assert "would narrow nothing" in office.page().get(f"/admin/changes/{change}").text
