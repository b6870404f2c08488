"""A tiny OpenID Provider that stands in for the gateway: it signs a run in by its ticket and by nothing else."""

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from connectors.sdk import registry
from tests.serving import WebServer, serve

CLIENT = "sandbox-portal"
SECRET = "sandbox-portal-secret"
TICKET_HEADER = "Pilnvara-Run-Ticket"


@dataclass
class FakeIssuer:
    """Run it with `with FakeIssuer() as issuer:`."""

    host: str = "127.0.0.5"
    tickets: set[str] = field(default_factory=set)
    seen_tickets: list[str] = field(default_factory=list)
    services: tuple[str, ...] = field(default_factory=lambda: tuple(registry.all()))
    person: str = "329999-00001"
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                issuer.get(self)

            def do_POST(self) -> None:
                issuer.post(self)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Keep quiet."""

        self._server = WebServer((self.host, 0), Handler)
        self._server.daemon_threads = True
        serve(self._server)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self._server.server_address[1]}"

    async def ticket(self) -> str:
        """A fresh one-time ticket, as the gateway hands it to the gate."""
        ticket = secrets.token_urlsafe(16)
        self.tickets.add(ticket)
        return ticket

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        address = urlsplit(handler.path)
        if address.path == "/.well-known/openid-configuration":
            self._json(handler, self._metadata())
        elif address.path == "/jwks":
            self._json(handler, {"keys": [self._key.as_dict(private=False)]})
        elif address.path == "/oauth/authorize":
            self._authorize(handler, {name: values[0] for name, values in parse_qs(address.query).items()})
        else:
            self._json(handler, {"error": "not_found"}, 404)

    def post(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = self._codes.pop(asked.get("code", ""), None)
        if handler.headers["Authorization"] != f"Basic {expected}" or known is None:
            self._json(handler, {"error": "invalid_grant"}, 400)
            return
        self._json(
            handler,
            {"access_token": "none", "token_type": "Bearer", "expires_in": 60, "id_token": self._id_token(known)},
        )

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/oauth/authorize",
            "token_endpoint": f"{self.url}/oauth/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }

    def _authorize(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        ticket = handler.headers[TICKET_HEADER] or ""
        self.seen_tickets.append(ticket)
        answer = {"state": asked["state"], "iss": self.url}
        if ticket in self.tickets:
            self.tickets.remove(ticket)
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked
            answer["code"] = code
        else:
            answer["error"] = "login_required"
        handler.send_response(302)
        handler.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "opaque-subject",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "acr": "http://eidas.europa.eu/LoA/substantial",
            "name": "Anna Paraugkalne",
            "given_name": "Anna",
            "family_name": "Paraugkalne",
            "personal_code": self.person,
            "act": {
                "sub": "assistant-1",
                "name": "Ilze Izdomāta",
                "centre": "centre-1",
                "centre_name": "Paraugciema centrs",
            },
            "authorization_details": [
                {"type": "e_service", "service": service, "actions": ["file", "follow"]} for service in self.services
            ],
            "delegation": "delegation-1",
        }
        return jwt.encode({"alg": "ES256", "kid": "one", "typ": "JWT"}, claims, self._key)

    def _json(self, handler: BaseHTTPRequestHandler, document: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(document).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
