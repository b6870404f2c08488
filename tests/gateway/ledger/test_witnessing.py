"""Witnesses cosign what is published, slow the log by nothing, and their lines are kept and told of."""

import asyncio
import time
from http import HTTPStatus
from pathlib import Path

import pytest

from audit import checkpoint, note
from audit.cosignature import WitnessVerifier
from audit.events import EventName
from audit.policy import TrustPolicy
from audit.report import Report
from audit.witness.rules import Answer, Witness
from gateway.ledger import checkpoints, cosignatures, witnessing
from gateway.ledger.checking import check
from gateway.ledger.cosignatures import Cosignature
from gateway.ledger.sequencer import sequence_now
from gateway.ledger.witnessing import open_witnessing
from gateway.parts import Store
from tests.gateway.conftest import NINE
from tests.gateway.ledger.events import record_events
from tests.gateway.ledger.test_checkpoints import published
from tests.gateway.ledger.witnesses import (
    Outsider,
    is_refused,
    names_on,
    newest,
    policy_of,
    publish,
    said,
    witness_of,
)


class TestPublishing:
    def test_comes_with_the_witnesses_lines(self, store: Store, one: Outsider, two: Outsider) -> None:
        trust = policy_of(one, two, least=2)
        record_events(store, 3)
        made = publish(store, trust)
        assert made is not None
        signed = newest(store)
        assert names_on(signed, trust) == {"w1.example", "w2.example"}
        keys = [signer.verifier for signer in store.publisher.signers]
        assert checkpoint.verify(signed, keys, origin=store.settings.log_origin) == made

    def test_goes_on_from_what_each_has_seen(self, store: Store, one: Outsider, two: Outsider) -> None:
        record_events(store, 3)
        publish(store, policy_of(one))
        trust = policy_of(one, two, least=2)
        for count in (4, 9):
            record_events(store, count)
            publish(store, trust)
            assert len(names_on(newest(store), trust)) == 2

    def test_learns_the_size_from_a_witness_that_knows_more_than_was_kept(self, store: Store, one: Outsider) -> None:
        record_events(store, 3)
        with pytest.MonkeyPatch.context() as patch:  # the process dies before it keeps what came
            patch.setattr(cosignatures, "keep", lambda *_: None)
            publish(store, policy_of(one))
        record_events(store, 4)
        publish(store, policy_of(one))
        assert names_on(newest(store), policy_of(one)) == {"w1.example"}

    def test_holds_before_it_asks_and_asks_before_it_publishes(self, store: Store) -> None:
        record_events(store, 3)
        sequence_now(store.database)
        seen: list[tuple[bool, list[int]]] = []

        async def ask(signed: bytes) -> list[Cosignature]:
            seen.append((checkpoints.read_held(store.settings.data_dir) == signed, published(store)))
            return []

        asyncio.run(store.publisher.publish(ask))
        assert seen == [(True, [])]

    def test_needs_no_witness_where_none_is_named(self, store: Store) -> None:
        record_events(store, 3)
        assert publish(store, store.settings.log_witnesses) is not None
        assert newest(store) == checkpoints.read_held(store.settings.data_dir)


