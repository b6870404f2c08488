"""How answers get into a portal's controls: each found by its accessible name, checked by its name in the request."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from connectors.sdk.page import ControlState

Values: TypeAlias = Mapping[str, str | list[str]]
"""Answers by input name, as `connectors.sdk.validate` returns them."""


class How(StrEnum):
    """How one control is set."""

    TEXT = "text"
    SELECT = "select"
    SELECT_SEVERAL = "select_several"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    FILE = "file"
    TYPEAHEAD = "typeahead"
    ROWS = "rows"


@dataclass(frozen=True, kw_only=True)
class Action:
    """One control to set: found by its accessible name, checked afterwards by its name in the request."""

    how: How
    input: str | None
    """The question it answers, so that the portal's refusal finds its way back."""
    control: str
    label: str
    within: str | None = None
    """Accessible name of the group around it."""
    value: str = ""
    """What the control must hold afterwards: empty to clear it; of a file its name."""
    several: tuple[str, ...] = ()
    """Of a list in which several may be chosen: all that it must hold, in place of `value`."""
    contains: bool = False
    """`value` is not the portal's value but part of the one option's text."""
    row: str | None = None
    """Accessible name of the group that holds the row of a repeated group."""
    also: str = ""
    """Hidden control that the page's script sets beside this one; it must not stay empty."""
    among: bool = False
    """One of several boxes with one name: told apart by its label."""
    remove: str = ""
    """Of repeated rows: accessible name of the button in a row that takes it away."""


@dataclass(frozen=True, kw_only=True)
class Fill:
    """The answer to `input` goes into the control labelled `label`, which the portal calls `control`."""

    input: str
    control: str
    label: str
    within: str | None = None

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The controls to set for these values; emptied where the question was not asked."""
        return (self._action(How.TEXT, _text(values, self.input)),)

    def _action(self, how: How, value: str, *, contains: bool = False) -> Action:
        return Action(
            how=how,
            input=self.input,
            control=self.control,
            label=self.label,
            within=self.within,
            value=value,
            contains=contains,
        )


class Written(StrEnum):
    """How a portal wants a day written in one control."""

    LATVIAN = "dd.mm.yyyy"
    ISO = "yyyy-mm-dd"


@dataclass(frozen=True, kw_only=True)
class FillDate(Fill):
    """A date into one control."""

    written: Written = Written.LATVIAN

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The control to set, written as the portal wants it."""
        iso = _text(values, self.input)
        text = iso if self.written is Written.ISO else ".".join(reversed(iso.split("-")))
        return (self._action(How.TEXT, text),)


@dataclass(frozen=True, kw_only=True)
class FillNumber(Fill):
    """A number or an amount into one control, written as the portal wants it."""

    decimal: str = ","
    """Between euro and cents."""
    thousands: str = ""
    """Between groups of three digits."""

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The control to set, with the portal's separators."""
        sign, whole, cents = _number_parts(_text(values, self.input))
        grouped = self.thousands.join(re.findall(r"\d{1,3}(?=(?:\d{3})*$)", whole))
        return (self._action(How.TEXT, sign + grouped + (self.decimal + cents if cents else "")),)


@dataclass(frozen=True)
class DatePart:
    """One of the three controls of a date."""

    control: str
    label: str
    how: How = How.TEXT
    """`How.SELECT` where it is chosen from a list whose values are plain numbers."""
    varies: bool = False
    """Its list is another one each year, and no part of the form's fingerprint."""


@dataclass(frozen=True, kw_only=True)
class FillDateParts:
    """A date into three controls within the group `legend`, without leading zeros."""

    input: str
    legend: str
    day: DatePart
    month: DatePart
    year: DatePart

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The three controls to set; emptied where the question was not asked."""
        iso = _text(values, self.input)
        year, month, day = [str(int(part)) for part in iso.split("-")] if iso else ["", "", ""]
        return tuple(
            Action(
                how=part.how,
                input=self.input,
                control=part.control,
                label=part.label,
                within=self.legend,
                value=number,
            )
            for part, number in ((self.day, day), (self.month, month), (self.year, year))
        )


@dataclass(frozen=True, kw_only=True)
class Choose(Fill):
    """One option of a select; `options` gives the portal's value for ours.

    With `contains` the options are the person's own: the one whose text holds our value is taken, and they are no
    part of the form's fingerprint.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    contains: bool = False
    varies: bool = False
    """What is offered depends on an answer before, such as the municipality: no part of the form's fingerprint."""

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The select to set."""
        value = _text(values, self.input)
        return (self._action(How.SELECT, self.options.get(value, value), contains=self.contains),)


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One radio button within the group `legend`.

    `options` gives the portal's value and label for each value of ours.
    """

    input: str
    control: str
    legend: str
    options: Mapping[str, tuple[str, str]]

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The button to choose; none may be chosen where the question was not asked."""
        portal_value, label = self.options.get(_text(values, self.input), ("", ""))
        return (
            Action(
                how=How.RADIO,
                input=self.input,
                control=self.control,
                label=label,
                within=self.legend,
                value=portal_value,
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Tick(Fill):
    """A checkbox, ticked when the answer is `yes`; `sends` is the value it has in the request."""

    sends: str = "on"

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The box to tick or untick."""
        return (self._action(How.CHECKBOX, self.sends if values.get(self.input) == "yes" else ""),)


