"""A connector's inputs as fields of a form, and what was sent back as answers.

A sensitive answer that is known already is not written into the page: its field is empty, says so, and carries a mark
by which an empty field means *as known*. Only `show`, which is recorded, brings it onto the screen.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final, TypeAlias

from litestar.datastructures import FormMultiDict, UploadFile

from connectors.sdk import inputs as kinds
from connectors.sdk.answers import Answer
from connectors.sdk.inputs import Input, Upload
from gateway.people.residents import Profile
from gateway.visits.fixed import known_of
from ui.formats import mask_name, mask_personal_code

Typed: TypeAlias = str | list[str]

DECLARATIONS: Final = "declarations"
SETTLED: Final = "settled"
KEEP = "keep."
"""Before a field's name: its empty field stands for what is known."""
PRECONDITION = "precondition."
"""Before a precondition's name, in forms and drafts."""
_DATE_PARTS = ("day", "month", "year")
_LONGEST = 20_000
"""Characters of one answer that are looked at; each kind of question has its own, smaller, limit."""
_WIDTHS = {"number": 5, "money": 10, "phone": 20, "personal_code": 20}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer that can be chosen, with the questions that it leads to."""

    value: str
    text: str
    fields: tuple["Field", ...] = ()


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
    accept: str | None = None
    width: int | None = None
    items: tuple["Field", ...] = ()
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
    made = {each.name: _fixed(_field(each, inputs, filled, language), each, fixed) for each in inputs}
    nested: dict[tuple[str, str], list[Field]] = {}
    top: list[Field] = []
    parents = {each.name for each in inputs if isinstance(each, kinds.Radio | kinds.CheckboxGroup)}
    # From the end, so that a nested question already holds those that are nested in it.
    for each in reversed(inputs):
        field = _with_nested(made[each.name], nested)
        if each.shown_when is not None and each.shown_when.other in parents:
            nested.setdefault((each.shown_when.other, each.shown_when.equals), []).insert(0, field)
        else:
            top.insert(0, field)
    return tuple(_grouped(top))


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


def _named(label: str, error: str) -> str:
    return f"{label} {error}" if label.endswith("?") else f"{label}: {error}"


def prefilled(inputs: tuple[Input, ...], profile: Profile) -> dict[str, Typed]:
    """Answers that are known of the resident, by the names that the inputs give."""
    known = known_of(profile)
    return {each.name: value for each in inputs if each.prefill and (value := known.get(each.prefill))}


def sensitive(inputs: tuple[Input, ...]) -> frozenset[str]:
    """Names of the inputs whose answers are masked."""
    return frozenset(each.name for each in inputs if each.sensitive)


async def read(
    form: FormMultiDict, inputs: tuple[Input, ...], known: Mapping[str, Typed], kept: Mapping[str, Upload]
) -> Read:
    """What was sent. `known` and `kept` stand in where the form says so."""
    values: dict[str, Typed] = {}
    files: dict[str, Upload] = {}
    stood: set[str] = set()
    for each in inputs:
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
        value="" if is_masked else _shown(question, value),
        known=_known(question, plain, filled) if is_masked or question.name in filled.files else None,
        error=filled.errors.get(question.name),
        choices=tuple(
            Choice(value=option.value, text=option.label.to(language)) for option in getattr(question, "options", ())
        ),
        only_if=_only_if(question, inputs, language),
        accept=",".join(question.accept) if isinstance(question, kinds.File) else None,
        width=_WIDTHS.get(question.kind),
    )


def _fixed(field: Field, question: Input, fixed: Collection[str]) -> Field:
    is_fixed = question.name in fixed
    return replace(field, fixed=is_fixed, is_person=is_fixed and question.same_as is not None)


def _known(question: Input, plain: str, filled: Filled) -> str:
    if isinstance(question, kinds.File):
        name = filled.values.get(question.name)
        return name if isinstance(name, str) and name and question.name not in filled.masked else "••••"
    return masked(question.kind, plain)


def _shown(question: Input, value: Typed) -> Typed:
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
