"""The authorization code (RFC 6749 section 4.1, RFC 7636, OpenID Connect Core section 3.1) on Authlib's core.

Authlib asks and answers in the order of the specifications; what is stored, and in which one statement, stands here.
A server is made for each request, around the transaction that it runs in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oidc.core.grants import OpenIDCode
from sqlalchemy import Connection, bindparam, insert, select, update

from audit.events import EventName
from delegation.claims import DelegationClaims
from delegation.errors import DelegationError
from delegation.signing import sign_delegation
from gateway.ids import digest, new_id, new_token
from gateway.keys.signing import KeyKind
from gateway.ledger import notices
from gateway.oauth import authentication, clients, details, logout, mandates, tokens
from gateway.oauth.authentication import METHODS, PrivateKeyJwt
from gateway.oauth.clients import SCOPES, AuthMethod, Client
from gateway.oauth.exchange import ExchangeGrant
from gateway.oauth.mandates import Mandate
from gateway.oauth.messages import Answer, Asked, PortalRequest
from gateway.oauth.requests import Parameters, Pkce
from gateway.oauth.tables import AccessToken, AuthorizationCode
from gateway.oauth.tokens import AccessClaims
from gateway.parts import GATEWAY, Parts
from gateway.visits.rows import AnyRow
from gateway.visits.trail import say

CODE_LIFETIME = timedelta(seconds=60)

_CONSUME = (
    update(AuthorizationCode)
    .where(
        AuthorizationCode.hash == bindparam("code"),
        AuthorizationCode.client_id == bindparam("client"),
        AuthorizationCode.used_at.is_(None),
    )
    .values(used_at=bindparam("now"))
    .returning(*AuthorizationCode.__table__.columns)
)
_INSERT_TOKEN = insert(AccessToken)
_KNOWN = select(AuthorizationCode.__table__).where(
    AuthorizationCode.hash == bindparam("code"), AuthorizationCode.client_id == bindparam("client")
)


class IssuedCode:
    """A stored code, as Authlib asks about it."""

    code_challenge_method = "S256"

    def __init__(self, row: AnyRow) -> None:
        self.row = row
        self.code_challenge: str = row.code_challenge

    def get_redirect_uri(self) -> str:
        """Return the address that the code was sent to."""
        return str(self.row.redirect_uri)

    def get_scope(self) -> str:
        """Return the scope that was granted."""
        return str(self.row.scope)


class IdTokens(OpenIDCode):
    """Adds the ID token to what a code is redeemed for; ours is signed by its own key, by our clock."""

    def __init__(self, server: "PortalServer") -> None:
        super().__init__(require_nonce=False)
        self._server = server

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:  # noqa: ARG002 - Authlib's signature
        """Say no: ticket and code are good for one use; the nonce is the client's to compare."""
        return False

    def encode_id_token(self, token: Any, request: Any) -> str:
        """Sign the ID token for the access token just made."""
        return self._server.id_token(str(token["access_token"]), request.user, request.authorization_code)


class CodeGrant(AuthorizationCodeGrant):
    """The grant of an authorization code, over our tables."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    server: "PortalServer"

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: Any) -> str:
        """Refuse an address that is not registered, without repeating it."""
        redirect_uri = request.payload.redirect_uri if request.payload else None
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The redirect address is not registered")
        return redirect_uri

    def generate_authorization_code(self) -> str:
        """Make a code of 256 random bits."""
        return new_token()

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep the digest of a code, with the run that it is for."""
        self.server.save_code(code, request)

    def query_authorization_code(self, code: str, client: Any) -> IssuedCode | None:
        """Consume a code: whoever comes second finds none, and what the first was given is taken back."""
        return self.server.consume_code(code, client)

    def delete_authorization_code(self, authorization_code: Any) -> None:
        """Do nothing: it was consumed before anything was made of it."""

    def authenticate_user(self, authorization_code: IssuedCode) -> Mandate | None:
        """Return what the delegation still allows; none when it has ended since the code was made."""
        return self.server.mandate_of(authorization_code)


