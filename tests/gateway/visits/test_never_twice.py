"""What may have arrived is sent again by nobody alone: a person's word needs a colleague's eyes, and a new yes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from audit.events import EventName
from connectors.runner.api import Absent, Ambiguous, Found, LookedUp
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.jobs.tables import JobRow
from gateway.notifications.tables import Message
from gateway.visits import doubts, second_acts, second_person, sending
from gateway.visits.doubts import Doubt
from gateway.visits.errors import SecondLookOverError, SecondPersonError
from gateway.visits.reading import Stage
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Filing, RunKind, SecondLook, SecondLookState
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import declined, unknown


def in_doubt(counter: Counter, result: LookedUp | None = None, *, days_ago: int = 0) -> Counter:
    """A visit whose final request left and whose answer was lost; the portal's list tells nothing sure."""
    sent(counter, days_ago=days_ago)
    counter.answer(unknown(counter.clock.now()))
    look_up(counter, result or Absent(conclusive=False))
    assert counter.filing().state is FilingState.NEEDS_HUMAN
    return counter


def sent(counter: Counter, *, days_ago: int = 0) -> None:
    """A visit whose final request has left."""
    counter.open().grant()
    counter.fill(days_ago=days_ago)
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed


def look_up(counter: Counter, result: LookedUp) -> None:
    run = counter.run_of(RunKind.LOOK_UP)
    counter.write(lambda conn: sending.looked_up(conn, counter.store, run.id, result))


def settle(counter: Counter, reference: str | None = None) -> None:
    filing = counter.filing().id
    counter.write(
        lambda conn: sending.settle(conn, counter.store, counter.by, counter.visit_id, filing, reference=reference)
    )


def again(counter: Counter) -> Any:
    """Fill the same in once more, up to the read-back; the look that it waits for."""
    counter.fill()
    assert counter.prepare()
    return counter._newest(SecondLook, SecondLook.filing_id == counter.filing_id, SecondLook.asked_at)


def known(counter: Counter) -> Doubt:
    filing = counter.filing().id
    return counter.read(lambda conn: doubts.of(VisitVault.of(conn, counter.store.sealer, counter.visit_id), filing))


def told(counter: Counter) -> list[str]:
    statement = select(Message.template).where(Message.template.in_(["arrived", "not_arrived"]))
    return list(counter.read(lambda conn: conn.execute(statement).scalars().all()))