class TestFailingOpen:
    def test_a_witness_that_does_not_answer_is_not_waited_for(
        self, store: Store, one: Outsider, mute: Outsider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(witnessing, "PATIENCE", 0.05)
        trust = policy_of(one, mute, least=2)
        record_events(store, 3)
        sequence_now(store.database)

        async def work() -> float:
            async with open_witnessing(store.publisher, trust) as opened:
                began = time.monotonic()
                assert await opened.publish() is not None
                return time.monotonic() - began

        assert asyncio.run(work()) < 2  # its answer may take five seconds
        assert names_on(newest(store), trust) <= {"w1.example"}

    def test_one_that_is_down_is_asked_again_about_the_newest_checkpoint(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(witnessing, "_SHORTEST_PAUSE", 0.0)
        with witness_of(store, tmp_path / "w1") as gone:
            trust = policy_of(gone)
        record_events(store, 3)

        async def work() -> None:
            async with open_witnessing(store.publisher, trust) as opened:
                await opened.publish()
                await opened.settle()
                assert names_on(newest(store), trust) == set()
                port = int(gone.url.rpartition(":")[2])
                with witness_of(store, tmp_path / "w1", port=port):
                    await opened.publish()
                    await opened.settle()

        sequence_now(store.database)
        asyncio.run(work())
        assert names_on(newest(store), trust) == {"w1.example"}
        assert len(published(store)) == 1

    def test_a_late_line_is_kept_beside_the_checkpoint_that_is_published_already(
        self, store: Store, one: Outsider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(witnessing, "PATIENCE", 0.0)
        record_events(store, 3)
        publish(store, policy_of(one), then=1)
        assert names_on(newest(store), policy_of(one)) == {"w1.example"}

    @pytest.mark.parametrize("body", [b"", b"nonsense\n", "\N{EM DASH} w1.example AAAA\n".encode()])
    def test_what_is_no_cosignature_is_not_kept(
        self, store: Store, one: Outsider, monkeypatch: pytest.MonkeyPatch, body: bytes
    ) -> None:
        monkeypatch.setattr(Witness, "add_checkpoint", lambda *_: Answer(HTTPStatus.OK, body))
        record_events(store, 3)
        publish(store, policy_of(one))
        assert names_on(newest(store), policy_of(one)) == set()
        assert not is_refused(store)

    def test_a_made_up_signature_under_the_witnesss_name_is_not_kept(
        self, store: Store, one: Outsider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key_id = WitnessVerifier.parse(one.vkey).key_id
        body = note.format_line(note.Signature(one.name, key_id, bytes(72)))
        monkeypatch.setattr(Witness, "add_checkpoint", lambda *_: Answer(HTTPStatus.OK, body))
        record_events(store, 3)
        publish(store, policy_of(one))
        assert newest(store) == checkpoints.read_held(store.settings.data_dir)

    def test_a_witness_that_does_not_watch_the_log_is_no_objection(
        self, store: Store, one: Outsider, tmp_path: Path
    ) -> None:
        (tmp_path / "w1" / "logs").write_text("# none\n")
        record_events(store, 3)
        publish(store, policy_of(one), then=1)
        assert not is_refused(store)

    def test_the_verdict_says_unwitnessed(self, store: Store, one: Outsider, mute: Outsider) -> None:
        trust = policy_of(one)
        record_events(store, 3)
        publish(store, store.settings.log_witnesses)
        report = verdict(store, trust)
        assert (report.verdict, report.exit_code) == ("unwitnessed", 3)
        publish(store, trust)
        report = verdict(store, trust)
        assert (report.verdict, report.exit_code, report.lines()[0][:10]) == ("verified", 0, "Verified: ")
        assert report.counts["witnessed"] == report.size


class _KilledError(BaseException):
    """The process ends here."""


class TestACrash:
    """Those of processes that are really killed are in `test_crashes`."""

    def test_a_line_that_was_given_and_never_kept_is_given_again(self, store: Store, one: Outsider) -> None:
        trust = policy_of(one)
        record_events(store, 3)

        def die(*_: object) -> None:
            raise _KilledError

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checkpoints, "_store", die)
            with pytest.raises(_KilledError):
                publish(store, trust)
        assert published(store) == []
        assert one.folder.last(store.settings.log_origin) == checkpoints.read_held(store.settings.data_dir)
        publish(store, trust)
        assert names_on(newest(store), trust) == {"w1.example"}


class TestStanding:
    def test_says_how_far_they_have_seen(self, store: Store, one: Outsider) -> None:
        trust = policy_of(one)
        assert store.database.read_now(lambda conn: cosignatures.standing(conn, trust)).newest == 0
        record_events(store, 3)
        first = publish(store, trust)
        assert first is not None
        now = store.database.read_now(lambda conn: cosignatures.standing(conn, trust))
        assert (now.size, now.names, now.at, now.is_witnessed) == (first.size, ("w1.example",), NINE, True)
        record_events(store, 4)
        second = publish(store, store.settings.log_witnesses)
        assert second is not None
        now = store.database.read_now(lambda conn: cosignatures.standing(conn, trust))
        assert (now.newest, now.size, now.names, now.is_witnessed) == (second.size, first.size, (), False)
        assert now.signed is not None
        assert names_on(now.signed, trust) == {"w1.example"}

    def test_believes_no_line_that_somebody_put_into_the_database(self, store: Store, one: Outsider) -> None:
        record_events(store, 3)
        made = publish(store, store.settings.log_witnesses)
        assert made is not None
        line = b"\xe2\x80\x94 w1.example " + b"A" * 104 + b"\n"
        forged = Cosignature(made.size, one.vkey, line)
        store.database.write_now(lambda conn: cosignatures.keep(conn, [forged], NINE))
        standing = store.database.read_now(lambda conn: cosignatures.standing(conn, policy_of(one)))
        assert (standing.names, standing.size) == ((), 0)


class TestTheTrail:
    def test_says_who_the_witnesses_are_and_when_that_changed(self, store: Store, one: Outsider, two: Outsider) -> None:
        publish(store, store.settings.log_witnesses)
        assert said(store, EventName.LOG_WITNESSES_CHANGED) == []
        for trust in (policy_of(one, two, least=2), policy_of(one, two, least=2), policy_of(one, two)):
            publish(store, trust)
        publish(store, store.settings.log_witnesses)
        told = said(store, EventName.LOG_WITNESSES_CHANGED)
        quorums = [each["quorum"] for each in told]
        assert quorums == ["2 of w1.example, w2.example", "1 of w1.example, w2.example", "none"]
        assert told[0]["witnesses"] == [one.vkey, two.vkey]


def verdict(store: Store, trust: TrustPolicy) -> Report:
    vkeys = [signer.verifier.vkey for signer in store.publisher.signers]
    held = checkpoints.read_held(store.settings.data_dir)
    origin, now = store.settings.log_origin, store.clock.now()
    return store.database.read_now(
        lambda conn: check(conn, vkeys=vkeys, origin=origin, now=now, held=held, trust=trust)
    )