@dataclass(frozen=True, kw_only=True)
class PickSeveral:
    """Any of several boxes of one name within the group `legend`; `options` as of `Pick`."""

    input: str
    control: str
    legend: str
    options: Mapping[str, tuple[str, str]]

    def actions(self, values: Values) -> tuple[Action, ...]:
        """Every box of the group, to tick or untick."""
        chosen = values.get(self.input, [])
        return tuple(
            Action(
                how=How.CHECKBOX,
                input=self.input,
                control=self.control,
                label=label,
                within=self.legend,
                value=portal_value if ours in chosen else "",
                among=True,
            )
            for ours, (portal_value, label) in self.options.items()
        )


@dataclass(frozen=True, kw_only=True)
class ChooseSeveral(Fill):
    """Any options of a list in which several may be chosen; `options` gives the portal's value for ours."""

    options: Mapping[str, str] = field(default_factory=dict)

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The list to set, with all that is to be chosen and nothing else."""
        chosen = values.get(self.input, [])
        several = tuple(self.options.get(ours, ours) for ours in chosen) if isinstance(chosen, list) else ()
        return (replace(self._action(How.SELECT_SEVERAL, ""), several=several),)


@dataclass(frozen=True, kw_only=True)
class FillTypeahead(Fill):
    """A combobox: the answer is typed, and the option with that text chosen from what the portal then offers."""

    sets: str = ""
    """Hidden control with the id of what was chosen; it must not stay empty."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The portal's text for each value of ours; without, the answer is the text."""

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The combobox to set."""
        value = _text(values, self.input)
        return (replace(self._action(How.TYPEAHEAD, self.options.get(value, value)), also=self.sets),)


@dataclass(frozen=True, kw_only=True)
class Attach(Fill):
    """The file given for `input`; the action's value is its name."""

    sets: str = ""
    """Hidden control that holds something once the page's script has uploaded the file."""

    def actions(self, values: Values) -> tuple[Action, ...]:
        """The file to set."""
        return (replace(self._action(How.FILE, _text(values, self.input)), also=self.sets),)


OneFill: TypeAlias = Fill | FillDateParts | Pick | PickSeveral


@dataclass(frozen=True, kw_only=True)
class FillRows:
    """A repeated group: as many rows as were answered, each filled by `fills`.

    Values of row 0 stand under `input.0.field`, their number under `input.count`. In `fills`, inputs are the item's own
    names, and `*` in a control's name (`sets` included) stands for the row's number, counted from `first`.
    """

    input: str
    add: str
    """Accessible name of the button that adds a row."""
    row: str
    """Accessible name of a row's group, with `{number}` counted from one."""
    fills: tuple[OneFill, ...]
    remove: str = ""
    """Accessible name of the button within a row that takes it away; needed where the portal keeps drafts."""
    first: int = 0

    def actions(self, values: Values) -> tuple[Action, ...]:
        """First the number of rows, then each row's controls."""
        count = int(_text(values, f"{self.input}.count") or 0)
        rows = (self._row(str(number), _of_row(values, f"{self.input}.{number}."), number) for number in range(count))
        return (self._count(count), *(action for row in rows for action in row))

    def pattern(self) -> tuple[Action, ...]:
        """The controls of any row, with `*` in place of its number."""
        return self._row("*", {}, None)

    def _count(self, count: int) -> Action:
        return Action(
            how=How.ROWS,
            input=self.input,
            control=self.pattern()[0].control,
            label=self.add,
            row=self.row,
            value=str(count),
            remove=self.remove,
        )

    def _row(self, place: str, values: Values, number: int | None) -> tuple[Action, ...]:
        index = "*" if number is None else str(number + self.first)
        return tuple(
            replace(
                action,
                input=f"{self.input}.{place}.{action.input}",
                control=action.control.replace("*", index),
                also=action.also.replace("*", index),
                row=self.row if number is None else self.row.format(number=number + 1),
            )
            for fill in self.fills
            for action in fill.actions(values)
        )


AnyFill: TypeAlias = OneFill | FillRows


def declared(fills: Iterable[AnyFill]) -> tuple[Action, ...]:
    """Every control that `fills` may set; of a repeated group those of any row, with `*` for its number."""
    return tuple(
        action for fill in fills for action in (fill.pattern() if isinstance(fill, FillRows) else fill.actions({}))
    )


def input_behind(fills: Iterable[AnyFill], control: str) -> str | None:
    """The question whose answer the portal's `control` holds; of a repeated group that of the very row."""
    for fill in fills:
        if not isinstance(fill, FillRows):
            if any(action.control == control for action in fill.actions({})):
                return fill.input
            continue
        for action in fill.pattern():
            found = row_number(action.control, control)
            if found is not None and action.input is not None:
                return action.input.replace(".*.", f".{found - fill.first}.", 1)
    return None


def row_number(pattern: str, control: str) -> int | None:
    """The number for which `*` stands in `control`; `None` when it is another control."""
    found = re.fullmatch(re.escape(pattern).replace(r"\*", r"(\d{1,4})", 1), control)
    return int(found.group(1)) if found and found.lastindex else None


def held_by(action: Action, controls: tuple[ControlState, ...]) -> list[ControlState]:
    """The controls that an action is about; of several boxes with one name the one with its label."""
    return [
        control
        for control in controls
        if control.name == action.control and (not action.among or control.label == action.label)
    ]


def rows_of(action: Action, controls: tuple[ControlState, ...]) -> set[int]:
    """The numbers of the rows that a repeated group has."""
    found = (row_number(action.control, control.name) for control in controls)
    return {number for number in found if number is not None}


def _text(values: Values, name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def _of_row(values: Values, prefix: str) -> Values:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def _number_parts(text: str) -> tuple[str, str, str]:
    sign = "-" if text.startswith("-") else ""
    whole, _, cents = text.removeprefix("-").partition(".")
    return sign, whole, cents
