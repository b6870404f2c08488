"""What a portal's words mean, for whoever reads another language than the portal's.

The portal's own words are what is sent and confirmed, so they stay on the page; the connector's questions, which carry
the same labels, say what they mean. What no question knows, or two mean differently, has no meaning here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from connectors.sdk import groups
from connectors.sdk.connector import Connector
from connectors.sdk.fills import FillDateParts, FillRows, OneFill, Pick, PickSeveral, Tick
from connectors.sdk.inputs import Checkbox, Group, Input, Option
from connectors.sdk.words import Words

_DAY, _MONTH, _YEAR = Words("diena", "day"), Words("mēnesis", "month"), Words("gads", "year")
_YES, _NO = Words("Jā", "Yes"), Words("Nē", "No")


@dataclass(frozen=True, slots=True)
class Meanings:
    """Meanings of labels, and of the answers to choose under them; none for a reader of the portal's language."""

    labels: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, connector: Connector, language: str) -> Self:
        """What the words of a connector's portal mean in a language."""
        portals = connector.manifest.language
        if language.partition("-")[0] == portals:
            return cls()
        inputs = {each.name: each for each in groups.every(connector.inputs)}
        labels: dict[str, str] = {}
        answers: dict[str, dict[str, str]] = {}
        ambiguous: set[str] = set()
        for fill, asked, row in _asked(connector, inputs):
            for own, words in _labels(fill, asked, row, portals):
                if labels.setdefault(own, words.to(language)) != words.to(language):
                    ambiguous.add(own)
                answers[own] = {text: meant.to(language) for text, meant in _answers(fill, asked, portals)}
        labels |= {own: words.to(language) for own, words in _rows(connector)}
        kept = {own: meaning for own, meaning in labels.items() if own not in ambiguous}
        return cls(kept, {own: answers[own] for own in kept if own in answers})

    def of_label(self, label: str) -> str | None:
        """What a label means; none where nothing says so."""
        return self.labels.get(label)

    def of_answer(self, label: str, text: str) -> str | None:
        """What an answer means that was chosen under a label, or several of them; none for what was typed."""
        known = self.answers.get(label, {})
        if text in known:
            return known[text]
        chosen = text.split(", ")
        return ", ".join(known[each] for each in chosen) if all(each in known for each in chosen) else None


def _asked(connector: Connector, inputs: Mapping[str, Input]) -> Iterator[tuple[OneFill, Input, str]]:
    """Each question with how it is filled in, and the portal's name of the row that it stands in."""
    for fill in (fill for page in connector.pages for fill in page.fills):
        if not isinstance(fill, FillRows):
            yield fill, inputs[fill.input], ""
            continue
        group = connector.input(fill.input)
        for number in range(group.most if isinstance(group, Group) else 0):
            for each in fill.fills:
                yield each, inputs[f"{fill.input}.{number}.{each.input}"], fill.row.format(number=number + 1)


def _rows(connector: Connector) -> Iterator[tuple[str, Words]]:
    """The portal's name of each row that a repeated group may have."""
    for fill in (fill for page in connector.pages for fill in page.fills):
        group = connector.input(fill.input) if isinstance(fill, FillRows) else None
        if isinstance(fill, FillRows) and isinstance(group, Group):
            for number in range(group.most):
                yield fill.row.format(number=number + 1), groups.heading(group, number)


def _labels(fill: OneFill, asked: Input, row: str, portals: str) -> Iterator[tuple[str, Words]]:
    """The portal's labels of one question: as its form and as its overview may have them."""
    yield asked.label.to(portals), asked.label
    for own, words in _own_labels(fill, asked, portals):
        yield own, words
        if row:
            yield f"{row}: {own}", words


def _own_labels(fill: OneFill, asked: Input, portals: str) -> Iterator[tuple[str, Words]]:
    if isinstance(fill, FillDateParts):
        yield fill.legend, asked.label
        for part, named in ((fill.day, _DAY), (fill.month, _MONTH), (fill.year, _YEAR)):
            yield f"{fill.legend}: {part.label}", _within(asked.label, named)
    elif isinstance(fill, Pick | PickSeveral):
        yield fill.legend, asked.label
    elif fill.within:
        yield f"{fill.within}: {fill.label}", asked.label
        if asked.label.to(portals).startswith(f"{fill.within}:"):  # an overview names the group alone
            yield fill.within, Words(asked.label.lv.partition(":")[0], asked.label.en.partition(":")[0])
    else:
        yield fill.label, asked.label


def _answers(fill: OneFill, asked: Input, portals: str) -> Iterator[tuple[str, Words]]:
    if isinstance(asked, Checkbox):
        yield from ((each.to(portals), each) for each in (_YES, _NO))
    if isinstance(fill, Tick):
        yield fill.label, _YES  # a ticked box reads back as its own label
    options: tuple[Option, ...] = getattr(asked, "options", ())
    for option in options:
        yield option.label.to(portals), option.label
        if isinstance(fill, Pick | PickSeveral) and option.value in fill.options:
            yield fill.options[option.value][1], option.label


def _within(whole: Words, part: Words) -> Words:
    return Words(f"{whole.lv}: {part.lv}", f"{whole.en}: {part.en}")
