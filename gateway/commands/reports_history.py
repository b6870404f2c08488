"""`pilnvara report import`, `history`, `match`, `place` and `take-back`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from gateway.commands.lazy import BAD_INPUT
from gateway.config import Settings
from gateway.parts import Store, open_store
from gateway.people.staff import OPERATOR
from gateway.reports import history as steps
from gateway.reports import published, sheet_files, sheet_terminal
from gateway.reports.history import HistoryError, Source
from gateway.reports.history_files import HistoryFileError
from gateway.reports.history_tables import HistoryKind
from gateway.reports.periods import Month, Period
from gateway.reports.sheets import Report
from ui.i18n import message

Result = TypeVar("Result")
_TITLE = message("Published figures of the network")
_language = click.option("--language", type=click.Choice(["lv", "en"]), default="lv", show_default=True)


class MonthType(click.ParamType[Month]):
    """A month such as 2017-01."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        """Read it, or say that it is none."""
        try:
            return value if isinstance(value, Month) else Month.parse(value)
        except ValueError:
            self.fail(f"{value} is no month such as 2017-01", param, ctx)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in HistoryKind]), required=True)
@click.option("--source", required=True, help="The document in which it was published.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day of which the source is.")
@click.option("--from", "first", type=MonthType(), required=True, help="The first month that it tells of: 2017-01.")
@click.option("--until", "last", type=MonthType(), required=True, help="The last one.")
def import_file(*, file: Path, kind: str, source: str, as_of: datetime, first: Month, last: Month) -> None:
    """Take in FILE, a CSV file of published figures: whole, or not at all. The same file again changes nothing."""
    if last < first:
        raise click.UsageError("--until is before --from")
    told = Source(name=source, as_of=as_of.date(), period=Period(first, last))
    content = file.read_bytes()
    with _store() as store:
        taken = _write(
            store,
            lambda conn, now: steps.take_in(conn, content, HistoryKind(kind), told, by=OPERATOR, now=now),
        )
    click.echo(f"{taken.import_id}  {taken.rows} rows, {taken.matched} of a centre that is here")
    if not taken.is_new:
        click.echo("The very same file stands already; nothing was changed.")
    for met in taken.met:
        click.echo(
            f"{met.rows} rows tell of names and months that {met.import_id} ({met.source}) tells of already, and both "
            f"count: if they are the same, take one back (`pilnvara report take-back {met.import_id}`)."
        )


@click.command("take-back")
@click.argument("import_id")
def take_back(import_id: str) -> None:
    """Let the import IMPORT_ID count for nothing from now on."""
    with _store() as store:
        _write(store, lambda conn, now: steps.take_back(conn, import_id, by=OPERATOR, now=now))
    click.echo(f"{import_id} counts for nothing any more.")


@click.command("match")
@click.argument("name")
@click.argument("centre_id", required=False)
def match(name: str, centre_id: str | None) -> None:
    """Say that the published centre NAME is our centre CENTRE_ID; without it, that it is none of ours."""
    with _store() as store:
        count = _write(store, lambda conn, now: steps.match(conn, name, centre_id, by=OPERATOR, now=now))
    click.echo(f"{count} rows")


@click.command("place")
@click.argument("centre_id")
@click.option("--latitude", type=float, required=True, help="Degrees north, such as 56.9496.")
@click.option("--longitude", type=float, required=True, help="Degrees east, such as 24.1052.")
@click.option("--source", required=True, help="Where that is from.")
def place(centre_id: str, latitude: float, longitude: float, source: str) -> None:
    """Say where the centre CENTRE_ID stands, so that its distance from others is known."""
    at = (latitude, longitude)
    with _store() as store:
        _write(store, lambda conn, now: steps.place(conn, centre_id, at, source=source, by=OPERATOR, now=now))
    click.echo(f"{centre_id} stands at {latitude}, {longitude}.")


@click.command("history")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
@_language
def history(*, shape: str, language: Any) -> None:
    """Show the published figures, what can be worked out of them, and where they do not meet."""
    with _store() as store:
        now = store.clock.now()
        found, imports = store.database.read_now(lambda conn: (published.read(conn), steps.imports(conn)))
    told = tuple(
        f"{each.id}  {each.kind.value}  {each.first_month}–{each.last_month}  {each.source} ({each.as_of})"
        for each in imports
    )
    report = Report(_TITLE, told, published.sheets(found), now, name="history")
    if shape == "json":
        click.echo(sheet_files.json(report, language).decode())
    else:
        sheet_terminal.show(report, language)


@contextmanager
def _store() -> Iterator[Store]:
    """The store; what a person can mend in a file or a word is told in lines, and nothing was changed."""
    store = open_store(Settings.from_environment(os.environ))
    try:
        yield store
    except HistoryFileError as error:
        for fault in error.faults:
            click.echo(f"line {fault.line}: {fault.what}", err=True)
        click.echo("Nothing was taken in.", err=True)
        sys.exit(BAD_INPUT)
    except HistoryError as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_INPUT)
    finally:
        store.close()


def _write(store: Store, step: Callable[[Connection, datetime], Result]) -> Result:
    return store.database.write_now(lambda conn: step(conn, store.clock.database_now(conn)))
