"""Residents sign in with an identity provider; what comes back is checked before it is believed.

OpenID Connect Core 1.0, code flow with PKCE S256 (RFC 7636), `iss` in the answer (RFC 9207), a fresh sign-in each
time. ES256 and nothing else.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from delegation.assurance import Assurance
from delegation.commitment import b64url
from gateway.ids import new_id
from gateway.keys.signing import KeyKind
from gateway.oauth import evidence, providers
from gateway.oauth.clients import AuthMethod
from gateway.oauth.errors import ProviderUnavailableError, RegistrationError, SignInFailedError
from gateway.oauth.evidence import Expected, KeyUnknownError, Provenance
from gateway.oauth.fetching import Fetcher
from gateway.oauth.providers import Provider
from gateway.parts import Parts
from gateway.people.personal_code import PersonalCodeError, normalise
from gateway.people.residents import Profile

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60
_PHONE = "phone_number"
_SUBJECT_PREFIX = "PK:"
_NATURAL_PERSON = "PNOLV-"
"""ETSI EN 319 412-1 section 5.1.3: a national personal number, of Latvia."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who signed in, when and how surely, by an identity provider's own signature."""

    personal_code: str
    subject: str
    given_name: str
    family_name: str
    phone_number: str | None
    phone_number_verified: bool
    email: str | None
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    id_token: str
    address: str | None = None
    session: str | None = None
    """What the provider calls the session that it opened (`sid`), if it says so."""
    provenance: Provenance | None = None
    """What the ID token was verified with."""

    @property
    def profile(self) -> Profile:
        """What the provider says of the person. A number that it has not verified is nobody's: it is left out."""
        return Profile(
            name=f"{self.given_name} {self.family_name}".strip(),
            code=self.personal_code,
            phone=self.phone_number if self.phone_number_verified else None,
            email=self.email,
            address=self.address,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metadata:
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    names_itself: bool
    """Whether the provider says that its answers carry `iss`."""
    push_endpoint: str | None
    """Where a request has to be pushed to (RFC 9126); none where the provider does not demand it."""


class RelyingParty:
    """Signs residents in, by every registered provider. One for each process; close it at the end."""

    def __init__(self, parts: Parts) -> None:
        """Connect to nothing yet."""
        self._parts = parts
        self._http = Fetcher(parts.clock)

    async def authorize_url(
        self,
        provider_id: str,
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        least_acr: str,
        language: str,
    ) -> str:
        """Return where to send the browser for a fresh sign-in at `least_acr` (an eIDAS URI) or above.

        The provider is asked to speak `language`, a BCP 47 tag; one that cannot goes on in its own.

        Raises:
            ProviderUnknownError: no such provider is registered.
            ProviderUnavailableError: it does not answer, or its metadata is not its own.
        """
        provider = await self._provider(provider_id)
        metadata = await self._discover(provider)
        least = Assurance.parse(least_acr)
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": provider.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            # A session that is alive already proves nothing about who holds the phone now.
            "prompt": "login",
            "max_age": "0",
            "acr_values": " ".join(_words_for(provider, least)),
            "ui_locales": language.partition("-")[0],
        }
        if metadata.push_endpoint is not None:
            query = await self._pushed(provider, metadata.push_endpoint, query)
        joint = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{joint}{urlencode(query)}"

    async def form_target(self, provider_id: str) -> str:
        """Return the origin that the page with the sign-in button leads to, for its `form-action`.

        Raises:
            ProviderUnknownError, ProviderUnavailableError: as in `authorize_url`.
        """
        address = urlsplit((await self._discover(await self._provider(provider_id))).authorization_endpoint)
        return f"{address.scheme}://{address.netloc}"

    async def redeem(
        self, provider_id: str, *, code: str, iss: str | None, verifier: str, nonce: str, redirect_uri: str
    ) -> SignedIn:
        """Return who signed in, once every check of the answer and of its ID token has passed.

        `iss` is that of the answer, or none; `nonce` and `verifier` are those of the attempt that came back.

        Raises:
            SignInFailedError: a check failed; its `reason` names it.
            ProviderUnknownError, ProviderUnavailableError: as in `authorize_url`.
        """
        provider = await self._provider(provider_id)
        metadata = await self._discover(provider)
        # RFC 9207 section 2.4: an answer of another issuer is a mix-up, and its code must go nowhere.
        if iss != provider.issuer and (iss is not None or metadata.names_itself):
            raise SignInFailedError("answer.iss")
        tokens = await self._tokens(provider, metadata, code, verifier, redirect_uri)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise SignInFailedError("id_token.missing")
        expected = Expected(
            issuer=provider.issuer,
            client_id=provider.client_id,
            nonce=nonce,
            now=self._parts.clock.now(),
            access_token=access_token if isinstance(access_token, str) else None,
            acr_levels=provider.acr_levels,
        )
        claims, provenance = await self._verified(id_token, metadata, expected)
        found = signed_in(
            id_token,
            claims,
            code_claim=provider.code_claim,
            phone_claim=provider.phone_claim,
            phone_verified=provider.phone_verified,
        )
        kept = replace(provenance, code_claim=provider.code_claim)
        return replace(found, acr=evidence.level_of(found.acr, provider.acr_levels), provenance=kept)

    async def close(self) -> None:
        """Close the connections to providers."""
        await self._http.close()

    async def _provider(self, provider_id: str) -> Provider:
        return await self._parts.database.read(lambda conn: providers.find(conn, provider_id))

    async def _discover(self, provider: Provider) -> _Metadata:
        found = await self._http.get(f"{provider.issuer}/.well-known/openid-configuration")
        if found.get("issuer") != provider.issuer:
            raise ProviderUnavailableError("the metadata is another issuer's")
        return _Metadata(
            authorization_endpoint=_endpoint(found, "authorization_endpoint"),
            token_endpoint=_endpoint(found, "token_endpoint"),
            jwks_uri=_endpoint(found, "jwks_uri"),
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
            push_endpoint=_endpoint(found, "pushed_authorization_request_endpoint")
            if found.get("require_pushed_authorization_requests") is True
            else None,
        )

    async def _pushed(self, provider: Provider, address: str, query: Mapping[str, str]) -> dict[str, str]:
        """Push a request; return what the browser brings instead (RFC 9126 section 4)."""
        form, headers = self._credentials(provider)
        try:
            answer = await self._http.post(address, {**query, **form}, headers)
        except SignInFailedError as error:
            raise ProviderUnavailableError("the provider does not take our request") from error
        name = answer.get("request_uri")
        if not isinstance(name, str):
            raise ProviderUnavailableError("the provider names no request")
        return {"client_id": provider.client_id, "request_uri": name}

    async def _tokens(
        self, provider: Provider, metadata: _Metadata, code: str, verifier: str, redirect_uri: str
    ) -> Mapping[str, Any]:
        proof, headers = self._credentials(provider)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return await self._http.post(metadata.token_endpoint, form | proof, headers)

    def _credentials(self, provider: Provider) -> tuple[dict[str, str], dict[str, str]]:
        """Return what to add to a form, and to its headers, to authenticate as the provider has registered us."""
        if provider.auth_method is AuthMethod.PRIVATE_KEY_JWT:
            named = {"client_id": provider.client_id, "client_assertion_type": _ASSERTION_TYPE}
            return named | {"client_assertion": self._assertion(provider)}, {}
        secret = providers.secret_of(self._parts, provider)
        if provider.auth_method is AuthMethod.SECRET_POST:
            return {"client_id": provider.client_id, "client_secret": secret}, {}
        # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _assertion(self, provider: Provider) -> str:
        """Sign who we are, for this provider alone and for a minute (RFC 7523 section 3)."""
        issued = int(self._parts.clock.now().timestamp())
        claims = {
            "iss": provider.client_id,
            "sub": provider.client_id,
            "aud": provider.issuer,
            "iat": issued,
            "exp": issued + _ASSERTION_SECONDS,
            "jti": new_id(),
        }
        return self._parts.keys.signer(KeyKind.CLIENT_ASSERTION).sign("JWT", msgspec.json.encode(claims))

    async def _verified(
        self, id_token: str, metadata: _Metadata, expected: Expected
    ) -> tuple[dict[str, Any], Provenance]:
        jwks = await self._http.get(metadata.jwks_uri)
        try:
            claims = evidence.verify_id_token(id_token, jwks, expected)
        except KeyUnknownError:
            # The provider has changed its key since we looked.
            jwks = await self._http.get(metadata.jwks_uri, anew=True)
            claims = evidence.verify_id_token(id_token, jwks, expected)
        return claims, evidence.provenance_of(id_token, jwks, expected)


