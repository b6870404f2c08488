"""Made-up answers for a form that nobody has described yet, and which kind of question a control is."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from connectors.sdk.page import FieldShape

_LABELS: tuple[tuple[str, str], ...] = (
    ("Email", r"e-?mail|e-?past"),
    ("Iban", r"\biban\b|account number|konta numurs|\bkonts?\b"),
    ("PersonalCode", r"personal code|personas kods|\bpersonas k"),
    ("Phone", r"phone|mobile|tālru|telefon"),
    ("Date", r"\bdate\b|datums|\bborn\b|\bday of\b"),
    ("Name", r"\bname\b|vārds|surname"),
    ("Money", r"amount|summa|\beur\b"),
    ("Number", r"how many|number of|skaits|\byear\b|\bgads\b"),
)
_TYPES = {
    "email": "Email",
    "tel": "Phone",
    "date": "Date",
    "number": "Number",
    "textarea": "TextArea",
    "select-one": "Select",
    "select-multiple": "CheckboxGroup",
    "radio": "Radio",
    "checkbox": "Checkbox",
    "file": "File",
}
_SAYS = {
    "Email": "iedzivotajs01@piemers.example",
    "Iban": "LV78PARA0000000000001",
    "PersonalCode": "329999-00001",
    "Phone": "+37120000001",
    "Name": "Anna Paraugkalne",
    "Money": "10.00",
    "Number": "2",
    "File": "pielikums.pdf",
}


@dataclass(frozen=True)
class Guess:
    """Which of the kit's questions a control is, and how a day is written in it."""

    kind: str
    written: str = ""


def guess(field: FieldShape) -> Guess:
    """From its type first, from its label second."""
    kind = _TYPES.get(field.type)
    if kind == "Checkbox" and len(field.options) > 1:
        return Guess("CheckboxGroup")
    if kind == "Date":
        return Guess("Date", "ISO")
    if kind is not None:
        return Guess(kind)
    text = f"{field.label} {field.legend}".casefold()
    for name, pattern in _LABELS:
        if re.search(pattern, text):
            return Guess(name, "LATVIAN" if name == "Date" else "")
    return Guess("Text")


def made_up(field: FieldShape, today: date) -> str:
    """What could stand in the control: for the portal's eyes, in its own form."""
    found = guess(field)
    if found.kind in ("Select", "Radio", "Checkbox", "CheckboxGroup"):
        offered = [value for value, text in field.options if value]
        return offered[0] if offered else ""
    if found.kind == "Date":
        is_past = re.search(r"born|birth|dzim", f"{field.label} {field.legend}".casefold()) is not None
        day = today - timedelta(days=700) if is_past else today + timedelta(days=30)
        return day.isoformat() if found.written == "ISO" else f"{day:%d.%m.%Y}"
    text = _SAYS.get(found.kind, "Paraugs")
    return text[: int(field.maxlength)] if field.maxlength.isdigit() else text
