"""Pushed authorization requests (RFC 9126): a portal sends its request by itself, and its browser brings a name of it.

What was pushed was checked and is the client's own word: nothing in the browser can change it. A name is good once,
for a minute, for that client.
"""

from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import InvalidRequestURIError
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.events import EventName
from gateway.ids import digest, new_token
from gateway.oauth import clients, mandates
from gateway.oauth.authentication import METHODS
from gateway.oauth.clients import Client
from gateway.oauth.errors import UntrustedRequestError
from gateway.oauth.grants import PortalServer
from gateway.oauth.messages import Answer, Asked, PortalRequest
from gateway.oauth.requests import KEPT
from gateway.oauth.tables import PushedRequest
from gateway.parts import GATEWAY, Parts
from gateway.visits.rows import AnyRow
from gateway.visits.trail import say

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFETIME = timedelta(seconds=60)

_FIND = select(PushedRequest.__table__).where(
    PushedRequest.hash == bindparam("name"), PushedRequest.client_id == bindparam("client")
)
_CONSUME = (
    update(PushedRequest)
    .where(PushedRequest.hash == bindparam("name"), PushedRequest.used_at.is_(None))
    .values(used_at=bindparam("now"), run_id=bindparam("run"))
    .returning(PushedRequest.hash)
)
_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}


def push(conn: Connection, parts: Parts, asked: Asked) -> Answer:
    """Check a request and keep it; answer with the name under which the browser brings it (RFC 9126 section 2.2)."""
    now = parts.clock.database_now(conn)
    server: Any = PortalServer(conn, parts, now)  # Authlib's core has few types
    request = PortalRequest(parts.settings.issuer, asked)
    try:
        client = _check(server, request)
    except OAuth2Error as error:
        # Whoever pushes reads the error here; nothing is sent to the redirect address.
        error.redirect_uri = None
        answer: Answer = server.handle_error_response(request, error)
        return answer
    except ValueError:
        # Authlib builds no error that would repeat characters which RFC 6749 forbids there.
        return Answer(status=400, body={"error": "invalid_request"}, headers=_HEADERS)
    name = new_token()
    conn.execute(
        insert(PushedRequest).values(
            hash=digest(name),
            client_id=client.client_id,
            parameters={each: request.form[each] for each in KEPT if each in request.form},
            issued_at=now,
            expires_at=now + LIFETIME,
        )
    )
    body = {"request_uri": PREFIX + name, "expires_in": int(LIFETIME.total_seconds())}
    return Answer(status=201, body=body, headers=_HEADERS)


def resolve(conn: Connection, asked: Asked, now: datetime) -> tuple[Asked, AnyRow | None]:
    """Return the request that the browser brings the name of, with its row; any other request as it is.

    Raises:
        UntrustedRequestError: the name was never given to this client.
        InvalidRequestURIError: it was used, or its minute has passed; the portal is told.
    """
    data = dict(asked.pairs)
    name, client_id = data.get("request_uri", ""), data.get("client_id", "")
    if not name.startswith(PREFIX) or asked.repeated:
        return asked, None
    values = {"name": digest(name.removeprefix(PREFIX)), "client": client_id}
    row = conn.execute(_FIND, values).one_or_none()
    client = clients.find(conn, client_id)
    if row is None or client is None or not client.check_redirect_uri(row.parameters["redirect_uri"]):
        raise UntrustedRequestError("no such request was pushed by this client")
    if row.used_at is not None or now >= row.expires_at:
        refuse(conn, row, now)
    pairs = [("client_id", client_id), *row.parameters.items()]
    return Asked(method=asked.method, path=asked.path, pairs=pairs), row


def consume(conn: Connection, row: AnyRow, run_id: str, now: datetime) -> None:
    """Use a name up for a run: one statement, so that of two at once only one succeeds.

    Raises:
        InvalidRequestURIError: somebody was first.
    """
    if conn.execute(_CONSUME, {"name": row.hash, "run": run_id, "now": now}).first() is None:
        refuse(conn, row, now)


def refuse(conn: Connection, row: AnyRow, now: datetime) -> None:
    """Refuse a name that is spent; in the visit that it was used in, where it was.

    Raises:
        InvalidRequestURIError: always.
    """
    used = conn.execute(_FIND, {"name": row.hash, "client": row.client_id}).one()
    if used.run_id is not None:
        facts = mandates.facts_of_run(conn, used.run_id)
        data = {"client": row.client_id, "run": used.run_id, "reason": "par.used"}
        say(conn, facts.visit_id, EventName.OAUTH_CODE_REFUSED, GATEWAY, now, **data)
    parameters = row.parameters
    raise InvalidRequestURIError(redirect_uri=parameters["redirect_uri"], state=parameters.get("state"))


def _check(server: Any, request: PortalRequest) -> Client:
    client: Client = server.authenticate_client(request, METHODS, "par")
    if request.form.get("client_id") != client.client_id:
        raise InvalidRequestError("The client_id is that of the client")
    if "request_uri" in request.form:
        raise InvalidRequestError("A request that is pushed names no other")
    request.user = client  # somebody has to be there for `prompt=none`
    grant = server.get_authorization_grant(request)
    grant.validate_no_multiple_request_parameter(request)
    grant.validate_consent_request()
    return client
