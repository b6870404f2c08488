"""A terminal proves itself: at enrolment, sign-in and unlock with their forms, and by itself while somebody works."""

import secrets
from typing import Any

from litestar import Request, Response, post
from sqlalchemy import Connection

from gateway.ids import digest
from gateway.pages.forms import Form, field
from gateway.parts import Parts
from gateway.people import proven, throttle
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import TerminalKeyMissingError, TerminalProofRefusedError
from gateway.people.proven import Proven
from gateway.terminals import enrolment, proofs
from gateway.terminals.enrolment import KnownTerminal, Means
from gateway.terminals.proofs import Proof
from gateway.terminals.tables import TerminalPurpose
from gateway.web import cookies, refusals
from gateway.web.admission import stranger_of
from gateway.web.cookies import CookieName
from gateway.web.current import CurrentSession
from gateway.web.exchange import address_of, certificate_of, exchange_of, traits_of

AnyRequest = Request[Any, Any, Any]
_LONGEST = 256
_LONGEST_KEY = 1024
_MOST_QUESTIONS = 120
"""Questions that strangers at one address are given within a quarter of an hour: each is a row."""


@post("/terminal/challenge", status_code=200, **allow(Who.ANYONE, proves=True, by_itself=True))
async def ask(request: AnyRequest, parts: Parts, data: Form) -> Response[dict[str, str]]:
    """Give the page's script a question for the terminal's key."""
    now, bound_to = parts.clock.now(), _bound_to(request, parts)
    purpose = next((each for each in TerminalPurpose if each.value == data.get("purpose")), TerminalPurpose.GO_ON)
    door = throttle.Door("question", address_of(request), _MOST_QUESTIONS)
    is_stranger = not isinstance(exchange_of(request).session, StaffSession)

    def work(conn: Connection) -> str:
        if is_stranger:
            throttle.charge(conn, parts.sealer, [door], now)
        return proofs.ask(conn, purpose, bound_to, now)

    challenge = await parts.database.write(work)
    return Response({"challenge": challenge}, media_type="application/json")


@post("/terminal/prove", status_code=204, **allow(Who.STAFF, proves=True, by_itself=True))
async def go_on(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[None]:
    """Take the proof that a session is still at its terminal; its cookie is another from now on."""
    terminal = await known_terminal(request, parts)
    fresh = await prove(request, parts, terminal, TerminalPurpose.GO_ON, data)
    if fresh is None:
        raise TerminalProofRefusedError("missing")
    presented, given = cookies.read(parts.settings, request, CookieName.PROOF), fresh
    secret = await parts.database.write(
        lambda conn: proven.renew(conn, session.token_hash, presented=presented, proven=given)
    )
    to_set = [cookies.make(parts.settings, CookieName.PROOF, secret)] if secret is not None else []
    return Response(None, status_code=204, cookies=to_set)


@post("/alive", status_code=204, **allow(Who.STAFF))
async def alive() -> None:
    """Somebody types, and sends nothing yet: the session goes on. That it was asked is all that counts."""


async def prove(
    request: AnyRequest, parts: Parts, terminal: KnownTerminal | None, purpose: TerminalPurpose, data: Form
) -> Proven | None:
    """Take the proof that came with a form; `None` where there is no terminal or no proof.

    Raises:
        TerminalProofRefusedError: there is one, and it is not this terminal's, for this step, from this browser.
    """
    proof = Proof(field(data, "challenge", _LONGEST), field(data, "proof", _LONGEST))
    if terminal is None:
        if cookies.read(parts.settings, request, CookieName.TERMINAL) is not None:
            await refusals.note_terminal(request, None, purpose, "terminal")
        return None
    try:
        if terminal.certificate_hash is not None:
            _ensure_certificate(terminal.certificate_hash, certificate_of(request))
        elif terminal.public_key is None or not proof.signature:
            return None
        else:
            await _ensure_signed(request, parts, terminal.public_key, purpose, proof)
    except TerminalProofRefusedError as error:
        await refusals.note_terminal(request, terminal.id, purpose, error.reason)
        raise
    return Proven(parts.clock.now(), traits_of(request))


async def means_of(request: AnyRequest, parts: Parts, data: Form) -> Means:
    """By what the computer that is being enrolled will prove itself; it does so at once.

    Raises:
        TerminalProofRefusedError: neither a key that signs nor a certificate.
    """
    certificate = certificate_of(request)
    typed = field(data, "public_key", _LONGEST_KEY)
    if certificate is not None:
        return Means(None, certificate)
    proof = Proof(field(data, "challenge", _LONGEST), field(data, "proof", _LONGEST))
    if not typed or not proof.signature:
        raise TerminalKeyMissingError("missing")
    public_key = proofs.read_key(typed)
    await _ensure_signed(request, parts, public_key, TerminalPurpose.ENROL, proof)
    return Means(public_key)


async def known_terminal(request: AnyRequest, parts: Parts) -> KnownTerminal | None:
    """The enrolled terminal that this browser calls itself, if it is one."""
    secret = cookies.read(parts.settings, request, CookieName.TERMINAL)
    return await parts.database.read(lambda conn: enrolment.find(conn, secret)) if secret else None


async def _ensure_signed(
    request: AnyRequest, parts: Parts, public_key: bytes, purpose: TerminalPurpose, proof: Proof
) -> None:
    now, bound_to = parts.clock.now(), _bound_to(request, parts)
    await parts.database.write(lambda conn: proofs.take(conn, proof, purpose, bound_to, now))
    proofs.verify(public_key, proof, purpose, parts.settings.url)


def _ensure_certificate(known: bytes, shown: bytes | None) -> None:
    if not secrets.compare_digest(known, shown or b""):
        raise TerminalProofRefusedError("certificate")


def _bound_to(request: AnyRequest, parts: Parts) -> bytes:
    session: CurrentSession = exchange_of(request).session
    return session.token_hash if isinstance(session, StaffSession) else digest(stranger_of(request, parts)[0])


HANDLERS = (ask, go_on, alive)
