"""The phone from the read-back to the receipt: what it confirms, what it stops, and how else a visit may end."""

from datetime import timedelta

import pytest

from audit.events import EventName
from connectors.runner.api import Absent
from delegation.assurance import Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits import confirming, stopping
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from tests.gateway.pages.facing import PROVIDER, SOMEBODY_ELSE, Facing, in_english, ready, shows
from tests.gateway.visits.counter import QUEUE
from tests.gateway.visits.played import declined, filed, unknown
from tests.gateway.visits.test_never_twice import look_up, settle

IBAN = "LV97HABA0012345678910"


class TestTheReadBack:
    def test_is_shown_to_the_approver_in_full_and_that_is_recorded_once(self, facing: Facing) -> None:
        phone = ready(facing)
        page = phone.see()
        assert shows(page, "Check what will be sent", IBAN, "Free of charge", "/approve/picture")
        assert "csrf&#" not in page.text
        phone.see()
        assert facing.counter.events().count(EventName.READBACK_SHOWN) == 1
        assert phone.get("/approve/picture").body == b"png"

    def test_is_not_shown_to_a_new_phone_before_its_holder_signs_in(self, facing: Facing) -> None:
        ready(facing)
        new = in_english(facing.matched())
        page = new.see()
        assert shows(page, "Sign in to see what would be sent")
        assert IBAN not in page.text
        assert new.get("/approve/picture").status == 404
        assert EventName.READBACK_SHOWN not in facing.counter.events()

    def test_signing_in_to_see_shows_it_and_sends_nothing(self, facing: Facing) -> None:
        ready(facing)
        new = in_english(facing.matched())
        assert facing.approve(new, purpose="see").location == "/approve"
        assert shows(new.see(), IBAN)
        assert facing.counter.view().stage is Stage.PERMIT
        assert EventName.PERMIT_GIVEN not in facing.counter.events()
        facing.approve(new)
        assert facing.counter.view().stage is Stage.SENDING

    def test_somebody_else_cannot_sign_in_to_see_it(self, facing: Facing) -> None:
        ready(facing)
        new = facing.matched()
        assert facing.approve(new, SOMEBODY_ELSE, purpose="see").status == 403
        assert IBAN not in new.see().text

    def test_a_relative_with_the_unlocked_phone_meets_a_fresh_sign_in(self, facing: Facing) -> None:
        phone = ready(facing)
        assert facing.begin(phone).location.startswith(PROVIDER)
        assert facing.approve(phone, SOMEBODY_ELSE).status == 403
        assert facing.approve(phone, age=600).status == 403
        assert facing.counter.view().stage is Stage.PERMIT

    def test_a_page_left_open_approves_no_other_read_back(self, facing: Facing) -> None:
        phone = ready(facing)
        old = facing.counter.approval().id
        facing.counter.fill()
        facing.counter.prepare()
        assert facing.begin(phone, approval=old).location == "/approve"
        assert facing.counter.view().stage is Stage.PERMIT

    def test_a_fresh_sign_in_sends_it_to_the_receipt(self, facing: Facing) -> None:
        phone = ready(facing)
        counter = facing.counter
        assert facing.approve(phone).location == "/approve"
        assert shows(phone.see(), "it is being sent")
        counter.press()
        counter.answer(filed(counter.clock.now()))
        page = phone.see()
        assert shows(page, "SP-2026-000001", "/approve/receipt.pdf", "VSAA")
        assert shows(page, "Nothing is left to stop")
        assert "Stop everything" not in page.text
        counter.close()
        assert shows(phone.see(), "SP-2026-000001", "/f/", "How were you helped?")

    def test_the_page_after_it_says_what_may_still_be_done_and_until_when(self, facing: Facing) -> None:
        counter = facing.counter
        counter.open(QUEUE).ask(services=(Wanted(service=QUEUE, follow=True, filings=2),))
        phone = in_english(facing.granted())
        for left, told in ((1, "file this 1 more time"), (0, "may not file this again")):
            counter.fill(sample=1 - left)
            counter.prepare()
            facing.approve(phone)
            counter.press()
            counter.answer(filed(counter.clock.now()))
            assert shows(phone.see(), told, "may follow what happens to it until", "with the code that stops")
            assert shows(phone.see(), "Stop everything")

    def test_what_may_still_be_done_after_it_is_stopped_from_there(self, facing: Facing) -> None:
        counter = facing.counter
        counter.open(QUEUE).ask(services=(Wanted(service=QUEUE, follow=True),))
        phone = in_english(facing.granted())
        counter.fill()
        counter.prepare()
        facing.approve(phone)
        counter.press()
        counter.answer(filed(counter.clock.now()))
        assert shows(
            phone.see("/approve/stop"), "Stop everything?", "cannot be called back", "still allowed ends at once"
        )
        assert counter.view().can_stop
        phone.send("/approve/stop")
        assert shows(phone.see("/approve/stop"), "It was already sent")
        assert "Yes, stop everything" not in phone.see("/approve/stop").text
        assert counter.delegation().state is DelegationState.REVOKED
        assert counter.filing().state is FilingState.FILED
        assert not counter.view().can_stop

    def test_a_stop_of_the_second_does_not_deny_that_the_first_was_sent(self, facing: Facing) -> None:
        counter = facing.counter
        counter.open(QUEUE).ask(services=(Wanted(service=QUEUE, filings=2),))
        phone = in_english(facing.granted())
        counter.fill()
        counter.prepare()
        assert "What you confirmed before" not in phone.see().text
        facing.approve(phone)
        counter.press()
        counter.answer(filed(counter.clock.now()))
        counter.fill(sample=1)
        counter.prepare()
        assert shows(phone.see("/approve/stop"), "Stop everything?")
        phone.send("/approve/stop")
        assert shows(phone.see("/approve/stop"), "It is stopped", "What you confirmed before was sent on")
        told = phone.see()
        assert shows(told, "Everything is stopped", "What you had not confirmed was not sent")
        assert "Nothing was sent" not in told.text

    def test_the_receipt_is_a_file_in_a_sandbox_and_opening_it_is_recorded(self, facing: Facing) -> None:
        phone = ready(facing)
        counter = facing.counter
        facing.approve(phone)
        counter.press()
        counter.answer(filed(counter.clock.now()))
        pdf = phone.get("/approve/receipt.pdf")
        assert pdf.body == b"%PDF-1.7"
        assert pdf.headers["content-disposition"] == 'attachment; filename="SP-2026-000001.pdf"'
        assert "sandbox" in pdf.headers["content-security-policy"]
        assert counter.events()[-1] is EventName.RECEIPT_OPENED

    def test_the_receipt_is_not_for_a_phone_that_has_not_signed_in(self, facing: Facing) -> None:
        phone = ready(facing)
        counter = facing.counter
        new = in_english(facing.matched())
        facing.approve(phone)
        counter.press()
        counter.answer(filed(counter.clock.now()))
        assert new.get("/approve/receipt.pdf").status == 404
        assert "SP-2026-000001" not in new.see().text


