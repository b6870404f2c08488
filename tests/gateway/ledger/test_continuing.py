"""A log that was brought back from a backup goes on under a new name, and says for ever what it lacks."""

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, text

from audit import checkpoint
from audit.checkpoint import Checkpoint
from audit.entry import decode, encode
from audit.events import EventName
from audit.merkle import leaf_hash
from audit.note import Signer
from audit.report import Verdict
from audit.signatures import Policy
from audit.tile_commands import verify_source
from gateway.clock import HeldClock
from gateway.keys import signing
from gateway.keys.errors import KeysError
from gateway.keys.signing import ANNOUNCED, KeyKind, KeyRing
from gateway.ledger import (
    checkpoints,
    continuations,
    continuing,
    exporting,
    heads,
    log_keys,
    origins,
    outbox,
    tree,
)
from gateway.ledger.continuing import Known, NotContinuedError
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.sequencer import sequence_now
from gateway.ledger.witnessing import open_witnessing
from gateway.parts import GATEWAY, Store
from tests.gateway.ledger.continued import NEW, THIRD, Story, another_machine, held_by, verdict
from tests.gateway.ledger.events import checkpoint_of, record_events
from tests.gateway.ledger.restoring import Backup, bring_back, go_on, refresh, take
from tests.gateway.ledger.test_checkpoints import unprotect
from tests.gateway.ledger.witnesses import Outsider, is_refused, newest, policy_of, publish


@pytest.fixture
def story(store: Store) -> Story:
    return Story(store)


class TestARestoredBackup:
    def test_files_and_signs_nothing_until_it_is_continued(self, story: Story) -> None:
        store = story.store
        assert store.publisher.compare_now() is not None
        record_events(store, 1, "visit-3")
        with pytest.raises(LogUnhealthyError):
            checkpoint_of(store)
        assert is_refused(store)
        go_on(store, NEW)
        assert store.publisher.compare_now() is None
        assert not is_refused(store)
        record_events(store, 1, "visit-3")
        made = checkpoint_of(store)
        assert made is not None
        assert made.origin == store.log_origin == NEW

    def test_says_for_ever_how_much_is_missing(self, story: Story) -> None:
        store = story.store
        go_on(store, NEW)
        record_events(store, 2, "visit-3")
        checkpoint_of(store)
        report = verdict(store)
        lost = story.signed - story.kept
        assert (report.exit_code, report.missing, report.origin) == (0, lost, NEW)
        assert f"{lost} entries missing for ever" in report.lines()[0]
        (gap,) = store.database.read_now(continuations.gaps)
        assert (gap.before, gap.origin, gap.kept, gap.missing) == (store.settings.log_origin, NEW, story.kept, lost)

    def test_states_it_again_with_the_ends_of_all_chains(self, story: Story) -> None:
        store = story.store
        go_on(store, NEW)
        store.database.write_now(lambda conn: heads.advance(conn, store.clock.now()))
        assert checkpoint_of(store) is not None
        query = text("SELECT leaf FROM audit_event WHERE type = :type")
        kind = {"type": EventName.LOG_HEADS_RECORDED.value}
        leaf = store.database.read_now(lambda conn: conn.execute(query, kind).scalar_one())
        assert decode(bytes(leaf)).data["missing"] == story.signed - story.kept
        assert verdict(store).exit_code == 0

    def test_is_what_whoever_kept_a_checkpoint_can_tell(self, story: Story) -> None:
        store = story.store
        old = [signer.verifier.vkey for signer in store.publisher.signers]
        go_on(store, NEW)
        assert verdict(store, story.early).exit_code == 0
        late = verdict(store, story.late)
        assert (late.exit_code, late.totals[Verdict.CONTINUED]) == (0, 2)
        key = store.keys.checkpoint_keys()[-1].signer(store.settings.log_origin)
        fork = checkpoint.sign(Checkpoint(key.name, story.signed, bytes(32)), key)
        assert verdict(store, fork).verdict is Verdict.SPLIT_VIEW
        more = checkpoint.sign(Checkpoint(key.name, story.signed + 50, bytes(32)), key)
        assert (verdict(store, more).verdict, old) == (Verdict.TRUNCATED, [key.verifier.vkey])

    def test_is_verified_elsewhere_by_its_tiles_alone(self, story: Story, tmp_path: Path) -> None:
        store, folder = story.store, tmp_path / "tiles"
        go_on(store, NEW)
        store.database.read_now(lambda conn: exporting.export(conn, folder, store.publisher, lambda *_: None))
        late = tmp_path / "late"
        late.write_bytes(story.late)
        vkeys = origins.vkeys(store.publisher)
        whole = verify_source(str(folder), vkeys=vkeys, policy=Policy(), held=late, since=None)
        assert (whole.missing, whole.totals[Verdict.CONTINUED]) == (story.signed - story.kept, 2)
        first = tmp_path / "first"
        first.write_bytes(held_by(store))
        later = verify_source(str(folder), vkeys=vkeys, policy=Policy(), held=None, since=first)
        assert (later.missing, later.counts["entries"]) == (story.signed - story.kept, 0)

    def test_stays_continued_where_the_command_died_before_it_held_anything(self, story: Story) -> None:
        store, known = story.store, Known(tuple(continuing.held_here(story.store)))

        def write(conn: Connection) -> bytes:
            return continuing.go_on(conn, store, continuing.assess(conn, store, known), NEW, GATEWAY)

        signed = store.database.write_now(write)
        refresh(store)
        assert held_by(store) == story.late
        assert store.publisher.compare_now() is None
        asyncio.run(store.publisher.publish())
        assert held_by(store) == signed

    def test_keeps_the_old_names_readable(self, story: Story) -> None:
        store = story.store
        (old,) = origins.vkeys(store.publisher)
        go_on(store, NEW)
        (new,) = origins.vkeys(store.publisher)
        second, first = store.database.read_now(lambda conn: origins.listed(conn, store.publisher))
        assert (second.origin, second.keys, second.missing) == (NEW, (new,), story.signed - story.kept)
        assert (first.origin, first.keys, first.index) == (store.settings.log_origin, (old,), None)
        now, before = store.database.read_now(lambda conn: log_keys.standing(conn, store))
        assert (now.vkey, now.retired, before.retired) == (new, None, f"{old}@{second.index}")


