"""The code on the papers: made at the grant, sealed, good for one thing, and silent about everything else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway import long_codes
from gateway.ledger.tables import AuditEvent
from gateway.visits import stop_codes, stopping
from gateway.visits.errors import NotFoundError, StopCodeUnknownError
from gateway.visits.stopping import Outcome, StopReason
from gateway.visits.tables import Filing, RunKind, SealedRecord
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.messages import messages, tell_all


def by_code(counter: Counter, code: str) -> stopping.Answer:
    return counter.write(lambda conn: stopping.stop_by_code(conn, counter.store, code))


def test_it_is_made_at_the_grant_and_stands_nowhere_in_clear(counter: Counter) -> None:
    counter.open()
    counter.ask()
    asked = counter.delegation()
    assert asked.stop_code_hash is None
    counter.enter_code()
    counter.match()
    counter.sign_in()
    code = long_codes.read(counter.stop_code())
    assert code is not None
    row = counter.delegation()
    assert row.stop_code_hash is not None
    assert len(row.stop_code_hash) == 32
    sealed = counter.read(
        lambda conn: conn.execute(select(SealedRecord.content).where(SealedRecord.kind == stop_codes.KIND)).scalar_one()
    )
    leaves = counter.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
    for kept in (sealed, row.stop_code_hash, *leaves):
        assert code.encode() not in kept


@pytest.mark.parametrize("write", [str, str.lower, lambda code: code.replace("-", " ")])
def test_it_stops_what_is_not_sent_however_it_is_written(counter: Counter, write: object) -> None:
    assert callable(write)
    counter.open().grant()
    counter.fill()
    counter.prepare()
    answer = by_code(counter, write(counter.stop_code()))
    assert answer.outcome is Outcome.STOPPED
    row = counter.delegation()
    assert (row.state, row.ended_by, row.ended_reason) == (DelegationState.REVOKED, "receipt", "own_no")
    assert counter.filing().state is FilingState.STOPPED
    assert counter.begin(RunKind.PREPARE) is None, "no worker goes on with it"
    assert by_code(counter, counter.stop_code()) == answer, "asking again gets the same answer"


def test_after_it_was_sent_it_says_when_and_ends_the_rest(counter: Counter) -> None:
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.close()
    answer = by_code(counter, counter.stop_code())
    assert (answer.outcome, answer.at) == (Outcome.SENT, counter.filing().sent_at)
    assert EventName.FILING_STOP_TOO_LATE in counter.events()


def test_in_time_for_one_it_does_not_hide_what_was_sent_before(counter: Counter) -> None:
    counter.open().grant()
    counter.fill()
    counter.send()
    sent = counter.filing()
    counter.clock.move(timedelta(minutes=1))
    newer = dict(sent._mapping) | {
        "id": "another",
        "service_key": b"k" * 32,
        "state": FilingState.DRAFTED,
        "sent_at": None,
        "reference": None,
        "drafted_at": counter.clock.now(),
    }
    counter.write(lambda conn: conn.execute(insert(Filing).values(newer)))
    answer = by_code(counter, counter.stop_code())
    assert (answer.outcome, answer.sent_before) == (Outcome.STOPPED, sent.sent_at)


def test_what_the_clock_has_ended_had_ended(counter: Counter) -> None:
    counter.open().grant()
    counter.clock.move(timedelta(days=400))
    answer = by_code(counter, counter.stop_code())
    assert answer.outcome is Outcome.ENDED
    assert counter.delegation().state is DelegationState.ACTIVE


def test_what_ended_with_the_visit_had_ended(counter: Counter) -> None:
    counter.open().grant()
    counter.close()
    assert by_code(counter, counter.stop_code()).outcome is Outcome.ENDED


@pytest.mark.parametrize("code", ["", "nonsense", "7ZQ2" * 6 + "00", "7" * 5_000])
def test_another_code_stops_nothing(counter: Counter, code: str) -> None:
    counter.open().grant()
    with pytest.raises(StopCodeUnknownError):
        by_code(counter, code)
    assert counter.delegation().state is DelegationState.ACTIVE


def test_a_code_of_one_delegation_stops_no_other(counter: Counter) -> None:
    counter.open().grant()
    first = counter.stop_code()
    counter.close()
    counter.open().grant()
    by_code(counter, first)
    assert counter.delegation().state is DelegationState.ACTIVE


def test_a_manager_stops_in_the_own_centre_and_nowhere_else(counter: Counter) -> None:
    counter.open().grant()
    delegation_id = counter.delegation().id
    elsewhere = replace(counter.by, centre_id="another")
    with pytest.raises(NotFoundError):
        counter.write(
            lambda conn: stopping.stop_in_centre(conn, counter.store, elsewhere, delegation_id, StopReason.MISUSE)
        )
    counter.write(
        lambda conn: stopping.stop_in_centre(conn, counter.store, counter.by, delegation_id, StopReason.MISUSE)
    )
    row = counter.delegation()
    assert (row.ended_by, row.ended_reason) == (f"staff:{counter.by.staff_id}", "misuse")
    assert counter.events()[-1] is EventName.DELEGATION_STOPPED


class TestTheApprover:
    def test_is_told_at_the_grant_how_to_stop(self, counter: Counter) -> None:
        counter.open(language="en").grant()
        tell_all(counter)
        [(to, text)] = messages(counter, "granted")
        assert to == "+37120000001"
        link = f"{counter.store.settings.public_url}/stop/{long_codes.read(counter.stop_code())}"
        assert link in text
        for value in ("Ilze", "329999", "Slimības", "VSAA"):
            assert value not in text, "whoever finds the phone learns nothing of the matter"

    @pytest.mark.parametrize("reason", [StopReason.MISTAKE, StopReason.RESIDENT_ASKED])
    def test_is_told_that_the_assistant_stopped(self, counter: Counter, reason: StopReason) -> None:
        counter.open(language="en").grant()
        counter.write(lambda conn: stopping.stop_at_desk(conn, counter.store, counter.by, counter.visit_id, reason))
        tell_all(counter)
        assert len(messages(counter, "stopped")) == 1
        assert messages(counter, "granted") == [], "it is not true any more when it is written"

    def test_is_told_that_it_was_too_late(self, counter: Counter) -> None:
        counter.open(language="en").grant()
        counter.fill()
        counter.prepare()
        counter.sign_in()
        counter.press()
        counter.stop()
        tell_all(counter)
        [(_to, text)] = messages(counter, "stopped_too_late")
        assert "already sent" in text

    def test_is_not_told_of_the_end_of_a_visit(self, counter: Counter) -> None:
        counter.open().grant()
        counter.close()
        tell_all(counter)
        assert messages(counter, "stopped") == []