class TestStopping:
    def test_is_offered_from_the_yes_on_and_asked_once_more(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.granted())
        assert shows(phone.see(), "/approve/stop")
        assert shows(phone.see("/approve/stop"), "Stop everything?")
        assert facing.counter.view().stage is Stage.QUESTIONS

    @pytest.mark.parametrize("when", ["questions", "filling", "permit", "sending"])
    def test_in_time_stops_all(self, facing: Facing, when: str) -> None:
        counter = facing.counter
        counter.open().ask()
        phone = in_english(facing.granted())
        if when != "questions":
            counter.fill()
        if when in {"permit", "sending"}:
            counter.prepare()
        if when == "sending":
            facing.approve(phone)
        phone.see("/approve/stop")
        assert phone.send("/approve/stop").location == "/approve/stop"
        assert shows(phone.see("/approve/stop"), "It is stopped")
        assert shows(phone.see(), "Everything is stopped")
        assert counter.view().stage is Stage.STOPPED

    def test_too_late_says_when_it_was_sent_and_how_to_withdraw(self, facing: Facing) -> None:
        phone = ready(facing)
        facing.approve(phone)
        facing.counter.press()
        phone.see("/approve/stop", status=200)
        phone.send("/approve/stop")
        page = phone.see("/approve/stop")
        assert shows(page, "It was already sent", "02.11.2026 11:00:00", "How to withdraw it", "VSAA")
        facing.counter.answer(filed(facing.counter.clock.now()))
        assert facing.counter.filing().state is FilingState.FILED

    def test_is_offered_again_after_the_portal_declined(self, facing: Facing) -> None:
        phone = ready(facing)
        facing.approve(phone)
        facing.counter.press()
        facing.counter.answer(declined(facing.counter.clock.now()))
        assert shows(phone.see(), "The institution did not take it", "/approve/stop")
        phone.see("/approve/stop")
        phone.send("/approve/stop")
        for path in ("/approve/stop", "/approve"):
            page = phone.see(path)
            assert shows(page, "stopped", "What the institution refused has not been filed")
            assert "nothing was sent" not in page.text.lower()

    def test_works_for_a_phone_that_has_not_signed_in(self, facing: Facing) -> None:
        ready(facing)
        new = facing.entered()
        new.see("/approve/stop")
        new.send("/approve/stop")
        assert facing.counter.view().stage is Stage.STOPPED


