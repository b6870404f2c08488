"""The desk asks for whom it is and what may be done, and works through several services in one visit."""

import re

import pytest
from sqlalchemy import update

from delegation.assurance import Route
from delegation.model import Action, AuthorityKind, DelegationState
from gateway.services.tables import Service
from gateway.terminals.tables import Display
from gateway.visits import parties
from gateway.visits.delegations import to_model
from gateway.visits.reading import Stage
from gateway.visits.receipts import received_in
from gateway.visits.sealed import VisitVault
from tests.gateway.pages.desk.desk import BENEFIT, PASSPORT, QUEUE, Desk
from tests.gateway.pages.desk.test_steps import FORM
from tests.gateway.visits.planned import answer, answers, as_sent, go_on

CHILD = {"for": "parent", "parent_name": "Jurģis Paraudziņš", "parent_code": "329999-10001", "parent_paper": "DZ 1"}
COMPANY = {
    "for": "signatory",
    "signatory_name": "SIA Paraugdarbnīca",
    "signatory_code": "40009999999",
    "signatory_paper": "izziņa 1",
    "second_name": "Jānis Paraugs",
    "second_code": "329999-00002",
}


def shown_by_itself(desk: Desk) -> str:
    """The service that a page names which was opened before, and follows what happens."""
    found = re.search(r'id="visit-panel"[^>]*>\s*<span class="govuk-caption-l">([^<]+)', desk.look().text)
    return "" if found is None else found[1]


class TestForWhom:
    def test_is_the_person_here_unless_somebody_else_is_named(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        page = desk.look().text
        assert "Who is it for?" in page
        assert re.search(r'name="for" type="radio" value="self" checked', page)

    def test_may_be_a_child(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        assert desk.press_button("ask", FORM | CHILD).status == 303
        row = desk.delegation()
        assert row.authority_kind is AuthorityKind.PARENT
        assert row.principal_id != row.approver_id
        kept = desk.read(
            lambda conn: parties.authority_of(VisitVault.of(conn, desk.store.sealer, desk.visit_id), row.id)
        )
        assert kept is not None
        assert (kept.document, kept.reference) == ("birth_certificate", "DZ 1")
        assert desk.opened(lambda opened: opened.asked_name()) == FORM["name"]

    def test_may_be_a_company_that_two_sign_for(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        assert desk.press_button("ask", FORM | COMPANY).status == 303
        row = desk.delegation()
        assert row.authority_kind is AuthorityKind.SIGNATORY
        assert len(row.co_approver_ids) == 1

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"parent_name": ""}, "Enter the name and surname as the paper has them"),
            ({"parent_code": "12"}, "Enter the personal code of whoever it is for"),
            ({"parent_code": FORM["code"]}, "This is the code of the person here"),
            ({"parent_paper": ""}, "Enter what showed you that the person may speak for them"),
            ({"for": "neighbour"}, "Choose for whom it is"),
        ],
    )
    def test_says_what_is_missing_and_keeps_the_rest(self, desk: Desk, changed: dict[str, str], said: str) -> None:
        desk.at(Stage.REQUEST)
        answer = desk.press_button("ask", FORM | CHILD | changed)
        assert answer.status == 422
        assert said in answer.text
        assert 'value="Ilze Paraudziņa"' in answer.text
        assert desk.stage is Stage.REQUEST

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"signatory_code": "329999-00001"}, "Enter the registration number"),
            ({"signatory_name": ""}, "Enter the company’s name"),
            ({"second_code": ""}, "Enter the personal code of whoever has to sign too"),
            ({"second_name": ""}, "Enter the name and surname of whoever has to sign too"),
            ({"second_code": FORM["code"]}, "This is the code of the person here"),
        ],
    )
    def test_asks_of_a_company_what_the_register_has(self, desk: Desk, changed: dict[str, str], said: str) -> None:
        desk.at(Stage.REQUEST)
        answer = desk.press_button("ask", FORM | COMPANY | changed)
        assert answer.status == 422
        assert said in answer.text


