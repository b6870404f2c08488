"""A portal as a client of the gateway, and the browser that the gate gives its tickets to."""

import hashlib
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import httpx2
from joserfc import jws, jwt
from joserfc.jwk import KeySet
from sqlalchemy import ColumnElement, func, select

from audit.entry import Entry, decode
from gateway.database.base import Base
from gateway.ledger.tables import AuditEvent
from gateway.oauth import clients, tickets
from gateway.oauth.clients import ClientRegistration
from gateway.visits.tables import RunKind
from tests.gateway.visits.counter import Counter

CLIENT_ID = "portal"
SECRET = "portal secret: with + and %"
REDIRECT_URI = "http://127.0.0.2:8401/oidc/callback"


@dataclass
class Portal:
    """Each call is one request."""

    counter: Counter
    http: httpx2.Client
    client_id: str = CLIENT_ID
    secret: str = SECRET
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @classmethod
    @contextmanager
    def at(cls, counter: Counter) -> Iterator["Portal"]:
        with httpx2.Client(base_url=counter.store.settings.issuer, trust_env=False, verify=False, timeout=20) as http:
            yield cls(counter, http)

    @property
    def issuer(self) -> str:
        return self.counter.store.settings.issuer

    def ticket(self, kind: RunKind = RunKind.PREPARE) -> str:
        run = self.counter.run_of(kind)
        return self.counter.write(lambda conn: tickets.issue(conn, self.counter.store, run.id))

    def asked(self, **changes: str | None) -> dict[str, str]:
        """The parameters of an authorization request; `None` leaves one out."""
        query: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT_URI,
            "scope": "openid e_service",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (query | changes).items() if value is not None}

    def authorize(self, ticket: str | None = "", **changes: str | None) -> httpx2.Response:
        """Ask with a fresh ticket, with `ticket`, or with none."""
        given = self.ticket() if ticket == "" else ticket
        headers = {"accept": "text/html"} | ({"Pilnvara-Run-Ticket": given} if given else {})
        return self.http.get("/oauth/authorize", params=self.asked(**changes), headers=headers)

    def code(self) -> str:
        return answer_of(self.authorize())["code"]

    def redeem(self, code: str, /, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier,
        }
        return self.post("/oauth/token", **(form | changes))

    def post(self, path: str, **form: str) -> httpx2.Response:
        return self.http.post(path, data=form, headers={"authorization": basic(self.client_id, self.secret)})

    def tokens(self) -> dict[str, Any]:
        answer = self.redeem(self.code())
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def userinfo(self, access_token: str) -> httpx2.Response:
        return self.http.get("/oauth/userinfo", headers={"authorization": f"Bearer {access_token}"})

    def is_active(self, access_token: str) -> bool:
        answer = self.post("/oauth/introspect", token=access_token)
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["active"])

    def claims(self, token: str) -> dict[str, Any]:
        """Of a token whose signature was checked by another library than the one that made it."""
        keys = KeySet.import_key_set(self.http.get("/oauth/jwks").json())
        return dict(jwt.decode(token, keys, algorithms=["ES256"]).claims)

    def events(self, *types: str) -> list[Entry]:
        """What the visit's chain says of these."""
        wanted = select(AuditEvent.leaf).where(AuditEvent.chain == self.counter.visit_id).order_by(AuditEvent.n)
        leaves = self.counter.read(lambda conn: conn.execute(wanted).scalars().all())
        return [entry for entry in map(decode, leaves) if entry.type in types]


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def basic(client_id: str, secret: str) -> str:
    """RFC 6749 section 2.3.1, as `httpx2` does not: both halves form-encoded."""
    return "Basic " + b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


def header_of(token: str) -> dict[str, Any]:
    return dict(jws.extract_compact(token.encode()).headers())


def answer_of(response: httpx2.Response) -> dict[str, str]:
    """The parameters that a redirect takes back to the portal."""
    assert response.status_code == 303, response.text
    location = urlsplit(response.headers["location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == REDIRECT_URI
    return dict(parse_qsl(location.query, keep_blank_values=True))


def register(portal: Portal, client_id: str) -> None:
    """Another client, of the same portal and with the same secret."""
    registration = ClientRegistration(
        client_id=client_id,
        portal_id="latvija",
        secret=SECRET,
        redirect_uris=[REDIRECT_URI],
        personal_code_allowed=False,
    )
    portal.counter.write(lambda conn: clients.register(conn, portal.counter.store, registration))


def count(portal: Portal, table: type[Base], *where: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(table).where(*where)
    return portal.counter.read(lambda conn: conn.execute(wanted).scalar_one())
