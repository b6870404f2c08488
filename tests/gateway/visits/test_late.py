"""The portal's word comes after nobody waited for it: it outweighs a person's and bars a second sending."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select

from audit.events import EventName
from connectors.runner.api import Absent, Found
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.jobs.tables import JobRow
from gateway.notifications.tables import Message
from gateway.retention import erasing
from gateway.retention.states import Why
from gateway.visits import late, rows, second_acts, second_person, sending
from gateway.visits.errors import AlreadyFiledError, OutOfOrderError
from gateway.visits.outcome_tables import Following
from gateway.visits.reading import Stage
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late
from gateway.visits.tables import Permit, Receipt, RunKind, SecondLook, SecondLookState
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import FINAL_FIELDS, declined, filed, final_request, unknown
from tests.gateway.visits.test_never_twice import again, in_doubt, look_up, settle
from tests.gateway.visits.test_stop_against_send import again as rows_as_they_are

ROUNDS = int(os.environ.get("PILNVARA_TEST_RACES", "60"))
NUMBER = "SP-2026-000001"
"""What the portal gave the first, as `played.filed` has it."""


@pytest.fixture
def lost(counter: Counter) -> Counter:
    """The final request left, and a person said that it did not arrive; its worker is still out."""
    settle(in_doubt(counter))
    return counter


def first(counter: Counter) -> Any:
    """The visit's first filing, which was taken for lost."""
    return counter.filings()[0]


def comes_late(counter: Counter, answer: Any = None, filing_id: str | None = None) -> None:
    """The worker that was taken for dead comes back with the portal's answer to the first."""
    run = _run(counter, filing_id or first(counter).id, RunKind.SEND)
    result = answer or filed(counter.clock.now())
    counter.write(lambda conn: sending.outcome(conn, counter.store, run, result))


def _run(counter: Counter, filing_id: str, kind: RunKind) -> str:
    before, counter.filing_id = counter.filing_id, filing_id
    try:
        return str(counter.run_of(kind).id)
    finally:
        counter.filing_id = before


def looked_at_by_a_colleague(counter: Counter) -> None:
    """What is filled in again is confirmed by the colleague that it needs."""
    look, other = again(counter), a_colleague(counter)
    counter.write(lambda conn: second_person.look(conn, counter.store, other, look.id))
    counter.write(lambda conn: second_acts.confirm(conn, counter.store, other, look.id))


def sent_again(counter: Counter) -> None:
    """The same left once more, with all that it takes."""
    looked_at_by_a_colleague(counter)
    counter.sign_in()
    verdict = counter.press()
    assert verdict.allowed, verdict.reason


def told(counter: Counter) -> list[str]:
    statement = select(Message.template).where(Message.template.in_(["arrived_late", "both_arrived"]))
    return list(counter.read(lambda conn: conn.execute(statement).scalars().all()))


def filing_of(counter: Counter, filing_id: str) -> Any:
    return counter.read(lambda conn: rows.find_filing(conn, filing_id))