class TestWhat:
    def test_offers_what_the_service_offers(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"service": QUEUE})
        page = desk.look().text
        assert "Follow what happens to it for 30 days" in page
        assert "Receive the answer for 60 days" in page
        assert "How many times may" in page

    def test_takes_what_was_ticked(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"service": QUEUE})
        ticked = {"scope-0-service": QUEUE, "scope-0-follow": "x", "scope-0-filings": "2"}
        assert desk.press_button("ask", FORM | ticked).status == 303
        allowed = to_model(desk.delegation()).allowed_service(QUEUE)
        assert allowed.max_filings == 2
        assert [each.action for each in allowed.actions] == [Action.FILE, Action.FOLLOW]

    def test_refuses_what_is_not_offered_on_the_page(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        ticked = {"scope-0-service": BENEFIT, "scope-0-filings": "9"}
        answer = desk.press_button("ask", FORM | ticked)
        assert answer.status == 409
        assert "The service does not offer this" in answer.text


class TestSeveral:
    def test_are_added_and_left_out(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"service": BENEFIT})
        desk.press_button("service", {"service": QUEUE, "do": "add"})
        desk.press_button("service", {"service": PASSPORT, "do": "add"})
        assert desk.view().visit["services"] == [BENEFIT, QUEUE, PASSPORT]
        assert "Leave out" in desk.look().text
        desk.press_button("service", {"service": PASSPORT, "do": "remove"})
        assert desk.view().visit["services"] == [BENEFIT, QUEUE]
        desk.press_button("service", {"service": BENEFIT, "do": "remove"})
        assert desk.view().visit["services"] is None
        assert desk.view().visit["service_id"] == QUEUE

    def test_come_with_a_life_event(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        found = desk.press_button("search", {"query": "back to work"}).text
        assert "Back at work after an illness" in found
        assert "1 life event found" in found
        assert "I have lost my job" in found, "it holds the service that the words find first"
        assert len(re.findall("app-card__title", found)) == 2 + int(re.findall(r"(\d+) services? found", found)[0])
        assert desk.press_button("service", {"event": "child_and_illness"}).status == 303
        visit = desk.view().visit
        assert (visit["services"], visit["life_event_id"]) == ([QUEUE, BENEFIT], "child_and_illness")
        assert desk.press_button("service", {"event": "nothing"}).status == 404

    def test_are_worked_through_in_one_visit(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"event": "child_and_illness"})
        desk.grant()
        page = desk.look().text
        assert "Services of this visit" in page
        assert "Still to do" in page
        said = {f"precondition.{BENEFIT}/sheet_b_closed": "yes", f"precondition.{QUEUE}/child_registered": "yes"}
        assert "Answer yes or no" in desk.press_button("plan/preconditions").text
        assert desk.press_button("plan/preconditions", said).status == 303
        page = desk.look().text
        for name in ("resident.phone", "child.code", "declared.truthful"):
            assert page.count(f' name="{name}"') == 1
        form = as_sent(answers(desk))
        wrong = desk.press_button("plan/answers", form | {"resident.email": "nowhere", "child.born-year": "2010"})
        assert wrong.status == 422
        assert 'href="#resident.email"' in wrong.text
        assert 'href="#child.born-day"' in wrong.text
        assert "until the age of seven" in wrong.text
        taken = desk.press_button("plan/answers", form)
        assert taken.status == 303, re.findall(r"error-message.*", taken.text)
        assert shown_by_itself(desk) == "Kindergarten queue"
        desk.filing_id = desk.filing().id
        desk.send()
        assert "1 of 2 filed" in desk.look().text
        go_on(desk)
        assert shown_by_itself(desk) == "Sickness benefit"
        desk.send()
        assert "2 of 2 filed" in desk.look().text
        assert desk.delegation().state is DelegationState.SPENT
        assert desk.press_button("close").status == 303

    def test_a_stop_says_what_was_sent_and_what_was_not(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"event": "child_and_illness"})
        desk.grant()
        answer(desk)
        desk.send()
        go_on(desk)
        number = desk.read(lambda conn: received_in(conn, desk.visit_id))[QUEUE].references
        before = "This was sent before and cannot be called back from here:"
        asked = desk.browser.get(f"{desk.path}/stop").text
        assert before in asked
        assert desk.press_button("stop", {"reason": "mistake"}).status == 303
        told = desk.look().text
        assert "What was being worked on was not sent." in told
        assert "Nothing was sent." not in told
        assert number[0] in told.partition(before)[2]

    def test_name_the_one_that_forbids_a_route(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"event": "child_and_illness"})
        assert re.search(r"“[^”]+” forbids it", desk.look().text)

    def test_forbid_nothing_where_only_the_display_is_missing(self, desk: Desk) -> None:
        desk.write(lambda conn: conn.execute(update(Service).values(routes=[route.value for route in Route])))
        desk.write(lambda conn: conn.execute(update(Display).values(revoked_at=desk.clock.now())))
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"event": "child_and_illness"})
        page = desk.look().text
        assert "Not possible: no display is paired with this computer." in page
        assert "forbids it" not in page

    def test_cannot_be_gone_on_to_before_anything_is_allowed(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"service": BENEFIT})
        assert desk.press_button("next", {"service": QUEUE}).status == 409


class TestAnotherDay:
    def test_is_set_aside_listed_and_taken_up_by_the_document(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        desk.press_button("service", {"event": "child_and_illness"})
        assert "If not everything can be done today" in desk.look().text
        desk.grant(another_day=True)
        answer(desk)
        desk.send()
        assert "1 of 2 filed" in desk.browser.get(f"{desk.path}/set-aside").text
        assert desk.press_button("set-aside").status == 303
        assert "Ilze Paraudziņa" not in desk.look().text
        desk.freshen()  # the session's cookie and token were changed, so that nothing can be brought back
        waiting = desk.browser.get("/desk/set-aside").text
        assert f"/desk/set-aside/{desk.visit_id}" in waiting
        assert "Ilze Paraudziņa" not in waiting
        shown = {"document": "passport", "present": "yes"}
        path = f"/desk/set-aside/{desk.visit_id}"
        assert 'href="#code"' in desk.browser.post(path, shown).text
        assert desk.browser.post(path, shown | {"code": "329999-00002"}).status == 422
        taken = desk.browser.post(path, shown | {"code": "329999-00001"})
        assert (taken.status, taken.location) == (303, desk.path)
        assert desk.stage is Stage.FILLING
