"""Questions of the single page: what its script draws them from, and how the API judges what it is sent.

An answer is a JSON value under the question's `key`: a day as ISO `2026-11-02`, an amount as a number, a ticked box as
`true`, several choices as an array, a place as `{"id", "teksts"}`, a file as the id of its upload, rows as objects.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias

Kind = Literal[
    "text", "tel", "email", "textarea", "select", "radio", "boxes", "tick", "day", "day_parts", "amount", "number",
    "lookup", "file", "rows",
]  # fmt: skip
Answers: TypeAlias = Mapping[str, Any]
Problems: TypeAlias = dict[str, str]
"""Message by the name of a control: `konts`, or `ienakumi.0.summa` in a row."""

_NEEDED: Mapping[str, str] = {
    "select": "Izvēlieties vienu no saraksta",
    "radio": "Izvēlieties vienu no iespējām",
    "boxes": "Izvēlieties vismaz vienu",
    "tick": "Lai turpinātu, tas jāapstiprina",
    "day": "Ievadiet datumu",
    "day_parts": "Izvēlieties datumu",
    "lookup": "Izvēlieties no piedāvātā saraksta",
    "file": "Pievienojiet datni",
}


@dataclass(frozen=True)
class Question:
    """One question of a step, or of a row."""

    key: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = True
    shown_when: tuple[str, str] | None = None
    """Drawn only while the answer to another question beside it is this one."""
    options: tuple[tuple[str, str], ...] = ()
    maxlength: int = 200
    check: Callable[[str], str] | None = None
    """Message for a text that cannot be right, or an empty string."""
    tidy: Callable[[str], str] = str.strip
    source: str = ""
    """Of a lookup: the list that is asked."""
    rows: "tuple[Question, ...]" = field(default=())
    row: str = ""
    """What one row is called."""
    add: str = ""
    """What the button says that adds one."""
    least: int = 0
    most: int = 10
    name: str = ""
    """What its control is called, when that is not the key."""

    @property
    def control(self) -> str:
        """What its control is called."""
        return self.name or self.key

    def as_json(self) -> dict[str, Any]:
        """As the page's script is told."""
        told: dict[str, Any] = {
            "key": self.key,
            "control": self.control,
            "kind": self.kind,
            "label": self.label,
            "hint": self.hint,
            "required": self.required,
            "shownWhen": self.shown_when,
            "options": self.options,
            "maxlength": self.maxlength,
            "source": self.source,
        }
        if self.kind == "rows":
            rows = [question.as_json() for question in self.rows]
            told |= {"rows": rows, "row": self.row, "add": self.add, "least": self.least, "most": self.most}
        return told


def is_shown(question: Question, answers: Answers) -> bool:
    """Whether a question is asked beside these answers."""
    return question.shown_when is None or answers.get(question.shown_when[0]) == question.shown_when[1]


def read(questions: tuple[Question, ...], given: object, uploads: Mapping[str, str]) -> tuple[dict[str, Any], Problems]:
    """The answers in what was sent, and what is wrong with them; `uploads` are file names by id."""
    answers: dict[str, Any] = {}
    problems: Problems = {}
    if not isinstance(given, Mapping) or set(given) - {question.key for question in questions}:
        return answers, {"": "Pieprasījums nav saprotams"}
    for question in questions:
        if not is_shown(question, answers):
            continue
        if question.kind == "rows":
            rows, wrong = _read_rows(question, given.get(question.key), uploads)
            problems |= wrong
            if rows:
                answers[question.key] = rows
            continue
        value, message = _read_one(question, given.get(question.key), uploads)
        if message:
            problems[question.control] = message
        elif value not in (None, "", [], False):
            answers[question.key] = value
        elif question.required:
            problems[question.control] = _NEEDED.get(question.kind, "Aizpildiet šo lauku")
    return answers, problems


def _read_rows(question: Question, given: object, uploads: Mapping[str, str]) -> tuple[list[Any], Problems]:
    if given is None:
        given = []
    if not isinstance(given, list) or not question.least <= len(given) <= question.most:
        return [], {question.control: f"Jābūt no {question.least} līdz {question.most}"}
    rows: list[Any] = []
    problems: Problems = {}
    for place, one in enumerate(given):
        answers, wrong = read(question.rows, one, uploads)
        problems |= {f"{question.control}.{place}.{name}": message for name, message in wrong.items()}
        rows.append(answers)
    return rows, problems


