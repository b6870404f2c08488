"""What a portal, a browser or a stranger may try to get a code or a token, and what comes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from audit.events import EventName
from gateway.oauth.errors import TicketUnavailableError
from gateway.oauth.tables import AccessToken
from gateway.services.tables import Portal as PortalRow
from gateway.visits.tables import Run, RunState
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal, answer_of, basic, count, register
from tests.gateway.visits.counter import BENEFIT

UNTRUSTED: tuple[dict[str, str | None], ...] = (
    {"client_id": "nobody"},
    {"client_id": None},
    {"redirect_uri": None},
    {"redirect_uri": "https://evil.example/"},
    {"redirect_uri": f"{REDIRECT_URI}/"},
    {"redirect_uri": f"{REDIRECT_URI}?x=1"},
    {"redirect_uri": REDIRECT_URI.upper()},
    {"redirect_uri": 'https://evil.example/"<č>'},
    {"response_type": 'code"<č>'},
)
WRONG: tuple[tuple[dict[str, str | None], str], ...] = (
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": "x" * 42}, "invalid_request"),
    ({"code_challenge": "x" * 44}, "invalid_request"),
    ({"code_challenge": "+" * 43}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_type": None}, "unsupported_response_type"),
    ({"scope": "e_service"}, "invalid_scope"),
    ({"scope": None}, "invalid_scope"),
    ({"scope": "openid admin"}, "invalid_scope"),
    ({"request": "e30.e30."}, "request_not_supported"),
    ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"nonce": "n" * 513}, "invalid_request"),
)
UNFIT: tuple[tuple[dict[str, str], str], ...] = (
    ({"code_verifier": "v" * 48}, "invalid_grant"),
    ({"code_verifier": ""}, "invalid_request"),
    ({"redirect_uri": f"{REDIRECT_URI}?from=gateway"}, "invalid_grant"),
    ({"redirect_uri": ""}, "invalid_grant"),
    ({"code": "c" * 43}, "invalid_grant"),
    ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
)
NOT_THE_CLIENT = (
    basic(CLIENT_ID, "wrong"),
    basic("nobody", SECRET),
    basic(CLIENT_ID, ""),
    "Basic !!!",
    "Basic /w==",
    "Bearer x",
    "Basic",
)


class TestWithoutATicket:
    def test_a_person_is_told_where_this_sign_in_happens(self, portal: Portal) -> None:
        answer = portal.authorize(None)
        assert answer.status_code == 403
        assert "location" not in answer.headers
        assert "Šādi pierakstīties var tikai apmeklējuma laikā centrā" in answer.text

    def test_a_program_gets_a_problem(self, portal: Portal) -> None:
        answer = portal.http.get("/oauth/authorize", params=portal.asked())
        assert answer.status_code == 403
        assert answer.json()["code"] == "oauth.run_required"


class TestTicket:
    def test_lets_in_once(self, portal: Portal) -> None:
        ticket = portal.ticket()
        assert "code" in answer_of(portal.authorize(ticket))
        assert answer_of(portal.authorize(ticket))["error"] == "access_denied"
        (event,) = portal.events(EventName.OAUTH_TICKET_REFUSED)
        assert event.data["reason"] == "ticket.used"

    def test_lets_in_once_also_when_eight_come_at_once(self, portal: Portal) -> None:
        ticket = portal.ticket()
        with ThreadPoolExecutor(8) as pool:
            answers = [answer_of(each) for each in pool.map(lambda _: portal.authorize(ticket), range(8))]
        assert sum("code" in answer for answer in answers) == 1

    def test_dies_after_a_minute(self, portal: Portal) -> None:
        ticket = portal.ticket()
        portal.counter.clock.move(timedelta(seconds=60))
        assert answer_of(portal.authorize(ticket))["error"] == "access_denied"
        (event,) = portal.events(EventName.OAUTH_TICKET_REFUSED)
        assert event.data["reason"] == "ticket.expired"

    def test_of_another_client_lets_nobody_in(self, portal: Portal) -> None:
        ticket = portal.ticket()
        register(portal, "other")
        assert answer_of(portal.authorize(ticket, client_id="other"))["error"] == "access_denied"
        (event,) = portal.events(EventName.OAUTH_TICKET_REFUSED)
        assert (event.data["reason"], event.data["client"]) == ("ticket.other_client", "other")
        assert "code" in answer_of(portal.authorize(ticket))

    def test_that_never_was_is_refused_and_cannot_be_used_to_fill_the_log(self, portal: Portal) -> None:
        before = portal.counter.events()
        assert answer_of(portal.authorize("x" * 43))["error"] == "access_denied"
        assert portal.counter.events() == before

    def test_is_not_used_up_by_a_request_that_is_refused(self, portal: Portal) -> None:
        ticket = portal.ticket()
        assert "error" in answer_of(portal.authorize(ticket, code_challenge=None))
        assert "code" in answer_of(portal.authorize(ticket))

    def test_is_not_to_be_had_for_a_portal_that_is_no_client(self, portal: Portal) -> None:
        portal.counter.write(lambda conn: conn.execute(update(PortalRow).values(client_id="nobody")))
        with pytest.raises(TicketUnavailableError):
            portal.ticket()

    def test_of_a_run_that_is_not_at_work_lets_nobody_in(self, portal: Portal, subtests: pytest.Subtests) -> None:
        for state in (RunState.QUEUED, RunState.DONE, RunState.FAILED):
            with subtests.test(state=state.value):
                ticket = portal.ticket()
                set_runs(portal, state)
                assert answer_of(portal.authorize(ticket))["error"] == "access_denied"
                assert portal.events(EventName.OAUTH_CODE_REFUSED)[-1].data["reason"] == "run.over"


class TestAuthorizationRequest:
    def test_that_cannot_be_trusted_goes_nowhere(self, portal: Portal, subtests: pytest.Subtests) -> None:
        for changes in UNTRUSTED:
            with subtests.test(**changes):
                answer = portal.authorize(**changes)
                assert answer.status_code == 400
                assert "location" not in answer.headers
                assert "evil" not in answer.text

    def test_that_is_wrong_is_told_to_the_portal_with_state_and_issuer(
        self, portal: Portal, subtests: pytest.Subtests
    ) -> None:
        for changes, error in WRONG:
            with subtests.test(**changes):
                answer = answer_of(portal.authorize(**changes))
                assert (answer["error"], answer["state"], answer["iss"]) == (error, "state-1", portal.issuer)
                assert "code" not in answer

    def test_with_a_parameter_twice_is_refused(self, portal: Portal, subtests: pytest.Subtests) -> None:
        for twice in ("client_id", "redirect_uri", "response_type", "scope", "state"):
            with subtests.test(twice=twice):
                pairs = [*portal.asked().items(), (twice, portal.asked()[twice])]
                headers = {"Pilnvara-Run-Ticket": portal.ticket()}
                answer = portal.http.get(f"/oauth/authorize?{urlencode(pairs)}", headers=headers)
                assert answer.status_code == 400

    def test_with_another_parameter_twice_is_told_so(self, portal: Portal) -> None:
        headers = {"Pilnvara-Run-Ticket": portal.ticket()}
        query = urlencode([*portal.asked().items(), ("nonce", "another")])
        assert answer_of(portal.http.get(f"/oauth/authorize?{query}", headers=headers))["error"] == "invalid_request"

    def test_asks_for_no_more_than_the_filing_has_whatever_it_says(self, portal: Portal) -> None:
        wish = f'[{{"type":"e_service","service":"lv.vid.tax_return"}},{{"type":"e_service","service":"{BENEFIT}"}}]'
        code = answer_of(portal.authorize(authorization_details=wish))["code"]
        claims = portal.claims(portal.redeem(code).json()["id_token"])
        assert [detail["service"] for detail in claims["authorization_details"]] == ["lv.vsaa.sickness_benefit"]


class TestTokenRequest:
    def test_with_the_code_eight_times_at_once_is_answered_once(self, portal: Portal) -> None:
        code = portal.code()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: portal.redeem(code), range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
        assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
        assert count(portal, AccessToken) == 1
        assert len(portal.events(EventName.OAUTH_TOKEN_ISSUED)) == 1

    def test_with_a_code_a_second_time_takes_back_what_the_first_was_given(self, portal: Portal) -> None:
        code = portal.code()
        access = portal.redeem(code).json()["access_token"]
        assert portal.is_active(access)
        assert portal.redeem(code).json()["error"] == "invalid_grant"
        assert not portal.is_active(access)
        assert portal.userinfo(access).status_code == 401
        (event,) = portal.events(EventName.OAUTH_TOKEN_REFUSED)
        assert event.data["reason"] == "code.used"

    def test_with_a_code_past_its_minute_is_refused(self, portal: Portal) -> None:
        code = portal.code()
        portal.counter.clock.move(timedelta(seconds=60))
        assert portal.redeem(code).json()["error"] == "invalid_grant"
        (event,) = portal.events(EventName.OAUTH_TOKEN_REFUSED)
        assert event.data["reason"] == "code.expired"

    def test_that_does_not_fit_the_code_gives_nothing(self, portal: Portal, subtests: pytest.Subtests) -> None:
        for changes, error in UNFIT:
            with subtests.test(**changes):
                answer = portal.redeem(portal.code(), **changes)
                assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert count(portal, AccessToken) == 0

    def test_with_a_wrong_verifier_uses_the_code_up(self, portal: Portal) -> None:
        code = portal.code()
        portal.redeem(code, code_verifier="v" * 48)
        assert portal.redeem(code).json()["error"] == "invalid_grant"

    def test_of_another_client_gets_nothing_and_harms_nothing(self, portal: Portal) -> None:
        code = portal.code()
        register(portal, "other")
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        stolen = portal.http.post(
            "/oauth/token",
            data=form | {"code_verifier": portal.verifier},
            headers={"authorization": basic("other", SECRET)},
        )
        assert stolen.json()["error"] == "invalid_grant"
        assert portal.redeem(code).status_code == 200

    def test_without_the_clients_secret_is_refused(self, portal: Portal, subtests: pytest.Subtests) -> None:
        form = {"grant_type": "authorization_code", "code": portal.code()}
        for authorization in NOT_THE_CLIENT:
            with subtests.test(authorization=authorization):
                answer = portal.http.post("/oauth/token", data=form, headers={"authorization": authorization})
                assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
                assert answer.headers["www-authenticate"].startswith("Basic")

    def test_with_the_secret_in_the_body_is_refused(self, portal: Portal) -> None:
        form = {"grant_type": "authorization_code", "code": portal.code(), "client_id": CLIENT_ID}
        assert portal.http.post("/oauth/token", data=form | {"client_secret": SECRET}).status_code == 401

    def test_with_a_parameter_twice_is_refused(self, portal: Portal) -> None:
        pairs = [("grant_type", "authorization_code"), ("code", portal.code()), ("code", "x")]
        headers = {
            "authorization": basic(CLIENT_ID, SECRET),
            "content-type": "application/x-www-form-urlencoded",
        }
        answer = portal.http.post("/oauth/token", content=urlencode(pairs), headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_that_is_no_form_is_refused(self, portal: Portal, subtests: pytest.Subtests) -> None:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        for body in (b"\xff=1", b"a=%FF", b"x" * 70_000, b"&".join(b"a%d=1" % n for n in range(80))):
            with subtests.test(body=body[:9]):
                answer = portal.http.post("/oauth/token", content=body, headers=headers)
                assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_as_json_is_refused(self, portal: Portal) -> None:
        assert portal.http.post("/oauth/token", json={"grant_type": "authorization_code"}).status_code == 400

    def test_is_never_cached(self, portal: Portal) -> None:
        assert portal.redeem(portal.code()).headers["cache-control"] == "no-store"


def set_runs(portal: Portal, state: RunState) -> None:
    portal.counter.write(lambda conn: conn.execute(update(Run).values(state=state)))
