"""`pilnvara audit bundle`: everything that proves a visit, as one file, from the database of this machine."""

import asyncio
import os
import sys
from pathlib import Path

import click

from audit.entry import Actor, ActorKind
from gateway.commands.log import open_existing
from gateway.ledger.settling import settle
from gateway.visits import bundles, exporting
from gateway.visits.bundles import Disclosure
from gateway.visits.errors import NotFoundError

_OPERATOR = Actor(kind=ActorKind.ADMIN, id="operator")
_ALL_VALUES = "values"


@click.command()
@click.argument("visit")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to make."
)
@click.option("--without-statement", is_flag=True, help="Leave out the approved texts: they name people.")
@click.option(
    "--disclose",
    multiple=True,
    metavar="WHAT",
    help="Open too: receipt (institutions' files), values (all that was sent), or one value by its name in the form.",
)
def bundle(visit: str, output: Path, *, without_statement: bool, disclose: tuple[str, ...]) -> None:
    """Write everything that proves VISIT into one file; that it was made is an event that its resident sees.

    What is sealed stays sealed but for the approved texts and what --disclose names. `verify-bundle` verifies it
    offline. Exits 2 where there is no such visit.
    """
    controls = tuple(each for each in disclose if each not in ("receipt", _ALL_VALUES))
    chosen = Disclosure(
        statements=not without_statement,
        files="receipt" in disclose,
        controls=None if _ALL_VALUES in disclose else controls,
    )
    store = open_existing()
    try:
        known = store.database.read_now(lambda conn: bundles.names_of_values(conn, store, visit))
        if unknown := [each for each in controls if each not in known]:
            raise NotFoundError(f"nothing that was sent is called {', '.join(unknown)}")
        store.database.write_now(lambda conn: exporting.note(conn, store, _OPERATOR, visit, chosen, "command"))
        asyncio.run(settle(store))
        content = store.database.read_now(lambda conn: bundles.make(conn, store, visit, chosen))
    except NotFoundError as error:
        click.echo(f"pilnvara: {error}", err=True)
        sys.exit(2)
    finally:
        store.close()
    with os.fdopen(os.open(output, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # it names people: for its owner alone, also in place of an older file
        file.write(content)
    click.echo(f"Written: {output} ({len(content):,} bytes). Verify it with: pilnvara audit verify-bundle", err=True)
