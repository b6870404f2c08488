"""Our cookies: HttpOnly, SameSite=Lax, and over https Secure and `__Host-`, so that no neighbour can plant one."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from gateway.config import Settings
from gateway.people.access import SessionKind

_TERMINAL_LIFE = timedelta(days=400)
"""The longest that browsers keep a cookie; it is set anew at each sign-in."""


class CookieName(StrEnum):
    """What we keep in a browser."""

    STAFF = "pilnvara_staff"
    RESIDENT = "pilnvara_resident"
    ACCOUNT = "pilnvara_mine"
    DISPLAY = "pilnvara_display"
    GUEST = "pilnvara_guest"
    TERMINAL = "pilnvara_terminal"
    """The enrolment of a shared computer; outlives every session."""
    PROOF = "pilnvara_proof"
    """What the terminal's last proof gave; another with each, a minute apart."""
    DISPLAY_PROOF = "pilnvara_display_proof"
    """The same of a display: one browser may be both, as in a demonstration."""
    BROWSER = "pilnvara_browser"
    """A random mark, set when staff sign in: two people of one decision do not sit at one computer."""
    STRANGER = "pilnvara_start"
    """Ties the forms of a browser without a session to that browser."""
    LANGUAGE = "pilnvara_lang"
    TURN = "pilnvara_turn"
    """A random mark, new with each page: browsers drop what they keep for *back* once a cookie has changed."""


COOKIE_OF = {
    SessionKind.STAFF: CookieName.STAFF,
    SessionKind.RESIDENT: CookieName.RESIDENT,
    SessionKind.ACCOUNT: CookieName.ACCOUNT,
    SessionKind.DISPLAY: CookieName.DISPLAY,
    SessionKind.GUEST: CookieName.GUEST,
}
_LONG_LIVED = frozenset({CookieName.TERMINAL, CookieName.DISPLAY, CookieName.BROWSER, CookieName.LANGUAGE})


def full_name(settings: Settings, name: CookieName) -> str:
    """The name in the browser; another in practice: gateways on one host share its cookies, whatever their ports."""
    plain = name.value.replace("_", "_practice_", 1) if settings.mode == "practice" else name.value
    return f"__Host-{plain}" if settings.secure else plain


def make(settings: Settings, name: CookieName, value: str) -> Cookie:
    """Set a cookie: until the browser closes, or for as long as browsers allow for what outlives a session."""
    return Cookie(
        key=full_name(settings, name),
        value=value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure,
        max_age=int(_TERMINAL_LIFE.total_seconds()) if name in _LONG_LIVED else None,
    )


def forget(settings: Settings, name: CookieName) -> Cookie:
    """Take a cookie back."""
    return Cookie(
        key=full_name(settings, name),
        value="",
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure,
        max_age=0,
    )


def read(settings: Settings, connection: "ASGIConnection[Any, Any, Any, Any]", name: CookieName) -> str | None:
    """What the browser sent, if anything."""
    return connection.cookies.get(full_name(settings, name)) or None