class TestWhatWasTakenForLost:
    def test_is_filed_with_its_receipt_when_the_portal_says_so_after_all(self, lost: Counter) -> None:
        comes_late(lost)
        filing = first(lost)
        assert (filing.state, filing.reference, filing.reason) == (FilingState.FILED, NUMBER, Late.ARRIVED)
        assert lost.stage is Stage.FILED
        assert lost.events()[-3:] == [
            EventName.FILING_ANSWERED_LATE,
            EventName.FILING_FILED,
            EventName.RECEIPT_STORED,
        ]
        said = lost.said(EventName.FILING_ANSWERED_LATE)
        assert (said["said"], said["was"]) == ("filed", "not_filed")
        assert NUMBER not in str(said)

    def test_spends_the_allowance_again(self, lost: Counter) -> None:
        assert lost.delegation().state is DelegationState.ACTIVE
        comes_late(lost)
        row = lost.delegation()
        assert (row.state, row.services[0]["used"]) == (DelegationState.SPENT, 1)

    def test_is_not_sent_again_by_anybody(self, lost: Counter) -> None:
        comes_late(lost)
        with pytest.raises((AlreadyFiledError, OutOfOrderError)):
            lost.fill()
        lost.close()
        lost.open().grant()
        with pytest.raises(AlreadyFiledError):
            lost.fill()

    def test_is_filed_also_where_the_portals_list_had_proved_that_it_is_not_there(self, counter: Counter) -> None:
        look_up(in_doubt(counter), Absent(conclusive=True))
        comes_late(counter)
        assert first(counter).state is FilingState.FILED

    def test_is_told_to_the_resident_whose_visit_has_closed_and_gives_no_right_back(self, counter: Counter) -> None:
        in_doubt(counter)
        counter.close()
        settle(counter)
        comes_late(counter)
        assert told(counter) == ["arrived_late"]
        assert counter.delegation().state is not DelegationState.ACTIVE
        assert first(counter).state is FilingState.FILED

    def test_stays_stopped_where_the_resident_has_stopped_since(self, lost: Counter) -> None:
        lost.stop()
        comes_late(lost)
        assert lost.delegation().state is DelegationState.REVOKED
        assert first(lost).state is FilingState.FILED

    def test_is_found_by_a_look_up_that_comes_after_a_persons_word(self, lost: Counter) -> None:
        """The portal is asked when its list begins to prove something, whatever a person has said by then."""
        assert lost.begin(RunKind.LOOK_UP) is not None
        run = lost.run_of(RunKind.LOOK_UP)
        assert lost.read(lambda conn: sending.decide_step(conn, lost.store, run.id)).allowed
        look_up(lost, Found(reference="SP-2026-000009", pdf=None))
        assert (first(lost).state, first(lost).reference) == (FilingState.FILED, "SP-2026-000009")
        assert lost.said(EventName.FILING_ANSWERED_LATE)["said"] == "found"

    def test_is_not_asked_for_again_once_the_portal_itself_has_proved_it(self, counter: Counter) -> None:
        look_up(in_doubt(counter), Absent(conclusive=True))
        run = counter.run_of(RunKind.LOOK_UP)
        assert not counter.read(lambda conn: sending.decide_step(conn, counter.store, run.id)).allowed

    def test_comes_once_however_often_it_comes(self, lost: Counter) -> None:
        comes_late(lost)
        comes_late(lost)
        assert lost.events().count(EventName.FILING_FILED) == 1
        assert lost.said(EventName.FILING_ANSWERED_LATE)["agrees"] is True


class TestAnyOtherLateAnswer:
    @pytest.mark.parametrize("answer", [declined, unknown])
    def test_is_an_event_and_nothing_else(self, lost: Counter, answer: Any) -> None:
        before = (first(lost), lost.delegation())
        comes_late(lost, answer(lost.clock.now()))
        assert (first(lost), lost.delegation()) == before
        assert lost.events()[-1] is EventName.FILING_ANSWERED_LATE
        assert lost.said(EventName.FILING_ANSWERED_LATE)["said"] == answer.__name__

    def test_also_while_it_is_in_doubt(self, counter: Counter) -> None:
        in_doubt(counter)
        comes_late(counter, declined(counter.clock.now()))
        assert first(counter).state is FilingState.NEEDS_HUMAN
        assert counter.events()[-1] is EventName.FILING_ANSWERED_LATE

    def test_that_differs_from_what_a_person_typed_says_so(self, counter: Counter) -> None:
        settle(in_doubt(counter), "SP-2026-000009")
        comes_late(counter)
        assert first(counter).reference == "SP-2026-000009"
        assert counter.said(EventName.FILING_ANSWERED_LATE)["agrees"] is False

    def test_of_somebody_who_was_erased_says_that_it_came(self, counter: Counter) -> None:
        in_doubt(counter)
        counter.close()
        settle(counter)
        principal = counter.delegation().principal_id
        counter.clock.move(counter.store.settings.keep_sent_days)
        counter.write(lambda conn: erasing.erase_resident(conn, counter.store, principal, Why.WISH))
        comes_late(counter)
        assert "reference" not in counter.said(EventName.FILING_ANSWERED_LATE)
        assert first(counter).state is FilingState.NOT_FILED


