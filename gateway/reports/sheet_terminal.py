"""Sheets in the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.reports.sheets import TO_THE_RIGHT, Report, Sheet
from ui.i18n import Language, speaking


def show(report: Report | Sheet, language: Language, console: Console | None = None) -> None:
    """Print sheets with their notes beneath; nothing in them is read as markup."""
    console = console or Console()
    with speaking(language):
        if isinstance(report, Report):
            for line in (report.title, *report.told):
                console.print(Text(str(line)))
        for sheet in (report,) if isinstance(report, Sheet) else report.sheets:
            console.print()
            console.print(_table(sheet))
            for note in sheet.notes:
                console.print(Text(f"{note.heading}: {note.text}", style="dim"))


def _table(sheet: Sheet) -> Table:
    table = Table(title=Text(str(sheet.title)), title_justify="left")
    for column in sheet.columns:
        table.add_column(Text(str(column.name)), justify="right" if column.kind in TO_THE_RIGHT else "left")
    for row in sheet.cells():
        table.add_row(*(Text(cell.text, style="dim" if cell.is_missing else "") for cell in row))
    return table
