"""The log states where all chains end; the statement is recomputed, and one chain's end is proven alone."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from audit.entry import decode
from audit.events import EventName
from audit.heads import HeadsRecord
from audit.report import Verdict
from gateway.clock import HeldClock
from gateway.ledger import heads, outbox, tree
from gateway.ledger.sequencer import sequence_now
from gateway.ledger.settling import settle, state_ends
from gateway.parts import Store
from tests.gateway.conftest import NINE
from tests.gateway.ledger.events import checkpoint_of, record_events, verdict_of


def stated(store: Store, chain: str) -> tuple[HeadsRecord, heads.Stated]:
    found = store.database.read_now(lambda conn: heads.stated(conn, chain))
    assert found is not None
    data = decode(found.leaf).data
    return HeadsRecord(data["size"], data["chains"], data["root"]), found


def grow(store: Store, *chains: str) -> None:
    for chain in chains:
        record_events(store, 2, chain)
    sequence_now(store.database)


def state(store: Store) -> None:
    asyncio.run(settle(store))


class TestARecord:
    def test_proves_where_each_chain_ends_while_the_log_goes_on(self, store: Store) -> None:
        for chains in (("v-1", "v-2", "v-3"), ("v-2", "v-4"), ("v-5", "v-1", "v-6", "v-7")):
            grow(store, *chains)
            state(store)
            for chain in chains:
                record, found = stated(store, chain)
                found.proof.verify(chain, record)
                assert found.index >= record.size
        assert [stated(store, chain)[1].proof.n for chain in ("v-7", "v-1")] == [2, 4]
        assert verdict_of(store).exit_code == 0

    def test_is_not_made_where_nothing_happened_since(self, store: Store) -> None:
        grow(store, "v-1")
        state(store)
        size = store.database.read_now(tree.head).size
        state(store)
        assert store.database.read_now(tree.head).size == size
        assert stated(store, "v-1")[1].proof.n == 2

    def test_waits_while_another_has_no_place_yet(self, store: Store) -> None:
        grow(store, "v-1")
        asyncio.run(state_ends(store.database, store.clock))
        asyncio.run(state_ends(store.database, store.clock))
        assert sequence_now(store.database) == 1

    def test_folds_a_long_log_in_pieces(self, store: Store) -> None:
        grow(store, "v-1", "v-2", "v-3")
        steps = 0
        while store.database.write_now(lambda conn: heads.advance(conn, NINE, most=2)):
            assert store.database.read_now(lambda conn: heads.stated(conn, "v-1")) is None
            steps += 1
        assert steps > 3
        checkpoint_of(store)
        assert verdict_of(store).exit_code == 0

    def test_knows_no_chain_that_began_later(self, store: Store) -> None:
        grow(store, "v-1")
        assert store.database.read_now(lambda conn: heads.stated(conn, "v-1")) is None
        state(store)
        assert store.database.read_now(lambda conn: heads.stated(conn, "v-9")) is None


class TestDue:
    def test_is_it_once_a_day(self, store: Store, clock: HeldClock) -> None:
        grow(store, "v-1")
        assert not store.database.read_now(lambda conn: heads.is_due(conn, NINE))
        assert store.database.read_now(lambda conn: heads.is_due(conn, NINE + timedelta(days=1)))
        state(store)
        today = clock.now()
        assert not store.database.read_now(lambda conn: heads.is_due(conn, today))
        assert store.database.read_now(lambda conn: heads.is_due(conn, today + timedelta(days=1)))


class TestARecordThatLies:
    @pytest.mark.parametrize("change", [{"root": "00" * 32}, {"chains": 1}, {"size": 10**6}])
    def test_is_found_by_whoever_has_the_whole_log(self, store: Store, change: dict[str, object]) -> None:
        grow(store, "v-1", "v-2")
        state(store)
        said, _ = stated(store, "v-1")

        def lie(conn: Connection) -> None:
            lied = {"size": said.size, "chains": said.chains, "root": said.root} | change
            outbox.record(
                conn, chain="system", type=EventName.LOG_HEADS_RECORDED, actor=heads._GATEWAY, data=lied, at=NINE
            )

        store.database.write_now(lie)
        checkpoint_of(store)
        report = verdict_of(store)
        assert (report.exit_code, report.verdict) == (1, Verdict.INCONSISTENT)

    def test_is_found_where_somebody_changed_the_tree_that_it_is_made_from(self, store: Store) -> None:
        grow(store, "v-1")
        state(store)
        shorter = text("UPDATE audit_end_node SET hash = :other")
        store.database.write_now(lambda conn: conn.execute(shorter, {"other": bytes(32)}))
        grow(store, "v-2")
        state(store)
        assert verdict_of(store).verdict is Verdict.INCONSISTENT
