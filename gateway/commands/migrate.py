"""`pilnvara migrate`."""

import os
import sys
from contextlib import closing

import click

from gateway.config import Settings
from gateway.database import grants, guards, migrating, schema
from gateway.database.drift import drift
from gateway.database.drivers import create_private, parse_url, sqlite_path
from gateway.database.engine import Database


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; say whether the migrations lead to the code's tables.")
def migrate(check: bool) -> None:
    """Bring the tables to this program's version. On SQLite this also happens at start.

    On PostgreSQL, with PILNVARA_DATABASE_OWNER_URL, gateway and worker are given rights on rows alone.
    """
    if check:
        differences = drift()
        for difference in differences:
            click.echo(difference)
        click.echo(
            "The migrations do not lead to these tables." if differences else "The migrations lead to the tables."
        )
        sys.exit(1 if differences else 0)
    settings = Settings.from_environment(os.environ)
    url = settings.database_owner_url
    if url.startswith("sqlite"):
        create_private(sqlite_path(parse_url(url)))
    migrating.migrate(url)
    click.echo(f"The tables are of version {schema.newest()}.")
    _guard(url)
    if grants.needs_grants(url, settings.database_url):
        role = grants.give(url, settings.database_url)
        click.echo(f"The role {role} may read and write rows, and change nothing that is recorded.")


def _guard(url: str) -> None:
    """Make anew what keeps records from being changed, if it is not as it was made."""
    with closing(Database.open(url, readers=1)) as opened:
        found = opened.read_now(guards.faults)
        if not found:
            return
        click.echo(f"Records could be changed: {'; '.join(found)}.", err=True)
        left = opened.write_now(guards.restore)
    if left:
        click.echo(f"Still so: {'; '.join(left)}. Only a person can judge what was put there.", err=True)
        sys.exit(1)
    click.echo("Made anew. Verify the log now: `pilnvara audit verify`.", err=True)
