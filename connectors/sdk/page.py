"""A page as the browser's process reports it: the form's shape, what its controls hold, what it says.

Shapes are compared with the committed ones (`difference`): aria snapshots miss an added required field, a length, an
option or a hidden input, so the shape is taken from the document itself.
"""

import hashlib

import msgspec
import rfc8785


class FieldShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One control of a form, without what a person put in it."""

    name: str
    type: str
    label: str = ""
    legend: str = ""
    required: bool = False
    maxlength: str = ""
    pattern: str = ""
    accept: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """(value, text) of a select's options; (value, label) of radio buttons and checkboxes of one name."""


class FormShape(msgspec.Struct, frozen=True, kw_only=True):
    """A form, without what a person put in it."""

    action: str
    """Path only."""
    method: str
    enctype: str
    fields: tuple[FieldShape, ...]


class ControlState(msgspec.Struct, frozen=True, kw_only=True):
    """What one control holds. Unticked boxes and groups without a choice hold the empty string."""

    name: str
    type: str
    label: str = ""
    legend: str = ""
    value: str = ""
    shown: str = ""
    """As a person sees it: an option's text, a label, the text itself."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an overview."""

    label: str
    text: str


class PageState(msgspec.Struct, frozen=True, kw_only=True):
    """One page at one moment."""

    path: str
    title: str = ""
    status: int = 200
    form: FormShape | None = None
    """The form that the step's button submits; `None` when there is no such button."""
    controls: tuple[ControlState, ...] = ()
    rows: tuple[Row, ...] = ()
    errors: dict[str, str] = {}
    """The portal's message beside a control, by the control's name."""
    messages: tuple[str, ...] = ()
    """What an error summary says."""
    text: str = ""


def fingerprint(shape: FormShape) -> str:
    """SHA-256 in hex of the RFC 8785 form of `shape`."""
    return hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(shape))).hexdigest()


def without_options(shape: FormShape, controls: frozenset[str]) -> FormShape:
    """`shape` without the options of `controls`: of those whose options are the person's own."""
    if not controls:
        return shape
    fields = tuple(
        msgspec.structs.replace(field, options=()) if field.name in controls else field for field in shape.fields
    )
    return msgspec.structs.replace(shape, fields=fields)


def difference(expected: FormShape, seen: FormShape | None) -> tuple[str, ...]:
    """What changed from `expected` to `seen`, a sentence each, for people who do not read HTML; empty when nothing."""
    if seen is None:
        return ("The form, or the button that leads on, is no longer on the page.",)
    if expected == seen:
        return ()
    said: list[str] = []
    for what, was, now in (
        ("address", expected.action, seen.action),
        ("method", expected.method, seen.method),
        ("encoding", expected.enctype, seen.enctype),
    ):
        if was != now:
            said.append(f"The form's {what} was “{was}” and is now “{now}”.")
    said.extend(_field_differences(expected.fields, seen.fields))
    return tuple(said) or ("The fields stand in another order.",)


def _field_differences(expected: tuple[FieldShape, ...], seen: tuple[FieldShape, ...]) -> list[str]:
    was = {field.name: field for field in expected}
    now = {field.name: field for field in seen}
    said = [f"The field {_called(was[name])} is gone." for name in was if name not in now]
    for name, field in now.items():
        if name not in was:
            said.append(f"There is a new {'required ' if field.required else ''}field {_called(field)}.")
        elif field != was[name]:
            said.extend(_changes(was[name], field))
    if len(was) != len(expected) or len(now) != len(seen):
        said.append("A field's name is used more than once, in another way than before.")
    return said


def _changes(was: FieldShape, now: FieldShape) -> list[str]:
    said = []
    for attribute in ("type", "label", "legend", "maxlength", "pattern", "accept"):
        before, after = getattr(was, attribute), getattr(now, attribute)
        if before != after:
            said.append(f"The field {_called(was)}: its {attribute} was “{before}” and is now “{after}”.")
    if was.required != now.required:
        said.append(f"The field {_called(was)} is {'now' if now.required else 'no longer'} required.")
    gone = [text for value, text in was.options if (value, text) not in now.options]
    new = [text for value, text in now.options if (value, text) not in was.options]
    said.extend(f"The field {_called(was)} no longer offers “{text}”." for text in gone)
    said.extend(f"The field {_called(was)} now also offers “{text}”." for text in new)
    return said or [f"The field {_called(was)} offers its options in another order."]


def _called(field: FieldShape) -> str:
    return f"“{field.label or field.legend}” ({field.name})" if field.label or field.legend else f"({field.name})"
