"""The last buttons of a visit: the receipt is handed over, and the visit closed."""

import re
from dataclasses import replace

import pytest

from audit.events import EventName
from connectors.sdk.outcome import Standing
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from gateway.visits.tables import Ending
from tests.gateway.pages.desk import desk as desk_module
from tests.gateway.pages.desk.desk import BENEFIT, QUEUE, READ_BACK_OF_PORTAL, Desk
from tests.gateway.visits.followed import told
from tests.gateway.visits.played import filed, unknown
from ui.formats import write_moment


class TestReceipt:
    def test_of_the_portal_is_shown_within_a_page_that_can_be_left_and_is_no_download(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        assert f'href="{desk.path}/portals-receipt"' in desk.look().text
        page = desk.browser.get(f"{desk.path}/portals-receipt")
        assert f'<iframe class="app-framed" src="{desk.path}/receipt.pdf"' in page.text
        assert "frame-src 'self'" in page.headers["content-security-policy"]
        assert "data-guard" in page.text
        assert "data-idle-lock" in page.text
        pdf = desk.browser.get(f"{desk.path}/receipt.pdf")
        assert pdf.body == b"%PDF-1.7"
        assert pdf.headers["content-disposition"].startswith("inline;")
        assert "frame-ancestors 'self'" in pdf.headers["content-security-policy"]
        assert "sandbox" in pdf.headers["content-security-policy"]

    def test_is_printed_in_the_residents_language(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        sheet = desk.browser.get(f"{desk.path}/receipt").text
        assert '<html lang="lv"' in sheet
        assert "Slimības pabalsts" in sheet
        assert "SP-2026-000001" in sheet
        assert "Ilze" not in sheet

    def test_says_what_is_to_be_paid_wherever_it_stands(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            desk_module, "READ_BACK_OF_PORTAL", replace(READ_BACK_OF_PORTAL, fee="Kopā 1,50 EUR par Annu")
        )
        desk.at(Stage.FILED)
        for page in (desk.look(), desk.browser.get(f"{desk.path}/receipt")):
            assert "1,50 EUR" in page.text
            assert "par Annu" not in page.text

    def test_names_the_municipality_that_it_was_filed_with(self, desk: Desk) -> None:
        desk.open(QUEUE).grant()
        desk.fill()
        desk.send()
        assert "Ziemeļu novads municipality received it" in desk.look().text
        assert "Saņēmējs: Ziemeļu novada pašvaldība." in desk.browser.get(f"{desk.path}/receipt").text

    def test_says_nothing_of_money_where_there_is_no_fee(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        assert "EUR" not in desk.look().text

    def test_is_handed_over_on_the_record(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        assert desk.press_button("handed-over").status == 422
        assert desk.press_button("handed-over", {"how": "printed"}).location == f"{desk.path}?note=handed"
        assert EventName.RECEIPT_HANDED_OVER in desk.events()

    def test_is_there_only_once_it_has_come(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        assert desk.browser.get(f"{desk.path}/receipt").location == desk.path
        assert desk.browser.get(f"{desk.path}/receipt.pdf").status == 404
        assert desk.browser.get(f"{desk.path}/portals-receipt").location == desk.path
        assert desk.press_button("handed-over", {"how": "printed"}).status == 409


class TestItsWay:
    def test_stands_on_the_visits_page_as_far_as_it_has_come(self, desk: Desk) -> None:
        desk.open(QUEUE).grant(services=(Wanted(service=QUEUE, follow=True),))
        desk.fill()
        desk.send()
        assert _at(desk.look().text) == "Request"
        told(desk, Standing.IN_PROGRESS)
        desk.freshen()
        assert _at(desk.look().text) == "Execution"
        desk.press_button("close")
        assert _at(desk.look().text) == "Execution"
        told(desk, Standing.GRANTED)
        desk.freshen()
        page = desk.look().text
        assert re.search(r"--done[^\n]*Result", page)
        assert "granted" not in page

    def test_stands_beside_each_of_several(self, desk: Desk) -> None:
        desk.open_several(QUEUE, BENEFIT).grant(services=(Wanted(service=QUEUE, follow=True), Wanted(service=BENEFIT)))
        desk.fill()
        desk.send()
        desk.press_button("close")
        told(desk, Standing.IN_PROGRESS)
        desk.freshen()
        assert f"Filed: {desk.filings()[0].reference} · Execution" in desk.look().text


class TestClosing:
    def test_ends_the_visit_under_a_new_cookie_and_asks_how_it_went(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        before = desk.browser.cookies["pilnvara_staff"]
        answer = desk.press_button("close")
        assert answer.location == desk.path
        assert answer.headers["clear-site-data"] == '"cache"'
        assert desk.browser.cookies["pilnvara_staff"] != before
        assert desk.view().visit["ending"] is Ending.FILED
        page = desk.look().text
        link = desk.opened(lambda opened: opened.feedback_link())
        assert link is not None
        assert re.search(r'aria-current="step"[^\n]*Feedback', page)
        assert page.partition("Progress of the visit")[2].count("(done)") == 5
        assert "Ask the resident how it went" in page
        assert "<svg" in page
        assert desk.callers.session_of(before) is None

    def test_tells_all_numbers_and_what_stays_allowed_until_when(self, desk: Desk) -> None:
        desk.open(QUEUE).grant(services=(Wanted(service=QUEUE, follow=True, filings=2),))
        until = write_moment(desk.view().ends_after_filing["follow"])
        for sample, number in enumerate(("BD-1", "BD-2")):
            desk.fill(sample=sample)
            desk.prepare()
            desk.sign_in()
            assert desk.press().allowed
            desk.answer(replace(filed(desk.clock.now()), reference=number))
            assert f"To follow what happens to it, until {until}" in desk.look().text
        assert "keeps its own end" in desk.browser.get(f"{desk.path}/close").text
        desk.press_button("close")
        page = desk.look().text
        assert "Filed: reference numbers BD-1, BD-2" in page
        assert f"To follow what happens to it, until {until}" in page

    def test_of_several_services_names_each_beside_its_own_number(self, desk: Desk) -> None:
        desk.open_several(QUEUE, BENEFIT).grant()
        desk.fill()
        desk.send()
        number = desk.filing().reference
        desk.go_on(BENEFIT)
        desk.press_button("close")
        page = desk.look().text
        main = page[page.index("<main") : page.index("</main>")]
        assert "govuk-caption-l" not in main
        assert re.search(rf"Kindergarten queue\s*</dt>\s*<dd[^>]*>\s*Filed: {number} · Request\s*</dd>", main)
        assert re.search(r"Sickness benefit\s*</dt>\s*<dd[^>]*>\s*Not filed\s*</dd>", main)
        assert "Being worked on" not in page
        assert "Still to do" not in page
        assert "Not done this time" in page

    def test_says_first_what_would_be_lost(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        page = desk.browser.get(f"{desk.path}/close").text
        assert "Nothing has been filed yet" in page
        desk.press_button("close")
        assert desk.view().visit["ending"] is Ending.ABANDONED

    def test_of_several_services_names_what_would_stay_unfiled_and_what_is_filed(self, desk: Desk) -> None:
        desk.open_several(QUEUE, BENEFIT).grant()
        assert _listed(desk, "unfiled") == ["Kindergarten queue", "Sickness benefit"]
        desk.fill()
        desk.send()
        desk.go_on(BENEFIT)
        desk.fill()
        desk.prepare()
        assert desk.stage is Stage.PERMIT
        page = desk.browser.get(f"{desk.path}/close").text
        assert _listed(desk, "unfiled") == ["Sickness benefit"]
        assert _listed(desk, "filed") == ["Kindergarten queue"]
        assert str(desk.filings()[0].reference) in page
        assert "Nothing has been filed" not in page

    def test_of_several_services_does_not_call_it_done_while_one_is_left(self, desk: Desk) -> None:
        desk.open_several(QUEUE, BENEFIT).grant()
        desk.fill()
        desk.send()
        page = desk.browser.get(f"{desk.path}/close").text
        assert desk.stage is Stage.FILED
        assert _listed(desk, "unfiled") == ["Sickness benefit"]
        assert "Nothing is left to do" not in page
        desk.go_on(BENEFIT)
        desk.fill()
        desk.send()
        assert _listed(desk, "unfiled") == []
        assert "Everything is filed. Nothing is left to do." in desk.browser.get(f"{desk.path}/close").text

    def test_names_apart_what_nobody_knows_yet(self, desk: Desk) -> None:
        desk.open_several(QUEUE, BENEFIT).grant()
        desk.fill()
        desk.prepare()
        desk.sign_in()
        assert desk.press().allowed
        desk.answer(unknown(desk.clock.now()))
        assert _listed(desk, "unfiled") == ["Sickness benefit"]
        assert _listed(desk, "doubtful") == ["Kindergarten queue"]

    def test_offers_to_set_the_rest_aside_where_another_day_may_file_it(self, desk: Desk) -> None:
        desk.open_several(QUEUE, BENEFIT).grant(another_day=True)
        assert f'href="{desk.path}/set-aside"' in _main(desk)
        desk.open_several(QUEUE, BENEFIT).grant()
        assert "set-aside" not in _main(desk)

    def test_of_one_service_filed_twice_tells_the_first_beside_the_second(self, desk: Desk) -> None:
        desk.open(QUEUE).grant(services=(Wanted(service=QUEUE, filings=2),))
        desk.fill()
        desk.send()
        number = desk.filing().reference
        page = desk.browser.get(f"{desk.path}/close").text
        assert f"Filed: reference number {number}" in page
        assert "1 of 2 filed" in page
        assert "Nothing is left to do" not in page
        desk.fill(sample=1)
        page = desk.browser.get(f"{desk.path}/close").text
        assert f"Filed: reference number {number}" in page
        assert "Nothing has been filed" not in page
        assert "What you are working on now is not filed" in page

    def test_waits_while_the_application_is_on_its_way(self, desk: Desk) -> None:
        desk.at(Stage.SENDING)
        assert desk.press().allowed
        before = desk.browser.cookies["pilnvara_staff"]
        answer = desk.press_button("close")
        assert answer.status == 409
        assert desk.stage is Stage.SENDING
        assert desk.browser.cookies["pilnvara_staff"] == before
        assert f'action="{desk.path}/close"' not in desk.browser.get(f"{desk.path}/close").text

    def test_is_done_once(self, desk: Desk) -> None:
        desk.at(Stage.REFERRAL)
        desk.press_button("close", {"ending": "referred", "help": "other"})
        desk.freshen()
        events = desk.events()
        assert desk.press_button("close").status == 409
        assert desk.events() == events
        assert desk.browser.get(f"{desk.path}/close").location == desk.path


def _at(page: str) -> str:
    """The stage at which an application stands, on a page that shows its way."""
    way = page[page.index('aria-label="The way of the application"') :]
    found = re.search(r'aria-current="step".*?app-steps__text">([^<]+)<', way, re.DOTALL)
    assert found
    return found[1]


def _main(desk: Desk) -> str:
    """What the page that asks whether to end the visit says, without what stands around it."""
    page = desk.browser.get(f"{desk.path}/close").text
    return page[page.index("<main") : page.index("</main>")]


def _listed(desk: Desk, which: str) -> list[str]:
    """The services that it lists as unfiled, filed or doubtful."""
    found = re.search(rf'<ul[^>]* id="{which}">(.*?)</ul>', _main(desk), re.DOTALL)
    return [] if found is None else [each.strip() for each in re.findall(r"<li>([^<]*)", found[1])]
