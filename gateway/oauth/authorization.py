"""The authorization endpoint: a run's browser comes with a ticket and leaves with a code. Nobody is asked anything.

The resident's yes was said before, to the statement; here it is only carried to the portal.
"""

from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError
from authlib.oidc.core.errors import LoginRequiredError
from sqlalchemy import Connection

from audit.events import EventName
from delegation.errors import DelegationError
from gateway.oauth import details, mandates, pushed, tickets
from gateway.oauth.clients import Client
from gateway.oauth.errors import UntrustedRequestError
from gateway.oauth.grants import PortalServer
from gateway.oauth.messages import Answer, Asked, PortalRequest
from gateway.oauth.requests import ensure_young_enough
from gateway.oauth.tickets import TicketRefusedError
from gateway.parts import GATEWAY, Parts
from gateway.visits.rows import AnyRow
from gateway.visits.trail import say


def authorize(conn: Connection, parts: Parts, asked: Asked, ticket: str) -> Answer:
    """Answer an authorization request: back to the portal, with a code or with an error, always with `iss`.

    Raises:
        UntrustedRequestError: the client or its redirect address is not registered, or nobody pushed what it names.
    """
    now = parts.clock.database_now(conn)
    server: Any = PortalServer(conn, parts, now)  # Authlib's core has few types
    request = PortalRequest(parts.settings.issuer, asked)
    try:
        resolved, row = pushed.resolve(conn, asked, now)
        request = PortalRequest(parts.settings.issuer, resolved)
        return _grant(server, request, _sound(server, request, ticket), ticket, row)
    except OAuth2Error as error:
        if not error.redirect_uri:
            raise UntrustedRequestError(str(error.error)) from error
        return _back(server, request, error)


def _sound(server: Any, request: PortalRequest, ticket: str) -> Any:
    """Return the grant that a request asks for, once the request is found to be sound in itself."""
    try:
        return server.get_consent_grant(request, end_user=ticket)
    except ValueError as error:
        # Authlib builds no error that would repeat characters which RFC 6749 forbids there.
        raise UntrustedRequestError("the request holds characters that no client sends") from error


def _grant(server: Any, request: PortalRequest, grant: Any, ticket: str, row: AnyRow | None) -> Answer:
    """Answer a sound request: with a code if the ticket's run may sign in, and if not with an error.

    Raises:
        OAuth2Error: what the portal is told.
    """
    conn, parts, now = server.conn, server.parts, server.now
    client: Any = request.client
    where = {"redirect_uri": grant.redirect_uri, "state": request.payload.state}
    if client.par_required and row is None:
        raise InvalidRequestError("This client pushes its requests first", **where)
    try:
        run_id = tickets.redeem(conn, ticket, client.client_id, now)
    except TicketRefusedError as error:
        _say_ticket_refused(conn, client.client_id, error, now)
        raise AccessDeniedError(**where) from error
    if row is not None:
        pushed.consume(conn, row, run_id, now)
    facts = mandates.facts_of_run(conn, run_id)
    known = {"client": client.client_id, "run": run_id, "delegation": facts.delegation_id}
    try:
        reason = mandates.why_not(conn, facts, now) or _why_not_this_client(conn, parts, facts, client, request, now)
        if reason is None:
            ensure_young_enough(request.form, facts.granted_at, now)
    except LoginRequiredError as error:
        say(conn, facts.visit_id, EventName.OAUTH_CODE_REFUSED, GATEWAY, now, **known, reason=error.error)
        raise LoginRequiredError(**where) from error
    if reason is not None:
        say(conn, facts.visit_id, EventName.OAUTH_CODE_REFUSED, GATEWAY, now, **known, reason=reason)
        raise AccessDeniedError(**where)
    answer: Answer = server.create_authorization_response(request, grant_user=facts, grant=grant)
    say(conn, facts.visit_id, EventName.OAUTH_CODE_ISSUED, GATEWAY, now, **known, filing=facts.filing_id)
    return answer


def _why_not_this_client(
    conn: Connection, parts: Parts, facts: AnyRow, client: Client, request: PortalRequest, now: datetime
) -> str | None:
    """Return why this client gets nothing of a delegation that is in force; none where it gets something."""
    if not client.may_have(facts.service_id):
        return "client.service"
    wishes = details.parse(request.form.get("authorization_details"))
    if not wishes:
        return None
    try:
        mandates.mandate_for(conn, parts, facts, client, now, wishes)
    except DelegationError as error:
        return error.code
    return None


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