class TestWhatAPersonSaysDidNotArrive:
    def test_is_sent_again_only_after_a_colleague_has_looked_and_the_resident_said_yes_anew(
        self, counter: Counter
    ) -> None:
        settle(in_doubt(counter))
        look = again(counter)
        assert look.state is SecondLookState.WAITING
        assert counter.view().stage is Stage.SECOND_LOOK
        assert EventName.PERMIT_REQUESTED not in counter.events()[counter.events().index(EventName.FILING_DECIDED) :]
        other = a_colleague(counter)
        counter.write(lambda conn: second_person.look(conn, counter.store, other, look.id))
        counter.write(lambda conn: second_acts.confirm(conn, counter.store, other, look.id))
        assert counter.view().stage is Stage.PERMIT
        counter.sign_in()
        assert counter.press().allowed

    def test_is_judged_by_nobody_who_decided_it_or_serves_the_visit(self, counter: Counter) -> None:
        settle(in_doubt(counter))
        look = again(counter)
        assert f" {counter.by.staff_id} " in look.barred
        with pytest.raises(SecondPersonError):
            counter.write(lambda conn: second_person.look(conn, counter.store, counter.by, look.id))

    def test_shows_the_colleague_when_it_was_sent_and_who_decided(self, counter: Counter) -> None:
        settle(in_doubt(counter))
        look = again(counter)
        other = a_colleague(counter)
        counter.write(lambda conn: second_person.look(conn, counter.store, other, look.id))
        shown = counter.read(lambda conn: second_person.subject_of(conn, counter.store, other, look.id))
        assert [each.name for each in shown] == ["person", "sent_at", "decided"]

    def test_is_not_sent_when_the_colleague_refuses(self, counter: Counter) -> None:
        settle(in_doubt(counter))
        look = again(counter)
        other = a_colleague(counter)
        counter.write(lambda conn: second_person.look(conn, counter.store, other, look.id))
        counter.write(lambda conn: second_acts.refuse(conn, counter.store, other, look.id))
        assert (counter.filing().state, counter.filing().reason) == (FilingState.DRAFTED, "second_look.refused")
        assert EventName.PERMIT_REQUESTED not in counter.events()[counter.events().index(EventName.FILING_DECIDED) :]

    def test_is_not_sent_again_after_a_stop(self, counter: Counter) -> None:
        settle(in_doubt(counter))
        look = again(counter)
        counter.stop()
        assert counter.filing().state is FilingState.STOPPED
        other = a_colleague(counter)
        with pytest.raises(SecondLookOverError):
            counter.write(lambda conn: second_person.look(conn, counter.store, other, look.id))

    def test_needs_the_colleague_also_when_another_period_is_answered(self, counter: Counter) -> None:
        settle(in_doubt(counter))
        counter.fill(days_ago=3)
        assert counter.prepare()
        assert counter.view().stage is Stage.SECOND_LOOK

    def test_needs_the_colleague_also_in_another_visit(self, counter: Counter) -> None:
        in_doubt(counter)
        counter.close()
        settle(counter)
        counter.open().grant()
        assert again(counter).state is SecondLookState.WAITING

    def test_does_not_leave_without_the_look_even_with_a_permit(self, counter: Counter) -> None:
        """As if a row had been changed: the look is judged once more where the bytes leave."""
        settle(in_doubt(counter))
        look = again(counter)
        other = a_colleague(counter)
        counter.write(lambda conn: second_person.look(conn, counter.store, other, look.id))
        counter.write(lambda conn: second_acts.confirm(conn, counter.store, other, look.id))
        counter.sign_in()
        void = update(SecondLook).where(SecondLook.id == look.id).values(state=SecondLookState.LAPSED)
        counter.write(lambda conn: conn.execute(void))
        verdict = counter.press()
        assert (verdict.allowed, verdict.reason) == (False, "second_look.missing")

    def test_is_told_to_the_resident_whose_visit_has_closed(self, counter: Counter) -> None:
        in_doubt(counter)
        counter.close()
        settle(counter)
        assert told(counter) == ["not_arrived"]

    def test_keeps_its_key_so_that_the_portal_files_one_of_both(self, counter: Counter) -> None:
        settle(in_doubt(counter))
        before = counter.filing().idempotency_key
        counter.fill()
        assert counter.filing().idempotency_key == before


class TestWhatThePortalProvesDidNotArrive:
    def test_is_sent_again_without_a_colleague(self, counter: Counter) -> None:
        in_doubt(counter)
        look_up(counter, Absent(conclusive=True))
        counter.fill()
        assert counter.prepare()
        assert counter.view().stage is Stage.PERMIT

    def test_is_asked_for_once_more_when_an_empty_list_begins_to_prove_it(self, counter: Counter) -> None:
        in_doubt(counter)
        sent_at = counter.filing().sent_at
        due = select(JobRow.run_at).where(JobRow.kind == "run.look_up").order_by(JobRow.run_at.desc())
        run_at = counter.read(lambda conn: conn.execute(due).scalars().first())
        assert run_at is not None
        assert run_at - sent_at >= timedelta(minutes=2)
        assert counter.read(lambda conn: sending.will_be_asked_at(conn, counter.filing())) == run_at
        assert counter.begin(RunKind.LOOK_UP) is not None

    def test_is_asked_for_once_more_after_a_portal_that_could_not_be_asked(self, counter: Counter) -> None:
        sent(counter)
        counter.answer(unknown(counter.clock.now()))
        run = counter.run_of(RunKind.LOOK_UP).id
        counter.write(
            lambda conn: sending.look_up_failed(conn, counter.store, run, "run.portal_unavailable", last=True)
        )
        assert counter.filing().state is FilingState.NEEDS_HUMAN
        settle(counter)
        assert counter.run_of(RunKind.LOOK_UP).id != run
        look_up(counter, Found(reference="SP-2026-000009", pdf=None))
        assert counter.filing().state is FilingState.FILED

    def test_is_promised_only_where_somebody_is_sent_to_ask(self, counter: Counter) -> None:
        sent(counter)
        counter.answer(replace(unknown(counter.clock.now()), reason="broke_off", for_a_person=True))
        filing = counter.filing()
        assert filing.state is FilingState.NEEDS_HUMAN
        assert counter.read(lambda conn: sending.will_be_asked_at(conn, filing)) is None

    def test_changes_nothing_that_a_person_has_settled_before(self, counter: Counter) -> None:
        in_doubt(counter)
        settle(counter, "SP-2026-000009")
        look_up(counter, Absent(conclusive=True))
        assert counter.filing().state is FilingState.FILED

    def test_or_did_is_told_to_the_resident_whose_visit_has_closed(self, counter: Counter) -> None:
        in_doubt(counter)
        counter.close()
        look_up(counter, Found(reference="SP-2026-000009", pdf=None))
        assert told(counter) == ["arrived"]


