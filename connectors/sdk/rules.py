"""What each kind of question takes for an answer, and the one form in which it is kept.

`kept(question, text)` gives that form or raises `AnswerError` with words that help to mend the answer.
"""

import re
from datetime import date
from decimal import Decimal
from functools import singledispatch

from stdnum import iban as stdnum_iban

from connectors.sdk import inputs as kinds
from connectors.sdk.inputs import Input, Upload
from connectors.sdk.words import Words

_MAGIC = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
}
_KINDS = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
"""As people call them."""
_EMAIL = re.compile(r"[^\s@<>\",;]+@[^\s@<>\",;.]+(\.[^\s@<>\",;.]+)+")
_NOT_THE_FORM = Words("Atbilde nav prasītajā veidā.", "The answer is not of the form asked for.")


class AnswerError(Exception):
    """An answer cannot be taken; `words` say why, to the person who gave it."""

    def __init__(self, lv: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(lv, en)


@singledispatch
def kept(question: Input, text: str) -> str:
    """The form in which the answer `text`, not empty, is kept.

    Raises:
        AnswerError: it cannot be taken.
    """
    raise TypeError(f"no rule for answers to a {type(question).__name__}: {len(text)} characters")


@kept.register
def _text(question: kinds.Text, text: str) -> str:
    text = " ".join(_bounded(text, question.max_length).split())
    if question.pattern and not re.fullmatch(question.pattern, text):
        words = question.invalid or _NOT_THE_FORM
        raise AnswerError(words.lv, words.en)
    return text


@kept.register
def _textarea(question: kinds.TextArea, text: str) -> str:
    return _bounded(text, question.max_length)


@kept.register
def _number(question: kinds.Number, text: str) -> str:
    compact = re.sub(r"[\s\u00a0]", "", text)
    if not re.fullmatch(r"-?[0-9]{1,15}", compact):
        raise AnswerError("Ievadiet veselu skaitli.", "Enter a whole number.")
    number = int(compact)
    if question.least is not None and number < question.least:
        raise AnswerError(f"Skaitlim jābūt vismaz {question.least}.", f"It must be at least {question.least}.")
    if question.most is not None and number > question.most:
        raise AnswerError(f"Skaitlis nedrīkst pārsniegt {question.most}.", f"It may be at most {question.most}.")
    return str(number)


@kept.register
def _money(question: kinds.Money, text: str) -> str:
    compact = re.sub(r"[\s\u00a0€]|EUR", "", text)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}", compact):  # dots between thousands, as in 1.234,50
        compact = compact.replace(".", "")
    compact = compact.replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", compact):
        raise AnswerError("Ievadiet summu, piemēram, 123,45.", "Enter an amount, such as 123.45.")
    amount = Decimal(compact)
    if question.most is not None and amount > Decimal(question.most):
        most = question.most.replace(".", ",")
        raise AnswerError(f"Summa nedrīkst pārsniegt {most} EUR.", f"It may be at most {question.most} EUR.")
    return f"{amount:.2f}"


@kept.register(kinds.Select)
@kept.register(kinds.Radio)
def _one_of(question: kinds.Select | kinds.Radio, text: str) -> str:
    if text not in {option.value for option in question.options}:
        raise AnswerError("Izvēlieties vienu no piedāvātajām atbildēm.", "Choose one of the answers offered.")
    return text


@kept.register
def _typeahead(question: kinds.Typeahead, text: str) -> str:
    """The words of an option in either language, in capitals or not, or its value."""
    wanted = _plain(text)
    options = {_plain(said): each.value for each in question.options for said in (each.label.en, each.label.lv)}
    found = options.get(wanted) or next((each.value for each in question.options if each.value == text), None)
    if found is None:
        raise AnswerError("Tāda sarakstā nav: izvēlieties no saraksta.", "It is not on the list: choose from the list.")
    return found


