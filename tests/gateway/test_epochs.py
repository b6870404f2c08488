"""What is erased becomes unreadable in backups too, and a key file that is late or lost loses nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from audit.events import EventName
from gateway import epochs
from gateway.clock import HeldClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.keys import keyfile, moving, watching
from gateway.keys.epochs import standing
from gateway.keys.errors import EpochOverError, EpochRefusedError, KeyDestroyedError, KeyFileError, KeyMissingError
from gateway.keys.sealing import Sealer
from gateway.keys.signing import ANNOUNCED, KeyRing
from gateway.keys.tables import KeyEpoch
from gateway.parts import Store, open_keys
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.problem_texts import UNAVAILABLE
from gateway.problems import explain
from tests.gateway.machines import ANNA, ILZE, Backup, Machine, backup, machine

__all__ = ["backup", "machine"]


class TestABackup:
    def test_opens_nothing_of_what_was_erased_once_the_epoch_of_then_is_destroyed(
        self, machine: Machine, backup: Callable[[Store], Backup]
    ) -> None:
        taken = backup(machine.store)
        machine.erase(machine.anna)
        with pytest.raises(KeyDestroyedError):
            machine.name(machine.anna)
        today = keyfile.load(machine.store.settings.data_dir)
        assert taken.opens_with(today, machine.anna) == ANNA.name, "until then a backup undoes an erasure"

        machine.replace_epoch()
        today = keyfile.load(machine.store.settings.data_dir)
        for resident_id in (machine.anna, machine.ilze):
            with pytest.raises(KeyMissingError, match="no epoch 1"):
                taken.opens_with(today, resident_id)
        with pytest.raises(KeyMissingError):
            taken.store.database.read_now(lambda conn: KeyRing.load(conn, today, machine.clock.now()))
        assert machine.name(machine.ilze) == ILZE.name
        assert taken.opens_with(taken.file_of_then, machine.anna) == ANNA.name, "so copies of the file have to go too"

    def test_is_not_started_with_once_its_epoch_is_gone_and_says_why(
        self, machine: Machine, backup: Callable[[Store], Backup]
    ) -> None:
        taken = backup(machine.store)
        machine.replace_epoch()
        sealer = keyfile.load(machine.store.settings.data_dir)
        origin = machine.store.settings.log_origin
        with pytest.raises(KeyFileError, match="a copy from before that epoch was destroyed"):
            taken.store.database.write_now(lambda conn: open_keys(conn, sealer, machine.clock.now(), origin))


class TestNew:
    def test_is_used_by_nobody_before_everybody_could_know_it(self, machine: Machine) -> None:
        epochs.make(machine.store)
        machine.pass_time(ANNOUNCED - timedelta(seconds=1))
        assert machine.store.sealer.epoch == 1
        machine.pass_time(timedelta(seconds=1))
        assert machine.store.sealer.epoch == 2
        assert machine.events() == [(EventName.KEY_CREATED, 2)]

    def test_waits_for_the_one_that_waits(self, machine: Machine) -> None:
        epochs.make(machine.store)
        with pytest.raises(EpochRefusedError, match="epoch 2 waits"):
            epochs.make(machine.store)

    def test_goes_on_with_the_key_of_a_process_that_died(self, machine: Machine) -> None:
        keyfile.add(machine.store.settings.data_dir, 2)
        left = keyfile.read(machine.store.settings.data_dir).epochs[2]
        machine.look()
        assert machine.store.sealer.epoch == 1, "a key that nobody has announced is no epoch"
        machine.new()
        assert machine.store.sealer.secrets[2] == left

    def test_is_one_where_two_machines_make_it_at_once(self, machine: Machine, tmp_path: Path) -> None:
        folder = tmp_path / "other"
        folder.mkdir()
        (folder / keyfile.NAME).write_bytes((machine.store.settings.data_dir / keyfile.NAME).read_bytes())
        (folder / keyfile.NAME).chmod(0o600)
        other = replace(machine.store, settings=replace(machine.store.settings, data_dir=folder))
        keyfile.add(folder, 2)  # as far as it came when the first was quicker
        machine.new()
        known, now = machine.store.database.read_now(standing), machine.clock.now()
        with pytest.raises(KeyFileError, match="another key than this database knows: bring the file"):
            watching.look_at_file(keyfile.load(folder), known, folder, now)
        assert epochs.leftover(other) == []


class TestALateFile:
    def test_goes_on_under_the_old_epoch_and_says_what_is_missing(self, machine: Machine, tmp_path: Path) -> None:
        late = tmp_path / "late"
        late.mkdir()
        (late / keyfile.NAME).write_bytes((machine.store.settings.data_dir / keyfile.NAME).read_bytes())
        (late / keyfile.NAME).chmod(0o600)
        machine.new()
        newer = machine.resident(Profile(name="Made Later", code="329999-00003"))
        sealer, known = keyfile.load(late), machine.store.database.read_now(standing)
        with pytest.raises(KeyFileError, match="lacks epoch 2, which is in use: bring the newest copy"):
            watching.look_at_file(sealer, known, late, machine.clock.now())
        assert sealer.epoch == 1
        behind = Machine.__new__(Machine)
        behind.store, behind.clock = replace(machine.store, sealer=sealer), machine.clock
        with pytest.raises(KeyMissingError, match="no epoch 2: bring the newest copy") as met:
            behind.name(newer)
        assert explain(met.value)[1] is UNAVAILABLE, "pages say that nothing was lost, and to try again"
        assert behind.name(machine.anna) == ANNA.name
        made = behind.resident(Profile(name="Made Behind", code="329999-00004"))
        assert machine.name(made) == "Made Behind", "nothing that it seals is lost"

    def test_of_a_process_that_slept_seals_nothing_under_a_destroyed_epoch(self, machine: Machine) -> None:
        asleep = keyfile.load(machine.store.settings.data_dir)
        machine.replace_epoch()
        behind = replace(machine.store, sealer=asleep)
        profile = Profile(name="Made Behind", code="329999-00004")
        with pytest.raises(EpochOverError) as met:
            machine.store.database.write_now(
                lambda conn: residents.find_or_create(conn, behind, profile, now=machine.clock.now())
            )
        with pytest.raises(EpochOverError):
            machine.store.database.write_now(
                partial(moving.move, sealer=asleep, place=moving.DATA_KEYS, old=2, after="")
            )
        assert explain(met.value)[1] is UNAVAILABLE
        assert machine.under(1) == 0

    def test_that_is_lost_or_damaged_keeps_a_running_process_going(self, machine: Machine) -> None:
        machine.new()
        path = machine.store.settings.data_dir / keyfile.NAME
        path.unlink()
        with pytest.raises(KeyFileError, match="is missing: bring the copy of it"):
            machine.look()
        assert machine.store.sealer.epoch == 2
        assert machine.name(machine.anna) == ANNA.name

    def test_that_was_put_back_keeps_a_running_process_going(self, machine: Machine) -> None:
        path = machine.store.settings.data_dir / keyfile.NAME
        before = path.read_bytes()
        machine.new()
        newer = machine.resident(Profile(name="Made Later", code="329999-00003"))
        path.write_bytes(before)
        with pytest.raises(KeyFileError, match="lacks epoch 2, which is in use"):
            machine.look()
        assert (machine.name(newer), machine.store.sealer.epoch) == ("Made Later", 2)


def test_a_wrong_file_is_never_written_down_as_the_first(store: Store, settings: Settings, clock: HeldClock) -> None:
    store.database.write_now(lambda conn: conn.execute(update(KeyEpoch).values(mark=None, used_from=None)))
    wrong = Sealer({1: b"w" * 32}, lookup=b"l" * 32)
    with pytest.raises(Exception, match="belong to another key"):
        store.database.write_now(lambda conn: open_keys(conn, wrong, clock.now(), settings.log_origin))
    assert store.database.read_now(standing)[0].mark is None
    store.database.write_now(lambda conn: open_keys(conn, store.sealer, clock.now(), settings.log_origin))
    assert store.database.read_now(standing)[0].mark is not None


def test_a_new_database_takes_the_epochs_of_a_file_that_has_lived_elsewhere(
    database: Database, settings: Settings, clock: HeldClock
) -> None:
    sealer = Sealer({4: b"f" * 32, 5: b"g" * 32}, lookup=b"l" * 32)
    database.write_now(lambda conn: open_keys(conn, sealer, clock.now(), settings.log_origin))
    assert [each.number for each in database.read_now(standing)] == [4, 5]
    assert sealer.epoch == 5
