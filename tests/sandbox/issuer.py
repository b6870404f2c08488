"""A gateway's OpenID Provider that lies when a test says so: a claim changed or left out, a stranger's key, HS256.

It stands beside two others because neither can be made to lie. `connectors.sandbox.provider` is what *residents* sign
in by, to our gateway; this one is what our gateway is to a *portal*. `connectors.workshop.issuer` plays the same part
for authors, with our own signing, which refuses to make what a portal has to refuse: so this one signs by a library
that is not ours, and the sandbox's portals are checked against somebody else's code.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.serving import WebServer, serve

SICKNESS_ID = "lv.vsaa.sickness_benefit"


class FakeIssuer:
    """Answers every authorization request with a code at once."""

    client_id = "sandbox portal"  # a space, to see that client_secret_basic encodes its halves
    secret = "made:up%secret"

    def __init__(self, now: Callable[[], datetime], redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri
        self._now = now
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self.stranger = ECKey.generate_key("P-256", {"kid": str(self.key.kid)})
        self.asked: dict[str, str] = {}
        self.problems: list[str] = []
        self.claims: dict[str, Any] = {}
        """Claims to put over the honest ones; None leaves one out."""
        self.header: dict[str, Any] = {}
        self.answer: dict[str, str] = {}
        """Parameters to put over the honest ones in the authorization response."""
        self.sign_with_stranger = False
        self.sign_with_public_key_as_secret = False

    def __enter__(self) -> Self:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.get(self)

            def do_POST(self) -> None:
                issuer.post(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing."""

        self._server = WebServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = serve(self._server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def get(self, request: BaseHTTPRequestHandler) -> None:
        address = urlsplit(request.path)
        if address.path == "/.well-known/openid-configuration":
            self._json(
                request,
                {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/jwks",
                },
            )
        elif address.path == "/jwks":
            self._json(request, dict(KeySet([self.key]).as_dict(private=False)))
        else:
            self.asked = dict(parse_qsl(address.query))
            answer = {"code": "one-code", "state": self.asked["state"], "iss": self.url, **self.answer}
            request.send_response(302)
            request.send_header("Location", f"{self.asked['redirect_uri']}?{urlencode(answer)}")
            request.end_headers()

    def post(self, request: BaseHTTPRequestHandler) -> None:
        form = dict(parse_qsl(request.rfile.read(int(request.headers["Content-Length"])).decode()))
        expected = base64.b64encode(b"sandbox%20portal:made%3Aup%25secret").decode()
        if request.headers["Authorization"] != f"Basic {expected}":
            self.problems.append("client authentication")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != self.asked["code_challenge"] or self.asked["code_challenge_method"] != "S256":
            self.problems.append("PKCE")
        if form["redirect_uri"] != self.redirect_uri or form["code"] != "one-code":
            self.problems.append("code or redirect address")
        self._json(request, {"access_token": "access", "token_type": "Bearer", "id_token": self._id_token()})

    def _id_token(self) -> str:
        now = int(self._now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": "opaque-anna",
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
            "name": "Anna Paraugkalne",
            "personal_code": "329999-00001",
            "act": {"sub": "staff-7", "name": "Ilze Izdomāta", "centre": "c-1", "centre_name": "Paraugciema VPVKAC"},
            "authorization_details": [
                {"type": "e_service", "service": SICKNESS_ID, "actions": ["file"], "valid_until": {"file": now + 3600}}
            ],
            "delegation": "delegation-1",
            "sid": "session-1",
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "ES256", "typ": "JWT", "kid": self.key.kid, **self.header}
        if self.sign_with_public_key_as_secret:
            return _signed_with_secret({**header, "alg": "HS256"}, kept, self.key.as_pem(private=False))
        return jwt.encode(header, kept, self.stranger if self.sign_with_stranger else self.key)

    def logout_token(self, session: str, **changes: Any) -> str:
        """What tells a portal that a session is over (OpenID Connect Back-Channel Logout section 2.4)."""
        now = int(self._now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": "opaque-anna",
            "aud": self.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": "logout-1",
            "sid": session,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        header = {"alg": "ES256", "typ": "logout+jwt", "kid": self.key.kid, **self.header}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, kept, self.stranger if self.sign_with_stranger else self.key)

    @staticmethod
    def _json(request: BaseHTTPRequestHandler, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def _signed_with_secret(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A JWS by hand: libraries refuse to help with this attack."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signature = hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
