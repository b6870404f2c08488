"""`pilnvara report quarter`: the report of a quarter as a file, or in the terminal."""

import os
from pathlib import Path
from typing import Any, Final

import click

from gateway.commands.lazy import BAD_INPUT
from gateway.config import Settings
from gateway.parts import open_store
from gateway.reports import quarterly, sheet_files, sheet_paper, sheet_terminal
from gateway.reports.errors import FiguresError
from gateway.reports.periods import Period
from gateway.reports.places import NETWORK, Place, PlaceKind
from gateway.reports.quarterly import NoReportError

_MADE_AS: Final = {".pdf": sheet_paper.pdf, ".xlsx": sheet_files.xlsx, ".json": sheet_files.json}


@click.command("quarter")
@click.argument("period")
@click.option(
    "--centre", help="Id of one centre: see `pilnvara admin list-centres`; the whole network without a place."
)
@click.option("--region", help="Name of a planning region.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="A file that ends in .pdf, .xlsx or .json."
)
@click.option("--language", type=click.Choice(["lv", "en"]), default="lv", show_default=True)
def quarter(*, period: str, centre: str | None, region: str | None, out: Path | None, language: Any) -> None:
    """Report of PERIOD, such as 2026-Q3: figures, costs, targets, improvements. Into the terminal without --out."""
    if centre and region:
        raise click.UsageError("say one place only")
    if out is not None and out.suffix not in _MADE_AS:
        raise click.UsageError("--out ends in .pdf, .xlsx or .json")
    place = Place(PlaceKind.CENTRE, centre) if centre else Place(PlaceKind.REGION, region) if region else NETWORK
    try:
        stretch = Period.parse(period)
    except ValueError as error:
        raise click.UsageError(f"{period} is no quarter such as 2026-Q3") from error
    store = open_store(Settings.from_environment(os.environ))
    try:
        now = store.clock.now()
        report = store.database.read_now(
            lambda conn: quarterly.read(conn, place, stretch, now=now, sees_all=True, language=language)
        )
    except (NoReportError, FiguresError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(BAD_INPUT) from error
    finally:
        store.close()
    if out is None:
        sheet_terminal.show(report, language)
        return
    out.write_bytes(_MADE_AS[out.suffix](report, language))
    click.echo(f"{out}: {len(report.sheets)} tables")
