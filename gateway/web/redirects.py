"""Answers to a POST: see another page, so that reloading repeats nothing."""

from collections.abc import Sequence

from litestar.datastructures import Cookie
from litestar.response import Redirect


def see_other(path: str, *, cookies: Sequence[Cookie] = (), clear_cache: bool = False) -> Redirect:
    """Answer 303 to `path`.

    `clear_cache` also empties the browser's cache of our pages, never its cookies: the terminal's enrolment would go
    with them.
    """
    headers = {"Clear-Site-Data": '"cache"'} if clear_cache else {}
    return Redirect(path, status_code=303, cookies=list(cookies), headers=headers)


def own_path(path: str | None, default: str = "/") -> str:
    r"""Return `path` if it leads to a page of this gateway, else `default`: a link must not send people elsewhere.

    Control characters and backslashes are refused too: browsers read `/\\host` and `/\thost` as another host.
    """
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return default
    return path if path.isprintable() and " " not in path else default
