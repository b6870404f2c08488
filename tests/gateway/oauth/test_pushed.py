"""A portal pushes its request by itself, and asks for less than it may have."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import func, select

from audit.events import EventName
from gateway.oauth import clients
from gateway.oauth.clients import ClientRegistration
from gateway.oauth.tables import PushedRequest
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal, answer_of, basic
from tests.gateway.visits.counter import BENEFIT

WRONG: tuple[tuple[dict[str, str | None], str], ...] = (
    ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ({"request": "e30.e30."}, "request_not_supported"),
    ({"client_id": "other"}, "invalid_request"),
    ({"client_id": None}, "invalid_request"),
    ({"scope": "openid admin"}, "invalid_scope"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "dance"}, "invalid_request"),
    ({"prompt": "select_account"}, "account_selection_required"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"state": "s" * 513}, "invalid_request"),
    ({"authorization_details": "{}"}, "invalid_authorization_details"),
    ({"authorization_details": "[]"}, "invalid_authorization_details"),
    ({"authorization_details": "x"}, "invalid_authorization_details"),
    ({"authorization_details": '[{"type":"payment"}]'}, "invalid_authorization_details"),
    (
        {"authorization_details": '[{"type":"e_service","service":"s","max_filings":9}]'},
        "invalid_authorization_details",
    ),
    ({"authorization_details": '[{"type":"e_service"}]'}, "invalid_authorization_details"),
    ({"authorization_details": "[" * 5_000}, "invalid_authorization_details"),
)


def push(portal: Portal, **changes: str | None) -> httpx2.Response:
    return portal.post("/oauth/par", **portal.asked(**changes))


def pushed(portal: Portal, **changes: str | None) -> str:
    answer = push(portal, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["request_uri"])


def bring(portal: Portal, name: str, **more: str) -> httpx2.Response:
    """The browser comes with the name alone."""
    query = {"client_id": portal.client_id, "request_uri": name} | more
    headers = {"Pilnvara-Run-Ticket": portal.ticket(), "accept": "text/html"}
    return portal.http.get("/oauth/authorize", params=query, headers=headers)


def require_par(portal: Portal) -> None:
    registration = ClientRegistration(
        client_id=CLIENT_ID,
        portal_id="latvija",
        secret=SECRET,
        redirect_uris=[REDIRECT_URI],
        personal_code_allowed=True,
        par_required=True,
    )
    portal.counter.write(lambda conn: clients.register(conn, portal.counter.store, registration))


class TestPushedRequest:
    def test_signs_in_with_what_was_pushed_and_with_nothing_that_the_browser_adds(self, portal: Portal) -> None:
        answer = push(portal, state="pushed")
        assert answer.json()["expires_in"] == 60
        assert answer.headers["cache-control"] == "no-store"
        name = answer.json()["request_uri"]
        assert name.startswith("urn:ietf:params:oauth:request_uri:")
        back = answer_of(bring(portal, name, state="browser", redirect_uri="https://evil.example/", nonce="b"))
        assert (back["state"], back["iss"]) == ("pushed", portal.issuer)
        tokens = portal.redeem(back["code"]).json()
        assert portal.claims(tokens["id_token"])["nonce"] == "nonce-1"

    def test_is_good_once(self, portal: Portal) -> None:
        name = pushed(portal)
        assert "code" in answer_of(bring(portal, name))
        again = answer_of(bring(portal, name))
        assert (again["error"], again["state"], again["iss"]) == ("invalid_request_uri", "state-1", portal.issuer)
        assert [event.data["reason"] for event in portal.events(EventName.OAUTH_CODE_REFUSED)] == ["par.used"]
        assert len(portal.events(EventName.OAUTH_CODE_ISSUED)) == 1

    def test_is_good_once_also_when_eight_come_at_once(self, portal: Portal) -> None:
        name = pushed(portal)
        with ThreadPoolExecutor(8) as pool:
            answers = [answer_of(each) for each in pool.map(lambda _: bring(portal, name), range(8))]
        assert sum("code" in answer for answer in answers) == 1

    def test_is_good_for_a_minute(self, portal: Portal) -> None:
        name = pushed(portal)
        portal.counter.clock.move(timedelta(seconds=60))
        assert answer_of(bring(portal, name))["error"] == "invalid_request_uri"

    def test_of_another_client_or_of_nobody_goes_nowhere(self, portal: Portal) -> None:
        name = pushed(portal)
        for query in (
            {"client_id": "nobody", "request_uri": name},
            {"client_id": CLIENT_ID, "request_uri": f"{name}x"},
            {"request_uri": name},
        ):
            headers = {"Pilnvara-Run-Ticket": portal.ticket()}
            answer = portal.http.get("/oauth/authorize", params=query, headers=headers)
            assert answer.status_code == 400
            assert "location" not in answer.headers
        assert "code" in answer_of(bring(portal, name))

    def test_is_not_used_up_by_a_browser_without_a_ticket(self, portal: Portal) -> None:
        name = pushed(portal)
        query = {"client_id": CLIENT_ID, "request_uri": name}
        assert portal.http.get("/oauth/authorize", params=query).status_code == 403
        headers = {"Pilnvara-Run-Ticket": "x" * 43}
        assert answer_of(portal.http.get("/oauth/authorize", params=query, headers=headers))["error"] == "access_denied"
        assert "code" in answer_of(bring(portal, name))

    def test_that_is_wrong_is_told_to_whoever_pushed_it_and_not_kept(self, portal: Portal) -> None:
        for changes, error in WRONG:
            answer = push(portal, **changes)
            assert (answer.status_code, answer.json()["error"]) == (400, error), changes
            assert "location" not in answer.headers
        assert portal.counter.read(lambda conn: conn.execute(select(func.count(PushedRequest.hash))).scalar_one()) == 0

    def test_needs_the_client(self, portal: Portal) -> None:
        for headers in ({}, {"authorization": basic(CLIENT_ID, "wrong")}):
            answer = portal.http.post("/oauth/par", data=portal.asked(), headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    def test_keeps_no_hint_that_could_name_a_person(self, portal: Portal) -> None:
        pushed(portal, login_hint="329999-00001")
        row = portal.counter.read(lambda conn: conn.execute(select(PushedRequest.parameters)).scalar_one())
        assert "login_hint" not in row

    def test_is_required_of_a_client_that_was_registered_so(self, portal: Portal) -> None:
        require_par(portal)
        refused = answer_of(portal.authorize())
        assert (refused["error"], refused["state"], refused["iss"]) == ("invalid_request", "state-1", portal.issuer)
        assert "code" in answer_of(bring(portal, pushed(portal)))


class TestAuthorizationDetails:
    def test_narrow_what_is_given_and_are_answered(self, portal: Portal) -> None:
        wish = [{"type": "e_service", "service": BENEFIT, "actions": ["file", "collect"]}]
        code = answer_of(portal.authorize(authorization_details=json.dumps(wish)))["code"]
        tokens = portal.redeem(code).json()
        (given,) = tokens["authorization_details"]
        assert (given["service"], given["actions"]) == (BENEFIT, ["file"])
        assert portal.claims(tokens["id_token"])["authorization_details"] == [given]
        assert portal.userinfo(tokens["access_token"]).json()["authorization_details"] == [given]

    @pytest.mark.parametrize(
        "wish",
        [
            {"type": "e_service", "service": BENEFIT, "actions": ["collect"]},
            {"type": "e_service", "service": "lv.vid.tax_return"},
        ],
    )
    def test_that_the_filing_has_nothing_of_are_refused(self, portal: Portal, wish: dict[str, object]) -> None:
        answer = answer_of(portal.authorize(authorization_details=json.dumps([wish])))
        assert (answer["error"], answer["iss"]) == ("access_denied", portal.issuer)
        (event,) = portal.events(EventName.OAUTH_CODE_REFUSED)
        assert event.data["reason"] == "delegation.out_of_scope"


class TestAge:
    def test_of_the_yes_is_told_and_held_to(self, portal: Portal) -> None:
        portal.counter.clock.move(timedelta(seconds=120))
        answer = answer_of(portal.authorize(max_age="60"))
        assert (answer["error"], answer["state"], answer["iss"]) == ("login_required", "state-1", portal.issuer)
        assert portal.events(EventName.OAUTH_CODE_REFUSED)[-1].data["reason"] == "login_required"
        code = answer_of(portal.authorize(max_age="600", prompt="login"))["code"]
        claims = portal.claims(portal.redeem(code).json()["id_token"])
        assert claims["iat"] - claims["auth_time"] <= 600


class TestServices:
    def test_that_a_client_was_not_registered_for_are_refused(self, portal: Portal) -> None:
        registration = ClientRegistration(
            client_id=CLIENT_ID,
            portal_id="latvija",
            redirect_uris=[REDIRECT_URI],
            personal_code_allowed=True,
            services=["lv.vid.tax_return"],
        )
        portal.counter.write(lambda conn: clients.register(conn, portal.counter.store, registration))
        assert answer_of(portal.authorize())["error"] == "access_denied"
        (event,) = portal.events(EventName.OAUTH_CODE_REFUSED)
        assert event.data["reason"] == "client.service"
