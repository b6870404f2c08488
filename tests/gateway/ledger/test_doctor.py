"""The doctor compares the log with what was held, before any process has."""

import asyncio
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from audit import checkpoint
from audit.merkle import CompactRange
from audit.submission import Submission
from audit.witness.rules import Witness
from gateway.doctor import outside, services
from gateway.doctor.finding import Health
from gateway.ledger.sequencer import sequence
from gateway.parts import Store
from tests.gateway.ledger.events import checkpoint_of, record_events
from tests.gateway.ledger.witnesses import policy_of, publish, witness_of


def test_a_database_put_back_in_time_shows_at_once(store: Store) -> None:
    async def publish() -> None:
        await sequence(store.database)
        await store.publisher.publish()

    asyncio.run(publish())
    assert services.log(store.settings).health is Health.OK
    nothing = {"s": 0, "r": CompactRange().to_bytes()}
    store.database.write_now(lambda conn: conn.execute(text("UPDATE audit_head SET size = :s, range = :r"), nothing))
    found = services.log(store.settings)
    assert found.health is Health.BROKEN
    assert "does not continue what was held" in found.detail


class TestWitnesses:
    def test_nobody_named_is_said(self, store: Store) -> None:
        found = outside.witnesses(store.settings)
        assert (found.health, "unwitnessed" in found.detail) == (Health.NOTE, True)

    def test_each_is_asked_about_the_newest_checkpoint(self, store: Store, tmp_path: Path) -> None:
        record_events(store, 3)
        with witness_of(store, tmp_path / "w1", "w1.example") as one:
            publish(store, policy_of(one))
            record_events(store, 3)
            checkpoint_of(store)  # it has not seen this one
            found = outside.witnesses(replace(store.settings, log_witnesses=policy_of(one), mode="demo"))
            assert (found.health, found.detail) == (Health.OK, "w1.example confirms; the quorum is 1 of w1.example")
            live = outside.witnesses(replace(store.settings, log_witnesses=policy_of(one)))
            assert "convinces nobody" in live.detail
        gone = outside.witnesses(replace(store.settings, log_witnesses=policy_of(one)))
        assert gone.health is Health.NOTE
        assert "w1.example does not confirm: no answer" in gone.detail
        assert store.publisher.signers[0].verifier.vkey in gone.mend

    def test_one_that_holds_another_history_is_named(self, store: Store, tmp_path: Path) -> None:
        record_events(store, 6)
        made = checkpoint_of(store)
        assert made is not None
        with witness_of(store, tmp_path / "w1", "w1.example") as one:
            key = store.publisher.signers[0]
            fork = checkpoint.sign(replace(made, root=bytes(32)), key)
            Witness(one.folder, store.clock.now).add_checkpoint(Submission(0, (), fork).encode())
            found = outside.witnesses(replace(store.settings, log_witnesses=policy_of(one)))
        assert found.health is Health.BROKEN
        assert "holds something that this log does not continue" in found.detail