class TestWhatWasBegunSince:
    def test_ends_unsent_and_the_earlier_stands_in_its_place(self, lost: Counter) -> None:
        lost.fill()
        newer = lost.filing_id
        comes_late(lost)
        filing = filing_of(lost, newer)
        assert (filing.state, filing.reason) == (FilingState.ABANDONED, Late.OVERTAKEN)
        assert lost.said(EventName.FILING_ANSWERED_LATE)["ended"] == newer
        view = lost.view()
        assert view.stage is Stage.FILED
        assert view.filing is not None
        assert view.filing["id"] == first(lost).id

    def test_ends_with_its_second_look(self, lost: Counter) -> None:
        look = again(lost)
        comes_late(lost)
        assert lost.read(lambda conn: rows.find_second_look(conn, look.id)).state is SecondLookState.LAPSED

    def test_is_not_sent_with_the_permit_that_it_has(self, lost: Counter) -> None:
        looked_at_by_a_colleague(lost)
        lost.sign_in()
        lost.begin_send()
        comes_late(lost)
        verdict = lost.knock()
        assert not verdict.allowed
        permit = lost._newest(Permit, Permit.filing_id == lost.filing_id, Permit.issued_at)
        assert permit.consumed_at is not None
        assert first(lost).state is FilingState.FILED

    def test_ends_also_in_another_visit_which_says_why(self, counter: Counter) -> None:
        in_doubt(counter)
        counter.close()
        settle(counter)
        earlier = counter.filing().id
        counter.open().grant()
        counter.fill()
        comes_late(counter, filing_id=earlier)
        filing = counter.filing()
        assert (filing.state, filing.reason) == (FilingState.ABANDONED, Late.OVERTAKEN_ELSEWHERE)
        assert counter.stage is Stage.ARRIVED
        assert counter.events()[-1] is EventName.FILING_ABANDONED
        assert filing_of(counter, earlier).state is FilingState.FILED
        with pytest.raises(AlreadyFiledError):
            counter.fill()

    def test_of_another_period_goes_on(self, lost: Counter) -> None:
        lost.fill(days_ago=3)
        comes_late(lost)
        assert lost.filing().state is FilingState.DRAFTED
        assert first(lost).state is FilingState.FILED


class TestWhatWasSentAgainBefore:
    @pytest.fixture
    def both(self, lost: Counter) -> Counter:
        """The same left once more and was received; then the first one's answer comes."""
        sent_again(lost)
        lost.answer(received_as(lost, "SP-2026-000002"))
        comes_late(lost)
        return lost

    def test_is_put_before_a_person_and_nothing_is_undone(self, both: Counter) -> None:
        assert (first(both).state, first(both).reason) == (FilingState.NOT_FILED, Late.BOTH)
        assert both.filing().state is FilingState.FILED
        said = both.said(EventName.FILING_ANSWERED_LATE)
        assert (said["beside"], said["agrees"]) == (both.filing().id, False)
        kept = both.read(
            lambda conn: late.kept_of(VisitVault.of(conn, both.store.sealer, both.visit_id), first(both).id)
        )
        assert kept is not None
        assert kept.reference == NUMBER

    def test_is_told_to_the_resident_whose_visit_has_closed(self, lost: Counter) -> None:
        sent_again(lost)
        lost.answer(received_as(lost, "SP-2026-000002"))
        lost.close()
        comes_late(lost)
        assert told(lost) == ["both_arrived"]

    def test_is_seen_once_by_whoever_serves_the_visit(self, both: Counter) -> None:
        filing_id = first(both).id
        both.write(lambda conn: late.acknowledge(conn, both.store, both.by, both.visit_id, filing_id))
        assert first(both).reason == Late.BOTH_KNOWN
        assert both.said(EventName.FILING_DECIDED)["both"] is True
        with pytest.raises(OutOfOrderError):
            both.write(lambda conn: late.acknowledge(conn, both.store, both.by, both.visit_id, filing_id))

    def test_is_the_one_that_was_found_where_the_portal_names_the_same_number(self, lost: Counter) -> None:
        sent_again(lost)
        lost.answer(received_as(lost, NUMBER))
        comes_late(lost)
        assert first(lost).reason != Late.BOTH
        assert lost.said(EventName.FILING_ANSWERED_LATE)["agrees"] is True

    def test_leaves_the_first_in_its_place_where_the_portal_refuses_the_second(self, lost: Counter) -> None:
        sent_again(lost)
        comes_late(lost)
        assert first(lost).reason == Late.BOTH
        lost.answer(declined(lost.clock.now()))
        assert _looks_again(lost) == [first(lost).id]
        lost.write(lambda conn: late.look_again(conn, lost.store, first(lost).id))
        assert (first(lost).state, first(lost).reference) == (FilingState.FILED, NUMBER)
        lost.write(lambda conn: late.look_again(conn, lost.store, first(lost).id))
        assert lost.events().count(EventName.FILING_FILED) == 1

    def test_bars_a_third_sending_also_when_the_second_did_not_arrive(self, lost: Counter) -> None:
        sent_again(lost)
        comes_late(lost)
        lost.answer(declined(lost.clock.now()))
        with pytest.raises(AlreadyFiledError):
            lost.fill()

    def test_is_none_of_two_when_the_second_turns_out_to_be_what_was_found(self, lost: Counter) -> None:
        sent_again(lost)
        comes_late(lost)
        lost.answer(received_as(lost, NUMBER))
        lost.write(lambda conn: late.look_again(conn, lost.store, first(lost).id))
        assert (first(lost).state, first(lost).reason) == (FilingState.NOT_FILED, None)


