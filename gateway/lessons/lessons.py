"""What a lesson holds: words of our own beside the service, and what its connector says by itself."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, ClassVar

import msgspec

from connectors.sdk import registry
from connectors.sdk.registry import UnknownConnectorError
from connectors.sdk.words import Words

_CONTENT = "content"


class LessonError(ValueError):
    """A lesson cannot be read; the message says which and what to mend."""

    code: ClassVar[str] = "lesson.invalid"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something in both languages."""

    lv: str
    en: str

    def of(self, language: str) -> str:
        """In a reader's language; easy variants read the plain words of their language."""
        return self.en if language.startswith("en") else self.lv


class StepText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step in one language; `look` is what to look at."""

    title: str
    text: str
    look: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of the work, in both languages."""

    lv: StepText
    en: StepText

    def of(self, language: str) -> StepText:
        """As `Text.of`."""
        return self.en if language.startswith("en") else self.lv


class QuestionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question in one language; `why` is told once it was answered."""

    text: str
    why: str


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer that can be chosen."""

    lv: str
    en: str
    right: bool = False

    def of(self, language: str) -> str:
        """As `Text.of`."""
        return self.en if language.startswith("en") else self.lv


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of the check, with one right answer."""

    id: str
    lv: QuestionText
    en: QuestionText
    answer: tuple[Answer, ...]

    def of(self, language: str) -> QuestionText:
        """As `Text.of`."""
        return self.en if language.startswith("en") else self.lv

    @property
    def right(self) -> str:
        """The place of the right answer, as forms send it."""
        return str(next(place for place, each in enumerate(self.answer) if each.right))


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lesson that people wrote: `passing` per cent of right answers; a pass holds for so many `months`."""

    service: str
    version: int
    months: Annotated[int, msgspec.Meta(ge=1, le=120)]
    passing: Annotated[int, msgspec.Meta(ge=50, le=100)] = msgspec.field(name="pass")
    exercise: bool
    """Whether one whole filing in practice belongs to it, where practice is set up."""
    title: Text
    step: tuple[Step, ...]
    mistake: tuple[Text, ...]
    question: Annotated[tuple[Question, ...], msgspec.Meta(min_length=3)]


@dataclass(frozen=True, slots=True)
class Shuffled:
    """A question as it is asked this time: the answers in an order of their own, each with its place."""

    question: Question
    answers: Sequence[tuple[str, Answer]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a connector asks, as its assistant reads it."""

    label: Words
    help: Words | None
    is_required: bool
    is_guarded: bool


@dataclass(frozen=True, slots=True)
class Before:
    """What has to be so before the first question, and what to do where it is not."""

    question: Words
    advice: Words


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the connector of a service says by itself."""

    before: tuple[Before, ...]
    asked: tuple[Asked, ...]


@cache
def written() -> Mapping[str, Lesson]:
    """Every lesson that people wrote, by service.

    Raises:
        LessonError: one cannot be read.
    """
    found = {}
    for file in sorted(files("gateway.lessons").joinpath(_CONTENT).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            lesson = read(file.read_text(encoding="utf-8"))
            found[lesson.service] = lesson
    return found


def read(text: str) -> Lesson:
    """Read one lesson.

    Raises:
        LessonError: it is not TOML, lacks something, or a question has not one right answer.
    """
    try:
        lesson = msgspec.toml.decode(text, type=Lesson)
    except msgspec.MsgspecError as error:
        raise LessonError(str(error)) from error
    for each in lesson.question:
        if sum(answer.right for answer in each.answer) != 1:
            raise LessonError(f"{lesson.service}: question {each.id} has not one right answer")
    if len({each.id for each in lesson.question}) != len(lesson.question):
        raise LessonError(f"{lesson.service}: a question stands there twice")
    return lesson


def drawn(service_id: str) -> Drawn | None:
    """What can be said of a service by its connector; none: no connector is installed here."""
    try:
        connector = registry.find(service_id)
    except UnknownConnectorError:
        return None
    before = tuple(Before(each.question, each.advice) for each in connector.preconditions)
    asked = tuple(Asked(each.label, each.help, each.required, each.guarded) for each in connector.inputs)
    return Drawn(before, asked)


def shuffled(lesson: Lesson, attempt: str) -> list[Shuffled]:
    """The questions in another order for each attempt, and their answers too; within one they stay where they are."""
    questions = sorted(lesson.question, key=lambda each: _draw(attempt, each.id))
    return [Shuffled(each, _answers(attempt, each)) for each in questions]


def _answers(attempt: str, question: Question) -> list[tuple[str, Answer]]:
    return sorted(_placed(question), key=lambda each: _draw(attempt, question.id, each[0]))


def _draw(*of: str) -> bytes:
    """Where something stands, as if it were drawn."""
    return hashlib.sha256(" ".join(of).encode()).digest()


def _placed(question: Question) -> Sequence[tuple[str, Answer]]:
    return [(str(place), answer) for place, answer in enumerate(question.answer)]
