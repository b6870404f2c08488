"""Handing figures out as files. Asked for by a form, and each is an event: who took which figures, and as what."""

from enum import StrEnum
from functools import partial
from typing import Any, Final

from litestar import Response
from sqlalchemy import Connection

from audit.events import EventName
from gateway.ledger import outbox
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.reports import sheet_files, sheet_paper
from gateway.reports.sheets import Report
from gateway.web import csv_lines
from gateway.web.making import made
from ui.i18n import Language


class FileKind(StrEnum):
    """As what figures are taken home."""

    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"
    """Of a report with several sheets the first one alone."""
    JSON = "json"


_TYPES: Final = {
    FileKind.XLSX: sheet_files.XLSX_TYPE,
    FileKind.PDF: "application/pdf",
    FileKind.CSV: csv_lines.MEDIA_TYPE,
    FileKind.JSON: "application/json",
}


def make(report: Report, kind: FileKind, language: Language) -> bytes:
    """A report as a file; of several sheets a PDF takes up to a second."""
    if kind is FileKind.XLSX:
        return sheet_files.xlsx(report, language)
    if kind is FileKind.PDF:
        return sheet_paper.pdf(report, language)
    if kind is FileKind.CSV:
        return sheet_files.csv(report.sheets[0], language).encode()
    return sheet_files.json(report, language)


async def hand_out(
    parts: Parts, session: StaffSession, report: Report, kind: FileKind, language: Language, **said: str
) -> Response[bytes]:
    """Put on record that a report is taken home, and answer with it."""
    content = await made(partial(make, report, kind, language))
    await note(parts, session, report.name, kind.value, **said)
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{report.name}.{kind.value}"'}
    return Response(content, media_type=_TYPES[kind], headers=headers)


async def note(parts: Parts, session: StaffSession, name: str, kind: str, **said: str) -> None:
    """Put on record that somebody takes the report `name` home, and as what."""

    def work(conn: Connection) -> None:
        data = {"report": name, "as": kind} | said
        now = parts.clock.database_now(conn)
        chain = f"staff:{session.staff_id}"
        outbox.record(conn, chain=chain, type=EventName.REPORT_EXPORTED, actor=session.actor, data=data, at=now)

    await parts.database.write(work)


def kind_of(text: str, among: tuple[FileKind, ...]) -> FileKind:
    """The kind of file that a form asks for; the first of `among` for anything else."""
    return next((kind for kind in among if kind.value == text), among[0])
