"""An auditor takes home what proves a visit: asked for with what is to be opened, then fetched as one file."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.ledger.settling import settle
from gateway.pages.forms import Form, field
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import bundles, exporting
from gateway.visits.bundles import Disclosure
from gateway.visits.errors import NotFoundError
from gateway.web.redirects import see_other

_AUDITOR = allow(Who.AUDITOR)
_BUNDLE = "/audit/visits/{visit_id:str}/bundle"


@post(_BUNDLE, **_AUDITOR)
async def ask_for_bundle(session: StaffSession, parts: Parts, visit_id: FromPath[str], data: Form) -> Response[Any]:
    """Record what is to be opened, bring it under a checkpoint, and lead to the file."""
    chosen = Disclosure(
        statements=bool(field(data, "statement", 16)),
        files=bool(field(data, "receipt", 16)),
        controls=None if field(data, "values", 16) else (),
    )

    def work(conn: Connection) -> bool:
        reason = exporting.reason_of(conn, parts, session.actor, visit_id)
        if reason is not None:
            exporting.note(conn, parts, session.actor, visit_id, chosen, reason)
        return reason is not None

    if not await parts.database.write(work):
        return see_other(f"/audit/visits/{visit_id}")
    await settle(parts)
    return see_other(f"/audit/visits/{visit_id}/bundle.zip")


@get(f"{_BUNDLE}.zip", **_AUDITOR)
async def fetch_bundle(session: StaffSession, parts: Parts, visit_id: FromPath[str]) -> Response[bytes]:
    """The file, with what this auditor has asked for in this quarter of an hour."""

    def work(conn: Connection) -> bytes:
        chosen = exporting.noted(conn, parts, session.actor, visit_id)
        if chosen is None:
            raise NotFoundError("no bundle was asked for")
        return bundles.make(conn, parts, visit_id, chosen)

    content = await parts.database.read(work)
    headers = {"Content-Disposition": f'attachment; filename="visit-{visit_id}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


HANDLERS = (ask_for_bundle, fetch_bundle)
