"""The only way a page is made: template, reader's language, session, token for its forms, nonce for its script."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Response
from litestar.datastructures import Cookie

from gateway.parts import Parts
from gateway.people.access import KIND_OF, AnySession, DisplaySession, StaffSession
from gateway.people.roles import Role
from gateway.terminals.proofs import fingerprint
from gateway.web import cookies
from gateway.web.admission import AnyRequest, stranger_csrf, stranger_of
from gateway.web.cookies import CookieName
from gateway.web.exchange import exchange_of, parts_of
from gateway.web.preference import preferred
from gateway.web.reopening import reopened, reopened_as_asked
from ui.i18n import Language, Message, message

LANGUAGES: tuple[Language, ...] = ("lv", "en", "lv-plain", "en-plain")
DEFAULT_LANGUAGE: Language = "lv"
_NONCE_BYTES = 16
_TURN_BYTES = 6
OWN_NAMES: dict[Language, str] = {
    "lv": "Latviešu",
    "en": "English",
    "lv-plain": "Viegli lasīt",
    "en-plain": "Easy English",
}
"""Each language calls itself by its own name, in every language."""


def page(
    request: AnyRequest,
    template: str,
    *,
    status: int = 200,
    language: Language | None = None,
    back: str | None = None,
    form_targets: Sequence[str] = (),
    cookies_to_set: Sequence[Cookie] = (),
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """Render `template` for whoever calls.

    The template is given what the layouts ask for (`csrf_token`, `languages`, `viewer`, `viewer_page`, `centre`,
    `lock_action`, `lock_next`, `park_action`, `idle_seconds`, `home`, `proves`, `is_large`), `session` (or none),
    `path`, `mode`, `reference`, and `context`, which wins. `form_targets` are the origins to which a form of this page,
    or the redirect after it, may lead besides our own: browsers hold redirects to `form-action` too. `language` is for
    pages whose reader is not the session's owner; `back` is where the language switch and the unlocking return to,
    when that is not the page's own address, or of one that answers a form the nearest that can be opened.
    """
    parts = parts_of(request)
    exchange = exchange_of(request)
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    csrf, own_cookies = _csrf(request, parts, exchange.session)
    reader = language or language_of(request)
    given = _for_layouts(parts, exchange.session, reader, request.scope["path"], back or reopened_as_asked(request))
    given |= {"csrf_token": csrf, "reference": exchange.reference, "lock_next": back or reopened(request)}
    html = parts.renderer.render(template, reader, nonce, **(given | context))
    return Response(
        html,
        status_code=status,
        media_type="text/html",
        headers={
            **(headers or {}),
            "Content-Security-Policy": content_policy(nonce, form_targets),
            "Content-Language": reader.partition("-")[0],
        },
        cookies=[*own_cookies, *_turned(request, parts, exchange.session), *cookies_to_set],
    )


def language_of(request: AnyRequest) -> Language:
    """The reader's language: the session's, else one chosen on an earlier page, else what the browser asks for."""
    session = exchange_of(request).session
    wanted = session.language if session else cookies.read(parts_of(request).settings, request, CookieName.LANGUAGE)
    known: Language | None = next((language for language in LANGUAGES if language == wanted), None)
    return known or preferred(request.headers.get("accept-language", "")) or DEFAULT_LANGUAGE


def content_policy(nonce: str, form_targets: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a page: our own style and images, scripts that carry the nonce, nothing else.

    In a frame stand only files of ours that name us as their ancestor (`gateway.pages.within`); no page does.
    """
    targets = " ".join(["'self'", *(_origin(target) for target in form_targets)])
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"frame-src 'self'; form-action {targets}; frame-ancestors 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _for_layouts(parts: Parts, session: AnySession | None, language: Language, path: str, back: str) -> dict[str, Any]:
    """Return the values that the layouts of `ui` read."""
    staff = session if isinstance(session, StaffSession) else None
    return {
        "session": session,
        "path": path,
        "mode": parts.settings.mode,
        "languages": _languages(back, session, language),
        "viewer": staff.name if staff else None,
        "viewer_page": "/account" if staff and staff.locked_at is None and staff.role_chosen else None,
        "centre": _place(session),
        "home": "/",
        "lock_action": "/lock" if staff and staff.locked_at is None else None,
        "idle_seconds": _idle_seconds(parts),
        "park_action": "/park" if staff and staff.terminal_id and staff.locked_at is None else None,
        "proves": _proves(parts, session),
        "is_large": session.is_large if isinstance(session, DisplaySession) else None,
        **_drafts(parts, staff),
    }