class TestTheNewKey:
    def test_can_be_replaced_like_any_other(self, story: Story, clock: HeldClock) -> None:
        store = story.store
        go_on(store, NEW)
        first = store.publisher.signers[0]
        store.database.write_now(lambda conn: signing.rotate(conn, store.sealer, KeyKind.CHECKPOINT, store.clock.now()))
        refresh(store)
        assert store.publisher.signers[0] == first
        clock.move(ANNOUNCED)
        refresh(store)
        assert (store.publisher.signers[0].name, store.publisher.signers[0] == first) == (NEW, False)
        record_events(store, 1, "visit-3")
        assert checkpoint_of(store) is not None
        assert verdict(store).exit_code == 0

    def test_cannot_be_given_to_another_log_in_the_database(self, story: Story) -> None:
        store = story.store
        rename = text("UPDATE signing_key SET kid = kid || '@evil.example/log' WHERE kind = 'checkpoint'")
        store.database.write_now(lambda conn: conn.execute(rename))
        with pytest.raises(KeysError):
            store.database.read_now(lambda conn: KeyRing.load(conn, store.sealer, store.clock.now()))

    def test_is_not_passed_over_by_a_process_that_has_not_noticed_it(self, story: Story, tmp_path: Path) -> None:
        store = story.store
        stale = replace(
            store, keys=store.database.read_now(lambda conn: KeyRing.load(conn, store.sealer, store.clock.now()))
        )
        stale = another_machine(stale, tmp_path / "stale", story.late)
        go_on(store, NEW)
        size = checkpoint.parse(newest(store)).size
        record_events(store, 1, "visit-3")
        assert checkpoint_of(stale) is None
        assert not is_refused(store)
        refresh(stale)
        made = checkpoint_of(stale)
        assert made is not None
        assert (made.origin, made.size > size) == (NEW, True)


