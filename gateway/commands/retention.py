"""`pilnvara retention`."""

import asyncio
import os
import sys

import click
import msgspec

from gateway.config import Settings
from gateway.parts import open_store
from gateway.retention import jobs, status
from gateway.retention.due import DueKind
from gateway.retention.jobs import Done
from gateway.retention.schedule import SCHEDULE, days
from gateway.retention.states import Obstacle

_DUE = {
    DueKind.WISH: "wishes to be erased that have rested",
    DueKind.VISIT: "visits whose time is over",
    DueKind.RESIDENT: "residents who have not come for as long",
}
_ERASED = {DueKind.WISH: "residents by their wish", DueKind.VISIT: "visits", DueKind.RESIDENT: "residents by time"}
_OBSTACLES = {
    Obstacle.OPEN_VISIT: "are being served",
    Obstacle.IN_FORCE: "have allowed something that is in force",
    Obstacle.IN_FLIGHT: "have sent something that may not have arrived",
    Obstacle.CASE: "have a case that is not closed",
    Obstacle.HOLD: "are held for an inquiry",
    Obstacle.DISPUTABLE: "can still dispute what was sent",
}


@click.group()
def retention() -> None:
    """What is kept, and erasing what is due."""


@retention.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def show_status(*, as_json: bool) -> None:
    """Say what is due, held and erased, and how many keys stand under which epoch of the key file."""
    store = open_store(Settings.from_environment(os.environ))
    try:
        found = store.database.read_now(lambda conn: status.read(conn, store.settings, store.clock))
    finally:
        store.close()
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for kind, text in _DUE.items():
        click.echo(f"{found.due[kind]:>9,}  due: {text}")
    click.echo(f"{found.wishes:>9,}  wishes to be erased wait")
    click.echo(f"{found.holds:>9,}  holds for an inquiry stand, {found.holds_to_review:,} of them are to be reviewed")
    click.echo(f"{found.erased_residents:>9,}  residents were erased")
    click.echo(f"{found.erased_visits:>9,}  visits were erased")
    for epoch, count in found.keys.items():
        click.echo(f"{count:>9,}  data keys under epoch {epoch} of the key file")


@retention.command("schedule")
def show_schedule() -> None:
    """Say how long each kind of record is kept by these settings, and what happens then."""
    settings = Settings.from_environment(os.environ)
    for name, record in SCHEDULE.items():
        count = days(record, settings)
        time = "kept" if count is None else f"{count:,} days"
        click.echo(f"{name:<15} {time:>12}  {record.end.value:<8} {record.what.source}")
        click.echo(f"{'':<38}{record.since.source}; tables: {', '.join(record.tables)}")


@retention.command("run")
def run_now() -> None:
    """Erase what is due now, as a worker does by itself several times an hour. May be stopped and started again."""
    store = open_store(Settings.from_environment(os.environ))
    shows = sys.stderr.isatty()

    def progress(done: Done) -> None:
        if shows:
            click.echo(f"\rerased {done.erased.total():,}, waiting {done.waiting.total():,} ", err=True, nl=False)

    try:
        done = asyncio.run(jobs.run(store, progress))
    finally:
        store.close()
        if shows:
            click.echo(err=True)
    for kind, text in _ERASED.items():
        click.echo(f"{done.erased[kind]:>9,}  erased: {text}")
    for obstacle, count in sorted(done.waiting.items()):
        click.echo(f"{count:>9,}  have to wait: {_OBSTACLES[obstacle]}")
