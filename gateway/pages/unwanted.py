"""The link in a message that ends messages of its kind, without signing in. Whoever has it can do that and see nothing.

A GET only shows a button, so that nothing which looks at links for somebody ends anything. The POST is also what mail
programs send by themselves when their own button is pressed (RFC 8058): it carries no cookie and no token of ours.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gateway.pages.message_words import ENDED
from gateway.pages.rendering import page
from gateway.parts import Parts
from gateway.people import preferences
from gateway.people.access import Who, allow

AnyRequest = Request[Any, Any, Any]
_LONGEST: Final = 64


@get("/o/{code:str}", **allow(Who.ANYONE, Who.RESIDENT))
async def show(request: AnyRequest, parts: Parts, code: FromPath[str]) -> Response[Any]:
    """Ask whether to end them."""
    kind = await parts.database.read(lambda conn: preferences.kind_of(conn, code[:_LONGEST]))
    action = f"/o/{code[:_LONGEST]}"
    return page(request, "pages/resident/unwanted.html", kind=ENDED[kind], action=action, is_ended=False)


@post("/o/{code:str}", **allow(Who.ANYONE, Who.RESIDENT, csrf=False))
async def end(request: AnyRequest, parts: Parts, code: FromPath[str]) -> Response[Any]:
    """End them; said twice, it is as after once."""
    kind = await parts.database.write(lambda conn: preferences.end_by_link(conn, parts, code[:_LONGEST]))
    return page(request, "pages/resident/unwanted.html", kind=ENDED[kind], action="", is_ended=True)


HANDLERS = (show, end)