class TestAnotherMachine:
    def test_accepts_what_admits_the_loss_of_all_that_it_holds(self, story: Story, tmp_path: Path) -> None:
        other = another_machine(story.store, tmp_path / "other", story.late)
        assert other.publisher.compare_now() is not None
        go_on(story.store, NEW)
        assert is_refused(story.store), "each machine withdraws its own refusal"
        assert other.publisher.compare_now() is None
        assert not is_refused(story.store)
        asyncio.run(other.publisher.publish())
        assert checkpoint.parse(held_by(other)).origin == NEW
        assert checkpoints.read_former(other.settings.data_dir) == [story.late]

    def test_that_holds_more_goes_on_refusing(self, story: Story, tmp_path: Path) -> None:
        key = story.store.publisher.signers[0]
        more = checkpoint.sign(Checkpoint(key.name, story.signed + 1, bytes(32)), key)
        other = another_machine(story.store, tmp_path / "other", more)
        other.publisher.compare_now()
        go_on(story.store, NEW)
        assert "continued without" in (other.publisher.compare_now() or "")
        record_events(story.store, 1, "visit-3")
        with pytest.raises(LogUnhealthyError, match="it is refused by"):
            checkpoint_of(story.store)
        go_on(story.store, THIRD, [more])
        assert other.publisher.compare_now() is None
        assert verdict(story.store).missing == story.signed + 1 - story.kept

    def test_does_not_believe_a_row_that_nothing_signed_stands_for(self, story: Story, tmp_path: Path) -> None:
        """Who owns the database writes the entry, and even takes it into the tree; the key is not theirs."""
        store = story.store
        other = another_machine(store, tmp_path / "other", story.late)
        evil, old = Signer.generate(NEW), store.publisher.signers[0]

        def forge(conn: Connection) -> None:
            said = {
                "origin": NEW,
                "key": evil.verifier.vkey,
                "before": old.name,
                "keys": [old.verifier.vkey],
                "checkpoints": [story.late.decode()],
                "size": story.kept,
                "root": checkpoint.parse(story.early).root.hex(),
                "kept": story.kept,
                "missing": story.signed - story.kept,
            }
            kind = EventName.LOG_CONTINUED
            outbox.record(conn, chain="system", type=kind, actor=GATEWAY, data=said, at=store.clock.now())

        store.database.write_now(forge)
        sequence_now(store.database)
        assert list(store.database.read_now(continuations.read).stated) == [story.kept]
        size, root = story.kept + 1, store.database.read_now(lambda conn: tree.head(conn).root)
        signed = checkpoint.sign(Checkpoint(NEW, size, root), evil)
        insert = text("INSERT INTO audit_checkpoint VALUES (:s, :r, :n, '2026-11-02T09:00:00.000000Z')")
        store.database.write_now(lambda conn: conn.execute(insert, {"s": size, "r": root, "n": signed}))
        assert other.publisher.compare_now() is not None
        assert is_refused(store)

    def test_does_not_believe_an_entry_that_was_changed_since(self, story: Story, tmp_path: Path) -> None:
        store, key = story.store, story.store.publisher.signers[0]
        more = checkpoint.sign(Checkpoint(key.name, story.signed + 1, bytes(32)), key)
        other = another_machine(store, tmp_path / "other", more)
        go_on(store, NEW)

        def admit_more(conn: Connection) -> None:
            unprotect(conn, "audit_event")
            kind = {"type": EventName.LOG_CONTINUED.value}
            leaf = conn.execute(text("SELECT leaf FROM audit_event WHERE type = :type"), kind).scalar_one()
            entry = decode(bytes(leaf))
            data = entry.data | {"checkpoints": [more.decode()], "missing": entry.data["missing"] + 1}
            changed = encode(msgspec.structs.replace(entry, data=data))
            values = kind | {"leaf": changed, "hash": leaf_hash(changed)}
            conn.execute(text("UPDATE audit_event SET leaf = :leaf, leaf_hash = :hash WHERE type = :type"), values)

        store.database.write_now(admit_more)
        assert store.database.read_now(continuations.read).missing == story.signed + 1 - story.kept
        assert other.publisher.compare_now() is not None


class TestItIsRefused:
    def test_where_nothing_is_lost(self, store: Store) -> None:
        record_events(store, 3)
        checkpoint_of(store)
        with pytest.raises(NotContinuedError, match="nothing to go on from"):
            go_on(store, NEW)

    def test_where_the_database_contradicts_what_it_signed(self, story: Story) -> None:
        def edit(conn: Connection) -> None:
            unprotect(conn, "audit_event")
            conn.execute(
                text("UPDATE audit_event SET leaf = :other WHERE chain = 'visit-1' AND n = 2"), {"other": b"x"}
            )

        story.store.database.write_now(edit)
        with pytest.raises(NotContinuedError, match=r"contradicts what it has signed itself \(edited"):
            go_on(story.store, NEW)

    def test_under_a_name_that_cannot_be_a_new_one(self, story: Story) -> None:
        for origin in (story.store.log_origin, "Two words", "", "https://audit.example/log"):
            with pytest.raises(NotContinuedError, match="cannot be the new name"):
                go_on(story.store, origin)

    def test_for_a_checkpoint_that_no_known_key_signed(self, story: Story) -> None:
        foreign = checkpoint.sign(Checkpoint("other/log", 900, bytes(32)), Signer.generate("other/log"))
        with pytest.raises(NotContinuedError, match="--vkey"):
            go_on(story.store, NEW, [foreign])


