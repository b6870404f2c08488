"""Reading an ordinary form, before Litestar would: its own reader keeps what it has read.

It remembers the last 1,024 bodies of a process, with the passwords, codes and names in them, whatever their size; and a
body of many fields takes it seconds, in which nobody else is answered. What is read here goes with its request.
"""

from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions import ClientException
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from litestar.utils.scope.state import ScopeState

AnyRequest = Request[Any, Any, Any]
LONGEST: Final = 262_144
"""Bytes: many times the longest comment. Files come in forms of another kind, under the gateway's own limit."""
MOST_FIELDS: Final = 500
_FILES = "multipart/form-data"


async def read(request: AnyRequest) -> None:
    """Read the body as a form, whatever it calls itself, and leave it where handlers and the guard look for it.

    Raises:
        ClientException: 413 where it is longer than any honest form, 400 where it has more fields.
    """
    if request.headers.get("content-type", "").startswith(_FILES):
        return
    body = await request.body()
    if len(body) > LONGEST:
        raise ClientException("the form is too long", status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ClientException("the form has too many fields") from error
    fields: dict[str, Any] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    state: Any = ScopeState.from_scope(request.scope)
    state.form = {name: values if len(values) > 1 else values[0] for name, values in fields.items()}
