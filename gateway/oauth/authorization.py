"""The authorization endpoint: a run's browser comes with a ticket and leaves with a code. Nobody is asked anything.

The resident's yes was said before, to the statement; here it is only carried to the portal.
"""

from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError
from sqlalchemy import Connection

from audit.events import EventName
from gateway.oauth import mandates, tickets
from gateway.oauth.errors import UntrustedRequestError
from gateway.oauth.grants import Answer, Asked, PortalRequest, PortalServer
from gateway.oauth.tickets import TicketRefusedError
from gateway.parts import GATEWAY, Parts
from gateway.visits.trail import say


def authorize(conn: Connection, parts: Parts, asked: Asked, ticket: str) -> Answer:
    """Answer an authorization request: back to the portal, with a code or with an error, always with `iss`.

    Raises:
        UntrustedRequestError: the client or its redirect address is not registered.
    """
    now = parts.clock.database_now(conn)
    server: Any = PortalServer(conn, parts, now)  # Authlib's core has few types
    request = PortalRequest(parts.settings.issuer, asked)
    try:
        grant = server.get_consent_grant(request, end_user=ticket)
    except OAuth2Error as error:
        if not error.redirect_uri:
            raise UntrustedRequestError(str(error.error)) from error
        return _back(server, request, error)
    except ValueError as error:
        # Authlib builds no error that would repeat characters which RFC 6749 forbids there.
        raise UntrustedRequestError("the request holds characters that no client sends") from error
    refused = AccessDeniedError(redirect_uri=grant.redirect_uri, state=request.payload.state)
    try:
        run_id = tickets.redeem(conn, ticket, request.payload.client_id, now)
    except TicketRefusedError as error:
        _say_ticket_refused(conn, request.payload.client_id, error, now)
        return _back(server, request, refused)
    facts = mandates.facts_of_run(conn, run_id)
    known = {"client": request.payload.client_id, "run": run_id, "delegation": facts.delegation_id}
    if reason := mandates.why_not(facts, now):
        say(conn, facts.visit_id, EventName.OAUTH_CODE_REFUSED, GATEWAY, now, **known, reason=reason)
        return _back(server, request, refused)
    answer: Answer = server.create_authorization_response(request, grant_user=facts, grant=grant)
    say(conn, facts.visit_id, EventName.OAUTH_CODE_ISSUED, GATEWAY, now, **known, filing=facts.filing_id)
    return answer


def _back(server: PortalServer, request: PortalRequest, error: OAuth2Error) -> Answer:
    answer: Answer = server.handle_error_response(request, error)
    return answer


def _say_ticket_refused(conn: Connection, client_id: str, error: TicketRefusedError, now: datetime) -> None:
    """Record a refused ticket in its visit; one that never was belongs to no visit, and would let anyone write."""
    if error.run_id is None:
        return
    facts = mandates.facts_of_run(conn, error.run_id)
    data = {"client": client_id, "run": error.run_id, "reason": error.reason}
    say(conn, facts.visit_id, EventName.OAUTH_TICKET_REFUSED, GATEWAY, now, **data)