def _read_one(question: Question, value: Any, uploads: Mapping[str, str]) -> tuple[Any, str]:
    if value in (None, "", [], False):
        return None, ""
    match question.kind, value:
        case (("amount" | "number"), int() | float()) if not isinstance(value, bool):
            return _number(question, value)
        case (("day" | "day_parts"), str()):
            return _day(value)
        case (("text" | "tel" | "email" | "textarea"), str()) if len(value) <= question.maxlength:
            text = question.tidy(value)
            return text, question.check(text) if question.check else ""
    if _is_offered(question, value, uploads):
        return value, ""
    return None, _NEEDED.get(question.kind, "Atbilde nav pareiza")


def _is_offered(question: Question, value: Any, uploads: Mapping[str, str]) -> bool:
    """Whether a value that is not typed is one that the page can send."""
    options = {option for option, _ in question.options}
    match question.kind, value:
        case "tick", True:
            return True
        case "boxes", list():
            return set(value) <= options
        case "lookup", {"id": str(), "teksts": str(), **more}:
            return not more
        case "file", str():
            return value in uploads
    return question.kind in ("select", "radio") and value in options


def _number(question: Question, value: float) -> tuple[Any, str]:
    if not 0 <= value < 10_000_000:
        return None, "Skaitlis nav pareizs"
    if question.kind == "number" and int(value) != value:
        return None, "Ievadiet veselu skaitli"
    return (int(value) if question.kind == "number" else round(float(value), 2)), ""


def _day(value: str) -> tuple[Any, str]:
    try:
        return date.fromisoformat(value).isoformat(), ""
    except ValueError:
        return None, "Ievadiet derīgu datumu, piemēram, 05.11.2026"


def shown(question: Question, value: Any, uploads: Mapping[str, str]) -> str:
    """An answer in the words of the overview."""
    if value in (None, "", []):
        return "—"
    told = _TOLD.get(question.kind)
    if told is not None:
        return told(value)
    if question.kind == "file":
        return uploads.get(value, "—")
    chosen = value if isinstance(value, list) else [value]
    options = dict(question.options)
    return ", ".join(options.get(one, str(one)) for one in chosen)


_TOLD: Mapping[str, Callable[[Any], str]] = {
    "tick": lambda _: "Jā",
    "day": lambda value: f"{date.fromisoformat(value):%d.%m.%Y.}",
    "day_parts": lambda value: f"{date.fromisoformat(value):%d.%m.%Y.}",
    "amount": lambda value: f"{value:,.2f}".replace(",", " ").replace(".", ",") + " EUR",
    "lookup": lambda value: str(value["teksts"]),
}


def lines(questions: tuple[Question, ...], answers: Answers, uploads: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and shown answer of each question that was asked; of rows one line each."""
    told: list[tuple[str, str]] = []
    for question in questions:
        if not is_shown(question, answers):
            continue
        if question.kind != "rows":
            told.append((question.label, shown(question, answers.get(question.key), uploads)))
            continue
        for place, row in enumerate(answers.get(question.key, []), start=1):
            said = "; ".join(f"{label}: {text}" for label, text in lines(question.rows, row, uploads))
            told.append((f"{question.row} {place}", said))
    return told


def flat(answers: Answers) -> dict[str, str]:
    """Answers by the names of their controls, as texts: what tests compare."""
    told: dict[str, str] = {}
    for key, value in answers.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            for place, row in enumerate(value):
                told |= {f"{key}.{place}.{name}": text for name, text in flat(row).items()}
        elif isinstance(value, Mapping):
            told[key] = str(value.get("teksts", ""))
        elif isinstance(value, list):
            told[key] = ",".join(value)
        else:
            told[key] = "ja" if value is True else str(value)
    return told


def check_registration_number(answer: str) -> str:
    """Message unless `answer` has the form of a company's number."""
    return "" if re.fullmatch(r"\d{11}", answer) else "Reģistrācijas numuram jābūt 11 cipariem"
