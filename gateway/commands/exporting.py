"""`pilnvara audit export`: the whole log as tiles in a folder."""

import asyncio
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.commands.log import open_existing
from gateway.ledger import exporting, outbox
from gateway.ledger.exporting import ExportError
from gateway.ledger.settling import settle
from gateway.parts import Store

_OPERATOR = Actor(kind=ActorKind.ADMIN, id="operator")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the log as tiles and entry bundles (C2SP tlog-tiles) into FOLDER, for auditors; carry on what is there.

    `verify --from FOLDER` verifies it anywhere. That it was exported is an event. Exits 1 where FOLDER holds a log that
    this one does not continue.
    """
    store = open_existing()
    try:
        _record(store)
        asyncio.run(settle(store))
        made = _export(store, folder)
    except ExportError as error:
        click.echo(f"pilnvara: {error}", err=True)
        sys.exit(1)
    finally:
        store.close()
    click.echo(
        f"Written: {made:,} new files in {folder}. Verify them with: pilnvara audit verify --from {folder}", err=True
    )


def _record(store: Store) -> None:
    kind, now = EventName.LOG_EXPORTED, store.clock.now()
    store.database.write_now(
        lambda conn: outbox.record(conn, chain="system", type=kind, actor=_OPERATOR, data={}, at=now)
    )


def _export(store: Store, folder: Path) -> int:
    columns = (TextColumn("Writing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Writing", total=None)
        return store.database.read_now(
            lambda conn: exporting.export(
                conn, folder, store.publisher, lambda done, total: bar.update(task, completed=done, total=total)
            )
        )
