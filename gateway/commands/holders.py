"""`pilnvara report statement` and `pilnvara report reconcile`: what is settled with institutions, by the operator."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import click
import msgspec
from sqlalchemy import Connection

from gateway.commands.lazy import BAD_INPUT
from gateway.config import Settings
from gateway.holders import comparing, issuing, reconciling, statement_sheets, statements
from gateway.holders.errors import ListsWaitError, MonthNotOverError, StatementIssuedError
from gateway.holders.lists import ListFaultError
from gateway.holders.months import Month
from gateway.holders.reconciling import Result
from gateway.holders.statements import Statement
from gateway.parts import Store, open_store
from gateway.people.staff import OPERATOR
from gateway.reports import sheet_files, sheet_terminal
from ui.i18n import Language

DIFFERS = 1
_language = click.option("--language", type=click.Choice(["lv", "en"]), default="lv", show_default=True)


@click.command("statement")
@click.argument("holder")
@click.argument("month", metavar="YYYY-MM")
@click.option("--issue", is_flag=True, help="Issue it now, as it stands, in place of waiting until it is by itself.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@_language
def statement(*, holder: str, month: str, issue: bool, form: str, language: Language) -> None:
    """What was delivered to HOLDER in a month: as it was issued, or its draft."""
    wanted = Month.parse(month)
    if wanted is None:
        _end(f"{month} is no month such as 2026-10")
    with _opened(holder) as store:
        if issue:
            _issue(store, holder, wanted)
        now = store.clock.now()
        found: Statement = store.database.read_now(lambda conn: statements.of_month(conn, holder, wanted, now=now))
    report = statement_sheets.report(found, now)
    if form == "json":
        sys.stdout.buffer.write(sheet_files.json(report, language) + b"\n")
    else:
        sheet_terminal.show(report, language)


@click.command("reconcile")
@click.argument("holder")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print all that differs as JSON.")
def reconcile(*, holder: str, file: Path, as_json: bool) -> None:
    """Hold FILE, HOLDER's own list of what arrived, against ours. Exits 0 they agree, 1 they differ, 2 bad input.

    FILE is CSV or JSON with `reference`, `received_at` and, optional, `service`. The holder sees it too, for 30 days.
    """
    content = file.read_bytes()

    with _opened(holder) as store:
        try:
            list_id = comparing.take_now(store, holder, content, by=OPERATOR, language="lv")
        except ListFaultError as error:
            told = (f"line {each.line}: {each.wrong}" if each.line else each.wrong.value for each in error.faults)
            _end(f"{file}: {', '.join(told)}")
        except ListsWaitError:
            _end(f"{reconciling.MOST_WAITING} lists of {holder} are being compared: try again when one is done")
        found = store.database.read_now(lambda conn: reconciling.find(conn, holder, list_id))
    result: Result | None = None if found is None else found[1]
    if result is None:
        raise RuntimeError("a list that was just compared is not there")
    click.echo(msgspec.json.encode(result).decode() if as_json else _told(result))
    sys.exit(0 if result.is_clean else DIFFERS)


def _told(result: Result) -> str:
    lines = [f"{result.both:>9,}  in both", *(f"{count:>9,}  {kind.value}" for kind, count in result.counts.items())]
    lines += [f"{result.in_doubt:>9,}  in doubt here", f"{result.erased:>9,}  erased here, not compared"]
    lines += [f"{each.kind.value}: {each.reference}{_hint(each.doubt, each.centre)}" for each in result.differences]
    return "\n".join(lines)


def _hint(doubt: str, centre: str) -> str:
    return f" (it may be the doubt {doubt} at {centre})" if doubt else ""


def _issue(store: Store, holder: str, month: Month) -> None:
    def work(conn: Connection) -> str | None:
        now = store.clock.database_now(conn)
        return statements.issue(conn, holder, month, by=None, actor=OPERATOR, now=now)

    try:
        store.database.write_now(work)
    except StatementIssuedError:
        _end(f"the statement of {month} was issued before; what changed since stands in the next one")
    except MonthNotOverError:
        _end(f"{month} is not over")


@contextmanager
def _opened(holder: str) -> Iterator[Store]:
    with closing(open_store(Settings.from_environment(os.environ))) as store:
        known = store.database.read_now(issuing.holders)
        if holder not in known:
            _end(f"{holder} holds no service that is filed here; these do: {', '.join(known) or 'none'}")
        yield store


def _end(said: str) -> NoReturn:
    click.echo(f"pilnvara: {said}", err=True)
    sys.exit(BAD_INPUT)
