"""The identity provider, met by Authlib's client and by attackers."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from connectors.sandbox import Client, Sandbox
from tests.sandbox.conftest import HeldClock
from tests.sandbox.pages import Page

CLIENT = Client("a-gateway", "made:up", ("http://127.0.0.1:1/callback",), ("http://127.0.0.1:1/bye",))
HIGH = "http://eidas.europa.eu/LoA/high"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """A resident's browser, and the gateway behind it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = sandbox.idp_url
        self.http = httpx2.Client(base_url=self.url, trust_env=False, verify=False)
        self.verifier = secrets.token_urlsafe(48)

    def ask(self, **more: str) -> httpx2.Response:
        query = {
            "response_type": "code",
            "client_id": CLIENT.client_id,
            "redirect_uri": CLIENT.redirect_uris[0],
            "scope": "openid profile phone email",
            "state": "s",
            "nonce": "n",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            **more,
        }
        return self.http.get("/authorize", params={name: value for name, value in query.items() if value})

    def approve(self, page: httpx2.Response, **more: str) -> httpx2.Response:
        form = Page.of(page).form("pieteiksanas")
        chosen = {"iedzivotajs": "329999-00001", "metode": "eid", "pin": "1234", **more}
        return self.http.post(form.action, data={**form.values(), **chosen})

    def redeem(self, code: str, **more: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CLIENT.redirect_uris[0],
            "code_verifier": self.verifier,
            **more,
        }
        pair = base64.b64encode(b"a-gateway:made%3Aup").decode()
        return self.http.post("/token", data=form, headers={"Authorization": f"Basic {pair}"})

    def claims(self, tokens: dict[str, Any]) -> dict[str, Any]:
        keys = KeySet.import_key_set(self.http.get("/jwks.json").json())
        token = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"])
        assert token.header["typ"] == "JWT"
        return dict(token.claims)


def answer_of(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[Browser]:
    sandbox.register_client(CLIENT)
    one = Browser(sandbox)
    yield one
    one.http.close()


def test_a_sign_in_gives_a_signed_token_about_the_resident(browser: Browser, clock: HeldClock) -> None:
    answer = answer_of(browser.approve(browser.ask()))
    assert (answer["state"], answer["iss"]) == ("s", browser.url)
    tokens = browser.redeem(answer["code"]).json()
    claims = browser.claims(tokens)
    now = int(clock().timestamp())
    assert claims["sub"] == "PK:329999-00001"
    assert (claims["given_name"], claims["family_name"]) == ("Anna", "Paraugkalne")
    assert (claims["personal_code"], claims["phone_number_verified"]) == ("329999-00001", True)
    assert (claims["acr"], claims["nonce"], claims["auth_time"], claims["exp"]) == (HIGH, "n", now, now + 300)
    assert "hwk" in claims["amr"]
    info = browser.http.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    assert (info["sub"], info["email"]) == (claims["sub"], claims["email"])


def test_authlib_s_client_goes_through_unchanged(sandbox: Sandbox, browser: Browser) -> None:
    from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 - warns about httpx at import elsewhere

    metadata = browser.http.get("/.well-known/openid-configuration").json()
    with OAuth2Client(
        CLIENT.client_id,
        CLIENT.secret,
        scope="openid",
        redirect_uri=CLIENT.redirect_uris[0],
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_post",
        trust_env=False,
        verify=False,
    ) as client:
        address, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=browser.verifier, nonce="n"
        )
        answer = browser.approve(browser.http.get(address))
        token = client.fetch_token(
            metadata["token_endpoint"],
            authorization_response=answer.headers["location"],
            code_verifier=browser.verifier,
            state=state,
        )
    assert browser.claims(token)["sub"] == "PK:329999-00001"


def test_the_method_decides_the_assurance(browser: Browser) -> None:
    answer = answer_of(browser.approve(browser.ask(), metode="mobile"))
    assert browser.claims(browser.redeem(answer["code"]).json())["acr"] == SUBSTANTIAL


