"""Reading an ordinary form, before Litestar would: its own reader keeps what it has read.

It remembers the last 1,024 bodies of a process, with the passwords, codes and names in them, whatever their size; and a
body of many fields takes it seconds, in which nobody else is answered. A file of more than a megabyte it would write
to a disk, unsealed. What is read here stays in memory and goes with its request.
"""

from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from litestar.utils.scope.state import ScopeState
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

AnyRequest = Request[Any, Any, Any]
LONGEST: Final = 262_144
"""Bytes: many times the longest comment. Files come in forms of another kind, under the gateway's own limit."""
MOST_FIELDS: Final = 500
_FILES = "multipart/form-data"
_NUL: Final = "\0"
"""PostgreSQL takes no text with it, and no keyboard makes it."""
_NEVER: Final = 0
"""Size beyond which a file would go to a disk; none, for `SpooledTemporaryFile`."""


async def read(request: AnyRequest) -> None:
    """Read the body as a form, whatever it calls itself, and leave it where handlers and the guard look for it.

    Raises:
        ClientException: 413 where it is longer than any honest form, 400 where it has more fields.
    """
    kind = request.headers.get("content-type", "")
    body = await request.body()
    if kind.lower().startswith(_FILES):
        _leave(request, _parts(kind, body))
        return
    if len(body) > LONGEST:
        raise ClientException("the form is too long", status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ClientException("the form has too many fields") from error
    _leave(request, pairs)


def ensure_address(request: AnyRequest) -> None:
    """Refuse an address with a NUL in its path or query.

    Raises:
        ClientException: 400.
    """
    if _NUL in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise ClientException("the address holds a character that no text has")


def _parts(kind: str, body: bytes) -> list[tuple[str, Any]]:
    """The fields and files of a form with files (RFC 7578), in memory, where `body` is already.

    Raises:
        ClientException: 400 where it cannot be read, 413 where it has more parts than any honest form.
    """
    boundary = parse_options_header(kind)[1].get("boundary", "")
    found: list[tuple[str, Any]] = []
    segment: MultipartSegment | None = None
    content = bytearray()
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_FIELDS) as parser:
            for piece in parser.parse(body):
                if isinstance(piece, MultipartSegment):
                    segment, content = piece, bytearray()
                elif piece:
                    content += piece
                elif segment is not None:
                    found.append((segment.name, _value(segment, bytes(content))))
    except ParserLimitReached as error:
        raise ClientException("the form has too many parts", status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE) from error
    except (MultipartError, ValueError) as error:
        raise ClientException("the form cannot be read") from error
    return found


def _value(segment: MultipartSegment, content: bytes) -> str | UploadFile:
    if segment.filename is None:
        return content.decode()
    kind = segment.content_type or "application/octet-stream"
    headers = dict(segment.headerlist)
    return UploadFile(kind, segment.filename, content, headers, max_spool_size=_NEVER)


def _leave(request: AnyRequest, pairs: list[tuple[str, Any]]) -> None:
    """Put the fields where handlers and the guard look for them; what cannot be stored goes no further."""
    fields: dict[str, Any] = {}
    if any(_NUL in text for pair in pairs for text in pair if isinstance(text, str)):
        raise ClientException("the form holds a character that no text has")
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    state: Any = ScopeState.from_scope(request.scope)
    state.form = {name: values if len(values) > 1 else values[0] for name, values in fields.items()}
