"""How a visit ended: by what happened in it; where nothing did, by the assistant's word, with why help was needed."""

import pytest

from audit.events import EventName
from gateway.visits import closing, opening
from gateway.visits.closing import HELPED, Said
from gateway.visits.errors import OutOfOrderError
from gateway.visits.tables import Channel, Ending, HelpReason, VisitState
from tests.gateway.visits.counter import Counter

ALONE = Said(Ending.SELF_SERVED, HelpReason.NO_DEVICE)


def only_talk(counter: Counter, channel: Channel = Channel.COUNTER) -> Counter:
    """A visit in which no service is chosen."""
    counter.visit_id = counter.write(
        lambda conn: opening.open_visit(conn, counter.store, counter.by, channel=channel, language="lv")
    )
    return counter


def suggested(counter: Counter) -> Ending | str | None:
    """What the flow would suggest; *not asked* where nobody is asked."""
    view = counter.view()
    found = counter.read(lambda conn: closing.asked(conn, view))
    return "not asked" if found is None else found.suggested


class TestWithNothingFiled:
    @pytest.mark.parametrize("ending", HELPED)
    @pytest.mark.parametrize("reason", [HelpReason.NO_EID, HelpReason.OTHER])
    def test_ends_as_the_assistant_says_before_any_service_is_chosen(
        self, counter: Counter, ending: Ending, reason: HelpReason
    ) -> None:
        assert only_talk(counter).close(Said(ending, reason)) == ending.value
        visit = counter.view().visit
        assert (visit["state"], visit["ending"], visit["help_reason"]) == (VisitState.CLOSED, ending, reason)
        assert counter.entry(EventName.VISIT_CLOSED).data == {"ending": ending.value, "help": reason.value}
        assert counter.entry(EventName.FEEDBACK_ASKED).data["ending"] == ending.value

    def test_ends_as_abandoned_where_nobody_says_anything(self, counter: Counter) -> None:
        assert counter.open().close() == "abandoned"
        assert counter.view().visit["help_reason"] is None

    def test_may_also_be_said_once_a_yes_was_given_and_nothing_was_sent(self, counter: Counter) -> None:
        counter.open().grant()
        counter.fill()
        assert suggested(counter) is Ending.ABANDONED
        assert counter.close(ALONE) == "self_served"
        assert counter.delegation().ended_by == "visit"

    def test_is_no_ending_that_the_flow_alone_may_give(self, counter: Counter) -> None:
        only_talk(counter)
        with pytest.raises(OutOfOrderError):
            counter.close(Said(Ending.FILED, HelpReason.OTHER))
        assert counter.view().visit["state"] is VisitState.OPEN


class TestWhatHappened:
    def test_outweighs_what_the_assistant_says(self, counter: Counter) -> None:
        counter.open().grant().fill()
        counter.send()
        assert suggested(counter) == "not asked"
        with pytest.raises(OutOfOrderError):
            counter.close(ALONE)
        assert counter.view().visit["state"] is VisitState.OPEN
        assert counter.close() == "filed"

    def test_is_not_made_into_information_once_somebody_stopped_it(self, counter: Counter) -> None:
        counter.open().grant().stop()
        assert suggested(counter) == "not asked"
        with pytest.raises(OutOfOrderError):
            counter.close(ALONE)
        assert counter.close() == "stopped"


class TestSuggestion:
    def test_is_none_where_only_the_assistant_knows(self, counter: Counter) -> None:
        assert suggested(only_talk(counter)) is None
        assert suggested(counter.open()) is None

    def test_is_that_they_did_it_alone_at_the_visitors_computer(self, counter: Counter) -> None:
        assert suggested(only_talk(counter, Channel.SHARED_COMPUTER)) is Ending.SELF_SERVED

    def test_of_a_closed_visit_is_not_asked_for(self, counter: Counter) -> None:
        only_talk(counter).close()
        assert suggested(counter) == "not asked"
