"""Where one machine has the key file for itself, a worker takes every step when it is due."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway import epochs
from gateway.database.errors import DatabaseUnavailableError
from gateway.keys import keyfile
from gateway.keys.errors import KeyFileError
from gateway.keys.signing import ANNOUNCED
from gateway.parts import Store
from tests.gateway.machines import ANNA, Backup, Machine, backup, machine

__all__ = ["backup", "machine"]


class TestByItself:
    def test_makes_moves_and_destroys_in_turn(self, machine: Machine, backup: Callable[[Store], Backup]) -> None:
        days = machine.store.settings.key_epoch_days
        assert epochs.turn(machine.store) == []
        machine.pass_time(days / 2 - timedelta(seconds=1))
        assert epochs.turn(machine.store) == []
        machine.pass_time(timedelta(seconds=1))
        assert epochs.turn(machine.store) == [epochs.Step.NEW]
        machine.pass_time(ANNOUNCED)
        assert epochs.turn(machine.store) == [epochs.Step.MOVE]
        taken = backup(machine.store)
        machine.pass_time(days / 2 - 2 * ANNOUNCED - timedelta(seconds=1))
        assert epochs.Step.DESTROY not in epochs.turn(machine.store)
        machine.pass_time(timedelta(seconds=1))
        assert epochs.turn(machine.store)[0] is epochs.Step.DESTROY
        assert 1 not in keyfile.read(machine.store.settings.data_dir).epochs
        today = keyfile.load(machine.store.settings.data_dir)
        assert taken.opens_with(today, machine.anna) == ANNA.name, "a backup of after the move can be opened"

    def test_what_was_erased_at_any_moment_is_unreadable_after_the_days(self, machine: Machine) -> None:
        """The bound that the guide states: whatever was wrapped under an epoch was so since it was used."""
        days, look = machine.store.settings.key_epoch_days, timedelta(seconds=epochs.EVERY_SECONDS)
        while len(gone := [each for each in machine.epochs() if each.destroyed_at is not None]) < 3:
            machine.pass_time(timedelta(days=1) - look)
            epochs.turn(machine.store)
            machine.pass_time(look)
            epochs.turn(machine.store)
        lived = [each.destroyed_at - each.used_from for each in gone if each.destroyed_at and each.used_from]
        assert len(lived) == 3
        assert max(lived) - timedelta(days=1) + look <= days, "had the worker looked each ten minutes"

    def test_keeps_the_old_one_for_a_while_when_all_of_it_is_late(self, machine: Machine) -> None:
        days = machine.store.settings.key_epoch_days
        machine.pass_time(10 * days)
        assert epochs.turn(machine.store) == [epochs.Step.NEW]
        machine.pass_time(ANNOUNCED)
        assert epochs.turn(machine.store) == [epochs.Step.MOVE]
        machine.pass_time(days / 3 - timedelta(seconds=1))
        assert epochs.turn(machine.store) == []
        machine.pass_time(timedelta(seconds=1))
        assert epochs.turn(machine.store) == [epochs.Step.DESTROY]

    def test_finishes_what_a_process_that_died_has_left_in_the_file(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machine.new()
        epochs.move(machine.store)
        with monkeypatch.context() as dying:
            dying.setattr(keyfile, "remove", _die)
            with pytest.raises(InterruptedError):
                epochs.destroy(machine.store, 1)
        assert epochs.turn(machine.store) == [epochs.Step.DESTROY]
        assert list(keyfile.read(machine.store.settings.data_dir).epochs) == [2]

    @pytest.mark.anyio
    async def test_goes_on_looking_when_a_step_fails(self, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
        errors: Iterator[Exception] = iter((KeyFileError("the file is gone"), DatabaseUnavailableError("no database")))
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def turn(_store: Store) -> None:
            if (error := next(errors, None)) is not None:
                raise error
            loop.call_soon_threadsafe(done.set)

        monkeypatch.setattr(epochs, "turn", turn)
        with capture_logs() as lines:
            turning = asyncio.create_task(epochs.keep_turning(machine.store, every=0))
            await asyncio.wait_for(done.wait(), timeout=30)
            turning.cancel()
        assert [each.get("code") for each in lines[:2]] == ["keys.file", None]

    def test_does_nothing_where_it_is_switched_off_or_the_file_is_shared(self, machine: Machine) -> None:
        is_alone = machine.store.database.dialect == "sqlite"
        assert epochs.turns_alone(machine.store) == is_alone
        off = replace(machine.store, settings=replace(machine.store.settings, key_epoch_days=timedelta(0)))
        machine.pass_time(timedelta(days=1000))
        assert epochs.turn(off) == []
        assert not epochs.turns_alone(off)


def _die(*_: Any) -> None:
    raise InterruptedError
