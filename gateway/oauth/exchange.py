"""Token exchange (RFC 8693): a portal gives what it holds of a delegation for something narrower, for itself alone.

It gives its access token, or later, when no visit is alive any more, the derived delegation that it was given before;
it gets a derived delegation to keep, or an access token for one action. The right to *file* is given only with the
permit that came with the final request, once, after *sent* was committed: until then one no still stops everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin
from sqlalchemy import Connection, bindparam, select

from delegation.claims import DELEGATION_TYPE, DelegationClaims, ServiceDetail
from delegation.errors import DelegationError, TokenError
from delegation.model import Action
from delegation.signing import open_signed
from gateway.keys.signing import KeyKind
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.health import is_healthy
from gateway.oauth import details, mandates, tokens
from gateway.oauth.authentication import METHODS
from gateway.oauth.clients import TOKEN_EXCHANGE, Client
from gateway.oauth.details import Wish, Wishes
from gateway.oauth.exchanged_permits import PERMIT, PermitRefusedError, redeem
from gateway.oauth.tables import AuthorizationCode, PortalDelegation
from gateway.visits.rows import AnyRow
from gateway.visits.tables import Filing

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
DELEGATION = "urn:ietf:params:oauth:token-type:jwt"
"""A derived delegation, a JWS of type `delegation+jwt`."""

_WITHOUT_A_PERMIT = frozenset(action.value for action in Action) - {Action.FILE.value}
_NAMED = (
    select(PortalDelegation.delegation_id, AuthorizationCode.hash, AuthorizationCode.filing_id)
    .join(AuthorizationCode, AuthorizationCode.delegation_id == PortalDelegation.delegation_id)
    .join(Filing, Filing.id == AuthorizationCode.filing_id)
    .where(
        PortalDelegation.jti == bindparam("jti"),
        PortalDelegation.client_id == bindparam("client"),
        AuthorizationCode.client_id == bindparam("client"),
        Filing.service_id.in_(bindparam("services", expanding=True)),
    )
    .order_by(AuthorizationCode.issued_at.desc())
    .limit(1)
)


class InvalidTargetError(OAuth2Error):
    """The token is asked for somebody else, or for somewhere else (RFC 8693 section 2.2.2)."""

    error = "invalid_target"


class SubjectRefusedError(Exception):
    """What a portal presents is not its own, or is over. `facts` is of its visit, where it belongs to one."""

    def __init__(self, reason: str, facts: AnyRow | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Subject:
    """What a portal presents: how far it goes, and where it comes from."""

    details: Sequence[ServiceDetail]
    scope: str
    facts: AnyRow
    code_hash: bytes


class ExchangeGrant(BaseGrant, TokenEndpointMixin):
    """The grant of RFC 8693, for the two exchanges that there are."""

    GRANT_TYPE = TOKEN_EXCHANGE
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    server: Any

    def validate_token_request(self) -> None:
        """Refuse what is asked for somebody else, what is not the client's own, and what is beyond it."""
        client: Any = self.authenticate_token_endpoint_client()
        self.request.client = client
        form = self.request.form
        if form.get("requested_token_type", ACCESS_TOKEN) not in {ACCESS_TOKEN, DELEGATION}:
            raise InvalidRequestError("An access token or a delegation can be had")
        if form.get("audience", client.client_id) != client.client_id or "resource" in form:
            raise InvalidTargetError("A token is for the client that asks for it")
        wishes = details.parse(form.get("authorization_details"))
        subject = self._subject(client, form)
        self.server.begin_exchange(client, subject.facts, subject.code_hash)
        actions = self._within(subject, wishes, form)
        wanted = (Wish(type="e_service", service=subject.facts.service_id, actions=tuple(sorted(actions))),)
        self.request.scope = _scope_within(subject.scope, form.get("scope"))
        try:
            self.request.user = mandates.mandate_for(
                self.server.conn, self.server.parts, subject.facts, client, self.server.now, wanted
            )
        except DelegationError as error:
            self.server.refusal = error.code
            raise InvalidScopeError("Nothing is left of what is asked for") from error
        if Action.FILE in actions:
            self._redeem_permit(client, subject, form)  # the last check, since it uses the permit up

    def create_token_response(self) -> tuple[int, Any, Any]:
        """Return the new token (RFC 8693 section 2.2.1)."""
        mandate: Any = self.request.user
        kind = self.request.form.get("requested_token_type", ACCESS_TOKEN)
        if kind == DELEGATION:
            token = self.server.delegation_for(mandate)
        else:
            token = self.generate_token(user=mandate, scope=self.request.scope)
            self.server.save_token(token, self.request)
        return 200, token | {"issued_token_type": kind}, self.TOKEN_RESPONSE_HEADER

    def _subject(self, client: Client, form: dict[str, str]) -> Subject:
        token, kind = form.get("subject_token"), form.get("subject_token_type")
        if not token or kind not in {ACCESS_TOKEN, DELEGATION}:
            raise InvalidRequestError("The subject_token is an access token or a delegation, and says which")
        try:
            if not is_healthy(self.server.conn):
                raise SubjectRefusedError(LogUnhealthyError.code)
            if kind == ACCESS_TOKEN:
                return _of_access_token(self.server, client, token)
            return _of_delegation(self.server, client, token)
        except SubjectRefusedError as error:
            self.server.refusal = error.reason
            if error.facts is not None:
                self.server.begin_exchange(client, error.facts, None)
            raise InvalidGrantError("The subject_token is not this client's, or has ended") from error

    def _within(self, subject: Subject, wishes: Wishes, form: dict[str, str]) -> frozenset[str]:
        """Return the actions that are to be given: what is wished for, and no filing without its permit."""
        service = subject.facts.service_id
        held = frozenset(action for each in subject.details if each.service == service for action in each.actions)
        offered = held if "actor_token" in form else held & _WITHOUT_A_PERMIT
        asked = frozenset(action for wish in wishes for action in wish.actions) or offered
        if any(wish.service != service for wish in wishes) or not asked <= held or not asked:
            raise InvalidScopeError("It is beyond what the subject_token allows")
        if Action.FILE in asked and "actor_token" not in form:
            self.server.refusal = "permit.missing"
            raise InvalidScopeError("To file, send the permit as actor_token")
        return asked

    def _redeem_permit(self, client: Client, subject: Subject, form: dict[str, str]) -> None:
        if form.get("actor_token_type") != PERMIT:
            raise InvalidRequestError(f"The actor_token is of the type {PERMIT}")
        server = self.server
        try:
            redeem(
                server.conn, server.parts, form["actor_token"], subject.facts, server.now, client_id=client.client_id
            )
        except PermitRefusedError as error:
            server.refusal = error.reason
            raise InvalidGrantError("The permit does not allow it") from error


