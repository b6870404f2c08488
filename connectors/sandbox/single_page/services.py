"""What a service is to the single page: steps of questions, and what is filed in the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connectors.sandbox.faults import Faults
from connectors.sandbox.single_page.fields import Answers, Problems, Question, is_shown

Draft = Mapping[str, Answers]
"""Answers by step."""


@dataclass(frozen=True)
class Step:
    """One view of the page."""

    slug: str
    title: str
    questions: tuple[Question, ...]
    intro: str = ""
    check: Callable[[Answers, date], Problems] | None = None

    def as_json(self) -> dict[str, Any]:
        """As the page's script is told."""
        return {
            "slug": self.slug,
            "title": self.title,
            "intro": self.intro,
            "questions": [question.as_json() for question in self.questions],
        }


@dataclass(frozen=True)
class Service:
    """One e-service."""

    id: str
    slug: str
    title: str
    holder: str
    prefix: str
    steps: Callable[[date], tuple[Step, ...]]
    key_of: Callable[[Draft], str]
    """The service's own key: what a person cannot apply for twice."""
    refusal: tuple[str, str]
    """By the fault `refuses_values`: beside which control, and what the holder says."""
    renamed: str
    """By the fault `form_changed`: the key of the question whose control is called otherwise then."""
    added: Question
    """By the fault `form_changed`: the question that the second step then asks too."""
    sends_all: bool = False
    """The last request carries all answers and not only the draft's version."""

    def steps_now(self, today: date, faults: Faults) -> tuple[Step, ...]:
        """The steps on this day, with the faults that change forms."""
        steps = self.steps(today)
        if "form_changed" in faults:
            questions = tuple(
                replace(one, name=f"{one.key}_2") if one.key == self.renamed else one for one in steps[1].questions
            )
            return (steps[0], replace(steps[1], questions=(*questions, self.added)), *steps[2:])
        if "form_changed_cosmetic" in faults:
            hinted = tuple(replace(one, hint=f"Jauns skaidrojums. {one.hint}") for one in steps[1].questions)
            changed = replace(steps[1], questions=hinted, intro="Portālam ir jauns izskats.")
            return (steps[0], changed, *steps[2:])
        return steps


def judge(step: Step, answers: Answers, today: date) -> Problems:
    """What is wrong between the answers of a step."""
    found = step.check(answers, today) if step.check else {}
    asked = {one.control for one in step.questions if is_shown(one, answers)}
    return {name: message for name, message in found.items() if name.partition(".")[0] in asked}
