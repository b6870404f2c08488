"""`pilnvara migrate`."""

import os
import sys

import click

from gateway.config import Settings
from gateway.database import schema
from gateway.database.drift import drift
from gateway.database.drivers import create_private, parse_url, sqlite_path


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; say whether the migrations lead to the code's tables.")
def migrate(check: bool) -> None:
    """Bring the tables to this program's version. On SQLite this also happens at start."""
    if check:
        differences = drift()
        for difference in differences:
            click.echo(difference)
        click.echo(
            "The migrations do not lead to these tables." if differences else "The migrations lead to the tables."
        )
        sys.exit(1 if differences else 0)
    url = Settings.from_environment(os.environ).database_url
    if url.startswith("sqlite"):
        create_private(sqlite_path(parse_url(url)))
    schema.migrate(url)
    click.echo(f"The tables are of version {schema.newest()}.")