def _of_access_token(server: Any, client: Client, token: str) -> Subject:
    conn: Connection = server.conn
    presented = tokens.read(conn, server.parts, token, server.now)
    if presented is None:
        raise SubjectRefusedError("token.unknown")
    facts = mandates.facts_of_filing(conn, presented.row.filing_id)
    if not presented.check_client(client):
        raise SubjectRefusedError("token.other_client", facts)
    if presented.is_revoked():
        raise SubjectRefusedError("token.revoked", facts)
    if presented.is_expired():
        raise SubjectRefusedError("token.expired", facts)
    claims = presented.claims
    return Subject(claims.authorization_details, claims.scope, facts, presented.row.code_hash)


def _of_delegation(server: Any, client: Client, token: str) -> Subject:
    """Read a derived delegation; that of another portal, and the whole one, are nobody's here."""
    conn: Connection = server.conn
    keys, issuer = server.parts.keys.key_set(KeyKind.DELEGATION), server.parts.settings.issuer
    try:
        claims = open_signed(token, keys, typ=DELEGATION_TYPE, claims=DelegationClaims)
    except TokenError as error:
        raise SubjectRefusedError("delegation.unknown") from error
    named = {"jti": claims.jti, "client": client.client_id}
    services = [detail.service for detail in claims.authorization_details]
    row = conn.execute(_NAMED, named | {"services": services}).one_or_none()
    if row is None or (claims.iss, claims.aud) != (issuer, client.client_id):
        raise SubjectRefusedError("delegation.other_audience", _facts_of_name(conn, claims.jti))
    facts = mandates.facts_of_filing(conn, row.filing_id)
    if facts.delegation_state not in tokens.IN_FORCE:
        raise SubjectRefusedError("delegation.revoked", facts)
    if server.now.timestamp() >= claims.exp or server.now >= facts.valid_until:
        raise SubjectRefusedError("delegation.expired", facts)
    return Subject(claims.authorization_details, "e_service", facts, row.hash)


def _facts_of_name(conn: Connection, jti: str) -> AnyRow | None:
    """Return the visit whose delegation somebody else presents, so that its chain says so."""
    owner = select(Filing.id).join(PortalDelegation, PortalDelegation.delegation_id == Filing.delegation_id)
    filing_id = conn.execute(owner.where(PortalDelegation.jti == jti).limit(1)).scalar_one_or_none()
    return None if filing_id is None else mandates.facts_of_filing(conn, filing_id)


def _scope_within(held: str, asked: str | None) -> str:
    """Return the scope of the new token: never wider, and never `openid`, since no ID token comes of an exchange."""
    wanted = set((asked or held).split())
    if asked is not None and not wanted <= set(held.split()) | {"e_service"}:
        raise InvalidScopeError("It is beyond the scope of the subject_token")
    return " ".join(sorted((wanted - {"openid"}) or {"e_service"}))
