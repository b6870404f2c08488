"""What a form of the registers asks: fields in capitals, one cell for the name and one for the control."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["text", "date", "select", "list", "textarea", "checkbox"]
Answers = Mapping[str, str]
Messages = dict[str, str]

TICKED = "J"
_MONTHS = (
    "janvāris", "februāris", "marts", "aprīlis", "maijs", "jūnijs",
    "jūlijs", "augusts", "septembris", "oktobris", "novembris", "decembris",
)  # fmt: skip
_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_CODE = re.compile(r"\d{6}-?\d{5}")


@dataclass(frozen=True)
class Choice:
    """One line of a list."""

    value: str
    text: str


@dataclass(frozen=True)
class Field:
    """One field. Its answer is kept as it was written."""

    name: str
    kind: Kind
    label: str
    required: bool = True
    needed_when: tuple[str, str] | None = None
    """Another field of the same page, and its answer that makes this one necessary; it must stay empty otherwise."""
    choices: tuple[Choice, ...] = ()
    maxlength: int = 100
    is_titled: bool = False
    """Its control has a `title`; others are told apart by nothing but the cell before theirs."""
    note: str = ""
    check: Callable[[str], str] | None = None
    """What is wrong with an answer; empty when nothing is."""

    def shown(self, answer: str) -> str:
        """The answer as the last page shows it."""
        if self.kind == "checkbox":
            return "Jā" if answer else "Nē"
        if self.kind == "date" and (written := day(answer)):
            return f"{written.day}. {_MONTHS[written.month - 1]} {written.year}"
        return next((one.text for one in self.choices if one.value == answer), answer)


@dataclass(frozen=True)
class Sheet:
    """One page of a form."""

    code: str
    """What its request calls the deed that it asks for."""
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Matter:
    """One service of the registers."""

    id: str
    slug: str
    title: str
    holder: str
    summary: str
    prefix: str
    sheets: tuple[Sheet, ...]
    key_of: Callable[[Answers], str]
    fee_of: Callable[[Answers], str]
    final: str
    """What its last request calls the deed."""
    refused: tuple[str, str]
    """By the fault `refuses_values`: beside which field, and what is said."""
    renamed: tuple[str, str]
    """By the fault `form_changed`: a field of the second page, and what it is then called."""
    gives: Callable[[Answers, int], tuple[tuple[str, str], ...]] = field(default=lambda _answers, _number: ())
    """What it brings forth, for the answers and the running number: label and value."""


def read(sheet: Sheet, form: Answers) -> dict[str, str]:
    """The answers that a posted page carries."""
    return {one.name: " ".join(form.get(one.name, "").split()) for one in sheet.fields}


def judge(sheet: Sheet, answers: Answers) -> Messages:
    """What is wrong, by field."""
    said = {one.name: _wrong(one, answers) for one in sheet.fields}
    return {name: message for name, message in said.items() if message}


def _wrong(one: Field, answers: Answers) -> str:
    answer = answers.get(one.name, "")
    needed = one.required
    if one.needed_when is not None:
        other, value = one.needed_when
        needed = answers.get(other) == value
        if answer and not needed:
            return "Šajā gadījumā laukam jābūt tukšam"
    if not answer:
        return "Lauks jāaizpilda" if needed else ""
    if one.choices and answer not in {choice.value for choice in one.choices}:
        return "Izvēlieties no saraksta"
    if one.kind == "date" and day(answer) is None:
        return "Datums jānorāda formā dd.mm.gggg"
    return one.check(answer) if one.check else ""


def day(text: str) -> date | None:
    """A day written `dd.mm.yyyy`, when it is one."""
    match = _DATE.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def personal_code(text: str) -> str:
    """What is wrong with a personal code."""
    return "" if _CODE.fullmatch(text) else "Personas kods jānorāda formā NNNNNN-NNNNN"
