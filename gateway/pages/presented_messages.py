"""Somebody with a document says at a centre which messages they want; whoever serves them reads it out."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.pages import message_words
from gateway.pages.forms import Form
from gateway.pages.message_words import Filled
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import presented_messages
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_STAFF: Final = allow(Who.ASSISTANT, Who.MANAGER)
_HERE: Final = "/presented/{shown_id:str}/messages"


@get(_HERE, **_STAFF)
async def show(request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str]) -> Response[Any]:
    """What the person has said so far, to be read to them."""
    return await _show(request, session, parts, shown_id)


@post(_HERE, **_STAFF)
async def take(
    request: AnyRequest, session: StaffSession, parts: Parts, shown_id: FromPath[str], data: Form
) -> Response[Any]:
    """Keep what they say."""
    filled = Filled.of(data)
    if filled.faults:
        return await _show(request, session, parts, shown_id, filled)

    def work(conn: Connection) -> None:
        presented_messages.say(conn, parts, session, shown_id, filled.said)

    await parts.database.write(work)
    return see_other(f"/presented/{shown_id}/messages?saved=yes")


async def _show(
    request: AnyRequest, session: StaffSession, parts: Parts, shown_id: str, filled: Filled | None = None
) -> Response[Any]:
    kept, dead = await parts.database.read(lambda conn: presented_messages.read(conn, parts, session, shown_id))
    here = f"/presented/{shown_id}/messages"
    return page(
        request,
        "pages/presented/messages.html",
        status=422 if filled else 200,
        back=here,
        here=here,
        all_of_them=f"/presented/{shown_id}",
        filled=filled or Filled.as_kept(kept),
        faults=filled.faults if filled else {},
        words=message_words,
        dead=sorted(dead),
        is_saved=request.query_params.get("saved") == "yes",
    )


HANDLERS = (show, take)
