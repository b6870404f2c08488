"""Ways in which a portal changes a form: made to its page as it is served, and to the shape that is compared."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser
from importlib.resources import files

import msgspec

from connectors.sdk.connector import Connector
from connectors.sdk.page import FieldShape, FormShape
from connectors.sdk.steps import Final, Step

_SCRIPT = files("connectors.workshop").joinpath("changes.js").read_text(encoding="utf-8")
_NEW = "jauns_lauks"
_LABEL = "Jauns jautājums"
_ADDED = {
    "a required field is added": f'<label for="{_NEW}">{_LABEL}</label><input id="{_NEW}" name="{_NEW}" required>',
    "a hidden field is added": f'<input type="hidden" name="{_NEW}" value="1">',
}
_TEXTS = frozenset({"text", "email", "tel", "number", "search", "url", "textarea"})


class Kind(StrEnum):
    """What a portal does to a form."""

    FIELD_ADDED = "a required field is added"
    HIDDEN_ADDED = "a hidden field is added"
    FIELD_REMOVED = "a field is removed"
    FIELD_RENAMED = "a field has another name"
    REQUIRED = "a field is required where it was not, or no longer"
    LENGTH = "a field takes another length"
    OPTION_ADDED = "a list offers one more"
    BUTTON_RENAMED = "the button says something else"


@dataclass(frozen=True)
class Change:
    """One kind of change to one control of one page."""

    kind: Kind
    page: Step | Final
    control: str

    def __str__(self) -> str:
        return f"{self.kind} on “{self.page.title.en}”"


def changes_for(connector: Connector) -> Iterator[Change]:
    """One change of each kind, at the first page where it can be made, and a new field on every other page."""
    seen: set[tuple[str, Kind]] = set()
    for kind in Kind:
        for page in connector.pages:
            control = _control(kind, page, connector.fingerprints.get(page.name))
            if control is not None:
                seen.add((page.name, kind))
                yield Change(kind, page, control)
                break
    for page in connector.pages:
        control = _control(Kind.HIDDEN_ADDED, page, connector.fingerprints.get(page.name))
        if control is not None and (page.name, Kind.HIDDEN_ADDED) not in seen:
            yield Change(Kind.HIDDEN_ADDED, page, control)


def _control(kind: Kind, page: Step | Final, shape: FormShape | None) -> str | None:
    """The control that such a change of `page` begins from; none where it cannot be made."""
    appears = page.appears if isinstance(page, Step) else frozenset[str]()
    for field in shape.fields if shape is not None else ():
        if field.name in appears or "*" in field.name:  # not every sample brings them out
            continue
        if not field.name or (field.name in page.volatile and kind is not Kind.HIDDEN_ADDED):
            continue
        if "*" in field.name or (isinstance(page, Step) and field.name in page.appears):
            continue  # that it, or a row of a repeated group, is not there is no change
        if _fits(kind, field):
            return field.name
    return None


def _fits(kind: Kind, field: FieldShape) -> bool:
    match kind:
        case Kind.HIDDEN_ADDED:
            return True
        case Kind.LENGTH:
            return field.type in _TEXTS
        case Kind.OPTION_ADDED:
            return field.type == "select-one" and bool(field.options)
        case Kind.FIELD_REMOVED | Kind.REQUIRED:
            return field.type in _TEXTS | {"select-one", "checkbox"}
    return field.type not in ("hidden", "submit")


def changed(change: Change, shape: FormShape) -> FormShape:
    """`shape` as it is after `change`."""
    fields = list(shape.fields)
    at = next(index for index, field in enumerate(fields) if field.name == change.control)
    field = fields[at]
    match change.kind:
        case Kind.FIELD_ADDED:
            fields.insert(at, FieldShape(name=_NEW, type="text", label=_LABEL, required=True))
        case Kind.HIDDEN_ADDED:
            fields.insert(at, FieldShape(name=_NEW, type="hidden"))
        case Kind.FIELD_REMOVED:
            del fields[at]
        case Kind.FIELD_RENAMED:
            fields[at] = msgspec.structs.replace(field, name=_NEW)
        case Kind.REQUIRED:
            fields[at] = msgspec.structs.replace(field, required=not field.required)
        case Kind.LENGTH:
            fields[at] = msgspec.structs.replace(field, maxlength="3")
        case Kind.OPTION_ADDED:
            fields[at] = msgspec.structs.replace(field, options=(*field.options, (_NEW, _LABEL)))
    return msgspec.structs.replace(shape, fields=tuple(fields))


def in_html(change: Change, *, javascript: bool) -> Callable[[str], str]:
    """What makes `change` of a page as it is served: in its text, or where a script draws the page, by one more."""
    if javascript:
        told = {"kind": change.kind.name, "control": change.control, "button": change.page.button}
        script = f"<script>({_SCRIPT})({json.dumps(told | {'name': _NEW, 'label': _LABEL})})</script>"
        return lambda text: _with_script(text, script)
    return lambda text: _edited(change, text)


def with_line(text: str, line: str) -> str:
    """The page with one more line at its end, outside what a script draws."""
    at = text.lower().rfind("</body>")
    place = at if at >= 0 else len(text)
    return f"{text[:place]}<p>{html.escape(line)}</p>{text[place:]}"


def _with_script(text: str, script: str) -> str:
    """The page with a script in its head, which HTML lets a page leave unsaid."""
    at = re.search(r"(?i)(?=</head>|<body)", text) or re.match(r"(?i)\s*(<!doctype[^>]*>)?\s*(<html[^>]*>)?", text)
    place = at.end() if at is not None else 0
    return text[:place] + script + text[place:]


@dataclass(frozen=True)
class _Tag:
    name: str
    attributes: dict[str, str | None]
    start: int
    end: int


class _Tags(HTMLParser):
    """Where each start tag of a page stands in its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Tag] = []
        self._lines = [0]
        for line in text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        self.found.append(_Tag(tag, dict(attrs), start, start + len(self.get_starttag_text() or "")))


