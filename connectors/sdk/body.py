"""What a form's request carries, and whether it is what the page held when it was read back.

Strict on purpose: a body that two readers could read differently is refused, not guessed at.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl

from delegation.readback import Attachment, ReadBack

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_NEVER_SENT_EMPTY = frozenset({"radio", "checkbox", "submit"})
_NOT_CONTROLS = frozenset({"shown"})


class BodyError(ValueError):
    """A request's body is in no form that can be compared."""


class UndeclaredError(BodyError):
    """A request's body carries what the connector does not declare."""


@dataclass(frozen=True)
class BodyField:
    """One field of a request; for a file `value` is the SHA-256 of its bytes in hex, or empty when none was chosen."""

    name: str
    value: str
    filename: str | None = None


@dataclass(frozen=True)
class Difference:
    """Which controls differ between a page and its request, by name; no values, so it may be logged."""

    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = (("missing", self.missing), ("unexpected", self.unexpected), ("changed", self.changed))
        return "; ".join(f"{word}: {', '.join(names)}" for word, names in parts if names)


def parse_body(content_type: str, body: bytes) -> tuple[BodyField, ...]:
    """The fields of a form's body, urlencoded or multipart (RFC 7578).

    Raises:
        BodyError: another type, or not well-formed.
    """
    message = Message()
    message["content-type"] = content_type
    charset = (message.get_param("charset") or "utf-8") if content_type else "utf-8"
    if not isinstance(charset, str) or charset.lower() != "utf-8":
        raise BodyError("the body is not in UTF-8")
    kind = message.get_content_type() if content_type else ""
    if kind == URLENCODED:
        return _urlencoded(body)
    boundary = message.get_param("boundary")
    if kind == MULTIPART and isinstance(boundary, str) and boundary:
        return tuple(_parts(body, boundary.encode("ascii", "replace")))
    if not body:
        return ()
    raise BodyError("the body is no form")


def compare_body(
    fields: Iterable[BodyField], readback: ReadBack, page: str, volatile: Collection[str] = ()
) -> Difference | None:
    """How `fields` differ from what `readback` holds for `page`; `None` when they say the same.

    The values of controls named in `volatile` may differ, their presence may not.
    """
    expected = _expected(readback, page)
    seen: dict[str, list[str]] = {}
    for field in fields:
        value = field.value if field.filename is None else _file_mark(field.filename, field.value)
        seen.setdefault(field.name, []).append(value)
    return difference(expected, seen, volatile)


def difference(
    expected: Mapping[str, list[str]], seen: Mapping[str, list[str]], uncompared: Collection[str]
) -> Difference | None:
    """How `seen` differs from `expected`, each all values by name; of names in `uncompared` only the number counts."""
    missing = tuple(sorted(expected.keys() - seen.keys()))
    unexpected = tuple(sorted(seen.keys() - expected.keys()))
    changed = tuple(
        sorted(
            name
            for name in expected.keys() & seen.keys()
            if not _same(expected[name], seen[name], values_count=name not in uncompared)
        )
    )
    return Difference(missing, unexpected, changed) if missing or unexpected or changed else None


def _same(expected: list[str], seen: list[str], *, values_count: bool) -> bool:
    if not values_count:
        return len(expected) == len(seen)
    return [_lines(value) for value in expected] == [_lines(value) for value in seen]


def _expected(readback: ReadBack, page: str) -> dict[str, list[str]]:
    files = {attachment.control: attachment for attachment in readback.attachments}
    expected: dict[str, list[str]] = {}
    for item in readback.items:
        if item.page != page or not item.control or item.type in _NOT_CONTROLS:
            continue
        if item.value == "" and item.type in _NEVER_SENT_EMPTY:
            continue
        value = _attached(files.get(item.control), item.value) if item.type == "file" else item.value
        expected.setdefault(item.control, []).append(value)
    return expected


def _attached(attachment: Attachment | None, filename: str) -> str:
    if not filename:
        return _file_mark("", "")
    return _file_mark(attachment.filename, attachment.sha256) if attachment else _file_mark(filename, "?")


def _file_mark(filename: str, sha256: str) -> str:
    return f"{filename}\0{sha256}"


def _lines(value: str) -> str:
    """A form sends CRLF where a page holds LF (HTML, "normalize newlines"); nothing else may differ."""
    return value.replace("\r\n", "\n")


def _urlencoded(body: bytes) -> tuple[BodyField, ...]:
    if not body:
        return ()
    if b";" in body:
        # Some portals still part fields by it; browsers write it as a code.
        raise BodyError("the body is not well-formed")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", separator="&"
        )
    except ValueError as error:
        raise BodyError("the body is not well-formed") from error
    return tuple(BodyField(name, value) for name, value in pairs)


def _parts(body: bytes, boundary: bytes) -> Iterable[BodyField]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 2 or pieces[0] or pieces[-1] not in (b"--", b"--\r\n"):
        raise BodyError("the body is not well-formed")
    for piece in pieces[1:-1]:
        head, separator, content = piece.partition(b"\r\n\r\n")
        if not separator or not head.startswith(b"\r\n"):
            raise BodyError("a part of the body has no head")
        yield _part(head[2:], content)


def _part(head: bytes, content: bytes) -> BodyField:
    try:
        lines = head.decode("utf-8").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        match = re.fullmatch(
            r'form-data; name="([^"\r\n]*)"(?:; filename="([^"\r\n]*)")?', headers.get("content-disposition", "")
        )
        if not match or not headers.keys() <= {"content-disposition", "content-type"} or len(headers) != len(lines):
            raise BodyError("a part of the body is not well-formed")
        name, filename = _unescaped(match.group(1)), match.group(2)
        if filename is None:
            if "content-type" in headers:
                raise BodyError("a part of the body is a text of a type of its own")
            return BodyField(name, content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BodyError("a part of the body is not in UTF-8") from error
    digest = hashlib.sha256(content).hexdigest() if content or filename else ""
    return BodyField(name, digest, _unescaped(filename))


def _unescaped(text: str) -> str:
    """Undo what HTML prescribes for names in a multipart head."""
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
