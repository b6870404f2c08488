"""What a service is to the portal: steps of questions, judged together."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connectors.sandbox.common.people import Person
from connectors.sandbox.faults import Faults
from connectors.sandbox.portal.fields import Answers, Messages, Question, missing, text


@dataclass(frozen=True)
class Step:
    """One page of a wizard."""

    slug: str
    title: str
    questions: tuple[Question, ...]
    intro: tuple[str, ...] = ()
    check: Callable[[Answers], Messages] | None = None
    """Messages by question's key, judged over the answers of all steps so far."""

    @property
    def has_file(self) -> bool:
        """Its form carries a file."""
        return any(question.kind == "file" for question in self.questions)


@dataclass(frozen=True)
class Refusal:
    """What the holder says, and beside which question, when it does not take a value."""

    key: str
    message: str


@dataclass(frozen=True)
class Service:
    """One e-service."""

    id: str
    slug: str
    title: str
    holder: str
    summary: str
    prefix: str
    """Of its reference numbers."""
    build_steps: Callable[[Person, date, Answers], tuple[Step, ...]]
    """For a person on a day; what was answered so far may decide what is asked next."""
    key_of: Callable[[Answers], str]
    """The service's own key: what a person cannot apply for twice."""
    refusal: Refusal
    renamed: tuple[str, str]
    """By the fault `form_changed`: the question's key, and what its control is then called."""
    added: Question
    """By the fault `form_changed`: the question that the second step then asks too."""
    fee: Callable[[Answers], Decimal] = lambda _answers: Decimal(0)
    """What it costs, in euro; the overview says it before anything is sent."""

    def steps(self, person: Person, today: date, faults: Faults, answers: Answers) -> tuple[Step, ...]:
        """The steps as they are for this person on this day, with the faults that change forms."""
        steps = self.build_steps(person, today, answers)
        if "form_changed" in faults:
            return (steps[0], self._changed(steps[1]), *steps[2:])
        if "form_changed_cosmetic" in faults:
            return (steps[0], _restyled(steps[1]), *steps[2:])
        return steps

    def _changed(self, step: Step) -> Step:
        key, name = self.renamed
        questions = tuple(replace(one, name=name) if one.key == key else one for one in step.questions)
        return replace(step, questions=(*questions, self.added))


def _restyled(step: Step) -> Step:
    questions = tuple(replace(one, hint="Jauns skaidrojums: " + (one.hint or one.label)) for one in step.questions)
    return replace(step, questions=questions, intro=("Portālam ir jauns izskats.", *step.intro))


def judge(step: Step, answers: Answers) -> Messages:
    """What is wrong with the answers to a step: missing, not applicable, or contradicting others."""
    messages = {one.key: message for one in step.questions if (message := missing(one, answers))}
    if step.check:
        for key, message in step.check(answers).items():
            messages.setdefault(key, message)
    return messages


def an_added_question(key: str, label: str) -> Question:
    """A required line of text that was not there before."""
    return text(key, label, maxlength=80)