class TestWhatNobodyHasLookedAt:
    def test_is_not_filed_by_the_portals_own_word_and_is_tried_again_without_a_colleague(
        self, counter: Counter
    ) -> None:
        sent(counter)
        counter.answer(replace(declined(counter.clock.now()), messages={}, session_lost=True))
        assert counter.filing().state is FilingState.NOT_FILED
        assert counter.filing().decided_by is None
        assert counter.delegation().state is DelegationState.ACTIVE
        counter.fill()
        assert counter.prepare()
        assert counter.view().stage is Stage.PERMIT


class TestWhatIsKnown:
    def test_is_what_the_portal_answered_and_each_time_it_was_asked(self, counter: Counter) -> None:
        in_doubt(counter, Ambiguous(references=("SP-2026-000007", "SP-2026-000009")))
        doubt = known(counter)
        assert (doubt.status, doubt.candidates) == (303, ("SP-2026-000007", "SP-2026-000009"))
        assert [each.result for each in doubt.asked] == ["several"]


class TestWhatIsBetweenThemDoesNotHide:
    @pytest.fixture
    def between(self, counter: Counter) -> Counter:
        """A person said of the first that it did not arrive; of another period, sent since, the portal proved it."""
        settle(in_doubt(counter))
        counter.close()
        in_doubt_again(counter, days_ago=3)
        return counter

    def test_what_a_person_said_of_the_same_matter(self, between: Counter) -> None:
        assert again(between).state is SecondLookState.WAITING

    def test_the_key_by_which_the_portal_knows_the_same_sending(self, between: Counter) -> None:
        first = select(Filing.idempotency_key).order_by(Filing.drafted_at)
        before = between.read(lambda conn: conn.execute(first).scalars().first())
        between.fill()
        assert between.filing().idempotency_key == before


def in_doubt_again(counter: Counter, days_ago: int) -> None:
    """Another visit about another period: it was sent, and by the portal's own list did not arrive."""
    counter.open().grant()
    counter.fill(days_ago=days_ago)
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed
    counter.answer(unknown(counter.clock.now()))
    look_up(counter, Absent(conclusive=True))
    assert counter.filing().state is FilingState.NOT_FILED


class TestAnAnswerThatLedElsewhere:
    def test_is_settled_by_a_number_that_the_portal_holds(self, counter: Counter) -> None:
        led_elsewhere(counter)
        look_up(counter, Found(reference="SP-2026-000009", pdf=None))
        assert counter.filing().state is FilingState.FILED

    def test_is_for_a_person_however_often_the_portal_lists_nothing(self, counter: Counter) -> None:
        led_elsewhere(counter)
        for asked in (1, 2):
            look_up(counter, Absent(conclusive=True))
            filing = counter.filing()
            assert (filing.state, filing.reason) == (FilingState.NEEDS_HUMAN, "redirected")
            assert [each.result for each in known(counter).asked] == ["empty"] * asked

    def test_is_for_a_person_where_the_portal_could_not_be_asked_and_lists_nothing_later(
        self, counter: Counter
    ) -> None:
        led_elsewhere(counter)
        run = counter.run_of(RunKind.LOOK_UP).id
        counter.write(lambda conn: sending.look_up_failed(conn, counter.store, run, "run.no_portal", last=True))
        look_up(counter, Absent(conclusive=True))
        assert counter.filing().state is FilingState.NEEDS_HUMAN

    def test_is_sent_again_only_after_a_colleague_has_looked(self, counter: Counter) -> None:
        led_elsewhere(counter)
        look_up(counter, Absent(conclusive=True))
        settle(counter)
        assert again(counter).state is SecondLookState.WAITING

    def test_is_found_also_after_a_person_has_said_no(self, counter: Counter) -> None:
        led_elsewhere(counter)
        look_up(counter, Absent(conclusive=True))
        settle(counter)
        look_up(counter, Found(reference="SP-2026-000009", pdf=None))
        assert counter.filing().state is FilingState.FILED


def led_elsewhere(counter: Counter) -> None:
    sent(counter)
    counter.answer(replace(unknown(counter.clock.now()), reason="redirected", for_a_person=True))
    assert counter.filing().state is FilingState.UNKNOWN