def signed_in(
    id_token: str,
    claims: Mapping[str, Any],
    *,
    code_claim: str | None = None,
    phone_claim: str | None = None,
    phone_verified: bool = False,
) -> SignedIn:
    """Read the person out of verified claims; the rest is as the provider's registration has it.

    Raises:
        SignInFailedError: the claims hold no personal code or no name.
    """
    subject = str(claims["sub"])
    given, family = _text(claims, "given_name") or "", _text(claims, "family_name") or ""
    if not (given or family):
        raise SignInFailedError("claims.name")
    try:
        code = normalise(_code_in(claims, subject, code_claim))
    except PersonalCodeError as error:
        raise SignInFailedError("claims.personal_code") from error
    address = claims.get("address")
    amr = claims.get("amr")
    return SignedIn(
        personal_code=code,
        subject=subject,
        given_name=given,
        family_name=family,
        phone_number=_text(claims, phone_claim or _PHONE),
        phone_number_verified=_is_verified(claims, phone_claim or _PHONE, unsaid=phone_verified),
        email=_text(claims, "email"),
        acr=str(claims["acr"]),
        amr=tuple(str(method) for method in amr) if isinstance(amr, list) else (),
        auth_time=evidence.auth_time(claims),
        id_token=id_token,
        address=_text(address, "formatted") if isinstance(address, Mapping) else None,
        session=_text(claims, "sid"),
    )


def _code_in(claims: Mapping[str, Any], subject: str, code_claim: str | None) -> str:
    """The personal code as the provider writes it. Where a claim is registered no other counts: it may be anything."""
    if code_claim is None:
        return _text(claims, "personal_code") or subject.removeprefix(_SUBJECT_PREFIX)
    told = _text(claims, code_claim) or ""
    return told.removeprefix(_SUBJECT_PREFIX).removeprefix(_NATURAL_PERSON)


def _is_verified(claims: Mapping[str, Any], phone_claim: str, *, unsaid: bool) -> bool:
    """Whether the provider stands for the number; `unsaid` is what two people have registered where it says nothing."""
    said = claims.get(f"{phone_claim}_verified")
    return unsaid if said is None else said is True


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    address = metadata.get(name)
    if not isinstance(address, str):
        raise ProviderUnavailableError(f"the metadata has no {name}")
    try:
        providers.ensure_reachable_safely(address.partition("?")[0])
    except RegistrationError as error:
        raise ProviderUnavailableError(f"{name} is not an address that can be trusted") from error
    return address


def _words_for(provider: Provider, least: Assurance) -> list[str]:
    """Return the levels to ask a provider for, in its own words where it has some."""
    wanted = [level.uri for level in Assurance if level >= least]
    own = [word for word, uri in provider.acr_levels.items() if uri in wanted]
    return own or wanted


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value.strip() or None if isinstance(value, str) else None
