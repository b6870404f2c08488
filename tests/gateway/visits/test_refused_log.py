"""While a machine refuses the log nothing is asked for, granted, filled, permitted, sent or erased; a stop still is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from audit.events import EventName
from delegation.model import DelegationState
from gateway.ledger import health
from gateway.ledger.errors import LogUnhealthyError
from gateway.retention.erasing import erase_resident, erase_visit
from gateway.retention.states import Why
from gateway.visits.approvals import Answer
from tests.gateway.visits.counter import Counter


@contextmanager
def refused_log(counter: Counter) -> Iterator[None]:
    """As it is on a machine that was put back from a backup."""
    counter.write(lambda conn: health.refuse(conn, "machine", "it has 8 entries", counter.clock.now()))
    yield
    counter.write(lambda conn: health.withdraw(conn, "machine"))


def refuses(counter: Counter, step: Callable[[], object]) -> None:
    with refused_log(counter), pytest.raises(LogUnhealthyError):
        step()


def test_nothing_is_armed_and_everything_goes_on_once_the_log_is_itself_again(counter: Counter) -> None:
    counter.open()
    refuses(counter, counter.ask)
    counter.ask()
    counter.enter_code()
    assert counter.match() is Answer.RIGHT
    refuses(counter, counter.sign_in)
    assert counter.delegation().state is DelegationState.REQUESTED
    counter.sign_in()
    assert counter.delegation().state is DelegationState.ACTIVE
    refuses(counter, counter.fill)
    counter.fill()
    assert counter.prepare()
    refuses(counter, counter.sign_in)
    assert EventName.PERMIT_GIVEN not in counter.events()
    counter.sign_in()
    counter.begin_send()
    with refused_log(counter):
        verdict = counter.knock()
    assert (verdict.allowed, verdict.reason) == (False, LogUnhealthyError.code)
    assert counter.filing().sent_at is None
    assert EventName.FILING_SENT not in counter.events()


def test_a_stop_needs_no_log_that_is_itself(counter: Counter) -> None:
    counter.open().grant()
    with refused_log(counter):
        assert counter.stop() is None
        assert counter.delegation().state is DelegationState.REVOKED


def test_nobody_is_erased(counter: Counter) -> None:
    counter.open().grant()
    counter.close()
    person = counter.delegation().principal_id
    erase = (
        lambda: counter.write(lambda conn: erase_resident(conn, counter.store, person, Why.WISH)),
        lambda: counter.write(lambda conn: erase_visit(conn, counter.store, counter.visit_id)),
    )
    before = counter.events()
    for each in erase:
        refuses(counter, each)
    assert counter.events() == before
