"""Repeated groups of questions, written out: each row's questions as questions of their own.

Whoever goes through a connector's questions beside the values that answer them goes through `expanded` ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from connectors.sdk.inputs import CheckboxGroup, Date, Group, Input, Radio, Select, ShownWhen, Typeahead
from connectors.sdk.words import Words

T = TypeVar("T")
_DIGITS = 3
"""Of a number of rows: a form may send any text."""


def count_name(group: Group) -> str:
    """Under which name answers and values say how many rows there are."""
    return f"{group.name}.count"


def count(group: Group, values: Mapping[str, object]) -> int:
    """How many rows there are in `values`, within what the group may have; the least where nothing is said."""
    said = values.get(count_name(group))
    is_number = isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) <= _DIGITS
    return min(max(int(str(said)), group.least), group.most) if is_number else group.least


def heading(group: Group, number: int) -> Words:
    """What a row is called; the first one has the number 0."""
    return Words(f"{number + 1}. {group.row.lv}", f"{group.row.en} {number + 1}")


def row(group: Group, number: int) -> tuple[Input, ...]:
    """The questions of one row under their own names, with the labels that they have within it."""
    return tuple(_in_row(group, number, each) for each in group.items)


def expanded(inputs: Iterable[Input], values: Mapping[str, object]) -> tuple[Input, ...]:
    """The questions with as many rows as `values` have; their labels say of which row."""
    return tuple(_flat((each, count(each, values) if isinstance(each, Group) else 0) for each in inputs))


def every(inputs: Iterable[Input]) -> tuple[Input, ...]:
    """The questions with as many rows as there may be; their labels say of which row."""
    return tuple(_flat((each, each.most if isinstance(each, Group) else 0) for each in inputs))


def outside(inputs: Iterable[Input], named: Mapping[str, T]) -> dict[str, T]:
    """What has names, without what belongs to a row."""
    rows = tuple(f"{each.name}." for each in inputs if isinstance(each, Group))
    return {name: what for name, what in named.items() if not name.startswith(rows)}


def _flat(inputs: Iterable[tuple[Input, int]]) -> Iterator[Input]:
    for each, rows in inputs:
        if not isinstance(each, Group):
            yield each
            continue
        for number in range(rows):
            said = heading(each, number)
            for one in row(each, number):
                yield replace(one, label=Words(f"{said.lv}: {one.label.lv}", f"{said.en}: {one.label.en}"))


def _in_row(group: Group, number: int, question: Input) -> Input:
    prefix = f"{group.name}.{number}."
    named = replace(question, name=prefix + question.name, shown_when=_within(prefix, question.shown_when))
    if isinstance(named, Select | Radio | CheckboxGroup | Typeahead):
        options = tuple(replace(each, only_when=_within(prefix, each.only_when)) for each in named.options)
        return replace(named, options=options)
    if isinstance(named, Date) and named.not_before_input:
        return replace(named, not_before_input=prefix + named.not_before_input)
    return named


def _within(prefix: str, condition: ShownWhen | None) -> ShownWhen | None:
    return condition and ShownWhen(prefix + condition.other, condition.equals)
