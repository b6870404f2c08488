"""From what a person typed to the values a connector files, or to words that help to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from connectors.sdk import inputs as kinds
from connectors.sdk.inputs import Input, Upload
from connectors.sdk.rules import AnswerError, kept, kept_date, kept_file
from connectors.sdk.words import Words

Answer: TypeAlias = str | list[str] | Upload
"""A date and a group of checkboxes may come as a list, a file as an `Upload`, anything else as text."""

_MISSING = {
    "date": Words("Ievadiet datumu.", "Enter a date."),
    "select": Words("Izvēlieties vienu no saraksta.", "Choose one from the list."),
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
    inputs: tuple[Input, ...], answers: Mapping[str, Answer | None], language: str
) -> Validated | InvalidAnswers:
    """Check `answers` to `inputs` in their order; a question depends only on questions before it."""
    values: dict[str, str | list[str]] = {}
    files: dict[str, Upload] = {}
    errors: dict[str, str] = {}
    for question in inputs:
        if not asked(question, values):
            continue
        try:
            value = _value(question, answers.get(question.name), values)
        except AnswerError as error:
            errors[question.name] = error.words.to(language)
            continue
        if isinstance(value, Upload):
            files[question.name] = value
            values[question.name] = value.filename
        elif value:
            values[question.name] = value
    return InvalidAnswers(errors) if errors else Validated(values, files)


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
    return kept(question, text) if text else None


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


def _spoken(iso: str) -> str:
    return ".".join(reversed(iso.split("-")))