def _edited(change: Change, text: str) -> str:
    if change.kind is Kind.BUTTON_RENAMED:
        said = re.escape(html.escape(change.page.button, quote=False))
        return re.sub(rf'(>\s*|value=")({said})(\s*<|")', r"\1\2 !\3", text)
    controls = ("input", "select", "textarea", "button")
    tags = [tag for tag in _Tags(text).found if tag.name in controls and tag.attributes.get("name") == change.control]
    for tag in reversed(tags):
        whole = text[tag.start : tag.end]
        text = text[: tag.start] + _edited_tag(change.kind, tag, whole) + text[tag.end :]
    return text


def _edited_tag(kind: Kind, tag: _Tag, whole: str) -> str:
    if kind is Kind.FIELD_REMOVED:
        return "" if tag.name == "input" else _without(whole, "name")
    if kind in (Kind.FIELD_ADDED, Kind.HIDDEN_ADDED):
        return _ADDED[kind] + whole
    if kind is Kind.OPTION_ADDED:
        return f'{whole}<option value="{_NEW}">{_LABEL}</option>'
    return _with_other_attributes(kind, tag, whole)


def _with_other_attributes(kind: Kind, tag: _Tag, whole: str) -> str:
    if kind is Kind.FIELD_RENAMED:
        return _with(_without(whole, "name"), f'name="{_NEW}"')
    if kind is Kind.LENGTH:
        return _with(_without(whole, "maxlength"), 'maxlength="3"')
    was = "required" in tag.attributes or tag.attributes.get("aria-required") == "true"
    bare = _without(_without(whole, "aria-required"), "required")
    return bare if was else _with(bare, "required")


def _without(tag: str, attribute: str) -> str:
    return re.sub(rf"""\s{attribute}(=("[^"]*"|'[^']*'|[^\s>]*))?(?=[\s/>])""", "", tag, flags=re.IGNORECASE)


def _with(tag: str, attribute: str) -> str:
    name = re.match(r"<\w+", tag)
    at = name.end() if name else 0
    return f"{tag[:at]} {attribute}{tag[at:]}"
