"""A connector: everything the gateway asks, shows and lets out for one service of one portal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from connectors.sdk import groups
from connectors.sdk.inputs import Input, Upload
from connectors.sdk.manifest import Manifest, Precondition
from connectors.sdk.outcome import Outcome
from connectors.sdk.page import FormShape
from connectors.sdk.steps import ErrorMarks, Final, LookUp, ReceiptRule, SignIn, Step, Values
from connectors.sdk.words import Words


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Made-up answers that the service accepts, for tests, practice and `connectors test`."""

    name: str
    answers: Callable[[date], Mapping[str, str | list[str]]]
    """For the day of the test: many services ask for days near today."""
    files: Mapping[str, Upload] = field(default_factory=dict)


@dataclass(frozen=True)
class Holders:
    """Who of several answers for a filing, by one of its answers, such as each municipality by its own name."""

    input: str
    names: Mapping[str, Words]
    """By the answer. They may begin a sentence or stand within one."""

    def of(self, values: Values) -> Words | None:
        """Who answers for a filing of these values."""
        answer = values.get(self.input)
        return self.names.get(answer) if isinstance(answer, str) else None


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One service of one portal."""

    manifest: Manifest
    inputs: tuple[Input, ...]
    sign_in: SignIn
    entry: str
    """Path opened after signing in; leads to the first step."""
    steps: tuple[Step, ...]
    final: Final
    receipt: ReceiptRule
    look_up: LookUp | None
    service_key: Callable[[Values], str]
    """The service's own key, such as the child or the period: one filing at a time for each principal and key."""
    fingerprints: Mapping[str, FormShape]
    """By step name, the final page's included: the form each was written for."""
    marks: ErrorMarks = field(default_factory=ErrorMarks)
    preconditions: tuple[Precondition, ...] = ()
    gives: Mapping[str, str] = field(default_factory=dict)
    """What a filing brings forth, by concept: a regular expression over the receipt's page; group 1 is the value."""
    outcome: Outcome | None = None
    """Where the portal tells what became of it; without, nobody can follow it from here."""
    holders: Holders | None = None
    """Where not one but several answer for the service; otherwise the manifest's holder does."""
    samples: tuple[Sample, ...] = ()
    javascript: bool = True
    """Off for portals that work without: then a page has fewest ways out."""

    @property
    def id(self) -> str:
        """The manifest's id."""
        return self.manifest.id

    @property
    def pages(self) -> tuple[Step | Final, ...]:
        """Every page, the final one last."""
        return (*self.steps, self.final)

    @property
    def volatile(self) -> frozenset[str]:
        """Hidden controls whose value differs each time and stays out of a read-back's payload."""
        return frozenset().union(*(page.volatile for page in self.pages))

    def steps_for(self, values: Values) -> tuple[Step, ...]:
        """The steps that the portal shows for these values."""
        return tuple(step for step in self.steps if step.shown_when is None or step.shown_when.holds(values))

    def filled_for(self, values: Values) -> tuple[Step | Final, ...]:
        """The pages that are filled in for these values: the steps, and the last page where it asks something."""
        return (*self.steps_for(values), *((self.final,) if self.final.fills else ()))

    def input(self, name: str) -> Input:
        """The input called `name`, of a group's row too; `KeyError` when there is none."""
        for candidate in groups.every(self.inputs) if "." in name else self.inputs:
            if candidate.name == name:
                return candidate
        raise KeyError(name)
