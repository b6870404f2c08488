"""Threat 13: a stop and the final request at the same moment. One of them is first, and both answers are true."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Barrier
from typing import Any

from sqlalchemy import Connection, select, update

from audit.events import EventName
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.visits import sending, stopping
from gateway.visits.stopping import Outcome, StopReason
from gateway.visits.tables import DelegationRow, Filing, Permit, Run, RunKind
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import FINAL_FIELDS, final_request

ROUNDS = int(os.environ.get("PILNVARA_TEST_RACES", "200"))
"""A thousand take a minute on PostgreSQL: `PILNVARA_TEST_RACES=1000` before a release, fewer on every change."""


def ready(counter: Counter) -> None:
    """A visit whose permit is given, right before the last click."""
    counter.open().grant()
    counter.fill()
    counter.prepare()
    counter.sign_in()
    counter.begin(RunKind.SEND)


@contextmanager
def again(counter: Counter, *more: Any) -> Iterator[Callable[[], None]]:
    """Puts the rows of the visit back to where they are now, which is quicker than another visit for each round.

    `more` are tables besides those that every filing moves.
    """

    def rows(conn: Connection) -> list[tuple[Any, dict[str, Any]]]:
        tables = (DelegationRow, Filing, Permit, Run, *more)
        return [(table, dict(row)) for table in tables for row in conn.execute(select(table.__table__)).mappings()]

    kept = counter.read(rows)

    def put_back() -> None:
        def work(conn: Connection) -> None:
            for table, columns in kept:
                conn.execute(update(table).where(table.id == columns["id"]).values(**columns))

        counter.write(work)

    yield put_back


def ways_to_stop(counter: Counter) -> tuple[Callable[[], datetime | None], ...]:
    """Everybody who may say no, each giving when it had been sent, or that it was in time."""
    store, delegation_id = counter.store, counter.delegation().id
    code = counter.stop_code()

    def by_code() -> datetime | None:
        answer = counter.write(lambda conn: stopping.stop_by_code(conn, store, code))
        assert answer.outcome in {Outcome.STOPPED, Outcome.SENT}
        return answer.at if answer.outcome is Outcome.SENT else None

    def at_desk() -> datetime | None:
        reason = StopReason.RESIDENT_ASKED
        return counter.write(lambda conn: stopping.stop_at_desk(conn, store, counter.by, counter.visit_id, reason))

    def as_manager() -> datetime | None:
        reason = StopReason.MISUSE
        return counter.write(lambda conn: stopping.stop_in_centre(conn, store, counter.by, delegation_id, reason))

    return counter.stop, by_code, at_desk, as_manager


def test_each_gets_one_truthful_answer(counter: Counter) -> None:
    ready(counter)
    run = counter.run_of(RunKind.SEND)
    request = final_request(run.id, FINAL_FIELDS)
    ways = ways_to_stop(counter)
    line = Barrier(2)

    def send() -> bool:
        line.wait()
        return counter.write(lambda conn: sending.decide_final(conn, counter.store, run.id, request)).allowed

    def stop(way: Callable[[], datetime | None]) -> datetime | None:
        line.wait()
        return way()

    sent = 0
    with ThreadPoolExecutor(2) as pool, again(counter) as put_back:
        for number in range(ROUNDS):
            sending_it, stopping_it = pool.submit(send), pool.submit(stop, ways[number % len(ways)])
            left, sent_at = sending_it.result(), stopping_it.result()
            filing, row = counter.filing(), counter.delegation()
            assert left == (sent_at is not None), "one of the two answers is not true"
            assert filing.sent_at == sent_at
            assert filing.state is (FilingState.SENT if left else FilingState.STOPPED)
            assert row.state is DelegationState.REVOKED, "whoever stops ends it, also when it was too late"
            sent += left
            put_back()
    assert 0 < sent < ROUNDS, "one of the two always came first: nothing was raced"


def test_two_workers_with_one_permit_send_once(counter: Counter) -> None:
    ready(counter)
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
