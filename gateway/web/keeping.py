"""What the guard turned away although its sender meant it: a form from a page that was open for too long."""

from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile

from gateway.ids import digest
from gateway.parts import Parts
from gateway.people import kept_forms, proven
from gateway.people.kept_forms import Content
from gateway.people.proven import Shown
from gateway.terminals import enrolment
from gateway.web import forms
from gateway.web.cookies import CookieName, read
from gateway.web.exchange import certificate_of, traits_of

AnyRequest = Request[Any, Any, Any]
MARK = "_kept"
"""The field by which a form says that it was kept before."""
_OWN = frozenset({"_csrf", "csrf", MARK})
"""Fields that belong to the sending, not to what was typed."""


async def keep(connection: AnyRequest, parts: Parts, csrf: str) -> bool:
    """Keep the form that is being refused, if it is of whoever this browser's cookie is, at this enrolled computer.

    Of cookies that another browser shows nothing is kept: what it sends is not what their owner typed.
    """
    token = read(parts.settings, connection, CookieName.STAFF)
    secret = read(parts.settings, connection, CookieName.TERMINAL)
    content = _content(connection, await connection.form())
    if not token or not secret or not csrf or content is None:
        return False
    shown = Shown(
        terminal_secret=secret,
        proof=read(parts.settings, connection, CookieName.PROOF),
        traits=traits_of(connection),
        certificate=certificate_of(connection),
    )
    every = parts.settings.terminal_proof
    route, visit_id, now = connection.scope["path_template"], connection.path_params.get("visit_id"), parts.clock.now()

    def work(conn: Any) -> bool:
        terminal = enrolment.find(conn, secret)
        if terminal is None:
            return False
        owner = kept_forms.typist(conn, token_hash=digest(token), csrf=csrf, terminal_id=terminal.id)
        if owner is None or proven.is_elsewhere(conn, digest(token), shown, every=every, now=now):
            return False
        kept_forms.keep(
            conn,
            parts.sealer,
            content,
            staff_id=owner,
            terminal_id=terminal.id,
            route=route,
            visit_id=visit_id,
            now=now,
        )
        return True

    return await parts.database.write(work)


def _content(connection: AnyRequest, form: Any) -> Content | None:
    fields: list[tuple[str, str]] = []
    had_files = False
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            had_files = had_files or bool(value.filename)
        elif name not in _OWN:
            fields.append((name, value))
    if not fields or sum(len(name) + len(value) for name, value in fields) > forms.LONGEST:
        return None
    return Content(connection.url.path, fields, had_files)
