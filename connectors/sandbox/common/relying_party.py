"""The portal as an OpenID relying party (OpenID Connect Core 1.0, Back-Channel Logout 1.0), strict about what it gets.

Code flow with PKCE S256 (RFC 7636), `state`, `nonce`, `client_secret_basic`, `iss` in the answer (RFC 9207); ES256
and nothing else.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from connectors.sandbox.common.received import Received
from connectors.sandbox.settings import Issuer

_LEEWAY_SECONDS = 5
_LOGOUT_SECONDS = 120
"""How old a logout token may be."""
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class SignInFailedError(Exception):
    """An issuer said no, or said something that must not be believed. The message is for the page."""


@dataclass(frozen=True)
class Attempt:
    """One sign-in under way; kept by the portal, found again by `state` and a cookie."""

    issuer: Issuer
    state: str
    nonce: str
    verifier: str
    come_back: str


def _random() -> str:
    return secrets.token_urlsafe(32)


def _half_hash(token: str) -> str:
    """`at_hash` for ES256 (OpenID Connect Core section 3.1.3.6)."""
    digest = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class RelyingParty:
    """Signs people in by one issuer."""

    def __init__(self, issuer: Issuer, redirect_uri: str, http: httpx2.AsyncClient, received: Received) -> None:
        self.issuer = issuer
        self._redirect_uri = redirect_uri
        self._http = http
        self._received = received
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    async def begin(self, come_back: str) -> tuple[str, Attempt]:
        """Address to send the browser to, and what to remember until it returns.

        Raises:
            SignInFailedError: the issuer cannot be reached, or its metadata is not its own.
        """
        metadata = await self._discover()
        attempt = Attempt(self.issuer, _random(), _random(), _random(), come_back)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.issuer.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self.issuer.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if self.issuer.acr_values:
            query["acr_values"] = self.issuer.acr_values
        return f"{metadata['authorization_endpoint']}?{urlencode(query)}", attempt

    async def finish(self, answer: Mapping[str, str], attempt: Attempt, now: datetime) -> dict[str, Any]:
        """Claims of the ID token that an authorization response leads to.

        Raises:
            SignInFailedError: the issuer refused, or one of the checks did.
        """
        metadata = await self._discover()
        if answer.get("iss", "") != self.issuer.url:
            raise SignInFailedError("Atbildi nav devis gaidītais sniedzējs.")
        if "error" in answer:
            raise SignInFailedError(f"Sniedzējs pieslēgšanos noraidīja ({answer['error']}).")
        tokens = await self._redeem(metadata["token_endpoint"], answer.get("code", ""), attempt)
        claims = await self._verify(str(tokens.get("id_token", "")), metadata["jwks_uri"])
        self._check(claims, attempt, now)
        if "at_hash" in claims and claims["at_hash"] != _half_hash(str(tokens.get("access_token", ""))):
            raise SignInFailedError("Piekļuves marķieris neatbilst identitātes marķierim.")
        if self.issuer.delegated:
            self._received.add(str(tokens["id_token"]))
        return claims

    async def ended(self, token: str, now: datetime) -> str:
        """The session that a logout token ends (OpenID Connect Back-Channel Logout section 2.6).

        Raises:
            SignInFailedError: it is no such token of this issuer for this portal.
        """
        claims = await self._verify(token, (await self._discover())["jwks_uri"], typ="logout+jwt")
        events, issued, instant = claims.get("events"), _number(claims.get("iat")), now.timestamp()
        checks = {
            "iss": claims.get("iss") == self.issuer.url,
            "aud": claims.get("aud") in (self.issuer.client_id, [self.issuer.client_id]),
            "iat": instant - _LOGOUT_SECONDS <= issued <= instant + _LEEWAY_SECONDS,
            "events": isinstance(events, Mapping) and _LOGOUT_EVENT in events,
            "nonce": "nonce" not in claims,
            "sid": bool(claims.get("sid")),
        }
        wrong = [name for name, right in checks.items() if not right]
        if wrong:
            raise SignInFailedError(f"Iziešanas marķieris nav pieņemams ({', '.join(wrong)}).")
        return str(claims["sid"])

    async def _discover(self) -> dict[str, Any]:
        if self._metadata is None:
            metadata = await self._json("GET", f"{self.issuer.url}/.well-known/openid-configuration")
            if metadata.get("issuer") != self.issuer.url:
                raise SignInFailedError("Sniedzēja metadati pieder citam sniedzējam.")
            self._metadata = metadata
        return self._metadata

    async def _redeem(self, endpoint: str, code: str, attempt: Attempt) -> dict[str, Any]:
        # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
        pair = f"{quote(self.issuer.client_id, safe='')}:{quote(self.issuer.secret, safe='')}"
        basic = base64.b64encode(pair.encode()).decode()
        return await self._json(
            "POST",
            endpoint,
            headers={"Authorization": f"Basic {basic}"},
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": attempt.verifier,
            },
        )

    async def _verify(self, token: str, jwks_uri: str, *, typ: str = "JWT") -> dict[str, Any]:
        try:
            header = jws.extract_compact(token.encode()).headers()
            if header.get("alg") != "ES256" or str(header.get("typ", "JWT")).upper() != typ.upper() or "crit" in header:
                raise SignInFailedError("Identitātes marķierim ir nepareiza galvene.")
            keys = await self._keys_with(str(header.get("kid", "")), jwks_uri)
            return dict(jwt.decode(token, keys, algorithms=["ES256"]).claims)
        except (JoseError, ValueError) as error:
            raise SignInFailedError("Identitātes marķieris nav derīgs.") from error

    async def _keys_with(self, kid: str, jwks_uri: str) -> KeySet:
        """The issuer's keys, fetched again when one is named that was not there before."""
        if self._keys is None or kid not in {key.kid for key in self._keys.keys}:
            self._keys = KeySet.import_key_set(await self._json("GET", jwks_uri))  # type: ignore[arg-type]  # it checks
        return self._keys

    def _check(self, claims: Mapping[str, Any], attempt: Attempt, now: datetime) -> None:
        instant = now.timestamp()
        audience = claims.get("aud")
        checks = {
            "iss": claims.get("iss") == self.issuer.url,
            "aud": audience in (self.issuer.client_id, [self.issuer.client_id]),
            "azp": claims.get("azp", self.issuer.client_id) == self.issuer.client_id,
            "exp": _number(claims.get("exp")) > instant - _LEEWAY_SECONDS,
            "iat": 0 < _number(claims.get("iat")) <= instant + _LEEWAY_SECONDS,
            "nonce": claims.get("nonce") == attempt.nonce,
            "sub": bool(claims.get("sub")),
            # A company has a number of its own in place of a person's code.
            "personal_code": bool(claims.get("personal_code") or claims.get("registration_number")),
        }
        wrong = [name for name, right in checks.items() if not right]
        if wrong:
            raise SignInFailedError(f"Identitātes marķieris nav pieņemams ({', '.join(wrong)}).")

    async def _json(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, address, **more)
            content = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise SignInFailedError("Sniedzējs neatbild.") from error
        if answer.status_code != 200 or not isinstance(content, dict):
            raise SignInFailedError(f"Sniedzējs pieprasījumu noraidīja ({answer.status_code}).")
        return content


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
