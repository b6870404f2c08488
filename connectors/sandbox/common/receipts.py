"""The receipt and the decision as PDFs."""

from importlib.resources import as_file, files

from fpdf import FPDF

from connectors.sandbox.common.applications import Application
from connectors.sandbox.handling import Handling, State


def receipt_pdf(application: Application) -> bytes:
    """A PDF that says what was received; the same bytes each time."""
    pdf = _sheet(application, "Saņemšanas apliecinājums")
    for title, rows in application.sections:
        pdf.set_font("Roboto", style="B", size=11)
        _line(pdf, title, 8)
        for label, value in rows:
            _row(pdf, label, value)
        pdf.ln(2)
    return _finished(pdf)


def decision_pdf(application: Application, handling: Handling) -> bytes:
    """A PDF that says what was decided; the same bytes each time."""
    pdf = _sheet(application, "Lēmums")
    pdf.set_font("Roboto", style="B", size=11)
    granted = handling.state is State.GRANTED
    _line(pdf, "Nolemts: iesniegumu apmierināt." if granted else "Nolemts: iesniegumu noraidīt.", 8)
    pdf.set_font("Roboto", size=10)
    _line(pdf, "Lēmumu var apstrīdēt mēneša laikā no tā spēkā stāšanās dienas.", 6)
    return _finished(pdf)


def _sheet(application: Application, title: str) -> FPDF:
    pdf = FPDF()
    pdf.set_creation_date(application.received_at)
    pdf.set_title(f"{title} {application.reference}")
    pdf.set_lang("lv")
    fonts = files("font_roboto") / "files"
    with as_file(fonts / "Roboto-Regular.ttf") as regular, as_file(fonts / "Roboto-Bold.ttf") as bold:
        pdf.add_font("Roboto", fname=regular)
        pdf.add_font("Roboto", style="B", fname=bold)
    pdf.add_page()
    _heading(pdf, application, title)
    return pdf


def _finished(pdf: FPDF) -> bytes:
    pdf.set_font("Roboto", size=9)
    _line(pdf, "Mācību vide: dati un saņēmējs ir izdomāti.", 6)
    return bytes(pdf.output())


def _heading(pdf: FPDF, application: Application, title: str) -> None:
    pdf.set_font("Roboto", style="B", size=16)
    _line(pdf, title, 10)
    pdf.set_font("Roboto", size=11)
    _row(pdf, "Numurs", application.reference)
    _row(pdf, "Pakalpojums", application.service.title)
    _row(pdf, "Saņēmējs", application.service.holder)
    _row(pdf, "Saņemts", f"{application.received_at:%d.%m.%Y. %H:%M} UTC")
    _row(pdf, "Persona", f"{application.person.name}, {application.person.personal_code}")
    if application.actor_shown:
        _row(pdf, "Personas vārdā rīkojās", application.actor_shown)
    for label, value in application.given:
        _row(pdf, label, value)
    if application.fee:
        _row(pdf, "Maksa", application.fee)
    pdf.ln(4)


def _row(pdf: FPDF, label: str, value: str) -> None:
    pdf.set_font("Roboto", size=10)
    _line(pdf, f"{label.removesuffix('?')}: {value}", 6)


def _line(pdf: FPDF, text: str, height: float) -> None:
    pdf.multi_cell(0, height, text, new_x="LMARGIN", new_y="NEXT")