class TestOtherEndings:
    def test_nobody_answered(self, facing: Facing) -> None:
        counter = facing.counter
        approval = counter.open().ask()
        phone = in_english(facing.matched())
        counter.clock.move(counter.store.settings.approval_lapse)
        counter.write(lambda conn: confirming.lapse(conn, counter.store, approval))
        assert shows(phone.see(), "Nobody answered in time")

    def test_the_permission_ran_out(self, facing: Facing) -> None:
        counter = facing.counter
        counter.open().ask()
        phone = in_english(facing.granted())
        pages = []
        for _ in range(5):
            counter.clock.move(timedelta(minutes=25))
            pages.append(phone.see())
        assert shows(pages[-1], "The time of your permission is over")
        assert "Stop everything" not in pages[-1].text

    def test_the_municipality_that_it_was_filed_with_answers(self, facing: Facing) -> None:
        counter = facing.counter
        counter.open(QUEUE).ask()
        phone = facing.granted()
        counter.fill()
        counter.prepare()
        facing.approve(phone)
        counter.press()
        counter.answer(filed(counter.clock.now()))
        assert shows(phone.see(), "Lēmumu pieņem un jums atbild Ziemeļu novada pašvaldība.")
        assert shows(facing.display().see("/display"), "Lēmumu pieņem un jums atbild Ziemeļu novada pašvaldība.")

    def test_the_portal_does_not_answer(self, facing: Facing) -> None:
        phone = ready(facing)
        facing.approve(phone)
        facing.counter.press()
        facing.counter.answer(unknown(facing.counter.clock.now()))
        assert shows(phone.see(), "We are asking the portal", "never sent a second time")

    def test_who_says_that_nothing_arrived_is_told_as_it_is(self, facing: Facing) -> None:
        phone, counter = ready(facing), facing.counter
        facing.approve(phone)
        counter.press()
        counter.answer(unknown(counter.clock.now()))
        look_up(counter, Absent(conclusive=False))
        settle(counter)
        page = phone.see()
        assert shows(page, "It did not arrive", "Somebody from the centre found out")
        assert "The portal says" not in page.text

    def test_the_visit_ended_without_filing(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.granted())
        facing.counter.close()
        page = phone.see()
        assert shows(page, "The visit has ended", "Nothing was sent in your name", "/f/")
        assert 'data-live="' not in page.text

    def test_the_question_is_put_on_the_display_instead(self, facing: Facing) -> None:
        counter = facing.counter
        counter.open().ask()
        phone = in_english(facing.granted())
        counter.write(
            lambda conn: stopping.stop_or_say_sent(
                conn, counter.store, counter.delegation().id, by=counter.by.actor, whose="t"
            )
        )
        counter.ask(Route.DISPLAY)
        assert shows(phone.see(), "Answer at the counter")

    @pytest.mark.parametrize("whose", ["theirs", "the institution's"])
    def test_a_no_is_told_as_whose_it_was(self, facing: Facing, whose: str) -> None:
        counter, phone = facing.counter, ready(facing)
        if whose == "theirs":
            phone.see("/approve/refuse")
            phone.send("/approve/refuse", approval=counter.approval().id)
        else:
            facing.approve(phone)
            counter.press()
            counter.answer(declined(counter.clock.now()))
        counter.close()
        page = phone.see()
        assert shows(page, "You said that something is wrong", "was not sent") == (whose == "theirs")
        assert shows(page, "The institution did not take it", "looked at what was sent") == (whose != "theirs")
