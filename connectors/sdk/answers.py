"""From what a person typed to the values a connector files, or to words that help to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from connectors.sdk import groups
from connectors.sdk import inputs as kinds
from connectors.sdk.inputs import Input, Upload
from connectors.sdk.rules import AnswerError, kept, kept_date, kept_file
from connectors.sdk.words import Words

Answer: TypeAlias = str | list[str] | Upload
"""A date and a group of checkboxes may come as a list, a file as an `Upload`, anything else as text."""

_MISSING = {
    "date": Words("Ievadiet datumu.", "Enter a date."),
    "select": Words("Izvēlieties vienu no saraksta.", "Choose one from the list."),
    "typeahead": Words("Sāciet rakstīt un izvēlieties no saraksta.", "Begin to type and choose from the list."),
    "radio": Words("Izvēlieties vienu atbildi.", "Choose one answer."),
    "checkboxes": Words("Izvēlieties vismaz vienu.", "Choose at least one."),
    "checkbox": Words("Bez šī apliecinājuma iesniegt nevar.", "It cannot be filed without this declaration."),
    "file": Words("Pievienojiet datni.", "Attach a file."),
}
_NO_ANSWER = Words("Atbilde ir obligāta.", "An answer is required.")


@dataclass(frozen=True)
class Validated:
    """Answers in the form they are filed and sealed in; questions that were not to be asked are left out.

    A file stands in `files`, and in `values` by its name.
    """

    values: dict[str, str | list[str]]
    files: dict[str, Upload]


@dataclass(frozen=True)
class InvalidAnswers:
    """What to mend, by input name, in the language asked for."""

    errors: dict[str, str]


def validate(
    inputs: tuple[Input, ...], answers: Mapping[str, Answer | None], language: str, *, today: date | None = None
) -> Validated | InvalidAnswers:
    """Check `answers` to `inputs` in their order; a question depends only on questions before it.

    How long ago a date may be is checked by `today`, the portal's own day; without it that is left to the portal.
    """
    taken = _Taken(answers, language, today)
    for question in inputs:
        if isinstance(question, kinds.Group):
            taken.take_rows(question)
        else:
            taken.take(question)
    return InvalidAnswers(taken.errors) if taken.errors else Validated(taken.values, taken.files)


class _Taken:
    """What was taken so far, and what could not be."""

    def __init__(self, answers: Mapping[str, Answer | None], language: str, today: date | None) -> None:
        self._answers = answers
        self._language = language
        self._today = today
        self.values: dict[str, str | list[str]] = {}
        self.files: dict[str, Upload] = {}
        self.errors: dict[str, str] = {}

    def take(self, question: Input) -> None:
        """Check the answer to one question, if it is asked."""
        if not asked(question, self.values):
            return
        try:
            value = _value(question, self._answers.get(question.name), self.values)
            if isinstance(question, kinds.Date) and isinstance(value, str) and self._today is not None:
                _ensure_recent(question, value, self._today)
        except AnswerError as error:
            self.errors[question.name] = error.words.to(self._language)
            return
        if isinstance(value, Upload):
            self.files[question.name] = value
            self.values[question.name] = value.filename
        elif value:
            self.values[question.name] = value

    def take_rows(self, group: kinds.Group) -> None:
        """Check each row of a group, if it is asked; rows that were not sent are missing, not forgotten."""
        if not asked(group, self.values):
            return
        rows = groups.count(group, self._answers)
        said = self._answers.get(groups.count_name(group))
        if isinstance(said, str) and said not in {"", str(rows)}:
            self.errors[group.name] = _how_many(group).to(self._language)
            return
        self.values[groups.count_name(group)] = str(rows)
        for number in range(rows):
            for question in groups.row(group, number):
                self.take(question)


def _how_many(group: kinds.Group) -> Words:
    """Why a number of rows cannot be taken."""
    return Words(f"Jābūt no {group.least} līdz {group.most}.", f"There must be from {group.least} to {group.most}.")


def asked(question: Input, values: Mapping[str, str | list[str]]) -> bool:
    """Whether `question` is asked at all, given the answers to those before it."""
    return question.shown_when is None or question.shown_when.holds(values)


def _value(
    question: Input, answer: Answer | None, before: Mapping[str, str | list[str]]
) -> str | list[str] | Upload | None:
    value = _given(question, answer, before)
    if question.required and value in (None, "", []):
        words = question.missing or _MISSING.get(question.kind, _NO_ANSWER)
        raise AnswerError(words.lv, words.en)
    return "no" if isinstance(question, kinds.Checkbox) and value is None else value


def _given(
    question: Input, answer: Answer | None, before: Mapping[str, str | list[str]]
) -> str | list[str] | Upload | None:
    if isinstance(question, kinds.File):
        return kept_file(question, answer) if isinstance(answer, Upload) and answer.content else None
    if isinstance(answer, Upload):
        raise AnswerError("Šeit datni pievienot nevar.", "A file cannot be attached here.")
    if isinstance(question, kinds.CheckboxGroup):
        return _several(question, answer)
    if isinstance(question, kinds.Checkbox):
        return "yes" if _one(answer) in ("yes", "on", "true", "1") else None
    if isinstance(question, kinds.Date):
        return _date(question, answer, before)
    text = _one(answer)
    value = kept(question, text) if text else None
    if value is not None and isinstance(question, kinds.Select | kinds.Radio | kinds.Typeahead):
        _ensure_offered(question, value, before)
    return value


def _ensure_offered(
    question: kinds.Select | kinds.Radio | kinds.Typeahead, value: str, before: Mapping[str, str | list[str]]
) -> None:
    """Refuse what is offered only after another answer than the one that was given."""
    chosen = next(option for option in question.options if option.value == value)
    if chosen.only_when is not None and not chosen.only_when.holds(before):
        raise AnswerError(
            f"“{chosen.label.lv}” neatbilst iepriekš atbildētajam: izvēlieties citu.",
            f"“{chosen.label.en}” does not fit an answer above: choose another.",
        )


def _one(answer: str | list[str] | None) -> str:
    if isinstance(answer, list):
        answer = answer[0] if answer else ""
    return (answer or "").replace("\r\n", "\n").strip()


def _several(question: kinds.CheckboxGroup, answer: str | list[str] | None) -> list[str]:
    given = [answer] if isinstance(answer, str) else answer or []
    offered = [option.value for option in question.options]
    if any(value and value not in offered for value in given):
        raise AnswerError("Izvēlieties no piedāvātajām atbildēm.", "Choose from the answers offered.")
    return [value for value in offered if value in given]


def _date(question: kinds.Date, answer: str | list[str] | None, before: Mapping[str, str | list[str]]) -> str | None:
    if isinstance(answer, list):
        parts = [part.strip() for part in answer]
        answer = "-".join(reversed(parts)) if any(parts) else ""
    text = (answer or "").strip()
    if not text:
        return None
    iso = kept_date(text)
    other = before.get(question.not_before_input) if question.not_before_input else None
    for earliest in (question.not_before, other):
        if isinstance(earliest, str) and iso < earliest:
            day = _spoken(earliest)
            raise AnswerError(f"Datums nedrīkst būt pirms {day}.", f"The date may not be before {day}.")
    if question.not_after is not None and iso > question.not_after:
        day = _spoken(question.not_after)
        raise AnswerError(f"Datums nedrīkst būt pēc {day}.", f"The date may not be after {day}.")
    return iso


def _ensure_recent(question: kinds.Date, value: str, today: date) -> None:
    limit = question.days_ago
    if limit is not None and not limit.holds(date.fromisoformat(value), today):
        raise AnswerError(limit.words.lv, limit.words.en)


def _spoken(iso: str) -> str:
    return ".".join(reversed(iso.split("-")))
