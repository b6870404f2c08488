"""The guard before every handler: who is calling, may they, and did they mean it."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from sqlalchemy import Connection

from audit.events import EventName
from gateway.ids import new_token
from gateway.ledger import outbox
from gateway.parts import Parts
from gateway.people import guest_sessions, kept_forms, sessions, staff_states
from gateway.people.access import (
    ACCESS_KEY,
    Access,
    AccountSession,
    AnySession,
    ApiCaller,
    DisplaySession,
    GuestSession,
    ResidentSession,
    SessionKind,
    StaffSession,
    Unproven,
    Who,
)
from gateway.people.errors import (
    AccessRefusedError,
    AccountSuspendedError,
    CookiesOffError,
    GuestElsewhereError,
    RequestForgedError,
    RoleNotChosenError,
    SessionElsewhereError,
    SessionLockedError,
    SessionUnprovenError,
    SignInRequiredError,
)
from gateway.people.proven import Shown
from gateway.terminals import displays, enrolment
from gateway.terminals.proofs import fingerprint
from gateway.web import forms, keeping, machines, strangers
from gateway.web.cookies import COOKIE_OF, CookieName, read
from gateway.web.current import CurrentSession
from gateway.web.exchange import certificate_of, exchange_of, parts_of, traits_of

AnyRequest = Request[Any, Any, Any]
CSRF_FIELDS = ("_csrf", "csrf")
CSRF_HEADER = "x-csrf-token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_ENDPOINTS_OWN = frozenset({Who.ANYONE, Who.PORTAL, Who.RUN})
"""Callers that need no session of ours."""
_TOO_LATE = (SessionLockedError, SessionUnprovenError, SignInRequiredError, RequestForgedError)
"""Why a form is turned away whose sender may well have meant it."""
_READING_BY_THEMSELVES = frozenset({Who.PORTAL, Who.RUN})


async def admit(connection: "ASGIConnection[Any, Any, Any, Any]", handler: BaseRouteHandler) -> None:
    """Let a request reach `handler`, or raise the reason why not; leaves the session in the exchange.

    What was typed for too long is kept, where the handler's form is one to be kept.
    """
    try:
        await _admit(connection, handler)
    except _TOO_LATE:
        access: Access | None = handler.opt.get(ACCESS_KEY)
        if access is not None and access.keeps and isinstance(connection, Request):
            exchange_of(connection).is_kept = await _keep(connection)
        raise


async def _admit(connection: "ASGIConnection[Any, Any, Any, Any]", handler: BaseRouteHandler) -> None:
    access: Access | None = handler.opt.get(ACCESS_KEY)
    if not isinstance(connection, Request):
        raise AccessRefusedError("only plain HTTP is served")
    if access is None:
        if connection.method == "OPTIONS":  # Litestar's own answer, which only lists methods
            return
        raise AccessRefusedError("the handler does not say who may call it")
    forms.ensure_address(connection)
    parts = parts_of(connection)
    if access.scope is not None:
        exchange_of(connection).program = await machines.admit(connection, parts, access.scope)
        return
    session = _settle(await _find_session(connection, parts, access), access, parts)
    exchange_of(connection).session = session
    is_welcome = session is not None and session.is_one_of(access.who)
    if not is_welcome and not access.who & _ENDPOINTS_OWN:
        await _refuse(connection, parts, access, session)
    if connection.method not in _SAFE_METHODS and not access.who <= _READING_BY_THEMSELVES:
        await forms.read(connection)
    if access.csrf and connection.method not in _SAFE_METHODS:
        await _ensure_meant(connection, parts, access, session)
    if access.keeps and isinstance(session, StaffSession):
        await _send_kept(connection, parts, session)


async def _keep(connection: AnyRequest) -> bool:
    """Keep the form of a request that is turned away; what another site sent is none of ours."""
    parts = parts_of(connection)
    _ensure_own_origin(connection, parts)
    await forms.read(connection)
    return await keeping.keep(connection, parts, await _sent_token(connection))


async def _send_kept(connection: AnyRequest, parts: Parts, session: StaffSession) -> None:
    """What was kept before arrives now: it does not wait any more."""
    form_id = (await connection.form()).get(keeping.MARK)
    if not isinstance(form_id, str):
        return
    await parts.database.write(
        lambda conn: kept_forms.drop(conn, form_id, staff_id=session.staff_id, terminal_id=session.terminal_id)
    )


def current_session(request: AnyRequest, parts: Parts) -> CurrentSession:  # noqa: ARG001 - it orders the dependencies
    """Litestar dependency `session`: whoever the guard let in.

    It asks for `parts`, so that Litestar makes the two one after the other: side by side they would cost a group of
    tasks for each request.
    """
    return exchange_of(request).session


def current_program(request: AnyRequest, parts: Parts) -> ApiCaller:  # noqa: ARG001 - as of `current_session`
    """Litestar dependency `program`: whose key the guard let in."""
    program = exchange_of(request).program
    if program is None:
        raise AccessRefusedError("no handler for programs")
    return program


async def session_of(connection: AnyRequest, parts: Parts, kind: SessionKind) -> AnySession | None:
    """The session of a kind that this browser has; `None` where its cookies came from elsewhere."""
    token = read(parts.settings, connection, COOKIE_OF[kind])
    if token is None:
        return None
    try:
        session = await _load(connection, parts, kind, token, by_itself=False)
    except AccountSuspendedError:
        return None
    return None if _is_elsewhere(session) else session


def stranger_csrf(parts: Parts, stranger: str) -> str:
    """The token that the forms of a browser without a session carry: made from its cookie, so not to be planted."""
    return base64.urlsafe_b64encode(parts.sealer.keyed_hash("csrf.stranger", stranger)).decode()


def stranger_of(connection: AnyRequest, parts: Parts) -> tuple[str, bool]:
    """The secret of a browser without a session, and whether it was made just now and its cookie must be set."""
    exchange = exchange_of(connection)
    known = read(parts.settings, connection, CookieName.STRANGER)
    if known is None and exchange.stranger is None:
        exchange.stranger = new_token()
    return (known, False) if known is not None else (exchange.stranger or "", True)


async def _find_session(connection: AnyRequest, parts: Parts, access: Access) -> AnySession | None:
    first: AnySession | None = None
    for kind in access.kinds:
        token = read(parts.settings, connection, COOKIE_OF[kind])
        if token is None:
            continue
        try:
            session = await _load(connection, parts, kind, token, by_itself=access.by_itself)
        except AccountSuspendedError:
            if Who.ANYONE not in access.who:
                raise
            session = None
        if session is not None and session.is_one_of(access.who):
            return session
        first = first or session
    return first


async def _load(
    connection: AnyRequest, parts: Parts, kind: SessionKind, token: str, *, by_itself: bool
) -> AnySession | None:
    now = parts.clock.now()
    if kind is SessionKind.DISPLAY:
        return await _load_display(connection, parts, token, now)
    if kind is SessionKind.GUEST:
        return await _load_guest(connection, parts, token, now)
    if kind is SessionKind.RESIDENT:
        resident = await parts.database.read(lambda conn: sessions.load_resident(conn, token, now))
        await _touch(parts, resident, now)
        return resident
    if kind is SessionKind.ACCOUNT:
        account = await parts.database.read(lambda conn: sessions.load_account(conn, token, now))
        await _touch(parts, account, now)
        return account
    staff = await _load_staff(connection, parts, token, now)
    if not by_itself and (staff is None or staff.unproven is None):
        await _touch(parts, staff, now)
    return staff


async def _load_guest(connection: AnyRequest, parts: Parts, token: str, now: datetime) -> GuestSession | None:
    secret = read(parts.settings, connection, CookieName.TERMINAL)
    shown = Shown(terminal_secret=secret, traits=traits_of(connection))
    try:
        return await parts.database.read(lambda conn: guest_sessions.load(conn, token, shown=shown, now=now))
    except GuestElsewhereError as error:
        elsewhere = error
        await parts.database.write(lambda conn: guest_sessions.note_refused(conn, elsewhere, shown, now))
        return None


async def _load_staff(connection: AnyRequest, parts: Parts, token: str, now: datetime) -> StaffSession | None:
    shown = Shown(
        terminal_secret=read(parts.settings, connection, CookieName.TERMINAL),
        proof=read(parts.settings, connection, CookieName.PROOF),
        traits=traits_of(connection),
        certificate=certificate_of(connection),
    )
    anywhere, every = parts.settings.staff_anywhere, parts.settings.terminal_proof
    try:
        staff = await parts.database.read(
            lambda conn: sessions.load_staff(conn, token, shown=shown, anywhere=anywhere, every=every, now=now)
        )
    except SessionElsewhereError as error:
        elsewhere = error
        await parts.database.write(lambda conn: strangers.end_stolen(conn, elsewhere, shown.terminal_secret, now))
        raise
    except AccountSuspendedError as error:
        who, which = error.staff_id or "", error.token_hash
        await parts.database.write(lambda conn: staff_states.note_refused(conn, who, which, now))
        raise
    if staff is not None and _is_elsewhere(staff):
        await parts.database.write(lambda conn: strangers.note_stranger(conn, staff, shown, now))
    return staff


async def _load_display(connection: AnyRequest, parts: Parts, token: str, now: datetime) -> DisplaySession | None:
    shown = Shown(
        proof=read(parts.settings, connection, CookieName.DISPLAY_PROOF),
        traits=traits_of(connection),
        certificate=certificate_of(connection),
    )
    every = parts.settings.terminal_proof
    display = await parts.database.read(lambda conn: displays.load(conn, token, shown=shown, every=every, now=now))
    if display is None:
        return None
    if _is_elsewhere(display):
        await parts.database.write(lambda conn: strangers.note_strange_display(conn, display, shown, now))
    elif display.unproven is None and (display.seen_at is None or now - display.seen_at >= enrolment.SEEN_AFTER):
        await parts.database.write(lambda conn: displays.note_seen(conn, display.display_id, now))
    return display


async def _touch(parts: Parts, session: StaffSession | ResidentSession | AccountSession | None, now: datetime) -> None:
    if session is None or now - session.seen_at < sessions.TOUCH_AFTER:
        return
    idle = _idle_of(parts, session)

    def work(conn: Connection) -> None:
        sessions.touch(conn, session.token_hash, now=now, idle=idle)
        if isinstance(session, StaffSession) and session.terminal_id is not None:
            enrolment.note_use(conn, session.terminal_id, now)

    await parts.database.write(work)


def _idle_of(parts: Parts, session: StaffSession | ResidentSession | AccountSession) -> timedelta:
    if isinstance(session, AccountSession):
        return sessions.ACCOUNT_IDLE
    return parts.settings.session_idle if isinstance(session, StaffSession) else parts.settings.resident_session


def _settle(session: AnySession | None, access: Access, parts: Parts) -> AnySession | None:
    """Hold back a session that is locked, has no role yet, or whose terminal has to prove itself.

    To a page for anyone its browser is a stranger's. Whoever shows the cookies elsewhere reaches the proof alone.
    """
    if access.proves or not isinstance(session, StaffSession | DisplaySession):
        return session
    if isinstance(session, DisplaySession):
        if session.unproven is not None:
            raise _unproven(session, session.key, parts)
        return session
    if access.while_locked and not _is_elsewhere(session):
        return session
    if session.locked_at is None and session.role_chosen and session.unproven is None:
        return session
    if Who.ANYONE in access.who:
        return None
    if session.locked_at is not None and not access.while_locked:
        raise SessionLockedError("the session is locked")
    if session.unproven is not None:
        raise _unproven(session, session.terminal_key, parts)
    raise RoleNotChosenError("no role is chosen yet")


def _is_elsewhere(session: AnySession | None) -> bool:
    """Whether its cookies came from another browser than the one that proved itself last, as far as can be told."""
    return isinstance(session, StaffSession | DisplaySession) and session.unproven not in {None, Unproven.LATE}


def _unproven(session: StaffSession | DisplaySession, key: bytes | None, parts: Parts) -> SessionUnprovenError:
    """What has the browser prove itself; the session's own token goes to the one alone that is merely late."""
    is_late, is_display = not _is_elsewhere(session), isinstance(session, DisplaySession)
    csrf = session.csrf if is_late else _proof_csrf(parts, session)
    return SessionUnprovenError(terminal_key=_name_of(key), csrf=csrf, is_late=is_late, is_display=is_display)


