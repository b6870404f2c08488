"""Several services together: which waits for what another brings forth, and one set of questions for all of them.

Inputs of one concept are one question; what only one service asks stays its own, under a name that says whose it is.
Where a service of the set gives a concept (`Connector.gives`), the others do not ask for it: they wait for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from connectors.sdk import inputs as kinds
from connectors.sdk.answers import Answer
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Input, Option, ShownWhen

_CHOICES = (kinds.Select, kinds.Radio, kinds.Typeahead, kinds.CheckboxGroup)
_LINES = frozenset({"text", "name"})


class TogetherError(Exception):
    """These services cannot be asked for together: their questions differ, or each waits for another."""


@dataclass(frozen=True)
class Waiting:
    """What one service needs of the others."""

    service: str
    gives: Mapping[str, str]
    """By concept that it asks for: the service that brings it forth."""

    @property
    def givers(self) -> tuple[str, ...]:
        """The services that have to be filed before this one."""
        return tuple(dict.fromkeys(self.gives.values()))


@dataclass(frozen=True)
class Question:
    """One question of the set, and the inputs that its answer goes to."""

    input: Input
    """As it is asked: renamed, and depending on questions of the set."""
    targets: tuple[tuple[str, str], ...]
    """Service and its own input's name."""
    section: str
    """The first word of its concept, such as `child`; of a service's own question that service's id."""


