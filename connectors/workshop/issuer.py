"""A stand-in for the gateway's OpenID Provider, for authors: it signs in one made-up person, by a ticket, on loopback.

No portal that trusts a real gateway believes it: its issuer is an address of this machine and its key is made anew at
each start.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import msgspec

from delegation.signing import SigningKey

TICKET_HEADER = "Pilnvara-Run-Ticket"
AUTHORIZE_PATH = "/oauth/authorize"
_POLL_SECONDS = 0.01
_TOKEN_SECONDS = 300


class NotLoopbackError(ValueError):
    """The stand-in signs anybody in who has a ticket: it answers nobody but this machine."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """The made-up resident whom the portal sees."""

    code: str = "329999-00001"
    given_name: str = "Anna"
    family_name: str = "Paraugkalne"


@dataclass
class StandInIssuer:
    """Run it with `with StandInIssuer(…) as issuer:`."""

    client_id: str = "sandbox-portal"
    client_secret: str = "sandbox-portal-secret"
    services: tuple[str, ...] = ()
    """What the delegation names; with none, whatever the connector is."""
    person: Person = field(default_factory=Person)
    host: str = "127.0.0.5"
    port: int = 0
    is_open: bool = False
    """Signs in whoever comes, without a ticket: for looking at a portal by hand."""
    moved: dict[str, str] = field(default_factory=dict)
    """Origins of portals behind a front, and where the browser is sent in their place."""
    tickets: set[str] = field(default_factory=set)
    seen_tickets: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _pushed: dict[str, dict[str, str]] = field(default_factory=dict)
    _told: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By access token, what userinfo says."""

    def __enter__(self) -> Self:
        if not ipaddress.ip_address(self.host).is_loopback:
            raise NotLoopbackError(f"{self.host} is no address of this machine alone")
        self._key, _ = SigningKey.generate()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                issuer.get(self)

            def do_POST(self) -> None:
                issuer.post(self)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Keep quiet: its addresses carry codes."""

        self._server = ThreadingHTTPServer((self.host, self.port), Handler)
        self._server.daemon_threads = True
        serving = {"poll_interval": _POLL_SECONDS}
        threading.Thread(target=self._server.serve_forever, kwargs=serving, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The issuer."""
        return f"http://{self.host}:{self._server.server_address[1]}"

    async def ticket(self) -> str:
        """A fresh one-time ticket, as the gateway hands it to the gate."""
        ticket = secrets.token_urlsafe(16)
        self.tickets.add(ticket)
        return ticket

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer what is only read."""
        address = urlsplit(handler.path)
        match address.path:
            case "/.well-known/openid-configuration":
                _answer(handler, self._metadata())
            case "/jwks":
                _answer(handler, {"keys": [self._key.public_jwk()]})
            case "/oauth/authorize":
                self._authorize(handler, _form(address.query))
            case "/oauth/userinfo":
                self._userinfo(handler)
            case _:
                _answer(handler, {"error": "not_found"}, 404)

    def post(self, handler: BaseHTTPRequestHandler) -> None:
        """Take a pushed request, or redeem a code."""
        asked = _form(handler.rfile.read(int(handler.headers["Content-Length"] or 0)).decode())
        if not self._knows(handler.headers["Authorization"] or "", asked):
            _answer(handler, {"error": "invalid_client"}, 401)
        elif handler.path == "/oauth/par":
            name = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(16)}"
            self._pushed[name] = asked
            _answer(handler, {"request_uri": name, "expires_in": 60}, 201)
        elif handler.path == "/oauth/token" and (known := self._redeemed(asked)) is not None:
            access_token, id_token = secrets.token_urlsafe(16), self._id_token(known)
            self._told[access_token] = self._subject()
            expiry = {"token_type": "Bearer", "expires_in": _TOKEN_SECONDS}
            _answer(handler, {"access_token": access_token, **expiry, "id_token": id_token})
        else:
            _answer(handler, {"error": "invalid_grant"}, 400)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}{AUTHORIZE_PATH}",
            "token_endpoint": f"{self.url}/oauth/token",
            "userinfo_endpoint": f"{self.url}/oauth/userinfo",
            "pushed_authorization_request_endpoint": f"{self.url}/oauth/par",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _knows(self, authorization: str, asked: dict[str, str]) -> bool:
        given = (asked.get("client_id", ""), asked.get("client_secret", ""))
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() == "basic":
            user, _, password = base64.b64decode(encoded).decode().partition(":")
            given = (unquote(user), unquote(password))
        return hmac.compare_digest("\0".join(given), f"{self.client_id}\0{self.client_secret}")

    def _authorize(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        asked = self._pushed.pop(asked.get("request_uri", ""), asked)
        ticket = handler.headers[TICKET_HEADER] or ""
        self.seen_tickets.append(ticket)
        answer = {"state": asked.get("state", ""), "iss": self.url}
        if ticket in self.tickets or self.is_open:
            self.tickets.discard(ticket)
            answer["code"] = secrets.token_urlsafe(16)
            self._codes[answer["code"]] = asked
        else:
            answer["error"] = "login_required"
        where = asked.get("redirect_uri", "")
        for origin, front in self.moved.items():
            where = where.replace(origin, front)
        handler.send_response(302)
        handler.send_header("Location", f"{where}{'&' if '?' in where else '?'}{urlencode(answer)}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def _redeemed(self, asked: dict[str, str]) -> dict[str, str] | None:
        known = self._codes.pop(asked.get("code", ""), None)
        if known is None or asked.get("redirect_uri", "") != known.get("redirect_uri", ""):
            return None
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return known if hmac.compare_digest(challenge, known.get("code_challenge", "")) else None

    def _userinfo(self, handler: BaseHTTPRequestHandler) -> None:
        scheme, _, token = (handler.headers["Authorization"] or "").partition(" ")
        told = self._told.get(token) if scheme.lower() == "bearer" else None
        if told is None:
            _answer(handler, {"error": "invalid_token"}, 401)
        else:
            _answer(handler, told)

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        issued = {
            "iss": self.url,
            "aud": self.client_id,
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
            "auth_time": now,
            "nonce": asked.get("nonce", ""),
            "acr": "http://eidas.europa.eu/LoA/substantial",
        }
        return self._key.sign("JWT", msgspec.json.encode(issued | self._subject()))

    def _subject(self) -> dict[str, Any]:
        return {
            "sub": "opaque-subject",
            "name": f"{self.person.given_name} {self.person.family_name}",
            "given_name": self.person.given_name,
            "family_name": self.person.family_name,
            "personal_code": self.person.code,
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
            "sid": "delegation-1",
        }


def _form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


def _answer(handler: BaseHTTPRequestHandler, document: dict[str, Any], status: int = 200) -> None:
    body = msgspec.json.encode(document)
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
