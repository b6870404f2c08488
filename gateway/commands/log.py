"""`pilnvara audit verify` and `checkpoint`: the log in the database of this machine."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection

from audit.policy import TrustPolicy
from audit.report import Report, Severity
from gateway.config import Settings
from gateway.database.drivers import parse_url, sqlite_path
from gateway.ledger import checkpoints, log_keys
from gateway.ledger.checking import check
from gateway.ledger.sequencer import sequence
from gateway.ledger.witnessing import open_witnessing
from gateway.parts import Store, open_store
from gateway.visits import evidence

_CANNOT_CONCLUDE = 3
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def verify_database(
    *,
    vkeys: tuple[str, ...],
    held: Path | None,
    since: Path | None,
    trust: TrustPolicy | None,
    retired: Mapping[str, int],
    log_only: bool,
) -> Report:
    """Verify the log in the database, and what is kept of each yes."""
    store = open_existing()
    try:
        kept = checkpoints.read_held(store.settings.data_dir) if held is None else held.read_bytes()
        before = None if since is None else since.read_bytes()
        demanded = trust or store.settings.log_witnesses
        return _verify(store, vkeys, kept, demanded, log_only=log_only, since=before, retired=retired)
    finally:
        store.close()


@click.command()
def checkpoint() -> None:
    """Sign the log as it is now, if it has grown, and print its newest checkpoint. Exits 3 if there is none."""
    store = open_existing()
    try:
        asyncio.run(_publish(store))
        signed = store.database.read_now(checkpoints.latest)
    finally:
        store.close()
    if signed is None:
        click.echo("The log is empty.", err=True)
        sys.exit(_CANNOT_CONCLUDE)
    click.echo(signed.decode(), nl=False)


async def _publish(store: Store) -> None:
    await sequence(store.database)
    async with open_witnessing(store.publisher, store.settings.log_witnesses) as witnessing:
        await witnessing.publish()
        await witnessing.settle()


def open_existing() -> Store:
    """The store of this machine; nothing is made where there is none."""
    settings = Settings.from_environment(os.environ)
    url = parse_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not sqlite_path(url).exists():
        click.echo(f"pilnvara: there is no database at {sqlite_path(url)}: set PILNVARA_DATA_DIR", err=True)
        sys.exit(2)
    return open_store(settings)


def _verify(
    store: Store,
    vkeys: tuple[str, ...],
    held: bytes | None,
    trust: TrustPolicy,
    *,
    log_only: bool,
    since: bytes | None,
    retired: Mapping[str, int],
) -> Report:
    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Checking")

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        def look(conn: Connection) -> Report:
            now, origin = store.clock.now(), store.log_origin
            keys, replaced = (vkeys, retired) if vkeys else log_keys.usable(conn, store)
            report = check(
                conn,
                vkeys=keys,
                retired=replaced,
                origin=origin,
                now=now,
                held=held,
                progress=show,
                trust=trust,
                since=since,
            )
            # A log that cannot be read says nothing of what is kept beside it.
            if log_only or report.severity is Severity.BAD_INPUT:
                return report
            return report.with_more(*evidence.examine(conn, store, show))

        return store.database.read_now(look)