def received_as(counter: Counter, reference: str) -> Any:
    """The portal's receipt with another number."""
    return replace(filed(counter.clock.now()), reference=reference)


def _looks_again(counter: Counter) -> list[str]:
    jobs = select(JobRow.payload).where(JobRow.kind == late.JOB)
    return [each["filing"] for each in counter.read(lambda conn: conn.execute(jobs).scalars().all())]


@contextmanager
def as_before(counter: Counter) -> Iterator[Callable[[], None]]:
    """Puts the rows of the visit back, without the receipt that came."""

    def forget(conn: Connection) -> None:
        for table in (Following, Receipt):
            conn.execute(delete(table))

    with rows_as_they_are(counter, SecondLook) as put_back:

        def step() -> None:
            counter.write(forget)
            put_back()

        yield step


def test_a_late_answer_and_the_resending_of_one_instant_come_to_one_truth(lost: Counter) -> None:
    """Either the second has left, and both are put before a person, or it never leaves, and the first is filed."""
    looked_at_by_a_colleague(lost)
    lost.sign_in()
    lost.begin_send()
    send, came = lost.run_of(RunKind.SEND), _run(lost, first(lost).id, RunKind.SEND)
    request, answer = final_request(send.id, FINAL_FIELDS), filed(lost.clock.now())
    line, seen = Barrier(2), {True: 0, False: 0}

    def resend() -> bool:
        line.wait()
        return lost.write(lambda conn: sending.decide_final(conn, lost.store, send.id, request)).allowed

    def come() -> None:
        line.wait()
        lost.write(lambda conn: sending.outcome(conn, lost.store, came, answer))

    with ThreadPoolExecutor(2) as pool, as_before(lost) as put_back:
        for number in range(ROUNDS):
            # Whoever comes to the line last goes on first.
            order: tuple[Callable[[], object], ...] = (resend, come) if number % 2 else (come, resend)
            tasks = {each: pool.submit(each) for each in order}
            left, _ = bool(tasks[resend].result()), tasks[come].result()
            earlier, newer = first(lost), filing_of(lost, lost.filing_id)
            if left:
                assert (earlier.state, earlier.reason) == (FilingState.NOT_FILED, Late.BOTH)
                assert newer.state is FilingState.SENT
            else:
                assert (earlier.state, earlier.reason) == (FilingState.FILED, Late.ARRIVED)
                assert (newer.state, newer.reason) == (FilingState.ABANDONED, Late.OVERTAKEN)
            seen[left] += 1
            put_back()
    assert all(seen.values()), "one of the two always came first: nothing was raced"
