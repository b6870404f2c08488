"""Where a page can be opened again: one that answers a form has an address that only forms may use."""

from functools import lru_cache

from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.routes import HTTPRoute

from gateway.web.admission import AnyRequest


def reopened(request: AnyRequest) -> str:
    """The path of the nearest page at or above the one that was asked for, without what follows a `?`."""
    path: str = request.scope["path"]
    return path if request.method == HttpMethod.GET else nearest(request)


def nearest(request: AnyRequest) -> str:
    """As `reopened`, also of a `GET` for an address that only forms may use; `/` where there is no such page."""
    path: str = request.scope["path"]
    pages, parts = _pages(request.app), path.strip("/").split("/")
    for count in range(len(parts), 0, -1):
        if any(_fits(page, parts[:count]) for page in pages.get(count, ())):
            return "/" + "/".join(parts[:count])
    return "/"


def reopened_as_asked(request: AnyRequest) -> str:
    """As `reopened`; of a page that was asked for by its address, with all of it."""
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{reopened(request)}?{query}" if query and request.method == HttpMethod.GET else reopened(request)


@lru_cache(maxsize=8)
def _pages(app: Litestar) -> dict[int, tuple[tuple[str | None, ...], ...]]:
    """The addresses that can be opened, by how many parts they have; `None` stands for a part that is not fixed."""
    found: dict[int, list[tuple[str | None, ...]]] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute) and HttpMethod.GET in route.methods:
            parts = tuple(each if isinstance(each, str) else None for each in route.path_components)
            found.setdefault(len(parts), []).append(parts)
    return {count: tuple(pages) for count, pages in found.items()}


def _fits(page: tuple[str | None, ...], parts: list[str]) -> bool:
    return all(fixed is None or fixed == part for fixed, part in zip(page, parts, strict=True))
