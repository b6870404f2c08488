"""A page as the browser's process reports it: the form's shape, what its controls hold, what it says.

Shapes are compared with the committed ones (`connectors.sdk.differences`): aria snapshots miss an added required
field, a length, an option or a hidden input, so the shape is taken from the document itself.
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
    folded: tuple[str, ...] = ()
    """Names of controls in a part of the page that is folded away."""
    rows: tuple[Row, ...] = ()
    errors: dict[str, str] = {}
    """The portal's message beside a control, by the control's name."""
    messages: tuple[str, ...] = ()
    """What an error summary says."""
    pointed: dict[str, str] = {}
    """Of these what leads to a control, by its name; else by what the link says, as on a page after the control's."""
    text: str = ""


def bare(label: str) -> str:
    """Without the colon and star that some portals end a label with, and said once where a group is called the same."""
    around, own = (part.rstrip(" *").rstrip(" :") for part in label.partition(": ")[::2])
    return (around if own in ("", around) else f"{around}: {own}") or label


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