def _proof_csrf(parts: Parts, session: AnySession) -> str:
    """The token that opens the proof and nothing else, for a browser that may be anybody's."""
    return base64.urlsafe_b64encode(parts.sealer.keyed_hash("csrf.proof", session.csrf)).decode()


def _name_of(public_key: bytes | None) -> str | None:
    return fingerprint(public_key) if public_key else None


async def _refuse(connection: AnyRequest, parts: Parts, access: Access, session: AnySession | None) -> None:
    if session is None:
        raise SignInRequiredError(access.kinds[0])
    if isinstance(session, StaffSession):
        data = {"route": connection.scope["path_template"], "method": connection.method}
        chain, actor, now = f"staff:{session.staff_id}", session.actor, parts.clock.now()
        await parts.database.write(
            lambda conn: outbox.record(conn, chain=chain, type=EventName.ACCESS_REFUSED, actor=actor, data=data, at=now)
        )
    raise AccessRefusedError("the route is for others")


async def _ensure_meant(connection: AnyRequest, parts: Parts, access: Access, session: AnySession | None) -> None:
    """Refuse a state-changing request that another site, or another session's page, made this browser send."""
    _ensure_own_origin(connection, parts)
    sent = await _sent_token(connection)
    stranger = read(parts.settings, connection, CookieName.STRANGER)
    expected = [session.csrf] if session is not None else []
    if stranger and (session is None or (_is_elsewhere(session) and Who.ANYONE in access.who)):
        expected.append(stranger_csrf(parts, stranger))
    if session is not None and access.proves:
        expected.append(_proof_csrf(parts, session))
    if sent and not any(read(parts.settings, connection, name) for name in CookieName):
        raise CookiesOffError("a form's page set a cookie, and none came back")
    same = next((token for token in expected if secrets.compare_digest(sent.encode(), token.encode())), None)
    if not same:
        raise RequestForgedError("the form's token is not this session's")
    if session is not None and stranger and same == stranger_csrf(parts, stranger):
        exchange_of(connection).session = None  # from a page for anyone, where it was a stranger's


async def _sent_token(connection: AnyRequest) -> str:
    sent = connection.headers.get(CSRF_HEADER) or ""
    if not sent and connection.headers.get("content-type", "").startswith(_FORMS):
        form = await connection.form()
        sent = next((text for name in CSRF_FIELDS if isinstance(text := form.get(name), str)), "")
    return sent


def _ensure_own_origin(connection: AnyRequest, parts: Parts) -> None:
    """Refuse what another site's page sent. Under `no-referrer` a form's Origin is `null`: the newer header counts."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise RequestForgedError(f"the request comes from a page that is {site}")
        return
    origin = connection.headers.get("origin")
    if origin is not None and origin not in {parts.settings.url, parts.settings.public_url}:
        raise RequestForgedError("the request comes from another origin")
