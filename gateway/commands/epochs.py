"""`pilnvara keys epoch`: new keys for the key file, and the end of old ones."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.entry import Actor, ActorKind
from gateway import epochs
from gateway.config import Settings
from gateway.keys import keyfile, moving
from gateway.keys.epochs import Epoch, newest_used, standing
from gateway.keys.signing import ANNOUNCED
from gateway.parts import Store, open_store

_OPERATOR = Actor(kind=ActorKind.ADMIN, id="operator")
_LEAST = int(ANNOUNCED.total_seconds() // 60)


@click.group()
def epoch() -> None:
    """Epochs of the key file: what was erased can be read in a backup until the epoch of then is destroyed."""


@epoch.command("list")
def list_epochs() -> None:
    """Show every epoch, and how much stands under it."""
    with _opened() as store:
        known, now = store.database.read_now(standing), store.clock.now()
        for each in known:
            count = store.database.read_now(partial(moving.count, places=epochs.PLACES, number=each.number))
            click.echo(f"{each.number}  {_state(each, known, now)}; {count:,} keys stand under it")
        for number in epochs.leftover(store):
            click.echo(
                f"This machine's {keyfile.NAME} still has epoch {number}: `pilnvara keys epoch destroy {number}`"
            )


@epoch.command()
@click.option(
    "--wait",
    type=click.IntRange(min=_LEAST),
    metavar="MINUTES",
    help=f"When it is used: at least {_LEAST}; by default {_LEAST} on SQLite, a day where machines share PostgreSQL.",
)
def new(wait: int | None) -> None:
    """Put a new epoch into the key file of this machine.

    Until it is used, bring the file to every machine that shares the database, and a copy to the safe. A machine that
    has it late goes on under the old epoch, but cannot read what others have sealed since; nothing is lost.
    """
    with _opened() as store:
        shared = store.database.dialect == "postgresql"
        default = epochs.CARRIED if shared else ANNOUNCED
        made = epochs.make(store, wait=default if wait is None else timedelta(minutes=wait), by=_OPERATOR)
        path = store.settings.data_dir / keyfile.NAME
    click.echo(f"Epoch {made.number} is made; it is used from {_time(made.used_from)} on.")
    if shared:
        click.echo(f"Until then copy {path} to the data folder of every machine, with mode 0600. Nothing is restarted.")
    click.echo("Put a copy into the safe as well: it replaces the one that is there.")
    click.echo("Then: `pilnvara keys epoch move`.")


@epoch.command()
def move() -> None:
    """Wrap anew, under the epoch in use, all that stands under older ones.

    It may be stopped and started again, runs beside everything else, and two may run at once.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with _opened() as store, bar as progress:
        task = progress.add_task("Moving")

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        moved = epochs.move(store, by=_OPERATOR, progress=show)
        current = store.sealer.epoch
    click.echo(f"{moved:,} keys moved; everything stands under epoch {current}.")


@epoch.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy(number: int, *, yes: bool) -> None:
    """Destroy epoch NUMBER for ever: no backup from before it was left can be read any more.

    Where machines share a database, run it on each: every one has a key file of its own.
    """
    with _opened() as store:
        found = next((each for each in store.database.read_now(standing) if each.number == number), None)
        before = None if found is None else found.emptied_at
        if found is not None and before is not None:
            click.echo(
                f"Every backup from before {_time(before)} becomes unreadable, for ever; so does each copy of it."
            )
            if not yes:
                click.confirm(f"Destroy epoch {number}?", abort=True)
        epochs.destroy(store, number, by=_OPERATOR)
        path = store.settings.data_dir / keyfile.NAME
    click.echo(f"Epoch {number} is destroyed: it is gone from {path}.")
    click.echo("Destroy the copies of the file that still hold it: in the safe, in backups, on other machines.")


@contextmanager
def _opened() -> Iterator[Store]:
    store = open_store(Settings.from_environment(os.environ))
    try:
        yield store
    finally:
        store.close()


def _state(each: Epoch, known: tuple[Epoch, ...], now: datetime) -> str:
    if each.destroyed_at is not None:
        return f"destroyed {_time(each.destroyed_at)}"
    if not each.is_used(now):
        return f"used from {_time(each.used_from)} on"
    if each.number == newest_used(known, now):
        return f"in use since {_time(each.used_from)}"
    return "to be left" if each.emptied_at is None else f"left {_time(each.emptied_at)}"


def _time(at: datetime | None) -> str:
    return "an unknown day" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
