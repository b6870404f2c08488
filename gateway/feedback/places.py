"""Where an answer is not taken: in a browser in which staff work, and at an enrolled computer or its display.

Nobody rates their helper while that helper looks on, and no assistant answers for somebody at the desk. A browser that
shows none of our marks (a private window, a cleared one) cannot be told from a resident's own; see `docs/threats.md`.
"""

from typing import Any

from litestar import Request

from gateway.config import Settings
from gateway.web import cookies
from gateway.web.cookies import CookieName

_OF_STAFF = (
    CookieName.STAFF,
    CookieName.BROWSER,
    CookieName.TERMINAL,
    CookieName.DISPLAY,
    CookieName.GUEST,
)
"""What a browser keeps once staff have signed in there, or once it was enrolled: also after they have left."""


def is_of_staff(settings: Settings, request: Request[Any, Any, Any]) -> bool:
    """Whether staff work in this browser, as far as its cookies tell."""
    return any(cookies.read(settings, request, name) is not None for name in _OF_STAFF)
