"""A display proves by itself that it is the screen that was enrolled, as terminals do."""

from typing import Any

from litestar import Request, Response, post

from gateway.pages.forms import Form, field
from gateway.parts import Parts
from gateway.people import proven
from gateway.people.access import DisplaySession, Who, allow
from gateway.people.errors import TerminalProofRefusedError
from gateway.people.proven import Proven
from gateway.terminals import proofs
from gateway.terminals.proofs import Proof
from gateway.terminals.tables import TerminalPurpose
from gateway.web import cookies, refusals
from gateway.web.cookies import CookieName
from gateway.web.exchange import traits_of

AnyRequest = Request[Any, Any, Any]
_BY_ITSELF = allow(Who.DISPLAY, proves=True, by_itself=True)
_LONGEST = 256


@post("/display/challenge", status_code=200, **_BY_ITSELF)
async def ask(session: DisplaySession, parts: Parts) -> Response[dict[str, str]]:
    """Give the page's script a question for the display's key."""
    now = parts.clock.now()
    challenge = await parts.database.write(
        lambda conn: proofs.ask(conn, TerminalPurpose.SHOW, session.secret_hash, now)
    )
    return Response({"challenge": challenge}, media_type="application/json")


@post("/display/prove", status_code=204, **_BY_ITSELF)
async def go_on(request: AnyRequest, session: DisplaySession, parts: Parts, data: Form) -> Response[None]:
    """Take the proof; the display's second cookie is another from now on."""
    proof = Proof(field(data, "challenge", _LONGEST), field(data, "proof", _LONGEST))
    now, which = parts.clock.now(), session.secret_hash
    try:
        if session.key is None:
            raise TerminalProofRefusedError("key")
        await parts.database.write(lambda conn: proofs.take(conn, proof, TerminalPurpose.SHOW, which, now))
        proofs.verify(session.key, proof, TerminalPurpose.SHOW, parts.settings.url)
    except TerminalProofRefusedError as error:
        await refusals.note_display(request, session.display_id, error.reason)
        raise
    presented = cookies.read(parts.settings, request, CookieName.DISPLAY_PROOF)
    given = Proven(now, traits_of(request))
    secret = await parts.database.write(
        lambda conn: proven.renew(conn, which, presented=presented, proven=given, of=proven.DISPLAYS)
    )
    to_set = [cookies.make(parts.settings, CookieName.DISPLAY_PROOF, secret)] if secret is not None else []
    return Response(None, status_code=204, cookies=to_set)


HANDLERS = (ask, go_on)
"""What answers a display's script."""
