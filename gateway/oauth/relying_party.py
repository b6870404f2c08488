"""Residents sign in with an identity provider; what comes back is checked before it is believed.

OpenID Connect Core 1.0, code flow with PKCE S256 (RFC 7636), `iss` in the answer (RFC 9207), a fresh sign-in each
time. ES256 and nothing else.
"""

import asyncio
import base64
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import msgspec

from delegation.assurance import Assurance
from delegation.commitment import b64url
from gateway.clock import Clock
from gateway.oauth import evidence, providers
from gateway.oauth.errors import ProviderUnavailableError, RegistrationError, SignInFailedError
from gateway.oauth.evidence import Expected, KeyUnknownError
from gateway.oauth.providers import Provider
from gateway.parts import Parts
from gateway.people.personal_code import PersonalCodeError, normalise
from gateway.people.residents import Profile

_KEPT_FOR = timedelta(hours=1)
"""How long a provider's metadata and keys are used without asking again."""
_PATIENCE = httpx2.Timeout(10.0, connect=5.0)
_LONGEST_ANSWER = 262_144
_SUBJECT_PREFIX = "PK:"


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


class RelyingParty:
    """Signs residents in, by every registered provider. One for each process; close it at the end."""

    def __init__(self, parts: Parts) -> None:
        """Connect to nothing yet."""
        self._parts = parts
        self._http = _Fetcher(parts.clock)

    async def authorize_url(
        self, provider_id: str, *, state: str, nonce: str, verifier: str, redirect_uri: str, least_acr: str
    ) -> str:
        """Return where to send the browser for a fresh sign-in at `least_acr` (an eIDAS URI) or above.

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
            "acr_values": " ".join(level.uri for level in Assurance if level >= least),
        }
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
        )
        return signed_in(id_token, await self._verified(id_token, metadata, expected))

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
        )

    async def _tokens(
        self, provider: Provider, metadata: _Metadata, code: str, verifier: str, redirect_uri: str
    ) -> Mapping[str, Any]:
        secret = providers.secret_of(self._parts, provider)
        # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        basic = base64.b64encode(pair.encode()).decode()
        return await self._http.post(metadata.token_endpoint, form, {"Authorization": f"Basic {basic}"})

    async def _verified(self, id_token: str, metadata: _Metadata, expected: Expected) -> dict[str, Any]:
        try:
            return evidence.verify_id_token(id_token, await self._http.get(metadata.jwks_uri), expected)
        except KeyUnknownError:
            # The provider has changed its key since we looked.
            jwks = await self._http.get(metadata.jwks_uri, anew=True)
            return evidence.verify_id_token(id_token, jwks, expected)


def signed_in(id_token: str, claims: Mapping[str, Any]) -> SignedIn:
    """Read the person out of verified claims.

    Raises:
        SignInFailedError: the claims hold no personal code or no name.
    """
    subject = str(claims["sub"])
    given, family = _text(claims, "given_name") or "", _text(claims, "family_name") or ""
    if not (given or family):
        raise SignInFailedError("claims.name")
    try:
        code = normalise(_text(claims, "personal_code") or subject.removeprefix(_SUBJECT_PREFIX))
    except PersonalCodeError as error:
        raise SignInFailedError("claims.personal_code") from error
    address = claims.get("address")
    amr = claims.get("amr")
    return SignedIn(
        personal_code=code,
        subject=subject,
        given_name=given,
        family_name=family,
        phone_number=_text(claims, "phone_number"),
        phone_number_verified=claims.get("phone_number_verified") is True,
        email=_text(claims, "email"),
        acr=str(claims["acr"]),
        amr=tuple(str(method) for method in amr) if isinstance(amr, list) else (),
        auth_time=evidence.auth_time(claims),
        id_token=id_token,
        address=_text(address, "formatted") if isinstance(address, Mapping) else None,
        session=_text(claims, "sid"),
    )


class _Fetcher:
    """Asks providers: JSON only, no redirects, no proxies, small answers, documents kept for an hour."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._client: httpx2.AsyncClient | None = None
        self._kept: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, address: str, *, anew: bool = False) -> Mapping[str, Any]:
        async with self._asking[address]:  # many phones at once ask a provider for its keys once
            kept = self._kept.get(address)
            now = self._clock.now()
            if kept is None or anew or not now - _KEPT_FOR < kept[0] <= now:
                status, found = await self._ask("GET", address)
                if status != 200:
                    raise ProviderUnavailableError(f"answered {status}")
                kept = self._kept[address] = (now, found)
            return kept[1]

    async def post(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
        status, answer = await self._ask("POST", address, data=dict(form), headers=dict(headers))
        if status == 200:
            return answer
        if status >= 500:
            raise ProviderUnavailableError(f"answered {status}")
        raise SignInFailedError("answer.code")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _ask(self, method: str, address: str, **content: Any) -> tuple[int, Mapping[str, Any]]:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=_PATIENCE, follow_redirects=False, trust_env=False)
        try:
            async with self._client.stream(method, address, **content) as answer:
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _LONGEST_ANSWER:
                        raise ProviderUnavailableError("the answer is too long")
                found = msgspec.json.decode(body)
        except (httpx2.HTTPError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ProviderUnavailableError(f"no answer: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise ProviderUnavailableError("the answer is no object")
        return answer.status_code, found


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    address = metadata.get(name)
    if not isinstance(address, str):
        raise ProviderUnavailableError(f"the metadata has no {name}")
    try:
        providers.ensure_reachable_safely(address.partition("?")[0])
    except RegistrationError as error:
        raise ProviderUnavailableError(f"{name} is not an address that can be trusted") from error
    return address


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value.strip() or None if isinstance(value, str) else None
