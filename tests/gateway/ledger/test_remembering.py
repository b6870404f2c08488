"""A machine that was brought back to an earlier day signs nothing, since its witnesses remember."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.events import EventName
from audit.note import Signer
from audit.submission import Submission
from audit.witness.rules import Witness
from gateway.database.engine import Database
from gateway.ledger import checkpoints, health
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.sequencer import sequence_now
from gateway.ledger.witnessing import open_witnessing
from gateway.parts import Store
from tests.gateway.conftest import NINE
from tests.gateway.ledger.events import record_events
from tests.gateway.ledger.test_checkpoints import published, restore_older_state
from tests.gateway.ledger.witnesses import (
    Outsider,
    is_refused,
    names_on,
    newest,
    out_of_reach,
    policy_of,
    publish,
    said,
)


class TestRemembering:
    """The database and all that this machine holds are brought back to an earlier day."""

    @pytest.fixture
    def restored(self, store: Store, one: Outsider, two: Outsider) -> Store:
        record_events(store, 5)
        publish(store, policy_of(one, two, least=2))
        held = checkpoints.read_held(store.settings.data_dir)
        assert held is not None
        record_events(store, 5)
        publish(store, policy_of(one, two, least=2))
        restore_older_state(store, published(store)[0])
        checkpoints.hold(store.settings.data_dir, held)
        assert store.publisher.compare_now() is None  # nothing on this machine knows
        return store

    def test_a_restored_machine_signs_nothing(self, restored: Store, one: Outsider) -> None:
        record_events(restored, 1, "visit-2")
        with pytest.raises(LogUnhealthyError):
            publish(restored, policy_of(one))
        assert is_refused(restored)
        assert len(published(restored)) == 1
        (objection,) = said(restored, EventName.LOG_WITNESS_OBJECTED)
        assert (objection["witness"], objection["proven"]) == (one.vkey, True)

    def test_nor_one_whose_witness_was_away_until_it_had_grown_again(self, restored: Store, one: Outsider) -> None:
        record_events(restored, 30, "another history")
        publish(restored, restored.settings.log_witnesses)
        record_events(restored, 1, "another history")
        with pytest.raises(LogUnhealthyError):
            publish(restored, policy_of(one))
        assert is_refused(restored)

    def test_what_a_witness_shows_is_held_from_then_on(self, restored: Store, one: Outsider, mute: Outsider) -> None:
        last = one.folder.last(restored.settings.log_origin)
        with pytest.raises(LogUnhealthyError):
            publish(restored, policy_of(one, mute, least=2))  # one alone, but it has our signature
        held = checkpoints.read_held(restored.settings.data_dir)
        assert held is not None
        assert last is not None
        assert note.parse(held).text == note.parse(last).text
        with pytest.raises(LogUnhealthyError):
            publish(restored, restored.settings.log_witnesses)

    def test_a_claim_that_nobody_proves_counts_with_the_quorum(
        self, restored: Store, one: Outsider, two: Outsider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Witness, "held", lambda *_: None)
        record_events(restored, 1, "visit-2")
        publish(restored, policy_of(one, out_of_reach(two), least=2))
        assert not is_refused(restored)
        record_events(restored, 1, "visit-2")
        with pytest.raises(LogUnhealthyError, match=r"has cosigned|another history"):
            publish(restored, policy_of(one, two, least=2))
        assert is_refused(restored)
        # Gone witnesses prove nothing: what they said stays.
        with pytest.raises(LogUnhealthyError, match="earlier"):
            publish(restored, policy_of(out_of_reach(one), out_of_reach(two), least=2))

    def test_a_refusal_ends_when_the_witnesses_agree_again(self, store: Store, one: Outsider, tmp_path: Path) -> None:
        record_events(store, 3)
        publish(store, policy_of(one))
        holder = f"{health.holder_name(store.settings.data_dir)} by its witnesses"
        store.database.write_now(lambda conn: health.refuse(conn, holder, "a claim", NINE))
        publish(store, policy_of(one))
        assert not is_refused(store)

    def test_a_witness_with_a_made_up_history_stops_nothing(self, store: Store, one: Outsider) -> None:
        stranger = Signer(store.settings.log_origin, bytes(32))
        one.folder.add_log(stranger.verifier.vkey)
        made_up = checkpoint.sign(Checkpoint(stranger.name, 1_000, bytes(32)), stranger)
        witness = Witness(one.folder, lambda: NINE)
        assert witness.add_checkpoint(Submission(0, (), made_up).encode()).status == 200
        record_events(store, 3)
        assert publish(store, policy_of(one)) is not None
        assert not is_refused(store)

    def test_another_machine_that_was_quicker_is_no_objection(
        self, store: Store, one: Outsider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Witness, "held", lambda *_: None)
        record_events(store, 3)
        sequence_now(store.database)
        twin = Database.open(store.database.url.render_as_string(hide_password=False))
        late = replace(store, database=twin)

        async def work() -> None:
            async with open_witnessing(late.publisher, policy_of(one)) as slow:
                await slow.publish()
                before = newest(store)
                record_events(store, 3)
                sequence_now(store.database)
                async with open_witnessing(store.publisher, policy_of(one)) as quick:
                    await quick.publish()
                assert await slow._ask(before) == []  # it had been held up on the way
                await slow.publish()

        asyncio.run(work())
        twin.close()
        assert not is_refused(store)
        assert names_on(newest(store), policy_of(one)) == {"w1.example"}
