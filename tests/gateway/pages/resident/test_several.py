"""The phone in a visit about several services: before the yes it lists none, after it each in words of the moment."""

from gateway.visits.reading import Stage
from tests.gateway.pages.facing import Facing, Phone, in_english, shows
from tests.gateway.visits import planned
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import BENEFIT, QUEUE
from tests.gateway.visits.played import declined, filed
from tests.gateway.visits.test_handing_over import take_over

LIST = "What is done together"
TITLES = ("Sickness benefit", "Kindergarten queue", "Slimības pabalsts")


def asked(facing: Facing) -> Facing:
    facing.counter.open_several(BENEFIT, QUEUE).ask()
    return facing


def answered(facing: Facing) -> Phone:
    """A phone that said yes to both, and the first is being filled in."""
    phone = in_english(asked(facing).granted())
    planned.settle(facing.counter, sheet="yes", child="yes")
    planned.answer(facing.counter)
    return phone


def sent(facing: Facing, phone: Phone) -> None:
    """The resident has seen it and said yes, and its final request is on its way."""
    facing.counter.prepare()
    assert facing.approve(phone).location == "/approve"
    assert facing.counter.press().allowed


class TestBeforeTheYes:
    def test_whoever_holds_only_the_code_reads_of_no_service(self, facing: Facing) -> None:
        page = in_english(asked(facing).entered()).see()
        assert shows(page, "Which number is on the counter’s screen?")
        assert not any(text in page.text for text in (LIST, *TITLES))

    def test_nothing_is_said_to_have_failed_beside_the_statement(self, facing: Facing) -> None:
        page = in_english(asked(facing).matched()).see()
        assert LIST not in page.text
        assert "in a new visit" not in page.text

    def test_a_refusal_without_a_sign_in_lists_none_either(self, facing: Facing) -> None:
        phone = in_english(asked(facing).entered())
        phone.see("/approve/refuse")
        phone.send("/approve/refuse", approval=facing.counter.approval().id)
        assert facing.counter.stage is Stage.REFUSED
        assert not any(text in phone.see().text for text in (LIST, *TITLES))


class TestAfterTheYes:
    def test_the_first_has_its_turn_and_the_other_waits_for_its_own(self, facing: Facing) -> None:
        page = in_english(asked(facing).granted()).see()
        assert shows(page, LIST, "It is its turn now.", "It waits for its turn.")
        assert not any(text in page.text for text in ("It was not begun", "can go on with it now", "in a new visit"))

    def test_a_phone_that_has_not_signed_in_yet_is_shown_no_list(self, facing: Facing) -> None:
        phone = answered(facing)
        facing.counter.prepare()
        assert shows(phone.see(), LIST)
        page = in_english(facing.matched()).see()
        assert shows(page, "Sign in to see what would be sent")
        assert not any(text in page.text for text in (LIST, *TITLES))

    def test_what_is_on_its_way_is_said_to_be_sent_now_and_not_to_be_in_doubt(self, facing: Facing) -> None:
        phone = answered(facing)
        sent(facing, phone)
        page = phone.see()
        assert shows(page, "Thank you, it is being sent", "Being sent", "It is being sent now.")
        assert not any(text in page.text.lower() for text in ("not known yet", "a second time", "was not begun"))

    def test_one_that_is_left_out_leads_back_to_what_was_filed(self, facing: Facing) -> None:
        phone = answered(facing)
        sent(facing, phone)
        facing.counter.answer(filed(facing.counter.clock.now()))
        planned.go_on(facing.counter)
        sent(facing, phone)
        facing.counter.answer(declined(facing.counter.clock.now()))
        planned.leave_out(facing.counter, QUEUE)
        page = phone.see()
        assert shows(page, "It has been sent and received", "1 of 2 filed", "Left out")
        assert "answering the questions with you" not in page.text

    def test_with_all_left_out_nobody_is_said_to_answer_questions(self, facing: Facing) -> None:
        phone = answered(facing)
        for service in (QUEUE, BENEFIT):
            planned.leave_out(facing.counter, service)
        page = phone.see()
        assert shows(page, "Nothing is being filled in now")
        assert "answering the questions with you" not in page.text

    def test_after_a_hand_over_nothing_is_said_to_be_over_before_the_colleague_asks(self, facing: Facing) -> None:
        phone = in_english(asked(facing).granted())
        assert take_over(facing.counter, a_colleague(facing.counter))
        page = phone.see()
        assert shows(page, "Nothing is asked of you now")
        assert not any(text in page.text for text in (LIST, "in a new visit"))
