"""The last buttons of a visit: the receipt is handed over, and the visit closed."""

import re
from dataclasses import replace

import pytest

from audit.events import EventName
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from gateway.visits.tables import Ending
from tests.gateway.pages.desk import desk as desk_module
from tests.gateway.pages.desk.desk import BENEFIT, QUEUE, READ_BACK_OF_PORTAL, Desk
from tests.gateway.visits.played import filed
from ui.formats import write_moment


class TestReceipt:
    def test_is_downloaded_and_never_opened_within_our_pages(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        pdf = desk.browser.get(f"{desk.path}/receipt.pdf")
        assert pdf.body == b"%PDF-1.7"
        assert pdf.headers["content-disposition"].startswith("attachment;")
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
        assert desk.press_button("handed-over", {"how": "printed"}).status == 409


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
        assert re.search(rf"Kindergarten queue\s*</dt>\s*<dd[^>]*>\s*Filed: {number}\s*</dd>", main)
        assert re.search(r"Sickness benefit\s*</dt>\s*<dd[^>]*>\s*Not filed\s*</dd>", main)
        assert "Being worked on" not in page
        assert "Still to do" not in page

    def test_says_first_what_would_be_lost(self, desk: Desk) -> None:
        desk.at(Stage.PERMIT)
        page = desk.browser.get(f"{desk.path}/close").text
        assert "Nothing has been filed yet" in page
        desk.press_button("close")
        assert desk.view().visit["ending"] is Ending.ABANDONED

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
        desk.press_button("close")
        desk.freshen()
        events = desk.events()
        assert desk.press_button("close").status == 409
        assert desk.events() == events
        assert desk.browser.get(f"{desk.path}/close").location == desk.path
