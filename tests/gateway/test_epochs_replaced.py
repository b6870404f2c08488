"""Epochs are moved to and destroyed, beside everything else and whatever dies between two steps."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, cast

import pytest
from sqlalchemy import Connection, text, update

from audit.events import EventName
from gateway import epochs
from gateway.database.models import METADATA
from gateway.keys import keyfile, moving
from gateway.keys.epochs import standing
from gateway.keys.errors import EpochRefusedError, KeyDestroyedError, SealBrokenError
from gateway.keys.signing import KeyKind, KeyRing
from gateway.keys.tables import DataKeyRow
from gateway.oauth import providers
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.visits import own_sign_in
from tests.gateway.machines import ANNA, ILZE, Machine, backup, machine

__all__ = ["backup", "machine"]


class TestMove:
    def test_moves_all_that_stands_under_older_epochs(self, machine: Machine) -> None:
        store = machine.store

        def fill(conn: Connection) -> None:
            names = {"lv": "Sniedzējs"}
            providers.register(
                conn,
                store,
                provider_id="idp",
                names=names,
                issuer="https://idp.example",
                client_id="us",
                client_secret="shared",
            )
            own_sign_in.begin(conn, cast("Parts", store), b"b" * 32, "idp", "/mine")

        store.database.write_now(fill)
        before = machine.under(1)
        assert before == len(KeyKind) + 4, "signing keys, two residents, a secret and a trip"
        machine.new()
        told: list[tuple[int, int]] = []
        assert epochs.move(store, progress=lambda done, total: told.append((done, total))) == before
        assert told[-1] == (before, before)
        assert (machine.under(1), machine.under(2)) == (0, before)
        epochs.destroy(store, 1)
        assert machine.name(machine.anna) == ANNA.name
        provider = store.database.read_now(lambda conn: providers.find(conn, "idp"))
        assert providers.secret_of(store, provider) == "shared"
        ring = store.database.read_now(lambda conn: KeyRing.load(conn, store.sealer, machine.clock.now()))
        assert ring.missing() == ()
        assert machine.events() == [
            (EventName.KEY_CREATED, 2),
            (EventName.KEY_ROTATED, 1),
            (EventName.KEY_DESTROYED, 1),
        ]

    def test_leaves_what_was_erased_alone(self, machine: Machine) -> None:
        machine.erase(machine.anna)
        machine.new()
        epochs.move(machine.store)
        epochs.destroy(machine.store, 1)
        with pytest.raises(KeyDestroyedError):
            machine.name(machine.anna)

    def test_names_what_was_changed_in_the_database_and_leaves_it(self, machine: Machine) -> None:
        one = machine.key_of(machine.anna)
        spoil = update(DataKeyRow).where(DataKeyRow.id == one).values(wrapped=b"\x01" + bytes(60))
        machine.store.database.write_now(lambda conn: conn.execute(spoil))
        machine.new()
        with pytest.raises(SealBrokenError, match=f"data_key {one}: sealed bytes were changed"):
            epochs.move(machine.store)
        with pytest.raises(EpochRefusedError, match="something stands under epoch 1"):
            epochs.destroy(machine.store, 1)
        assert machine.name(machine.ilze) == ILZE.name

    def test_knows_every_place_that_names_an_epoch(self) -> None:
        named = {table.name for table in METADATA.sorted_tables if "epoch" in table.c}
        assert named == {place.table.name for place in epochs.PLACES}

    def test_is_done_again_for_what_a_late_machine_has_sealed(self, machine: Machine) -> None:
        late = keyfile.load(machine.store.settings.data_dir)
        machine.new()
        epochs.move(machine.store)
        behind, profile = replace(machine.store, sealer=late), Profile(name="Made Behind", code="329999-00004")
        machine.store.database.write_now(
            lambda conn: residents.find_or_create(conn, behind, profile, now=machine.clock.now())
        )
        with pytest.raises(EpochRefusedError, match="something stands under epoch 1: move it first"):
            epochs.destroy(machine.store, 1)
        machine.clock.move(timedelta(hours=1))
        assert epochs.move(machine.store) == 1
        left = machine.store.database.read_now(standing)[0].emptied_at
        assert left == machine.clock.now(), "backups from before that moment need the old epoch"

    def test_two_share_the_work(self, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(moving, "move", partial(moving.move, most=1))
        machine.new()
        total, moved = machine.under(1), []
        both = [threading.Thread(target=lambda: moved.append(epochs.move(machine.store))) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()
        assert sum(moved) == total
        assert [kind for kind, _ in machine.events()].count(EventName.KEY_ROTATED) == 1

    def test_goes_on_where_another_died(self, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
        machine.new()
        total = machine.under(1)
        real, calls = moving.move, iter(range(100))

        def dying(*args: Any, **named: Any) -> tuple[int, str]:
            if next(calls) == 3:
                raise InterruptedError
            return real(*args, **named | {"most": 1})

        monkeypatch.setattr(moving, "move", dying)
        with pytest.raises(InterruptedError):
            epochs.move(machine.store)
        assert 0 < machine.under(1) < total
        assert machine.name(machine.anna) == ANNA.name
        monkeypatch.setattr(moving, "move", real)
        epochs.move(machine.store)
        assert (machine.under(1), machine.under(2)) == (0, total)

    def test_goes_on_where_a_process_was_killed(self, machine: Machine) -> None:
        machine.new()
        machine.make_used_long_ago()
        total, settings = machine.under(1), machine.store.settings
        environment = {"PILNVARA_DATA_DIR": str(settings.data_dir), "PILNVARA_DATABASE_URL": settings.database_url}
        run = [sys.executable, "-m", "tests.gateway.dying_keys"]
        killed = subprocess.run(run, env=dict(os.environ) | environment, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert machine.under(2) == 2
        assert machine.name(machine.anna) == ANNA.name
        assert epochs.move(machine.store) == total - 2
        epochs.destroy(machine.store, 1)
        assert machine.name(machine.ilze) == ILZE.name


class TestDestroy:
    def test_is_refused_for_what_is_in_use_or_will_be_or_never_was(self, machine: Machine) -> None:
        epochs.make(machine.store)
        for number, why in ((1, "in use"), (2, "in use, or will be"), (3, "there is no epoch 3")):
            with pytest.raises(EpochRefusedError, match=why):
                epochs.destroy(machine.store, number)
        assert sorted(keyfile.read(machine.store.settings.data_dir).epochs) == [1, 2]

    def test_is_refused_while_anything_stands_under_it(self, machine: Machine) -> None:
        machine.new()
        with pytest.raises(EpochRefusedError, match="something stands under epoch 1"):
            epochs.destroy(machine.store, 1)
        assert machine.name(machine.anna) == ANNA.name

    def test_loses_nothing_where_the_process_dies_before_the_file_is_changed(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machine.new()
        epochs.move(machine.store)
        with monkeypatch.context() as dying:
            dying.setattr(keyfile, "remove", _die)
            with pytest.raises(InterruptedError):
                epochs.destroy(machine.store, 1)
        machine.look()
        assert machine.name(machine.ilze) == ILZE.name
        assert epochs.leftover(machine.store) == [1]
        epochs.destroy(machine.store, 1)
        assert list(keyfile.read(machine.store.settings.data_dir).epochs) == [2]
        assert machine.events()[-1] == (EventName.KEY_DESTROYED, 1)
        assert machine.events().count((EventName.KEY_DESTROYED, 1)) == 1

    def test_waits_for_whoever_is_sealing_under_it(self, machine: Machine) -> None:
        """And sees what they sealed: there is no moment between looking and destroying."""
        if machine.store.database.dialect == "sqlite":
            return  # one transaction writes at a time
        late, profile = keyfile.load(machine.store.settings.data_dir), Profile(name="Made Now", code="329999-00004")
        machine.new()
        epochs.move(machine.store)
        refused: list[EpochRefusedError] = []

        def destroy() -> None:
            try:
                epochs.destroy(machine.store, 1)
            except EpochRefusedError as error:
                refused.append(error)

        other = threading.Thread(target=destroy)

        def seal(conn: Connection) -> None:
            behind = replace(machine.store, sealer=late)
            residents.find_or_create(conn, behind, profile, now=machine.clock.now())
            other.start()
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while other.is_alive() and not conn.execute(waits).scalar_one():
                other.join(0.01)

        machine.store.database.write_now(seal)
        other.join()
        assert len(refused) == 1
        assert sorted(keyfile.read(machine.store.settings.data_dir).epochs) == [1, 2]


def _die(*_: Any) -> None:
    raise InterruptedError