class TestLiveSession:
    def test_a_live_session_answers_at_once(self, browser: Browser) -> None:
        browser.approve(browser.ask())
        assert "code" in answer_of(browser.ask())

    @pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login", "max_age": "0"}])
    def test_a_fresh_sign_in_is_asked_for_when_demanded(
        self, browser: Browser, clock: HeldClock, asked: dict[str, str]
    ) -> None:
        browser.approve(browser.ask())
        assert browser.ask(**asked).status_code == 200  # even in the same second
        clock.move(minutes=5)
        page = browser.ask(**asked)
        assert page.status_code == 200
        answer = answer_of(browser.approve(page))
        claims = browser.claims(browser.redeem(answer["code"]).json())
        assert claims["auth_time"] == int(clock().timestamp())

    def test_a_provider_that_reuses_a_sign_in_answers_with_the_one_of_then(
        self, sandbox: Sandbox, browser: Browser, clock: HeldClock
    ) -> None:
        first = browser.claims(browser.redeem(answer_of(browser.approve(browser.ask()))["code"]).json())
        clock.move(seconds=30)
        sandbox.faults.switch("reuses_sign_in", on=True)
        again = browser.redeem(answer_of(browser.ask(prompt="login", max_age="0", nonce="m"))["code"]).json()
        claims = browser.claims(again)
        assert claims["nonce"] == "m"
        assert (claims["auth_time"], claims["sid"]) == (first["auth_time"], first["sid"])

    def test_max_age_is_measured_from_the_sign_in(self, browser: Browser, clock: HeldClock) -> None:
        browser.approve(browser.ask())
        clock.move(seconds=31)
        assert browser.ask(max_age="30").status_code == 200
        assert browser.ask(max_age="31").status_code == 303

    def test_a_session_of_a_lower_level_does_not_do(self, browser: Browser) -> None:
        browser.approve(browser.ask(), metode="mobile")
        assert browser.ask(acr_values=HIGH).status_code == 200

    def test_prompt_none_is_refused_without_one(self, browser: Browser) -> None:
        assert answer_of(browser.ask(prompt="none"))["error"] == "login_required"

    def test_ends_when_asked(self, browser: Browser) -> None:
        browser.approve(browser.ask())
        left = browser.http.get("/end_session", params={"post_logout_redirect_uri": "http://127.0.0.1:1/bye"})
        assert left.headers["location"] == "http://127.0.0.1:1/bye"
        assert browser.ask().status_code == 200

    def test_end_session_leads_nowhere_unregistered(self, browser: Browser) -> None:
        left = browser.http.get("/end_session", params={"post_logout_redirect_uri": "http://elsewhere.example"})
        assert left.status_code == 200


class TestRefusals:
    def test_a_wrong_pin(self, browser: Browser) -> None:
        page = browser.approve(browser.ask(), pin="0000")
        assert page.status_code == 422
        assert Page.of(page).text_of("kluda") == "PIN kods nav pareizs."
        assert "code" in answer_of(browser.approve(page))

    def test_the_resident_says_no(self, browser: Browser) -> None:
        assert answer_of(browser.approve(browser.ask(), atteikt="ja"))["error"] == "access_denied"

    @pytest.mark.parametrize(
        ("asked", "error"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"scope": "profile"}, "invalid_scope"),
            ({"code_challenge": ""}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"max_age": "soon"}, "invalid_request"),
        ],
    )
    def test_a_request_that_is_wrong_is_answered_with_iss(
        self, browser: Browser, asked: dict[str, str], error: str
    ) -> None:
        answer = answer_of(browser.ask(**asked))
        assert (answer["error"], answer["iss"], answer["state"]) == (error, browser.url, "s")

    @pytest.mark.parametrize("asked", [{"client_id": "nobody"}, {"redirect_uri": "http://elsewhere.example/"}])
    def test_an_unknown_client_or_address_is_sent_nowhere(self, browser: Browser, asked: dict[str, str]) -> None:
        assert browser.ask(**asked).status_code == 400

    def test_a_code_works_once_and_its_second_use_kills_the_token(self, browser: Browser) -> None:
        code = answer_of(browser.approve(browser.ask()))["code"]
        access = browser.redeem(code).json()["access_token"]
        assert browser.redeem(code).json() == {"error": "invalid_grant"}
        dead = browser.http.get("/userinfo", headers={"Authorization": f"Bearer {access}"})
        assert dead.status_code == 401

    @pytest.mark.parametrize(
        "form", [{"code_verifier": "another"}, {"redirect_uri": "http://127.0.0.1:1/other"}, {"code": "guessed"}]
    )
    def test_a_code_in_other_hands(self, browser: Browser, form: dict[str, str]) -> None:
        code = answer_of(browser.approve(browser.ask()))["code"]
        assert browser.redeem(**{"code": code, **form}).json() == {"error": "invalid_grant"}

    def test_a_code_older_than_a_minute(self, browser: Browser, clock: HeldClock) -> None:
        code = answer_of(browser.approve(browser.ask()))["code"]
        clock.move(seconds=60)
        assert browser.redeem(code).status_code == 400

    def test_a_wrong_client_secret(self, browser: Browser) -> None:
        code = answer_of(browser.approve(browser.ask()))["code"]
        answer = browser.http.post(
            "/token",
            data={"grant_type": "authorization_code", "code": code, "client_id": "a-gateway", "client_secret": "no"},
        )
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_the_residents_are_thirteen_and_made_up(browser: Browser) -> None:
    residents = browser.http.get("/_sandbox/residents").json()["residents"]
    assert len({one["personal_code"] for one in residents}) == 13
    assert all(one["personal_code"].startswith("329999-000") for one in residents)
    assert all(one["email"].endswith(".example") for one in residents)
