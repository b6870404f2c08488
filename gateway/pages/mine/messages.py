"""Which messages the resident wants, and by which way."""

from typing import Any, Final

from litestar import Request, Response, get, post
from sqlalchemy import Connection

from gateway.keys.errors import KeyDestroyedError
from gateway.pages import message_words
from gateway.pages.forms import Form
from gateway.pages.message_words import Filled
from gateway.pages.mine.signing_in import HOME
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import preferences, residents
from gateway.people.access import AccountSession, Who, allow
from gateway.people.preferences import How
from gateway.web.redirects import see_other

AnyRequest = Request[Any, Any, Any]
_MINE: Final = allow(Who.RESIDENT_ACCOUNT)
_HERE: Final = f"{HOME}/messages"


@get(_HERE, **_MINE)
async def show(request: AnyRequest, session: AccountSession, parts: Parts) -> Response[Any]:
    """What they have said, and what cannot be switched off."""
    kept = await parts.database.read(lambda conn: preferences.read(conn, session.resident_id))
    return await _show(request, session, parts, Filled.as_kept(kept))


@post(_HERE, **_MINE)
async def take(request: AnyRequest, session: AccountSession, parts: Parts, data: Form) -> Response[Any]:
    """Keep what they say."""
    filled = Filled.of(data)
    if filled.faults:
        return await _show(request, session, parts, filled, status=422)

    def work(conn: Connection) -> None:
        now = parts.clock.database_now(conn)
        preferences.say(conn, session.resident_id, filled.said, by=session.actor, how=How.OWN, now=now)

    await parts.database.write(work)
    return see_other(f"{_HERE}?saved=yes")


async def _show(
    request: AnyRequest, session: AccountSession, parts: Parts, filled: Filled, *, status: int = 200
) -> Response[Any]:
    def dead(conn: Connection) -> frozenset[str]:
        try:
            return residents.open_resident(conn, parts, session.resident_id).dead
        except KeyDestroyedError:
            return frozenset()

    return page(
        request,
        "pages/mine/messages.html",
        status=status,
        back=_HERE,
        home=HOME,
        here=_HERE,
        filled=filled,
        faults=filled.faults if status != 200 else {},
        words=message_words,
        dead=sorted(await parts.database.read(dead)),
        is_saved=request.query_params.get("saved") == "yes",
    )


HANDLERS = (show, take)
