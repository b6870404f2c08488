"""Pages: Jinja2 templates of the sandbox's own, as HTTP answers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, Scope

ErrorHandlers = dict[int | type[Exception], Callable[[Any, Any], Response[Any]]]

_RIGA = ZoneInfo("Europe/Riga")
_HERE = Path(__file__).parent
_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, auto_reload=False
)


def local(moment: datetime) -> str:
    """A moment as a clock on the wall shows it."""
    return f"{moment.astimezone(_RIGA):%d.%m.%Y %H:%M}"


_templates.globals["local"] = local


def page(template: str, status: int = 200, **values: Any) -> Response[str]:
    """One page."""
    return Response(
        _templates.get_template(template).render(**values),
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"},
    )


def see_other(address: str) -> Response[None]:
    """A redirect that turns a POST into a GET (RFC 9110 section 15.4.4)."""
    return Response(None, status_code=303, headers={"Location": address, "Cache-Control": "no-store"})


@cache
def _stylesheet() -> str:
    return (_HERE / "templates" / "sandbox.css").read_text(encoding="utf-8")


@get("/sandbox.css", media_type="text/css", sync_to_thread=False)
def stylesheet() -> Response[str]:
    """The one stylesheet of all parts."""
    return Response(_stylesheet(), media_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=3600"})


@get("/.well-known/pilnvara-sandbox", media_type="text/plain", sync_to_thread=False)
def made_up() -> Response[str]:
    """What every part says of itself, so that a gateway in practice meets nothing else (decision 137)."""
    return Response("made-up\n", media_type="text/plain; charset=utf-8", headers={"Pilnvara-Sandbox": "made-up"})


class PageError(Exception):
    """A request that ends in a page which says what went wrong."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.message = message


def build_application(
    routes: Sequence[ControllerRouterHandler],
    dependencies: Mapping[str, object],
    error_template: str,
    handlers: ErrorHandlers | None = None,
) -> Litestar:
    """An ASGI application whose handlers are given `dependencies` by name, and whose errors are pages."""
    known = {**_error_pages(error_template), **(handlers or {})}

    async def log_unexpected(error: Exception, _scope: Scope) -> None:
        """Say in the log what becomes a bare 500."""
        if not isinstance(error, HTTPException) and type(error) not in known:
            logging.getLogger(__name__).error("%s", type(error).__name__, exc_info=error)

    return Litestar(
        route_handlers=[stylesheet, made_up, *routes],
        dependencies={name: _provide(value) for name, value in dependencies.items()},
        exception_handlers=known,
        after_exception=[log_unexpected],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=20 * 1024 * 1024,
    )


def _provide(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def _error_pages(template: str) -> ErrorHandlers:
    def of_ours(_request: object, error: PageError) -> Response[str]:
        return page(template, error.status, title=error.title, message=error.message)

    def of_http(_request: object, error: HTTPException) -> Response[str]:
        title = "Lapa nav atrasta" if error.status_code == 404 else "Pieprasījums nav saprotams"
        return page(template, error.status_code, title=title, message="Pārbaudiet adresi un mēģiniet vēlreiz.")

    return {PageError: of_ours, HTTPException: of_http}