@kept.register
def _iban(_question: kinds.Iban, text: str) -> str:
    compact = str(stdnum_iban.compact(text)).upper()
    if not stdnum_iban.is_valid(compact):
        raise AnswerError(
            "Konta numurs nav pareizs; pārbaudiet, vai nav pārrakstīšanās kļūdas.",
            "The account number is not right; check it for a slip of the pen.",
        )
    return compact


@kept.register
def _phone(_question: kinds.Phone, text: str) -> str:
    compact = re.sub(r"[\s\u00a0().-]", "", text)
    compact = "+" + compact[2:] if compact.startswith("00") else compact
    compact = "+371" + compact if re.fullmatch(r"[0-9]{8}", compact) else compact
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", compact) or (compact.startswith("+371") and len(compact) != 12):
        raise AnswerError("Ievadiet tālruņa numuru, piemēram, 20000000.", "Enter a phone number, such as 20000000.")
    return compact


@kept.register
def _email(_question: kinds.Email, text: str) -> str:
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise AnswerError(
            "Ievadiet e-pasta adresi, piemēram, vards@piemers.lv.",
            "Enter an e-mail address, such as name@example.com.",
        )
    return text


@kept.register
def _personal_code(_question: kinds.PersonalCode, text: str) -> str:
    """Old codes hold a day of birth; new ones begin with 32 to 39. A failed old check digit never blocks anybody."""
    match = re.fullmatch(r"([0-9]{6})[-\s]?([0-9]{5})", text)
    if match:
        first, last = match.groups()
        if re.match(r"3[2-9]", first) or _begins_with_a_day(first, last):
            return f"{first}-{last}"
    raise AnswerError(
        "Personas kodam ir 11 cipari, piemēram, 329999-00001.", "A personal code has 11 digits, such as 329999-00001."
    )


def kept_date(text: str) -> str:
    """ISO 8601 of `2026-3-31` or `31.03.2026`.

    Raises:
        AnswerError: it is no day of the calendar.
    """
    text = text.rstrip(".")
    if re.fullmatch(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", text):
        text = "-".join(reversed(text.split(".")))
    match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text)
    try:
        return date(*map(int, match.groups())).isoformat() if match else _no_date()
    except ValueError:
        return _no_date()


def kept_file(question: kinds.File, upload: Upload) -> Upload:
    """`upload` with the media type that its bytes show and a name that breaks no header.

    Raises:
        AnswerError: it is too large or of a kind that is not taken.
    """
    if len(upload.content) > question.max_bytes:
        most = question.max_bytes // 1_000_000
        raise AnswerError(f"Datne ir lielāka par {most} MB.", f"The file is larger than {most} MB.")
    for media_type in question.accept:
        if any(upload.content.startswith(magic) for magic in _MAGIC.get(media_type, ())):
            return Upload(_filename(upload.filename), media_type, upload.content)
    taken = [_KINDS.get(each, each) for each in question.accept]
    lv, en = (f" {word} ".join(filter(None, [", ".join(taken[:-1]), taken[-1]])) for word in ("vai", "or"))
    raise AnswerError(f"Šāda veida datni pievienot nevar. Der {lv}.", f"A file of this kind is not taken. Use {en}.")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _bounded(text: str, most: int) -> str:
    if len(text) > most:
        raise AnswerError(f"Ne vairāk kā {most} rakstzīmju.", f"No more than {most} characters.")
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise AnswerError("Tekstā ir nederīgas rakstzīmes.", "The text holds characters that cannot be used.")
    return text


def _no_date() -> str:
    raise AnswerError("Ievadiet datumu, piemēram, 31.03.2026.", "Enter a real date, such as 31.03.2026.")


def _begins_with_a_day(first: str, last: str) -> bool:
    century = {"0": 1800, "1": 1900, "2": 2000}.get(last[0])
    try:
        return century is not None and bool(date(century + int(first[4:6]), int(first[2:4]), int(first[:2])))
    except ValueError:
        return False


def _filename(given: str) -> str:
    name = re.split(r"[\\/]", given)[-1]
    return re.sub(r'[\x00-\x1f\x7f"]', "", name)[-120:].strip() or "datne"
