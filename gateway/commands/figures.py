"""`pilnvara report figures`: the same figures as on the page, in the terminal or as a file."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from gateway.config import Settings
from gateway.parts import Store, open_store
from gateway.people import staff
from gateway.people.errors import PeopleError
from gateway.reports import gathering, placing, sheet_files, sheet_terminal, telling
from gateway.reports.errors import FiguresError
from gateway.reports.periods import Month, Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.sheets import Report
from ui.i18n import Language


def _place_option(kind: PlaceKind, told: str) -> Callable[[Any], Any]:
    return click.option(f"--{kind.value}", kind.value, help=told)


@click.command("figures")
@_place_option(PlaceKind.CENTRE, "Id of a centre: see `pilnvara admin list-centres`.")
@_place_option(PlaceKind.MUNICIPALITY, "Name of a municipality.")
@_place_option(PlaceKind.REGION, "Name of a planning region.")
@_place_option(PlaceKind.KIND, "Kind of centres, such as vpvkac.")
@_place_option(PlaceKind.SERVICE, "Id of a service.")
@click.option("--period", help="2026-11, 2026-Q4, 2026, 2026-01..2026-06; the last twelve months without it.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--sheet", help="One table alone, such as answers, completed, times or centres; needed for csv.")
@click.option("--language", type=click.Choice(["lv", "en"]), default="lv", show_default=True)
def figures(period: str | None, form: str, sheet: str | None, language: Language, **asked: str | None) -> None:
    """Figures of one place in one stretch of time; of the whole network without a place."""
    with _opened() as store:
        report = store.database.read_now(lambda conn: _report(conn, store, _place_of(asked), period, language))
    found = [each for each in report.sheets if sheet in {None, each.name}]
    if not found or (form == "csv" and sheet is None):
        names = ", ".join(each.name for each in report.sheets)
        raise click.UsageError(f"say one table by --sheet: {names}")
    if form == "table":
        sheet_terminal.show(report if sheet is None else found[0], language)
    elif form == "json":
        sys.stdout.buffer.write(sheet_files.json(report if sheet is None else found[0], language) + b"\n")
    else:
        sys.stdout.buffer.write(sheet_files.csv(found[0], language).encode())


@click.command("rebuild")
def rebuild() -> None:
    """Make all figures of visits anew; what was counted of visits that were erased since stays."""
    with _opened() as store:
        counted = store.database.write_now(lambda conn: gathering.rebuild(conn, store.clock.database_now(conn)))
    click.echo(f"{counted:>9,}  visits are counted")


@click.command("region")
@click.option("--centre", required=True, help="Id of the centre: see `pilnvara admin list-centres`.")
@click.option("--region", help="Its planning region; without it the centre is in none.")
def region(centre: str, region: str | None) -> None:
    """Say in which planning region a centre is; its past counts there too."""
    with _opened() as store:
        store.database.write_now(lambda conn: placing.set_region(conn, store, centre, region, by=staff.OPERATOR))


def _report(conn: Any, store: Store, place: Place, period: str | None, language: Language) -> Report:
    stretch = Period.parse(period) if period else Period.rolling(Month.of(store.clock.now()))
    told = telling.look(conn, place, stretch, sees_all=True, language=language)
    return telling.report(told, now=store.clock.now())


def _place_of(asked: dict[str, str | None]) -> Place:
    named = [Place(PlaceKind(kind), name) for kind, name in asked.items() if name]
    if len(named) > 1:
        raise click.UsageError("say one place only")
    return named[0] if named else NETWORK


@contextmanager
def _opened() -> Iterator[Store]:
    """Open the store, and tell a refusal in one line."""
    store = open_store(Settings.from_environment(os.environ))
    try:
        yield store
    except (FiguresError, PeopleError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()