_NETWORK = message("The whole network")


def _place(session: AnySession | None) -> str | Message | None:
    """Where somebody is said to work: at a centre, an officer at their institution, the owner for the whole network."""
    if isinstance(session, StaffSession) and session.role is Role.OFFICER:
        return session.holder
    if isinstance(session, StaffSession) and session.role is Role.NETWORK_OWNER:
        return _NETWORK
    return session.centre_name if isinstance(session, StaffSession | DisplaySession) else None


def _proves(parts: Parts, session: AnySession | None) -> dict[str, Any] | None:
    """By which key the pages of a terminal's session, or of a display, prove it, where, and how often in seconds."""
    every = int(parts.settings.terminal_proof.total_seconds())
    if isinstance(session, DisplaySession) and session.key is not None:
        return {"key": fingerprint(session.key), "every": every, "csrf": session.csrf, "at": "/display"}
    if not isinstance(session, StaffSession) or session.terminal_id is None or session.locked_at is not None:
        return None
    if session.terminal_key is None:
        return None
    return {"key": fingerprint(session.terminal_key), "every": every, "csrf": session.csrf, "at": "/terminal"}


def _drafts(parts: Parts, staff: StaffSession | None) -> dict[str, Any]:
    """Whose drafts the browser may keep, and by visit our half of the key that seals them there.

    Only an open session at a terminal is told: whoever is locked, elsewhere or somebody else cannot open them.
    """
    if staff is None or staff.terminal_id is None or staff.locked_at is not None:
        return {"drafter": None, "draft_secret": None}
    whose = f"{staff.staff_id} {staff.terminal_id}"

    def secret(visit_id: str) -> str:
        return base64.urlsafe_b64encode(parts.sealer.keyed_hash("draft.secret", f"{whose} {visit_id}")).decode()

    name = base64.urlsafe_b64encode(parts.sealer.keyed_hash("draft.owner", whose)).decode()
    return {"drafter": name, "draft_secret": secret}


def _idle_seconds(parts: Parts) -> int:
    """After how long a shared terminal locks: before the session, whose use is noted by the minute, is over."""
    idle = int(parts.settings.session_idle.total_seconds())
    return max(idle - 120, idle // 2)


def _languages(back: str, session: AnySession | None, current: Language) -> list[dict[str, Any]]:
    """Return the entries of the language switch; each says whose language it changes, of a browser's sessions."""
    of = KIND_OF[type(session)].value if session else "nobody"
    query = urlencode({"of": of, "back": back})
    return [
        {"code": code, "text": text, "href": f"/language/{code}?{query}", "current": code == current}
        for code, text in OWN_NAMES.items()
    ]


def _origin(target: str) -> str:
    """The origin of an address; what is not one would open the policy to more than was meant."""
    parts = urlsplit(target)
    if parts.scheme not in {"http", "https"} or not parts.netloc or any(sign in parts.netloc for sign in "; ,'\"*"):
        raise ValueError(f"not an address that a form may lead to: {target!r}")
    return f"{parts.scheme}://{parts.netloc}"


def _turned(request: AnyRequest, parts: Parts, session: AnySession | None) -> list[Cookie]:
    """The mark of the page that is left for this one, changed, so that *back* asks us again, also without scripts.

    A browser that never had a session has nothing to hide, and gets none.
    """
    if session is None and cookies.read(parts.settings, request, CookieName.TURN) is None:
        return []
    return [cookies.make(parts.settings, CookieName.TURN, secrets.token_urlsafe(_TURN_BYTES))]


def _csrf(request: AnyRequest, parts: Parts, session: AnySession | None) -> tuple[str, list[Cookie]]:
    if session is not None:
        return session.csrf, []
    stranger, is_new = stranger_of(request, parts)
    fresh = [cookies.make(parts.settings, CookieName.STRANGER, stranger)] if is_new else []
    return stranger_csrf(parts, stranger), fresh