@dataclass(frozen=True)
class Together:
    """Services in the order in which they can be done, and everything that they ask."""

    services: tuple[str, ...]
    waits: Mapping[str, Waiting]
    questions: tuple[Question, ...]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The questions as a form asks them."""
        return tuple(each.input for each in self.questions)

    def name_of(self, service: str, name: str) -> str:
        """What the set calls an input of a service, or one in a row of it. Raises `KeyError` where it is not asked."""
        for question in self.questions:
            for whose, own in question.targets:
                if whose == service and (name == own or _is_in(question.input, name, own)):
                    return f"{question.input.name}{name.removeprefix(own)}"
        raise KeyError(name)

    def drawn(self, service: str, answers: Mapping[str, Answer | None]) -> dict[str, Answer | None]:
        """The answers of one service, by its own names, out of those to the whole set."""
        found: dict[str, Answer | None] = {}
        for question in self.questions:
            asked = question.input
            for name in (name for whose, name in question.targets if whose == service):
                found[name] = answers.get(asked.name)
                found |= {
                    f"{name}{each.removeprefix(asked.name)}": answer
                    for each, answer in answers.items()
                    if _is_in(asked, each, asked.name)
                }
        return found

    def behind(self, service: str) -> frozenset[str]:
        """The services that wait for this one, for those that wait for it, and so on."""
        found = {service}
        for each in self.services:
            if found.intersection(self.waits[each].givers):
                found.add(each)
        return frozenset(found - {service})


def together(connectors: Sequence[Connector]) -> Together:
    """The services of `connectors` as one set, those that wait behind those that they wait for.

    Raises:
        TogetherError: one concept has inputs that no single answer fits, or services wait for each other.
    """
    return _together(_Declared(tuple(connectors)))


def forget() -> None:
    """Work sets out anew: for tests that change what is declared."""
    _together.cache_clear()


@dataclass(frozen=True, eq=False)
class _Declared:
    """Connectors to remember something by: what is declared does not change, so each is known by being the same one."""

    connectors: tuple[Connector, ...]

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.connectors)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Declared) and tuple(map(id, self.connectors)) == tuple(map(id, other.connectors))


@lru_cache(maxsize=128)
def _together(declared: _Declared) -> Together:
    connectors = declared.connectors
    waits = {each.id: Waiting(each.id, _awaited(each, connectors)) for each in connectors}
    ordered = _in_order(connectors, waits)
    return Together(tuple(each.id for each in ordered), waits, tuple(_questions(ordered)))


def _awaited(connector: Connector, others: Iterable[Connector]) -> dict[str, str]:
    wanted = {each.concept for each in connector.inputs if each.concept} - connector.gives.keys()
    return {
        concept: other.id
        for other in others
        if other.id != connector.id
        for concept in other.gives
        if concept in wanted
    }


def _in_order(connectors: Sequence[Connector], waits: Mapping[str, Waiting]) -> list[Connector]:
    """As they stand, but none before what it waits for."""
    left, done = list(connectors), list[Connector]()
    while left:
        names = {each.id for each in left}
        ready = next((each for each in left if not names.intersection(waits[each.id].givers)), None)
        if ready is None:
            raise TogetherError(f"{', '.join(sorted(names))} wait for each other")
        left.remove(ready)
        done.append(ready)
    return done


def _questions(connectors: Sequence[Connector]) -> Iterable[Question]:
    names = {
        (each.id, question.name): question.concept or f"s{number}.{question.name}"
        for number, each in enumerate(connectors, start=1)
        for question in each.inputs
    }
    made: dict[str, Question] = {}
    for connector in connectors:
        for each in connector.inputs:
            name = names[connector.id, each.name]
            renamed = _renamed(each, connector.id, names)
            before = made.get(name)
            if before is None:
                section = _section(each, connector)
                made[name] = Question(renamed, ((connector.id, each.name),), section)
            else:
                merged = _merged(name, before.input, renamed)
                # What is asked in any case stands at its topic, and not beside a question of one service.
                section = before.section if merged.shown_when is not None else _section(merged, connector)
                targets = (*before.targets, (connector.id, each.name))
                made[name] = Question(merged, targets, section)
    return _parents_first(made)


def _parents_first(made: Mapping[str, Question]) -> Iterable[Question]:
    """A question behind the one that it depends on: services are not all in one order."""
    placed: dict[str, Question] = {}

    def place(question: Question) -> None:
        shown = question.input.shown_when
        if question.input.name in placed:
            return
        if shown is not None and shown.other in made:
            place(made[shown.other])
        placed[question.input.name] = question

    for each in made.values():
        place(each)
    return placed.values()


def _section(question: Input, connector: Connector) -> str:
    """Where it stands; what depends on another question stands beside that."""
    while question.shown_when is not None:
        question = connector.input(question.shown_when.other)
    return question.concept.partition(".")[0] if question.concept else connector.id


def _renamed(question: Input, service: str, names: Mapping[tuple[str, str], str]) -> Input:
    shown = question.shown_when
    if shown is not None:
        shown = ShownWhen(names[service, shown.other], shown.equals)
    renamed = replace(question, name=names[service, question.name], shown_when=shown)
    if isinstance(renamed, _CHOICES):
        renamed = replace(renamed, options=tuple(_option(each, service, names) for each in renamed.options))
    if isinstance(renamed, kinds.Date) and renamed.not_before_input is not None:
        return replace(renamed, not_before_input=names[service, renamed.not_before_input])
    return renamed


def _option(option: Option, service: str, names: Mapping[tuple[str, str], str]) -> Option:
    when = option.only_when
    return option if when is None else replace(option, only_when=ShownWhen(names[service, when.other], when.equals))


def _is_in(question: Input, name: str, group: str) -> bool:
    """Whether `name` is of a row of the repeated questions that are called `group`."""
    return isinstance(question, kinds.Group) and name.startswith(f"{group}.")


def _merged(name: str, first: Input, other: Input) -> Input:
    """One question for two inputs of one concept, in the words of the first."""
    if not _fit(first, other):
        raise TogetherError(f"{name} is asked as {first.kind} and as {other.kind}, or with other answers")
    is_same = first.shown_when == other.shown_when
    # Asked in any case where one service asks in any case; each service's own rules are held against it afterwards.
    always = [each.required for each in (first, other) if is_same or each.shown_when is None]
    return replace(
        first,
        required=any(always),
        shown_when=first.shown_when if is_same else None,
        prefill=first.prefill or other.prefill,
        same_as=first.same_as or other.same_as,
        sensitive=first.sensitive or other.sensitive,
        guarded=first.guarded or other.guarded,
    )


def _fit(first: Input, other: Input) -> bool:
    if isinstance(first, _CHOICES) and isinstance(other, _CHOICES):
        is_several = isinstance(first, kinds.CheckboxGroup) == isinstance(other, kinds.CheckboxGroup)
        return is_several and _values(first) == _values(other)
    return first.kind == other.kind or {first.kind, other.kind} <= _LINES


def _values(question: Input) -> set[str]:
    return {option.value for option in getattr(question, "options", ())}
