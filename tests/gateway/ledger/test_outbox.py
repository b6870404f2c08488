"""An event is written with its change or not at all, and continues its chain."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from audit.entry import decode
from audit.events import EventName
from audit.merkle import leaf_hash
from gateway.database.counting import count_statements
from gateway.database.engine import Database
from gateway.ledger import outbox
from gateway.ledger.tables import AuditEvent, AuditPending
from tests.gateway.conftest import NINE
from tests.gateway.ledger.events import ASSISTANT, record_event

EVENTS = select(AuditEvent.id, AuditEvent.chain, AuditEvent.n, AuditEvent.leaf, AuditEvent.leaf_hash, AuditEvent.at)


def test_fixes_the_leaf_and_waits_for_its_place(database: Database) -> None:
    event_id = database.write_now(record_event)
    (row,) = database.read_now(lambda conn: conn.execute(EVENTS).all())
    entry = decode(bytes(row.leaf))
    assert (entry.id, entry.visit, entry.n, entry.prev) == (event_id, "visit-1", 1, "")
    assert (entry.type, entry.actor, entry.time) == (EventName.VISIT_OPENED, ASSISTANT, NINE)
    assert entry.data == {"channel": "counter", "step": 0}
    assert bytes(row.leaf_hash) == leaf_hash(bytes(row.leaf))
    assert row.at == NINE
    assert database.read_now(lambda conn: conn.execute(select(AuditPending.event_id)).scalars().all()) == [event_id]


def test_leaves_nothing_when_the_change_fails(database: Database) -> None:
    def change(conn: Connection) -> None:
        record_event(conn)
        raise LookupError("the change was refused")

    with pytest.raises(LookupError):
        database.write_now(change)
    assert database.read_now(lambda conn: conn.execute(EVENTS).all()) == []
    database.write_now(record_event)
    assert database.read_now(lambda conn: conn.execute(EVENTS).one()).n == 1


def test_continues_the_chain_within_one_transaction_and_the_next(database: Database) -> None:
    def two(conn: Connection) -> None:
        record_event(conn)
        record_event(conn)

    database.write_now(two)
    database.write_now(record_event)
    rows = database.read_now(lambda conn: conn.execute(EVENTS.order_by(AuditEvent.n)).all())
    entries = [decode(bytes(row.leaf)) for row in rows]
    assert [entry.n for entry in entries] == [1, 2, 3]
    assert [entry.prev for entry in entries] == ["", *(bytes(row.leaf_hash).hex() for row in rows[:2])]


def test_dates_no_event_before_the_one_ahead_of_it(database: Database) -> None:
    database.write_now(record_event)
    database.write_now(lambda conn: record_event(conn, at=NINE - timedelta(seconds=3)))
    rows = database.read_now(lambda conn: conn.execute(EVENTS.order_by(AuditEvent.n)).all())
    assert [decode(bytes(row.leaf)).time for row in rows] == [NINE, NINE]


def test_lines_up_the_events_of_one_chain_from_several_processes(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    others = [Database.open(url) for _ in range(3)]

    def write(owner: Database) -> None:
        for _ in range(10):
            owner.write_now(record_event)

    threads = [threading.Thread(target=write, args=(owner,)) for owner in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for owner in others:
        owner.close()
    rows = database.read_now(lambda conn: conn.execute(EVENTS.order_by(AuditEvent.n)).all())
    assert [row.n for row in rows] == list(range(1, 31))
    heads = ["", *(bytes(row.leaf_hash).hex() for row in rows)]
    assert [decode(bytes(row.leaf)).prev for row in rows] == heads[:-1]


def test_costs_few_statements(database: Database) -> None:
    with count_statements() as counted:
        database.write_now(record_event)
    assert counted.total == {"sqlite": 4, "postgresql": 2}[database.dialect]


def test_goes_on_where_this_process_left_the_chain_in_fewer(database: Database) -> None:
    database.write_now(record_event)
    with count_statements() as counted:
        database.write_now(record_event)
    assert counted.total == {"sqlite": 4, "postgresql": 1}[database.dialect]


def test_finds_the_end_of_a_chain_that_others_went_on_with_or_that_was_rolled_back(database: Database) -> None:
    other = Database.open(database.url.render_as_string(hide_password=False))

    def in_vain(conn: Connection) -> None:
        record_event(conn)
        raise LookupError("the change was refused")

    for step in range(0, 6, 2):
        with pytest.raises(LookupError):
            database.write_now(in_vain)
        other.write_now(lambda conn: record_event(conn, step=step))  # noqa: B023 - called at once
        database.write_now(lambda conn: record_event(conn, step=step + 1))  # noqa: B023 - called at once
    other.close()
    rows = database.read_now(lambda conn: conn.execute(EVENTS.order_by(AuditEvent.n)).all())
    entries = [decode(bytes(row.leaf)) for row in rows]
    assert [(entry.n, entry.data["step"]) for entry in entries] == list(zip(range(1, 7), range(6), strict=True))
    assert [entry.prev for entry in entries] == ["", *(bytes(row.leaf_hash).hex() for row in rows[:-1])]
    waiting = database.read_now(lambda conn: conn.execute(select(AuditPending.event_id)).scalars().all())
    assert sorted(waiting) == sorted(row.id for row in rows)


def test_keeps_several_events_at_the_end_that_was_left(database: Database) -> None:
    def three(conn: Connection) -> None:
        events = [outbox.Event(EventName.VISIT_OPENED, ASSISTANT, {"step": step}) for step in range(3)]
        outbox.record_all(conn, "visit-1", events, NINE)

    for _ in range(2):
        database.write_now(three)
    rows = database.read_now(lambda conn: conn.execute(EVENTS.order_by(AuditEvent.n)).all())
    entries = [decode(bytes(row.leaf)) for row in rows]
    assert [(entry.n, entry.data["step"]) for entry in entries] == [(1, 0), (2, 1), (3, 2), (4, 0), (5, 1), (6, 2)]
    assert [entry.prev for entry in entries] == ["", *(bytes(row.leaf_hash).hex() for row in rows[:-1])]


def test_refuses_what_does_not_fit_a_leaf(database: Database) -> None:
    with pytest.raises(Exception, match=r"65,?535"):
        database.write_now(
            lambda conn: outbox.record(
                conn, chain="visit-1", type=EventName.VISIT_OPENED, actor=ASSISTANT, data={"x": "y" * 70_000}, at=NINE
            )
        )
