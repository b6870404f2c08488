"""What is typed into the questions is kept by itself, as typed and never as answered."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.ids import is_id, new_id
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits import planned
from tests.gateway.visits.counter import BENEFIT, QUEUE
from tests.gateway.visits.played import filed
from tests.gateway.windows import address, go, open_as

__all__ = ["address"]

ACCOUNT = "LV78PARA0000000000001"
OTHER = "LV51PARA0000000000002"
YEAR = "s2.start_year"
"""A question of the second of several services, as their form names it."""


def mark_on(page: str) -> str:
    return page.split('name="draft" value="')[1].split('"', maxsplit=1)[0]


def typed(desk: Desk, mark: str, at: str = "", **values: str) -> tuple[int, dict[str, Any]]:
    answer = desk.press_button(f"{at}/draft".strip("/"), {"draft": mark} | values)
    return answer.status, json.loads(answer.body)


def draft_of(desk: Desk) -> dict[str, Any]:
    draft = desk.opened(lambda opened: opened.draft())
    return {} if draft is None else dict(draft.values)


class TestKeptByItself:
    def test_says_when_and_stands_in_the_form_again(self, desk: Desk) -> None:
        mark = mark_on(desk.ready().look().text)
        status, said = typed(desk, mark, email="kaut-kas@piemers.example")
        assert (status, said["text"]) == (200, "Kept at 11:00")
        assert said["draft"] not in ("", mark)
        assert draft_of(desk)["email"] == "kaut-kas@piemers.example"
        assert mark_on(desk.look().text) == said["draft"]

    def test_is_not_checked_and_no_answer(self, desk: Desk) -> None:
        mark = mark_on(desk.ready().look().text)
        assert typed(desk, mark, account="nonsense")[0] == 200
        assert desk.stage is Stage.QUESTIONS
        assert desk.view().filing is None

    def test_does_not_write_over_what_another_tab_kept(self, desk: Desk) -> None:
        mark = mark_on(desk.ready().look().text)
        assert typed(desk, mark, email="pirmais@piemers.example")[0] == 200
        status, said = typed(desk, mark, email="otrais@piemers.example")
        assert (status, "another tab" in said["text"]) == (409, True)
        assert draft_of(desk)["email"] == "pirmais@piemers.example"

    def test_is_known_again_where_the_answer_that_told_its_mark_was_lost(self, desk: Desk) -> None:
        mark, ours, next_one = mark_on(desk.ready().look().text), new_id(), new_id()
        assert typed(desk, mark, email="pirmais@piemers.example", next=ours)[1]["draft"] == ours
        status, said = typed(desk, f"{mark} {ours}", email="otrais@piemers.example", next=next_one)
        assert (status, said["draft"]) == (200, next_one)
        assert typed(desk, f"{mark} {ours}", email="par-velu@piemers.example", next=ours)[0] == 409
        assert draft_of(desk)["email"] == "otrais@piemers.example"
        late = desk.press_button("answers", {"draft": f"{ours} {next_one}", "email": "otrais@piemers.example"})
        assert late.status == 422

    @pytest.mark.parametrize("no_mark", ["", "a b", "x" * 2000, "<script>"])
    def test_gets_a_mark_of_ours_where_the_page_names_none(self, desk: Desk, no_mark: str) -> None:
        mark = mark_on(desk.ready().look().text)
        status, said = typed(desk, mark, email="kaut-kas@piemers.example", next=no_mark)
        assert (status, is_id(said["draft"])) == (200, True)

    def test_is_not_kept_once_the_portals_form_is_filled_in(self, desk: Desk) -> None:
        mark = mark_on(desk.ready().look().text)
        desk.fill()
        desk.report_read_back()
        desk.sign_in()
        assert typed(desk, mark, email="vela@piemers.example")[0] == 409


class TestSentFromAnOlderTab:
    def test_is_told_and_stands_there_to_be_sent_again(self, desk: Desk) -> None:
        mark = mark_on(desk.ready().look().text)
        typed(desk, mark, account=OTHER)
        late = desk.press_button("answers", {"draft": mark, "account": ACCOUNT, "keep.account": "1"})
        assert late.status == 409
        assert "Other answers were kept since" in late.text
        assert desk.view().filing is None
        assert draft_of(desk)["account"] == OTHER
        assert mark_on(late.text) != mark

    def test_an_emptied_field_is_not_filled_from_it(self, desk: Desk) -> None:
        """An empty field keeps what stood known when its page was made, never what another tab typed since."""
        mark = mark_on(desk.ready().look().text)
        typed(desk, mark, account=OTHER)
        assert desk.press_button("answers", {"draft": mark, "account": "", "keep.account": "1"}).status == 409

    def test_keeps_what_stands_there_by_the_button(self, desk: Desk) -> None:
        mark = mark_on(desk.ready().look().text)
        typed(desk, mark, email="pirmais@piemers.example")
        kept = desk.press_button("answers", {"draft": mark, "email": "otrais@piemers.example", "do": "keep"})
        assert kept.status == 303
        assert draft_of(desk)["email"] == "otrais@piemers.example"


class TestOfSeveralServices:
    """Their questions stand in one form, and what was answered once goes on by itself: a draft never touches that."""

    @pytest.fixture
    def several(self, desk: Desk) -> Desk:
        desk.open_several(BENEFIT, QUEUE).grant()
        planned.settle(desk, sheet="yes", child="yes")
        return desk

    def test_stands_in_the_form_again_and_is_no_answer(self, several: Desk) -> None:
        mark = mark_on(several.look().text)
        status, said = typed(several, mark, at="plan", **{YEAR: "2037"})
        assert (status, said["text"]) == (200, "Kept at 11:00")
        page = several.look().text
        assert mark_on(page) == said["draft"] != mark
        assert 'value="2037"' in page
        assert several.view().filing is None

    def test_leaves_what_was_answered_to_go_on_with(self, several: Desk) -> None:
        planned.answer(several)
        several.report_read_back()
        mark = mark_on(several.look("?panel=edit").text)
        assert typed(several, mark, at="plan", **{YEAR: "half ty"})[0] == 200
        several.sign_in()
        several.press()
        several.answer(filed(several.clock.now()))
        planned.go_on(several)
        assert several.view().visit["service_id"] == QUEUE
        assert several.stage is Stage.FILLING

    def test_does_not_write_over_what_another_tab_kept(self, several: Desk) -> None:
        mark = mark_on(several.look().text)
        assert typed(several, mark, at="plan", **{YEAR: "2037"})[0] == 200
        status, said = typed(several, mark, at="plan", **{YEAR: "2032"})
        assert (status, "another tab" in said["text"]) == (409, True)
        late = several.press_button("plan/answers", {"draft": mark, YEAR: "2032"})
        assert (late.status, "Other answers were kept since" in late.text) == (409, True)
        assert 'value="2037"' in several.look().text

    def test_stays_when_a_correction_is_refused(self, several: Desk) -> None:
        planned.answer(several)
        several.report_read_back()
        refused = several.press_button("plan/answers", {YEAR: "20x9"})
        assert refused.status == 422
        assert "20x9" in several.look("?panel=edit").text

    def test_is_gone_once_it_is_answered(self, several: Desk) -> None:
        mark = mark_on(several.look().text)
        typed(several, mark, at="plan", **{YEAR: "half ty"})
        several.press_button("plan/answers", planned.as_sent(planned.answers(several)))
        page = several.look("?panel=edit").text
        assert (mark_on(page), "half ty" in page) == ("", False)


@pytest.mark.parametrize("database_kind", ["sqlite"])
class TestInABrowser:
    def test_keeps_after_a_pause_and_takes_no_focus(self, browser: Browser, address: str, desk: Desk) -> None:
        page = opened(browser, address, desk.ready())
        page.locator("#email").fill("kaut-kas@piemers.example")
        expect(page.locator("[data-kept]")).to_have_text("Kept at 11:00")
        expect(page.locator("#email")).to_be_focused()
        go(page, address + desk.path)
        expect(page.get_by_text("Some answers are known already")).to_be_visible()
        assert draft_of(desk)["email"] == "kaut-kas@piemers.example"
        page.context.close()

    def test_the_later_of_two_tabs_is_told(self, browser: Browser, address: str, desk: Desk) -> None:
        first = opened(browser, address, desk.ready())
        second = first.context.new_page()
        go(second, address + desk.path)
        first.locator("#email").fill("pirmais@piemers.example")
        expect(first.locator("[data-kept]")).to_be_visible()
        second.locator("#email").fill("otrais@piemers.example")
        expect(second.locator("[data-not-kept]")).to_contain_text("another tab")
        first.context.close()

    def test_says_when_it_could_not_be_kept(self, browser: Browser, address: str, desk: Desk) -> None:
        page = opened(browser, address, desk.ready())
        page.route("**/draft", lambda route: route.abort())
        page.locator("#email").fill("kaut-kas@piemers.example")
        expect(page.get_by_role("heading", name="Not connected: kept on this computer")).to_be_visible()
        expect(page.locator("[data-not-kept]")).to_be_hidden()
        page.context.close()

    def test_the_form_that_follows_at_once_is_not_taken_for_another_tab(
        self, browser: Browser, address: str, desk: Desk
    ) -> None:
        page = opened(browser, address, desk.ready())
        page.locator("#email").fill("kaut-kas@piemers.example")
        page.locator("#email").blur()
        page.get_by_role("button", name="Fill in the portal’s form").click()
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        expect(page.get_by_text("Other answers were kept since")).to_have_count(0)
        page.context.close()


def opened(browser: Browser, address: str, desk: Desk) -> Page:
    page = open_as(browser, address, desk.browser).new_page()
    go(page, address + desk.path)
    return page
