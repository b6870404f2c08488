"""At the desk: a resident acts alone at a shared computer. Begin, extend and end it, or go on at the counter."""

from typing import Any

from litestar import Response, post

from gateway.pages import guest
from gateway.pages.desk.answering import AtVisit
from gateway.people.access import Who, allow
from gateway.visits import guiding
from gateway.web.exchange import traits_of

_GUIDES = allow(Who.ASSISTANT)


@post("/desk/visits/{visit_id:str}/guest/code", **_GUIDES)
async def offer(at: AtVisit) -> Response[Any]:
    """Show a code that is typed at another computer of the centre."""
    return await at.take(at.doing(guiding.offer))


@post("/desk/visits/{visit_id:str}/guest/here", **_GUIDES)
async def begin_here(at: AtVisit) -> Response[Any]:
    """The resident sits down at this computer; the assistant's session is locked meanwhile."""
    token = await at.parts.database.write(at.doing(guiding.begin_here, traits=traits_of(at.request)))
    return guest.begun(at.parts, token)


@post("/desk/visits/{visit_id:str}/guest/extend", **_GUIDES)
async def extend(at: AtVisit) -> Response[Any]:
    """Give the resident more time."""
    return await at.take(at.doing(guiding.extend))


@post("/desk/visits/{visit_id:str}/guest/end", **_GUIDES)
async def end(at: AtVisit) -> Response[Any]:
    """End their time: the computer shows the page that waits for the next."""
    return await at.take(at.doing(guiding.end))


@post("/desk/visits/{visit_id:str}/guest/counter", **_GUIDES)
async def serve_at_counter(at: AtVisit) -> Response[Any]:
    """Go on at the counter, with a delegation."""
    return await at.take(at.doing(guiding.serve_at_counter), then="?note=counter")


HANDLERS = (offer, begin_here, extend, end, serve_at_counter)
