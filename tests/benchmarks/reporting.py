"""The report of a quarter for a network of a hundred centres: read, and made into a PDF and a spreadsheet."""

import itertools
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.reports import quarterly, sheet_files, sheet_paper
from gateway.reports.places import NETWORK
from gateway.reports.sheets import Report
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.databases import Databases
from tests.gateway.reports.filled import QUARTER, fill

CENTRES: Final = 100
AIM_SECONDS: Final = 2.0
_NOW: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """By the clock; the lowest of all rounds."""
    for kind, each in itertools.islice(databases.items(), effort.pages_on):
        database = Database.open(each.migrated(migrate))
        try:
            fill(database, CENTRES, _NOW)
            yield _figure(kind, min(_round(database) for _ in range(effort.rounds)))
        finally:
            database.close()


def _round(database: Database) -> tuple[float, float, float]:
    """Seconds of all, of reading, and of setting the PDF."""
    started = time.perf_counter()
    report = database.read_now(_read)
    read = time.perf_counter()
    sheet_paper.pdf(report, "lv")
    made = time.perf_counter()
    sheet_files.xlsx(report, "lv")
    return time.perf_counter() - started, read - started, made - read


def _read(conn: Connection) -> Report:
    return quarterly.read(conn, NETWORK, QUARTER, now=_NOW, sees_all=True, language="lv")


def _figure(kind: str, found: tuple[float, float, float]) -> Figure:
    whole, read, paper = found
    return Figure(
        name=f"a quarter's report of {CENTRES} centres as PDF and XLSX, {kind}",
        value=whole,
        unit="s by the clock",
        beside=f"read {read * 1000:.0f} ms, PDF {paper * 1000:.0f} ms",
        aims=(Aim("s", whole, AIM_SECONDS),),
        must_hold=True,
    )