def test_of_two_who_continue_it_at_once_the_second_is_told(story: Story) -> None:
    store, known = story.store, Known(tuple(continuing.held_here(story.store)))
    loss = store.database.read_now(lambda conn: continuing.assess(conn, store, known))
    go_on(store, NEW)
    with pytest.raises(NotContinuedError, match="nothing to go on from"):
        store.database.write_now(lambda conn: continuing.go_on(conn, store, loss, THIRD, GATEWAY))
    assert (verdict(store).exit_code, store.log_origin) == (0, NEW)


def test_what_is_lost_by_now_has_to_be_what_was_shown_and_agreed_to(story: Story) -> None:
    store, known = story.store, Known(tuple(continuing.held_here(story.store)))
    loss = store.database.read_now(lambda conn: continuing.assess(conn, store, known))
    shown = replace(loss, kept=loss.kept + 1)
    with pytest.raises(NotContinuedError, match="look again"):
        store.database.write_now(lambda conn: continuing.go_on(conn, store, shown, NEW, GATEWAY))
    assert store.log_origin == loss.origin


class TestASecondDisaster:
    def test_is_added_to_the_first(self, story: Story) -> None:
        store = story.store
        go_on(store, NEW)
        backup = take(store)
        record_events(store, 4, "visit-3")
        checkpoint_of(store)
        late = held_by(store)
        bring_back(store, backup)
        assert store.publisher.compare_now() is not None
        go_on(store, THIRD)
        assert store.publisher.compare_now() is None
        report = verdict(store)
        assert (report.exit_code, report.missing) == (0, story.signed - story.kept + 4)
        for held in (story.early, story.late, late):
            assert verdict(store, held).exit_code == 0

    def test_that_takes_the_first_one_along_is_admitted_with_it(self, story: Story) -> None:
        """The older backup knows neither the new name nor its key: auditors have it."""
        store = story.store
        go_on(store, NEW)
        vkeys = origins.vkeys(store.publisher)
        record_events(store, 9, "visit-3")
        checkpoint_of(store)
        late = held_by(store)
        bring_back(store, story.backup)
        with pytest.raises(NotContinuedError, match="--vkey"):
            go_on(store, THIRD)
        go_on(store, THIRD, vkeys=vkeys)
        assert store.publisher.compare_now() is None
        report = verdict(store)
        lost = checkpoint.parse(late).size - story.kept + story.signed - story.kept
        assert (report.exit_code, report.missing) == (0, lost)
        for held in (story.early, story.late, late):
            assert verdict(store, held).exit_code == 0, verdict(store, held).lines()


def test_an_empty_database_goes_on_from_nothing(story: Story) -> None:
    """No backup is left: all of the old log is missing, and its key is known to others alone."""
    store, old = story.store, origins.vkeys(story.store.publisher)
    empty: Backup = {name: [] for name in story.backup}
    bring_back(store, empty)
    now = store.clock.now()
    store.database.write_now(lambda conn: signing.ensure(conn, store.sealer, now))
    refresh(store)
    record_events(store, 2, "visit-9")
    sequence_now(store.database)
    assert "not one of this log" in (store.publisher.compare_now() or "")
    with pytest.raises(NotContinuedError, match="--vkey"):
        go_on(store, NEW)
    go_on(store, NEW, vkeys=old)
    assert store.publisher.compare_now() is None
    report = verdict(store, story.late)
    assert (report.exit_code, report.missing) == (0, story.signed)


def test_witnesses_meet_it_as_another_log(store: Store, one: Outsider) -> None:
    """The process that published the old log goes on with the new one, and so does its witness."""
    record_events(store, 5)
    publish(store, policy_of(one))
    backup = take(store)
    record_events(store, 5)
    publish(store, policy_of(one))
    bring_back(store, backup)

    async def work() -> None:
        async with open_witnessing(store.publisher, policy_of(one)) as witnessing:
            with pytest.raises(LogUnhealthyError):
                await witnessing.publish()
            await asyncio.to_thread(go_on, store, NEW)
            one.folder.add_log(origins.vkeys(store.publisher)[0])
            await asyncio.to_thread(record_events, store, 1, "visit-3")
            await asyncio.to_thread(sequence_now, store.database)
            await witnessing.publish()
            await witnessing.settle()

    asyncio.run(work())
    assert not is_refused(store)
    assert one.folder.last(NEW) is not None
    seen = store.database.read_now(lambda conn: conn.execute(text("SELECT max(size) FROM audit_cosignature")).scalar())
    assert seen == checkpoint.parse(newest(store)).size
