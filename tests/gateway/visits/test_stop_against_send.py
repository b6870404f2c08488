"""Threat 13: a stop and the final request at the same moment. One of them is first, and both answers are true."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

from audit.events import EventName
from delegation.filing import FilingState
from gateway.visits import sending
from gateway.visits.tables import RunKind
from tests.gateway.visits.counter import FINAL_FIELDS, Counter, final_request

ROUNDS = 20


def ready(counter: Counter, day: int) -> None:
    """A visit whose permit is given, for another period each time."""
    counter.open().grant()
    counter.fill(day)
    counter.prepare()
    counter.sign_in()
    counter.begin(RunKind.SEND)


def at_once(pool: ThreadPoolExecutor, counter: Counter) -> tuple[bool, datetime | None]:
    """Whether the final request left, and when the stop was told that it had."""
    line = Barrier(2)

    def send() -> bool:
        line.wait()
        return counter.knock().allowed

    def stop() -> datetime | None:
        line.wait()
        return counter.stop()

    sending_it, stopping_it = pool.submit(send), pool.submit(stop)
    return sending_it.result(), stopping_it.result()


def test_each_gets_one_truthful_answer(counter: Counter) -> None:
    sent = stopped = 0
    with ThreadPoolExecutor(2) as pool:
        for day in range(ROUNDS):
            ready(counter, day)
            left, sent_at = at_once(pool, counter)
            filing = counter.filing()
            assert left == (sent_at is not None), "one of the two answers is not true"
            assert filing.sent_at == sent_at
            assert filing.state is (FilingState.SENT if left else FilingState.STOPPED)
            sent, stopped = sent + left, stopped + (not left)
            counter.close_whatever()
    assert sent + stopped == ROUNDS


def test_two_workers_with_one_permit_send_once(counter: Counter) -> None:
    ready(counter, 0)
    run = counter.run_of(RunKind.SEND)
    request = final_request(run.id, FINAL_FIELDS)
    line = Barrier(4)

    def knock() -> bool:
        line.wait()
        return counter.store.database.write_now(
            lambda conn: sending.decide_final(conn, counter.store, run.id, request)
        ).allowed

    with ThreadPoolExecutor(4) as pool:
        answers = [task.result() for task in [pool.submit(knock) for _ in range(4)]]
    assert sorted(answers) == [False, False, False, True]
    assert counter.events().count(EventName.FILING_SENT) == 1
