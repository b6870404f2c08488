"""Questions of a form: what a control is, how its answer is read, and what is wrong with it.

An answer is a string, kept under the question's `key`: a date as ISO `2026-11-02`, a month as `2027-09`, a ticked box
as `ja`, ticked boxes of one name as `partika,ziedi`. `name` is what the control is called on the page; it is the key
unless a fault renames it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["text", "tel", "email", "select", "radio", "checkbox", "several", "date", "month", "file"]
Answers = Mapping[str, str]
Messages = dict[str, str]

MONTHS = (
    "janvāris", "februāris", "marts", "aprīlis", "maijs", "jūnijs",
    "jūlijs", "augusts", "septembris", "oktobris", "novembris", "decembris",
)  # fmt: skip
ACCEPTED_FILES = (".pdf", ".jpg", ".jpeg", ".png")
LARGEST_FILE = 5 * 1024 * 1024
_FIRST_BYTES = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG"}

NEEDED: Mapping[Kind, str] = {
    "text": "Aizpildiet šo lauku",
    "tel": "Aizpildiet šo lauku",
    "email": "Aizpildiet šo lauku",
    "select": "Izvēlieties vienu no iespējām",
    "radio": "Izvēlieties vienu no iespējām",
    "several": "Izvēlieties vismaz vienu no iespējām",
    "checkbox": "Lai turpinātu, tas jāapstiprina",
    "date": "Ievadiet datumu",
    "month": "Ievadiet mēnesi un gadu",
    "file": "Pievienojiet datni",
}


@dataclass(frozen=True)
class Option:
    """One choice of a select or a group of radio buttons."""

    value: str
    text: str
    group: str = ""


@dataclass(frozen=True)
class Question:
    """One question of a step.

    `needed_when` names another question of the same step and the answer that makes this one necessary; `barred_else`
    says that it must then stay empty otherwise.
    """

    key: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = True
    needed_when: tuple[str, str] | None = None
    barred_else: bool = False
    options: tuple[Option, ...] = ()
    maxlength: int | None = None
    autocomplete: str = ""
    check: Callable[[str], str] | None = None
    """Message for an answer that cannot be right, or an empty string."""
    tidy: Callable[[str], str] = field(default=str.strip)
    name: str = ""
    part: str = ""
    """Neighbours of one part stand under it as their legend; in the overview it comes before the label."""

    @property
    def shown_label(self) -> str:
        """As the overview says it."""
        return f"{self.part}: {self.label}" if self.part else self.label

    @property
    def control(self) -> str:
        """What the control is called on the page."""
        return self.name or self.key

    @property
    def always_required(self) -> bool:
        """It must be answered, whatever else is."""
        return self.required and self.needed_when is None

    @property
    def anchor(self) -> str:
        """The id of the first control, for links from the error summary."""
        if self.kind == "date":
            return f"{self.control}_diena"
        if self.kind == "month":
            return f"{self.control}_menesis"
        if self.kind in ("radio", "several"):
            return f"{self.control}-{self.options[0].value}"
        return self.control

    @property
    def controls(self) -> tuple[str, ...]:
        """Every control of the question, by name."""
        if self.kind == "date":
            return tuple(f"{self.control}_{part}" for part in ("diena", "menesis", "gads"))
        if self.kind == "month":
            return tuple(f"{self.control}_{part}" for part in ("menesis", "gads"))
        return (self.control,)


@dataclass(frozen=True)
class Attachment:
    """A file that was handed in with a draft."""

    filename: str
    content: bytes
    sha256: str

    @property
    def shown(self) -> str:
        """Name and size, as the pages say it."""
        return f"{self.filename} ({max(1, round(len(self.content) / 1024))} KB)"


def read_answer(question: Question, form: Answers) -> tuple[str, str]:
    """The answer in a posted form, and a message when it cannot be read; files are read elsewhere."""
    parts = [form.get(name, "").strip() for name in question.controls]
    if not any(parts):
        return "", ""
    if question.kind == "date":
        return _read_date(parts)
    if question.kind == "month":
        return _read_month(parts)
    if question.kind == "several":
        chosen = parts[0].split(",")
        known = {option.value for option in question.options}
        return (parts[0], "") if known.issuperset(chosen) else ("", NEEDED["several"])
    answer = question.tidy(parts[0])
    return answer, _wrong(question, answer)


def _wrong(question: Question, answer: str) -> str:
    if question.options and answer not in {option.value for option in question.options}:
        return NEEDED[question.kind]
    if question.kind == "checkbox" and answer != "ja":
        return NEEDED["checkbox"]
    if question.maxlength and len(answer) > question.maxlength:
        return f"Ne vairāk kā {question.maxlength} rakstzīmes"
    return question.check(answer) if question.check else ""


def _read_date(parts: list[str]) -> tuple[str, str]:
    try:
        day, month, year = (int(part) for part in parts)
        if year < 1900:
            raise ValueError
        return date(year, month, day).isoformat(), ""
    except ValueError:
        return "", "Ievadiet derīgu datumu, piemēram, 5 11 2026"


def _read_month(parts: list[str]) -> tuple[str, str]:
    try:
        month, year = (int(part) for part in parts)
        return date(year, month, 1).isoformat()[:7], ""
    except ValueError:
        return "", "Ievadiet derīgu mēnesi un gadu, piemēram, septembris 2027"


def spread(question: Question, answer: str) -> dict[str, str]:
    """What each control of a question holds, for an answer that is kept."""
    if not answer:
        return dict.fromkeys(question.controls, "")
    if question.kind == "date":
        year, month, day = answer.split("-")
        return dict(zip(question.controls, (str(int(day)), str(int(month)), year), strict=True))
    if question.kind == "month":
        year, month = answer.split("-")
        return dict(zip(question.controls, (str(int(month)), year), strict=True))
    return {question.control: answer}


def shown(question: Question, answer: str) -> str:
    """An answer in the words of the overview."""
    if not answer:
        return "—"
    if question.kind == "date":
        return f"{date.fromisoformat(answer):%d.%m.%Y.}"
    if question.kind == "month":
        year, month = answer.split("-")
        return f"{year}. gada {MONTHS[int(month) - 1]}"
    if question.kind == "checkbox":
        return "Jā"
    if question.kind == "several":
        chosen = answer.split(",")
        return ", ".join(option.text for option in question.options if option.value in chosen)
    return next((option.text for option in question.options if option.value == answer), answer)


def missing(question: Question, answers: Answers) -> str:
    """Message when a question must be answered, or must not, and is the other; files count by their name.

    What is no longer offered, as after another municipality was chosen, is no answer.
    """
    answered = bool(answers.get(question.key))
    if question.needed_when is not None:
        key, value = question.needed_when
        needed = value in answers.get(key, "").split(",")
        if question.barred_else and answered and not needed:
            return "Atstājiet tukšu: šis jautājums uz jums neattiecas"
    else:
        needed = question.required
    offered = {option.value for option in question.options}
    is_gone = answered and question.kind in ("select", "radio") and answers[question.key] not in offered
    return NEEDED[question.kind] if (needed and not answered) or is_gone else ""


def file_problem(filename: str, content: bytes) -> str:
    """Message when a file is not one that the portal takes."""
    ending = "." + filename.rpartition(".")[2].lower()
    if ending not in ACCEPTED_FILES:
        return "Datnei jābūt PDF, JPG vai PNG formātā"
    if len(content) > LARGEST_FILE:
        return "Datne nedrīkst būt lielāka par 5 MB"
    if not content.startswith(_FIRST_BYTES[ending]):
        return "Datnes saturs neatbilst tās nosaukumam"
    return ""


def check_iban(answer: str) -> str:
    """Message unless `answer` is a Latvian IBAN with the right check digits (ISO 13616)."""
    if not re.fullmatch(r"LV\d{2}[A-Z]{4}[A-Z0-9]{13}", answer):
        return "Konta numuram jābūt Latvijas IBAN ar 21 rakstzīmi"
    turned = "".join(str(int(character, 36)) for character in answer[4:] + answer[:4])
    return "" if int(turned) % 97 == 1 else "Konta numurā ir kļūda: kontrolcipari nesakrīt"


def check_email(answer: str) -> str:
    """Message unless `answer` looks like an e-mail address."""
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", answer) else "Ievadiet derīgu e-pasta adresi"


def check_phone(answer: str) -> str:
    """Message unless `answer` looks like a telephone number."""
    return "" if re.fullmatch(r"(\+\d{1,3})?\d{8,12}", answer) else "Ievadiet derīgu tālruņa numuru"


def check_amount(answer: str) -> str:
    """Message unless `answer` is an amount in euro, with a comma before the cents."""
    return "" if re.fullmatch(r"\d{1,7}(,\d{2})?", answer) else "Ievadiet summu ar komatu, piemēram, 12,50"


def check_number(answer: str) -> str:
    """Message unless `answer` is a whole number."""
    return "" if re.fullmatch(r"\d{1,7}", answer) else "Ievadiet veselu skaitli"


def check_time(answer: str) -> str:
    """Message unless `answer` is a time of day."""
    return "" if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", answer) else "Ievadiet laiku, piemēram, 09:00"


def check_personal_code(answer: str) -> str:
    """Message unless `answer` has the form of a personal code."""
    return "" if re.fullmatch(r"\d{6}-\d{5}", answer) else "Personas kodam jābūt formā NNNNNN-NNNNN"


def tidy_iban(answer: str) -> str:
    """Without spaces, in capitals."""
    return re.sub(r"\s", "", answer).upper()


def tidy_phone(answer: str) -> str:
    """Without spaces, hyphens and brackets."""
    return re.sub(r"[\s()-]", "", answer)


def tidy_personal_code(answer: str) -> str:
    """With its hyphen."""
    digits = re.sub(r"\s", "", answer)
    return f"{digits[:6]}-{digits[6:]}" if re.fullmatch(r"\d{11}", digits) else digits


def text(key: str, label: str, **more: object) -> Question:
    """A line of text."""
    return _question(key, "text", label, more)


def phone(key: str = "talrunis", label: str = "Tālrunis", **more: object) -> Question:
    """A telephone number."""
    return _question(key, "tel", label, {"check": check_phone, "tidy": tidy_phone, "autocomplete": "tel", **more})


def email(key: str = "epasts", label: str = "E-pasts", **more: object) -> Question:
    """An e-mail address."""
    return _question(key, "email", label, {"check": check_email, "autocomplete": "email", **more})


def choice(key: str, label: str, options: Mapping[str, str], **more: object) -> Question:
    """One of a few radio buttons."""
    return _question(key, "radio", label, {"options": tuple(Option(*pair) for pair in options.items()), **more})


def several(key: str, label: str, options: Mapping[str, str], **more: object) -> Question:
    """Boxes of one name, of which any may be ticked."""
    return _question(key, "several", label, {"options": tuple(Option(*pair) for pair in options.items()), **more})


def selection(key: str, label: str, options: Mapping[str, str], **more: object) -> Question:
    """One of a list."""
    return _question(key, "select", label, {"options": tuple(Option(*pair) for pair in options.items()), **more})


def day(key: str, label: str, **more: object) -> Question:
    """A date in three controls."""
    return _question(key, "date", label, more)


def upload(key: str, label: str, **more: object) -> Question:
    """A file."""
    return _question(key, "file", label, more)


def personal_code(key: str, label: str, **more: object) -> Question:
    """A personal code."""
    return _question(
        key,
        "text",
        label,
        {"maxlength": 12, "check": check_personal_code, "tidy": tidy_personal_code, **more},
    )


def account(key: str = "konts", label: str = "Konta numurs (IBAN)", **more: object) -> Question:
    """A bank account."""
    hint = "Jūsu konts Latvijas bankā, piemēram, LV78 PARA 0000 0000 0000 1."
    return _question(
        key, "text", label, {"hint": hint, "maxlength": 34, "check": check_iban, "tidy": tidy_iban, **more}
    )


def tick(key: str, label: str, **more: object) -> Question:
    """A box that must be ticked."""
    return _question(key, "checkbox", label, more)


def _question(key: str, kind: Kind, label: str, more: Mapping[str, object]) -> Question:
    return Question(key=key, kind=kind, label=label, **more)  # type: ignore[arg-type]  # each `more` is a field of Question
