"""How a portal proves who it is."""

import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey

from gateway.oauth import clients
from gateway.oauth.clients import AuthMethod, ClientRegistration
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal, basic
from tests.gateway.oauth.provider import b64

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY = ECKey.generate_key("P-256", {"kid": "portal-1"})


def register(portal: Portal, method: AuthMethod) -> None:
    by_key = method is AuthMethod.PRIVATE_KEY_JWT
    registration = ClientRegistration(
        client_id=CLIENT_ID,
        portal_id="latvija",
        redirect_uris=[REDIRECT_URI],
        personal_code_allowed=True,
        auth_method=method,
        secret=None if by_key else SECRET,
        jwks={"keys": [KEY.as_dict(private=False)]} if by_key else None,
    )
    portal.counter.write(lambda conn: clients.register(conn, portal.counter.store, registration))


def assertion(portal: Portal, key: ECKey | bytes = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Signed by hand, since libraries refuse to sign what an attacker would; a change to `None` leaves a claim out."""
    now = int(portal.counter.clock.now().timestamp())
    claims = {"iss": CLIENT_ID, "sub": CLIENT_ID, "aud": portal.issuer, "exp": now + 60, "iat": now, "jti": "jti-1"}
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    head = {"alg": "ES256", "kid": "portal-1"} | (header or {})
    signed = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
    return f"{signed}.{b64(signature(key, signed.encode()))}"


def signature(key: ECKey | bytes, message: bytes) -> bytes:
    if isinstance(key, bytes):
        return hmac.digest(key, message, "sha256")
    assert key.private_key is not None
    r, s = decode_dss_signature(key.private_key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def ask(portal: Portal, signed: str, **more: str) -> httpx2.Response:
    form = {"token": "x", "client_assertion": signed, "client_assertion_type": ASSERTION_TYPE}
    return portal.http.post("/oauth/introspect", data=form | more)


class TestPrivateKeyJwt:
    @pytest.fixture(autouse=True)
    def by_key(self, portal: Portal) -> None:
        register(portal, AuthMethod.PRIVATE_KEY_JWT)

    def test_redeems_a_code_without_any_secret(self, portal: Portal) -> None:
        form = {
            "grant_type": "authorization_code",
            "code": portal.code(),
            "redirect_uri": REDIRECT_URI,
            "code_verifier": portal.verifier,
            "client_id": CLIENT_ID,
            "client_assertion": assertion(portal, aud=f"{portal.issuer}/oauth/token"),
            "client_assertion_type": ASSERTION_TYPE,
        }
        answer = portal.http.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text

    def test_is_taken_once(self, portal: Portal) -> None:
        signed = assertion(portal)
        assert ask(portal, signed).json() == {"active": False}
        assert ask(portal, signed).status_code == 401
        assert ask(portal, assertion(portal, jti="jti-2")).status_code == 200

    def test_is_taken_once_also_when_eight_come_at_once(self, portal: Portal) -> None:
        signed = assertion(portal)
        with ThreadPoolExecutor(8) as pool:
            answers = [answer.status_code for answer in pool.map(lambda _: ask(portal, signed), range(8))]
        assert sorted(answers) == [200] + [401] * 7

    def test_that_is_not_what_it_should_be_is_refused_without_a_reason(self, portal: Portal) -> None:
        now = int(portal.counter.clock.now().timestamp())
        wrong: tuple[dict[str, Any], ...] = (
            {"key": ECKey.generate_key("P-256")},
            {"iss": "other"},
            {"sub": "other", "iss": "other"},
            {"sub": None},
            {"aud": "https://other.example"},
            {"aud": None},
            {"aud": [portal.issuer, "https://other.example"]},
            {"exp": None},
            {"exp": now - 31},
            {"exp": now + 3_600},
            {"exp": "soon"},
            {"iat": now + 300},
            {"nbf": now + 300},
            {"jti": None},
            {"jti": ""},
            {"jti": "j" * 300},
            {"jti": "j\ud800"},
            {"sub": "p\ud800", "iss": "p\ud800"},
            {"sub": "p\0", "iss": "p\0"},
            {"header": {"crit": 5}},
            {"header": {"kid": "another"}},
            {"header": {"crit": ["x"], "x": 1}},
            {"key": KEY.as_pem(private=False), "header": {"alg": "HS256"}},
            {"header": {"alg": "none"}},
        )
        for changes in wrong:
            answer = ask(portal, assertion(portal, **changes))
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), changes
            assert set(answer.json()) <= {"error", "error_description"}
        for signed in ("x", "e30.e30.", "e30.e30.e30", f"{assertion(portal)}x", "a" * 9_000):
            assert ask(portal, signed).status_code == 401
        assert ask(portal, assertion(portal), client_id="other").status_code == 401

    def test_leaves_no_way_by_a_secret(self, portal: Portal) -> None:
        headers = {"authorization": basic(CLIENT_ID, SECRET)}
        assert portal.http.post("/oauth/introspect", data={"token": "x"}, headers=headers).status_code == 401
        form = {"token": "x", "client_id": CLIENT_ID, "client_secret": SECRET}
        assert portal.http.post("/oauth/introspect", data=form).status_code == 401

    def test_beside_another_way_is_refused(self, portal: Portal) -> None:
        answer = ask(portal, assertion(portal), client_secret=SECRET)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_is_verified_by_our_clock(self, portal: Portal) -> None:
        signed = assertion(portal)
        assert int(time.time()) > int(portal.counter.clock.now().timestamp()) + 600
        assert ask(portal, signed).status_code == 200


class TestSecretInTheForm:
    def test_is_taken_from_a_client_that_was_registered_so_and_in_no_other_way(self, portal: Portal) -> None:
        register(portal, AuthMethod.SECRET_POST)
        form = {"token": "x", "client_id": CLIENT_ID, "client_secret": SECRET}
        assert portal.http.post("/oauth/introspect", data=form).json() == {"active": False}
        assert portal.http.post("/oauth/introspect", data=form | {"client_secret": "wrong"}).status_code == 401
        headers = {"authorization": basic(CLIENT_ID, SECRET)}
        assert portal.http.post("/oauth/introspect", data={"token": "x"}, headers=headers).status_code == 401


def test_a_name_that_no_database_takes_is_nobodys(portal: Portal) -> None:
    headers = {"authorization": basic("portal\0", SECRET)}
    given = {"client_id": "portal\0", "client_secret": SECRET}
    for path in ("introspect", "token", "par", "revoke"):
        form = {"token": "x", "grant_type": "authorization_code"}
        assert portal.http.post(f"/oauth/{path}", data=form, headers=headers).status_code == 401, path
        assert portal.http.post(f"/oauth/{path}", data=form | given).status_code == 400, path


class TestSuspended:
    def test_client_is_nobody_at_every_door(self, portal: Portal) -> None:
        access, ticket = portal.tokens()["access_token"], portal.ticket()
        store = portal.counter.store
        portal.counter.write(lambda conn: clients.suspend(conn, store, CLIENT_ID))
        assert portal.userinfo(access).status_code == 401
        assert portal.post("/oauth/introspect", token=access).status_code == 401
        assert portal.post("/oauth/par", **portal.asked()).status_code == 401
        assert portal.authorize(ticket).status_code == 400
        register(portal, AuthMethod.SECRET_BASIC)
        assert portal.is_active(access)
