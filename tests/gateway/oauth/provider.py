"""An identity provider that says whatever a test makes it say."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from delegation.assurance import Assurance
from tests.serving import WebServer, serve

CLIENT_ID = "gateway"
NONCE = "nonce-of-this-attempt"


def a_key(kid: str = "key-1") -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": kid})


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(key: Any, claims: dict[str, Any], **header: Any) -> str:
    head = {"alg": "ES256", "typ": "JWT", "kid": "key-1"} | header
    head = {name: value for name, value in head.items() if value is not None}
    return str(jws.serialize_compact(head, json.dumps(claims), key, algorithms=[head["alg"]]))


def claims(issuer: str, now: datetime, **changes: Any) -> dict[str, Any]:
    """What a fresh sign-in of a made-up resident is told by; a change to `None` leaves a claim out."""
    at = int(now.timestamp())
    given: dict[str, Any] = {
        "iss": issuer,
        "aud": CLIENT_ID,
        "sub": "PK:329999-00001",
        "exp": at + 300,
        "iat": at,
        "auth_time": at,
        "nonce": NONCE,
        "acr": Assurance.SUBSTANTIAL.uri,
        "amr": ["pin"],
        "given_name": "Ilze",
        "family_name": "Paraudziņa",
        "personal_code": "329999-00001",
        "phone_number": "+371 2000 0001",
        "phone_number_verified": True,
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


@dataclass
class Provider:
    """Answers from `pages`: path to status, headers and body."""

    issuer: str
    key: ECKey = field(default_factory=a_key)
    pages: dict[str, tuple[int, dict[str, str], Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)

    def metadata(self, **changes: Any) -> None:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "authorization_response_iss_parameter_supported": True,
        }
        self.pages["/.well-known/openid-configuration"] = (200, {}, document | changes)

    def publish(self, *keys: ECKey) -> None:
        self.pages["/jwks"] = (200, {}, KeySet([*keys]).as_dict(private=False))

    def hand_out(self, id_token: str) -> None:
        self.pages["/token"] = (200, {}, {"id_token": id_token, "access_token": "a", "token_type": "Bearer"})


@contextmanager
def a_provider() -> Iterator[Provider]:
    made: list[Provider] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made[0].asked.append(f"{self.command} {self.path}")
            sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            made[0].forms += [sent] if sent else []
            status, headers, body = made[0].pages.get(self.path, (404, {}, {}))
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_arguments: Any) -> None:
            """Be quiet."""

    server = WebServer(("127.0.0.3", 0), Handler)
    made.append(Provider(f"http://127.0.0.3:{server.server_address[1]}"))
    made[0].metadata()
    made[0].publish(made[0].key)
    thread = serve(server)
    yield made[0]
    server.shutdown()
    server.server_close()
    thread.join()
