"""The keys that pages of staff know: listed on one page, where they can be turned off."""

from typing import Any

from litestar import Request, Response, get

from gateway.pages.rendering import page
from gateway.people.access import Who, allow


@get("/keys", **allow(Who.STAFF))
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """List the keys; the browser keeps whether they are on."""
    return page(request, "pages/keys.html")


HANDLERS = (show,)