class PortalServer(AuthorizationServer):
    """Our authorization server for the length of one request and transaction."""

    def __init__(self, conn: Connection, parts: Parts, now: datetime) -> None:
        super().__init__(SCOPES)
        self.conn = conn
        self.parts = parts
        self.now = now
        self.code: AnyRow | None = None
        """The code that the request presents, once it is known to be the client's."""
        self.refusal: str | None = None
        """Why it is refused, more exactly than the portal is told."""
        self._clients: dict[str, Client | None] = {}
        self._access: AccessClaims | None = None
        self._facts: AnyRow | None = None
        self._origin: _Origin | None = None
        self._exchange: _Exchange | None = None
        self._signed: str | None = None
        """The token that the portal keeps: an ID token, or a derived delegation."""
        self.register_client_auth_method(AuthMethod.SECRET_BASIC, partial(authentication.by_basic, parts))
        self.register_client_auth_method(AuthMethod.SECRET_POST, partial(authentication.by_form, parts))
        assertions = PrivateKeyJwt(conn, parts.settings.issuer, now)
        self.register_client_auth_method(AuthMethod.PRIVATE_KEY_JWT, assertions)
        self.register_token_generator("default", self._generate)  # type: ignore[arg-type]  # any such callable will do
        self.register_grant(CodeGrant, [Pkce(required=True), Parameters(), IdTokens(self)])
        self.register_grant(ExchangeGrant)

    # What Authlib asks of an integration.

    def query_client(self, client_id: str) -> Client | None:  # type: ignore[override]  # none is what Authlib expects
        """Return a registered client; asked several times in a request, looked up once."""
        if not client_id.isprintable():
            return None  # also half a character, which no database takes; nobody is registered like that
        if client_id not in self._clients:
            self._clients[client_id] = clients.find(self.conn, client_id)
        return self._clients[client_id]

    def authenticate_client(self, request: Any, methods: Any, endpoint: str = "token") -> Any:
        """Return the client that a request proves to come from; whoever is refused is not told why."""
        authentication.ensure_one_way(request)
        try:
            return super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            raise InvalidClientError(status_code=401) from error

    def save_token(self, token: Any, request: Any) -> None:  # noqa: ARG002 - Authlib's signature
        """Keep that the access token just made was handed out."""
        if self._access is None or self._origin is None:
            raise AssertionError("a token is saved after it was made from a code or another token")
        row = {
            "jti": self._access.jti,
            "client_id": self._access.client_id,
            "delegation_id": self._origin.delegation_id,
            "filing_id": self._origin.filing_id,
            "code_hash": self._origin.code_hash,
            "issued_at": self.now,
            "expires_at": tokens.expiry(self._access),
        }
        self.conn.execute(_INSERT_TOKEN, row)

    def send_signal(self, name: Any, *args: object, **kwargs: object) -> None:
        """Do nothing: events are recorded where they happen."""

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """Return `request` as Authlib reads it."""
        return PortalRequest(self.parts.settings.issuer, request) if isinstance(request, Asked) else request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        """Return the answer; whatever goes back to a client by redirect says who we are (RFC 9207)."""
        given = dict(headers)
        if location := given.get("Location"):
            given["Location"] = add_params_to_uri(location, {"iss": self.parts.settings.issuer})
            return Answer(status=303, headers=given)
        return Answer(status=status, body=body, headers=given)

    def create_token_response(self, request: Any = None) -> Any:
        """Answer a token request, and record what became of the code."""
        answer = super().create_token_response(request)
        if self.code is not None:
            self._record(self.code)
        if self._exchange is not None:
            self._record_exchange(self._exchange)
        return answer

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Any:
        """Answer with an error, and remember why."""
        self.refusal = self.refusal or error.error
        return super().handle_error_response(request, error)

    # What the grant asks of us.

    def save_code(self, code: str, request: Any) -> None:
        """Keep a new code for the run in `request.user`."""
        data, facts = request.payload.data, request.user
        self.conn.execute(
            insert(AuthorizationCode).values(
                hash=digest(code),
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                run_id=facts.run_id,
                delegation_id=facts.delegation_id,
                filing_id=facts.filing_id,
                scope=request.scope,
                nonce=data.get("nonce"),
                authorization_details=details.kept(details.parse(data.get("authorization_details"))),
                code_challenge=data["code_challenge"],
                issued_at=self.now,
                expires_at=self.now + CODE_LIFETIME,
            )
        )

    def consume_code(self, code: str, client: Client) -> IssuedCode | None:
        """Use a code up in one statement; a second use revokes what the first was given."""
        values = {"code": digest(code), "client": client.client_id}
        self.code = self.conn.execute(_CONSUME, values | {"now": self.now}).one_or_none()
        if self.code is None:
            self.code = self.conn.execute(_KNOWN, values).one_or_none()
            if self.code is not None:
                self.refusal = "code.used"
                tokens.revoke_of_code(self.conn, self.code.hash, self.now)
            return None
        if self.now >= self.code.expires_at:
            self.refusal = "code.expired"
            return None
        self._origin = _Origin(self.code.delegation_id, self.code.filing_id, self.code.hash)
        return IssuedCode(self.code)

    def mandate_of(self, code: IssuedCode) -> Mandate | None:
        """Return what the code's delegation allows now; none, and why, when it has ended."""
        facts = self._facts = mandates.facts_of_run(self.conn, code.row.run_id)
        client = self.query_client(code.row.client_id)
        self.refusal = mandates.why_not(self.conn, facts, self.now)
        if self.refusal is not None or client is None:
            return None
        try:
            wishes = details.read(code.row.authorization_details)
            return mandates.mandate_for(self.conn, self.parts, facts, client, self.now, wishes)
        except DelegationError as error:
            self.refusal = error.code
            return None

    def id_token(self, access_token: str, mandate: Mandate, code: IssuedCode) -> str:
        """Sign the ID token that goes with the access token just made."""
        if self._access is None:
            raise AssertionError("an ID token is made after its access token")
        access, nonce = self._access, code.row.nonce
        self._signed = tokens.sign_id_token(self.parts, mandate, access, access_token=access_token, nonce=nonce)
        return self._signed

    def begin_exchange(self, client: Client, facts: AnyRow, code_hash: bytes | None) -> None:
        """Take note of whose token is exchanged, and of the code that it goes back to; none where it is refused."""
        self._exchange = _Exchange(client.client_id, facts)
        if code_hash is not None:
            self._origin = _Origin(facts.delegation_id, facts.filing_id, code_hash)

    def delegation_for(self, mandate: Mandate) -> dict[str, Any]:
        """Sign a derived delegation, for its audience to keep (RFC 8693 section 2.2.1)."""
        if self._exchange is not None:
            self._exchange.given = mandate.claims
        self._signed = sign_delegation(self.parts.keys.signer(KeyKind.DELEGATION), mandate.claims)
        return {
            "access_token": self._signed,
            "token_type": "N_A",
            "expires_in": mandate.claims.exp - mandate.claims.iat,
            "authorization_details": mandates.as_json(mandate.claims.authorization_details),
        }

    def _generate(self, client: Client, user: Mandate, scope: str, **_rest: Any) -> dict[str, Any]:
        claims = tokens.access_claims(
            self.parts, user, client_id=client.client_id, scope=scope, jti=new_id(), now=self.now
        )
        self._access = claims
        return {
            "access_token": tokens.sign_access_token(self.parts, claims),
            "token_type": "Bearer",
            "expires_in": claims.exp - claims.iat,
            "scope": scope,
            "authorization_details": mandates.as_json(claims.authorization_details),
        }

    def _record(self, code: AnyRow) -> None:
        facts = self._facts or mandates.facts_of_filing(self.conn, code.filing_id)
        visit_id, client = facts.visit_id, self._clients[code.client_id]
        data: dict[str, Any] = {"client": code.client_id, "run": code.run_id, "delegation": code.delegation_id}
        if self._access is None or client is None:
            say(self.conn, visit_id, EventName.OAUTH_TOKEN_REFUSED, GATEWAY, self.now, **data, reason=self.refusal)
            return
        if client.backchannel_logout_uri is not None:
            logout.announce_at_the_end(self.conn, code.delegation_id, facts.valid_until, self.now)
        told = ["name", "personal_code"] if client.personal_code_allowed else ["name"]
        data |= {"token": self._access.jti, "told": told, "expires_at": tokens.expiry(self._access).isoformat()}
        say(self.conn, visit_id, EventName.OAUTH_TOKEN_ISSUED, GATEWAY, self.now, **data, **self._noted())

    def _record_exchange(self, exchange: "_Exchange") -> None:
        facts = exchange.facts
        data: dict[str, Any] = {
            "client": exchange.client_id, "delegation": facts.delegation_id, "filing": facts.filing_id
        }  # fmt: skip
        given = self._access or exchange.given
        if given is None:
            data["reason"] = self.refusal
            say(self.conn, facts.visit_id, EventName.OAUTH_EXCHANGE_REFUSED, GATEWAY, self.now, **data)
            return
        data |= {"token": given.jti, "kind": "access_token" if self._access else "delegation"}
        data["actions"] = [action for each in given.authorization_details for action in each.actions]
        say(self.conn, facts.visit_id, EventName.OAUTH_EXCHANGED, GATEWAY, self.now, **data, **self._noted())

    def _noted(self) -> dict[str, str]:
        """What the portal keeps is noted in the log, where it can find it; the visit's event names it."""
        return {} if self._signed is None else {"sha256": notices.note(self.conn, self._signed)}


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a new access token goes back to."""

    delegation_id: str
    filing_id: str
    code_hash: bytes


@dataclass(slots=True)
class _Exchange:
    """An exchange under way, for its event."""

    client_id: str
    facts: AnyRow
    given: DelegationClaims | None = None
