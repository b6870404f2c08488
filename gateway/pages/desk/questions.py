"""A connector's inputs as fields of a form, and what was sent back as answers.

A sensitive answer that is known already is not written into the page: its field is empty, says so, and carries a mark
by which an empty field means *as known*. Only `show`, which is recorded, brings it onto the screen.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final, TypeAlias, TypeVar

from litestar.datastructures import FormMultiDict, UploadFile

from connectors.sdk import groups
from connectors.sdk import inputs as kinds
from connectors.sdk.answers import Answer
from connectors.sdk.inputs import Input, Upload
from gateway.people.residents import Profile
from gateway.visits.fixed import known_of
from ui.formats import mask_name, mask_personal_code

T = TypeVar("T")
Typed: TypeAlias = str | list[str]

DECLARATIONS: Final = "declarations"
SETTLED: Final = "settled"
KEEP = "keep."
"""Before a field's name: its empty field stands for what is known."""
ADD, REMOVE = "add.", "remove."
"""Before a group's name, and before a row's: what the buttons send that change the number of rows."""
PRECONDITION = "precondition."
"""Before a precondition's name, in forms and drafts."""
_NESTING = (kinds.Radio, kinds.CheckboxGroup)
"""Kinds of question beneath whose answers others may stand."""
_DATE_PARTS = ("day", "month", "year")
_LONGEST = 20_000
"""Characters of one answer that are looked at; each kind of question has its own, smaller, limit."""
_TEXT_WIDTHS = (5, 10, 20)
_WIDTHS = {"number": 5, "money": 10, "phone": 20, "personal_code": 20}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer that can be chosen, with the questions that it leads to."""

    value: str
    text: str
    fields: tuple["Field", ...] = ()
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a repeated group."""

    name: str
    """Its element's; where the page leads after the row was added."""
    heading: str
    fields: tuple["Field", ...]
    removes: str | None
    """What the button sends that takes it away; none where no fewer rows may be."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question as the page draws it."""

    name: str
    kind: str
    """As in `connectors.sdk.inputs`; `declarations` and `settled` for neighbours that are drawn as one group."""
    label: str
    help: str | None = None
    required: bool = True
    value: Typed = ""
    """Of a date: day, month, year."""
    known: str | None = None
    """What is known, masked; the field is empty and may stay so."""
    error: str | None = None
    choices: tuple[Choice, ...] = ()
    only_if: tuple[str, str] | None = None
    """Question and answer on which it depends."""
    stands_open: bool = False
    """It depends on an answer beneath which no page can put it, and is always to be seen."""
    follows: tuple[str, str] | None = None
    """The list on which it depends, by its control, and the value: scripts show it only while that is chosen."""
    accept: str | None = None
    width: int | None = None
    items: tuple["Field", ...] = ()
    rows: tuple[Row, ...] = ()
    adds: str | None = None
    """What the button sends that adds a row; none where no more may be."""
    row_called: str = ""
    fixed: bool = False
    """The delegation fixes the value: it is shown, and nothing is typed."""
    is_person: bool = False
    """It is fixed because it says whose matter it is; otherwise the resident has fixed it."""

    @property
    def href(self) -> str:
        """The first control, for the summary of errors."""
        return f"#{self.name}-day" if self.kind == "date" and not self.fixed else f"#{self.name}"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What stands in the form, and what is wrong with it."""

    values: Mapping[str, Typed]
    files: Collection[str] = ()
    """Names of inputs whose file is kept."""
    errors: Mapping[str, str]
    masked: Collection[str]
    """Names of inputs whose value must not be written into the page."""


@dataclass(frozen=True)
class Read:
    """A form that was sent."""

    values: dict[str, Typed]
    files: dict[str, Upload]
    kept: frozenset[str]
    """Names of questions whose known answer was left standing."""


def fields_of(
    inputs: tuple[Input, ...], filled: Filled, language: str, fixed: Collection[str] = ()
) -> tuple[Field, ...]:
    """The form: questions in their order, dependent ones beneath the answer that leads to them.

    Questions named in `fixed` keep the value that the resident allowed.
    """
    made = {each.name: _made(each, inputs, filled, language, fixed) for each in inputs}
    nested: dict[tuple[str, str], list[Field]] = {}
    top: list[Field] = []
    parents = {each.name for each in inputs if isinstance(each, _NESTING)}
    # From the end, so that a nested question already holds those that are nested in it.
    for each in reversed(inputs):
        field = _with_nested(made[each.name], nested)
        if each.shown_when is not None and each.shown_when.other in parents:
            nested.setdefault((each.shown_when.other, each.shown_when.equals), []).insert(0, field)
        else:
            top.insert(0, field)
    return tuple(_grouped(top))


def _made(question: Input, inputs: tuple[Input, ...], filled: Filled, language: str, fixed: Collection[str]) -> Field:
    field = _fixed(_field(question, inputs, filled, language), question, fixed)
    return _with_rows(field, question, filled, language) if isinstance(question, kinds.Group) else field


def _with_rows(field: Field, group: kinds.Group, filled: Filled, language: str) -> Field:
    number_of_rows = groups.count(group, filled.values)
    rows = tuple(
        Row(
            name=f"{group.name}.{number}",
            heading=groups.heading(group, number).to(language),
            fields=fields_of(groups.row(group, number), filled, language),
            removes=f"{REMOVE}{group.name}.{number}" if number_of_rows > group.least else None,
        )
        for number in range(number_of_rows)
    )
    adds = f"{ADD}{group.name}" if number_of_rows < group.most else None
    return replace(field, rows=rows, adds=adds, row_called=group.row.to(language))


def errors_of(fields: tuple[Field, ...]) -> Iterator[dict[str, str]]:
    """The summary of errors, in the order of the form."""
    for field in fields:
        if field.error:
            yield {"text": _named(field.label, field.error), "href": field.href}
        for position, item in enumerate(field.items, start=1):
            if item.error:
                tick = field.href if position == 1 else f"{field.href}-{position}"
                href = item.href if field.kind == SETTLED else tick
                yield {"text": _named(item.label, item.error), "href": href}
        for choice in field.choices:
            yield from errors_of(choice.fields)
        for row in field.rows:
            for error in errors_of(row.fields):
                yield {"text": f"{row.heading}: {error['text']}", "href": error["href"]}


def _named(label: str, error: str) -> str:
    return f"{label} {error}" if label.endswith("?") else f"{label}: {error}"


def prefilled(inputs: tuple[Input, ...], profile: Profile) -> dict[str, Typed]:
    """Answers that are known of the resident, by the names that the inputs give."""
    known = known_of(profile)
    return {each.name: value for each in inputs if each.prefill and (value := known.get(each.prefill))}


def sensitive(inputs: tuple[Input, ...]) -> frozenset[str]:
    """Names of the inputs whose answers are masked, of all rows that there may be."""
    return frozenset(each.name for each in groups.every(inputs) if each.sensitive)


async def read(
    form: FormMultiDict, inputs: tuple[Input, ...], known: Mapping[str, Typed], kept: Mapping[str, Upload]
) -> Read:
    """What was sent. `known` and `kept` stand in where the form says so."""
    counts = {groups.count_name(each): _text(form.get(groups.count_name(each))) for each in _groups(inputs)}
    # A group that the form did not show is not emptied by it.
    values: dict[str, Typed] = {name: count or known.get(name, "") for name, count in counts.items()}
    files: dict[str, Upload] = {}
    stood: set[str] = set()
    for each in groups.expanded(inputs, values):
        if isinstance(each, kinds.File):
            upload = await _upload(form.get(each.name)) or kept.get(each.name)
            if upload is not None:
                files[each.name] = upload
            continue
        value = _typed(form, each)
        if not any(value) and f"{KEEP}{each.name}" in form:
            value = known.get(each.name, "")
            stood.add(each.name)
        values[each.name] = value
    return Read(values, files, frozenset(stood))


def with_other_rows(sent: Read, inputs: tuple[Input, ...], wanted: str) -> tuple[Read, str] | None:
    """`sent` with a row more or less, as a button of the form wants it, and the element where the page goes on.

    None when the button wants something else.
    """
    for group in _groups(inputs):
        rows, counted = groups.count(group, sent.values), groups.count_name(group)
        if wanted == f"{ADD}{group.name}":
            number = min(rows + 1, group.most)
            added = replace(sent, values={**sent.values, counted: str(number)})
            return added, f"{group.name}.{number - 1}"
        for number in range(rows):
            if wanted == f"{REMOVE}{group.name}.{number}":
                left = max(rows - 1, group.least)
                moved = {**_without_row(sent.values, group, number), counted: str(left)}
                files = _without_row(sent.files, group, number)
                stood = frozenset(_without_row(dict.fromkeys(sent.kept, True), group, number))
                return Read(moved, files, stood), group.name
    return None


def _without_row(named: Mapping[str, T], group: kinds.Group, gone: int) -> dict[str, T]:
    """What has names, without those of one row; the rows after it move up."""
    left: dict[str, T] = {}
    for name, what in named.items():
        number, dot, item = name.removeprefix(f"{group.name}.").partition(".")
        if not dot or not name.startswith(f"{group.name}."):
            left[name] = what
        elif int(number) != gone:
            left[f"{group.name}.{int(number) - (int(number) > gone)}.{item}"] = what
    return left


def _groups(inputs: tuple[Input, ...]) -> Iterator[kinds.Group]:
    return (each for each in inputs if isinstance(each, kinds.Group))


def answers_of(values: Mapping[str, Typed], files: Mapping[str, Upload]) -> dict[str, Answer | None]:
    """As `connectors.sdk.validate` takes them."""
    return {**values, **files}


def masked(kind: str, value: str) -> str:
    """A sensitive answer of which only so much can be read that its owner knows which one it is."""
    if kind == "personal_code":
        return mask_personal_code(value)
    if kind == "name":
        return mask_name(value)
    if kind == "email":
        name, _, host = value.partition("@")
        return f"{name[:1]}•••@{host}"
    plain = "".join(value.split())
    return f"{plain[:4]}••••{plain[-2:]}" if len(plain) >= 10 and kind in {"iban", "phone"} else "••••"


def _typed(form: FormMultiDict, question: Input) -> Typed:
    if isinstance(question, kinds.Date):
        return [_text(form.get(f"{question.name}-{part}"))[:10] for part in _DATE_PARTS]
    if isinstance(question, kinds.CheckboxGroup):
        return [_text(value) for value in form.getall(question.name, [])]
    if isinstance(question, kinds.Checkbox):
        return "yes" if question.name in form else ""
    return _text(form.get(question.name))


def _text(value: Any) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


async def _upload(sent: Any) -> Upload | None:
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    content = await sent.read()
    return Upload(sent.filename, sent.content_type, content) if content else None


def _field(question: Input, inputs: tuple[Input, ...], filled: Filled, language: str) -> Field:
    value = filled.values.get(question.name, "")
    is_masked = question.name in filled.masked and any(value)
    plain = "".join(value) if isinstance(value, list) else value
    return Field(
        name=question.name,
        kind=question.kind,
        label=question.label.to(language),
        help=question.help.to(language) if question.help else None,
        required=question.required,
        value="" if is_masked else _shown(question, value, language),
        known=_known(question, plain, filled) if is_masked or question.name in filled.files else None,
        error=filled.errors.get(question.name),
        choices=tuple(
            Choice(
                value=option.value,
                text=option.label.to(language),
                group=option.group.to(language) if option.group else None,
            )
            for option in getattr(question, "options", ())
        ),
        only_if=_only_if(question, inputs, language),
        stands_open=_stands_open(question, inputs),
        follows=_follows(question, inputs),
        accept=",".join(question.accept) if isinstance(question, kinds.File) else None,
        width=_WIDTHS.get(question.kind) or _width_of(question),
    )


def _width_of(question: Input) -> int | None:
    """Of a short text, such as a time of day: as wide as its answer."""
    longest = question.max_length if isinstance(question, kinds.Text) else None
    return next((width for width in _TEXT_WIDTHS if longest is not None and longest <= width), None)


def _fixed(field: Field, question: Input, fixed: Collection[str]) -> Field:
    is_fixed = question.name in fixed
    return replace(field, fixed=is_fixed, is_person=is_fixed and question.same_as is not None)


def _known(question: Input, plain: str, filled: Filled) -> str:
    if isinstance(question, kinds.File):
        name = filled.values.get(question.name)
        return name if isinstance(name, str) and name and question.name not in filled.masked else "••••"
    return masked(question.kind, plain)


def _shown(question: Input, value: Typed, language: str) -> Typed:
    if isinstance(question, kinds.Typeahead):
        return next((each.label.to(language) for each in question.options if each.value == value), value)
    if isinstance(question, kinds.Money) and isinstance(value, str) and not language.startswith("en"):
        return value.replace(".", ",")
    if isinstance(question, kinds.Date) and isinstance(value, str):
        year, _, rest = value.partition("-")
        month, _, day = rest.partition("-")
        return [day, month, year] if value else []
    return value


def _only_if(question: Input, inputs: tuple[Input, ...], language: str) -> tuple[str, str] | None:
    if question.shown_when is None:
        return None
    other = next(each for each in inputs if each.name == question.shown_when.other)
    options = {option.value: option.label.to(language) for option in getattr(other, "options", ())}
    return other.label.to(language), options.get(question.shown_when.equals, question.shown_when.equals)


def _follows(question: Input, inputs: tuple[Input, ...]) -> tuple[str, str] | None:
    shown = question.shown_when
    is_list = shown and any(each.name == shown.other and isinstance(each, kinds.Select) for each in inputs)
    return (shown.other, shown.equals) if shown and is_list else None


def _stands_open(question: Input, inputs: tuple[Input, ...]) -> bool:
    other = question.shown_when and next(each for each in inputs if each.name == question.shown_when.other)
    return other is not None and not isinstance(other, _NESTING)


def _with_nested(field: Field, nested: Mapping[tuple[str, str], list[Field]]) -> Field:
    choices = tuple(
        replace(choice, fields=tuple(_grouped(nested.get((field.name, choice.value), [])))) for choice in field.choices
    )
    return replace(field, choices=choices)


def _grouped(fields: list[Field]) -> Iterator[Field]:
    """Neighbours that belong together as one group: declarations, and what is fixed for one reason, said once."""
    for (kind, is_person), neighbours in groupby(fields, _belongs):
        items = tuple(neighbours)
        if kind is None:
            yield from items
        else:
            yield Field(name=items[0].name, kind=kind, label="", items=items, is_person=is_person)


def _belongs(field: Field) -> tuple[str | None, bool]:
    if field.fixed:
        return SETTLED, field.is_person
    return (DECLARATIONS if field.kind == "checkbox" else None), False
