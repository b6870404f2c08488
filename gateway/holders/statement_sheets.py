"""A monthly statement as sheets: page, CSV, XLSX and PDF are made of them, so that all hold the same numbers."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from gateway.holders.statements import ENGLISH, Content, Line, Statement
from gateway.reports.sheets import Column, Kind, Missing, Note, NoteKind, Report, Sheet, Text, Value
from ui.formats import write_months, write_number
from ui.i18n import Message, Written, message, spoken

_MONTH: Final = Column("month", message("Month"))
_COLUMNS: Final = (
    Column("line", message("Line"), Kind.COUNT),
    Column("service", message("Service")),
    Column("centre", message("Centre")),
    Column("count", message("How many"), Kind.COUNT),
    Column("price", message("Price, EUR"), Kind.MONEY),
    Column("sum", message("Sum, EUR"), Kind.MONEY),
)
_DELIVERED: Final = Note(
    NoteKind.DEFINITION,
    message(
        "Delivered is an application that your portal has and gave a number. It counts in the month in which it was"
        " sent, by days of Latvia."
    ),
)
_PRICED: Final = Note(
    NoteKind.FORMULA,
    message(
        "How many, times the price that was agreed for the day of sending. Without an agreed price there is no sum."
    ),
)
_CORRECTED: Final = Note(
    NoteKind.DEFINITION,
    message(
        "What was found out after an earlier statement was issued, such as an answer of your portal that came late:"
        " the difference to all that was stated before."
    ),
)


def report(statement: Statement, made_at: datetime) -> Report:
    """All of a statement; `made_at` is when a draft was counted."""
    content = statement.content
    return Report(
        message("Statement of services delivered"),
        told(statement),
        sheets(content),
        statement.issued_at or made_at,
        name=f"statement-{content.month}",
    )


def _write_sum(euros: Decimal) -> str:
    return write_number(euros, 2)


def told(statement: Statement) -> tuple[Message, ...]:
    """What it is, in sentences."""
    content = statement.content
    said = [
        message("Institution: %(holder)s", holder=content.holder),
        message("Month: %(month)s", month=Written(write_months, content.month)),
        message("Draft: it still changes and is not issued")
        if statement.is_draft
        else message("Number: %(number)s", number=content.number),
        message("Delivered: %(count)s", count=content.count),
        message("Sum: %(sum)s EUR", sum=Written(_write_sum, Decimal(content.sum))),
    ]
    if content.unpriced:
        said.append(message("Without an agreed price, and in no sum: %(count)s", count=content.unpriced))
    if statement.sha256 is not None:
        said.append(message("SHA-256 of the statement: %(hash)s", hash=statement.sha256))
    return tuple(said)


def sheets(content: Content) -> tuple[Sheet, ...]:
    """The lines, and what is corrected of earlier months where anything is; lines are numbered through both."""
    lines = tuple(_row(number, each) for number, each in enumerate(content.lines, 1))
    found = [
        Sheet(message("Delivered in this month"), _COLUMNS, lines, (_DELIVERED, _PRICED), name="delivered"),
    ]
    if content.corrections:
        begin = len(content.lines) + 1
        corrected = tuple(
            (number, each.month, *_row(number, each)[1:]) for number, each in enumerate(content.corrections, begin)
        )
        columns = (_COLUMNS[0], _MONTH, *_COLUMNS[1:])
        found.append(
            Sheet(message("Corrections of earlier months"), columns, corrected, (_CORRECTED,), name="corrections")
        )
    return tuple(found)


def _row(number: int, line: Line) -> tuple[Value, ...]:
    return (number, _title(line), line.centre, line.count, _money(line.price), _money(line.sum))


def _title(line: Line) -> Text:
    """What the service is called, in the reader's language where that was frozen."""
    return line.title if line.title_en is None else Message("%(title)s", values=(("title", Written(_write, line)),))


def _write(line: Line) -> str:
    return line.title_en if line.title_en is not None and spoken().startswith(ENGLISH) else line.title


def _money(text: str | None) -> Value:
    return Missing.NOT_APPLICABLE if text is None else Decimal(text)
