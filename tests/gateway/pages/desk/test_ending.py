"""A visit in which nothing is filed ends from its own page: choose, press, and the page says what became of it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from gateway.visits.reading import Stage
from gateway.visits.tables import Ending, HelpReason
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.windows import address, go, open_as
from tests.wcag import ensure_accessible

__all__ = ["address"]

SAID = {"ending": "self_served", "help": "no_eid"}


def chosen(page: str) -> list[str]:
    """What is proposed of how the visit ends, and chosen already of why help was needed."""
    radios = [each for each in re.findall(r'<input[^>]*name="help"[^>]*>', page) if " checked" in each]
    buttons = re.findall(r'<button[^>]*name="ending"[^>]*>', page)
    proposed = [each for each in buttons if "govuk-button--secondary" not in each]
    assert proposed in ([], buttons[:1]), "what is proposed is the first"
    return [value for each in (*proposed, *radios) for value in re.findall(r'value="(\w+)"', each)]


@pytest.mark.parametrize(
    ("stage", "whose"), [(Stage.PERMIT_REFUSED, "The resident said no"), (Stage.DECLINED, "Not accepted by the portal")]
)
def test_says_whose_no_ended_it(desk: Desk, stage: Stage, whose: str) -> None:
    page = desk.at(stage).press_button("close")
    assert (page.status, desk.view().visit["ending"]) == (303, Ending.DECLINED)
    said = [each for each in ("The resident said no", "Not accepted by the portal") if each in desk.look().text]
    listed = [
        each
        for each in ("The resident said no", "Not accepted by the portal")
        if each in desk.browser.get("/desk").text
    ]
    assert (said, listed) == ([whose], [whose])


class TestWithNothingAskedFor:
    @pytest.mark.parametrize(
        ("stage", "known"), [(Stage.SERVICE, []), (Stage.REFERRAL, ["referred"]), (Stage.REQUEST, [])]
    )
    def test_ends_by_one_form_on_the_visits_own_page(self, desk: Desk, stage: Stage, known: list[str]) -> None:
        page = desk.at(stage).look().text
        assert chosen(page) == known
        assert "the display goes blank" in page
        before = desk.browser.cookies["pilnvara_staff"]
        answer = desk.press_button("close", SAID)
        assert (answer.status, answer.location) == (303, desk.path)
        assert desk.browser.cookies["pilnvara_staff"] != before
        visit = desk.view().visit
        assert (visit["ending"], visit["help_reason"]) == (Ending.SELF_SERVED, HelpReason.NO_EID)
        page = desk.look().text
        assert "Done by the resident alone" in page
        assert "Why help was needed: Has no eID" in page
        assert "Done by the resident alone" in desk.browser.get("/desk").text

    def test_does_not_end_before_both_are_chosen_and_keeps_what_was(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        nothing = desk.press_button("close")
        assert nothing.status == 422
        assert 'href="#ending"' in nothing.text
        assert 'href="#help"' in nothing.text
        half = desk.press_button("close", {"ending": "informed"})
        assert half.status == 422
        assert 'href="#ending"' not in half.text
        assert 'href="#help"' in half.text
        assert chosen(half.text) == ["informed"]
        other = desk.press_button("close", {"help": "language", "ending": "filed"})
        assert other.status == 422, "that it was filed is nobody's word"
        assert chosen(other.text) == ["language"]
        assert desk.view().is_open

    def test_asks_for_no_reason_of_somebody_who_left(self, desk: Desk) -> None:
        desk.at(Stage.SERVICE)
        assert desk.press_button("close", {"ending": "abandoned"}).status == 303
        assert desk.view().visit["ending"] is Ending.ABANDONED

    def test_is_asked_as_well_by_the_page_that_says_what_ends(self, desk: Desk) -> None:
        desk.at(Stage.REQUEST)
        assert 'name="help"' in desk.browser.get(f"{desk.path}/close").text


class TestWithSomethingAskedFor:
    def test_is_known_to_be_unfiled_unless_the_assistant_knows_better(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        assert 'name="help"' not in desk.look().text
        assert chosen(desk.browser.get(f"{desk.path}/close").text) == ["abandoned"]
        assert desk.press_button("close", SAID).status == 303
        assert desk.view().visit["ending"] is Ending.SELF_SERVED

    def test_is_not_asked_once_it_is_filed(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        assert 'name="help"' not in desk.browser.get(f"{desk.path}/close").text
        assert desk.press_button("close", SAID).status == 409
        assert desk.view().is_open


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_ends_in_two_actions_where_nothing_is_known(browser: Browser, address: str, desk: Desk) -> None:
    desk.at(Stage.SERVICE)
    context = open_as(browser, address, desk.browser)
    page = context.new_page()
    go(page, address + desk.path)
    page.get_by_label("Does not know the language well enough").check()
    page.get_by_role("button", name="End: information given").click()
    expect(page.get_by_role("heading", name="The visit is closed")).to_be_visible()
    assert (desk.view().visit["ending"], desk.view().visit["help_reason"]) == (Ending.INFORMED, HelpReason.LANGUAGE)
    context.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_ends_by_keyboard_alone(browser: Browser, address: str, desk: Desk) -> None:
    desk.at(Stage.REFERRAL)
    context = open_as(browser, address, desk.browser)
    page = context.new_page()
    go(page, address + desk.path)
    page.get_by_label("Cannot use a computer").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Cannot use a computer")).to_be_checked()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The visit is closed")).to_be_visible()
    assert desk.view().visit["help_reason"] is HelpReason.NO_EID
    ensure_accessible(page)
    context.close()
