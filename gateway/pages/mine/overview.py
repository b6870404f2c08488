"""The first of the resident's own pages: what is allowed now, and what was, with a page for who looked."""

from typing import Any

from litestar import Request, Response, get

from gateway.pages.mine import words
from gateway.pages.mine.signing_in import HOME
from gateway.pages.rendering import language_of, page
from gateway.paging import Key
from gateway.parts import Parts
from gateway.people.access import AccountSession, Who, allow
from gateway.visits import inquiries, own, own_looks

AnyRequest = Request[Any, Any, Any]
_MINE = allow(Who.RESIDENT_ACCOUNT)


@get(HOME, **_MINE)
async def show(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """List everything, the newest first."""
    after, language = Key.parse(request.query_params.get("before", "")), language_of(request)
    shown = await parts.database.read(lambda conn: own.overview(conn, parts, session.resident_id, language, after))
    return page(
        request,
        "pages/mine/overview.html",
        home=HOME,
        shown=shown,
        is_first=after is None,
        standings=words.STANDINGS,
        colours=words.COLOURS,
        filings=words.FILINGS,
    )


@get("/mine/looks", **_MINE)
async def show_looks(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """Who looked at what is kept of them, and why."""
    after = Key.parse(request.query_params.get("before", ""))
    await inquiries.tell_what_is_due(parts)
    looks, older = await parts.database.read(lambda conn: own_looks.of_person(conn, session.resident_id, after))
    return page(
        request,
        "pages/mine/looks.html",
        home=HOME,
        looks=looks,
        older=str(older) if older else None,
        is_first=after is None,
        kinds=words.LOOKS,
        reasons=words.LOOK_REASONS,
        roles=words.ROLES,
    )


HANDLERS = (show, show_looks)
