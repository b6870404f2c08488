from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.conftest import HeldClock
from tests.sandbox.issuer import FakeIssuer
from tests.sandbox.visitors import KINDERGARTEN, SICKNESS, Visitor, sickness_answers

DELEGATED = "/oidc/login?via=pilnvara&next="


class TestDelegatedSignIn:
    def test_asks_by_code_and_pkce_with_its_secret_in_the_header(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        visitor.get(DELEGATED + SICKNESS)
        assert issuer.problems == []
        assert issuer.asked["scope"] == "openid e_service"
        assert issuer.asked["response_type"] == "code"
        assert len(issuer.asked["nonce"]) > 20
        assert len(issuer.asked["state"]) > 20

    def test_shows_who_acts_for_whom(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        page = visitor.get(f"{DELEGATED}{SICKNESS}/informacija")
        assert page.path == f"{SICKNESS}/informacija"
        assert page.text_of("parstaviba") == "Ilze Izdomāta (centrs Paraugciema VPVKAC) rīkojas Anna Paraugkalne vārdā"

    def test_knows_a_company_by_its_registration_number(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        issuer.claims = {"personal_code": None, "registration_number": "40009999999", "name": "SIA Paraugdarbnīca"}
        page = visitor.get(f"{DELEGATED}{SICKNESS}/informacija")
        assert "rīkojas SIA Paraugdarbnīca vārdā" in page.text_of("parstaviba")

    def test_refuses_a_service_that_the_delegation_does_not_name(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        page = visitor.get(f"{DELEGATED}{KINDERGARTEN}/informacija")
        assert (page.status, page.heading) == (403, "Šim pakalpojumam pilnvarojuma nav")

    def test_records_who_filed_and_by_which_delegation(
        self, visitor: Visitor, issuer: FakeIssuer, state: Callable[[], dict[str, Any]]
    ) -> None:
        visitor.get(DELEGATED + SICKNESS)
        visitor.send(visitor.to_overview(SICKNESS, sickness_answers()))
        (application,) = state()["applications"]
        assert application["person"] == "329999-00001"
        assert (application["acted_by"], application["delegation"]) == ("staff-7", "delegation-1")

    def test_sees_only_applications_of_its_own_services(
        self, anna: Visitor, issuer: FakeIssuer, sandbox: Sandbox
    ) -> None:
        anna.send(anna.to_overview(SICKNESS, sickness_answers()))
        issuer.claims = {
            "authorization_details": [{"type": "e_service", "service": "lv.municipality.kindergarten_queue"}]
        }
        with Visitor(sandbox) as assistant:
            assistant.get(DELEGATED + KINDERGARTEN)
            assert assistant.http.get("/api/mani-iesniegumi").json() == {"iesniegumi": []}

    def test_ends_with_the_delegation(self, visitor: Visitor, issuer: FakeIssuer, clock: HeldClock) -> None:
        end = int(clock().timestamp()) + 60
        issuer.claims = {
            "authorization_details": [
                {"type": "e_service", "service": "lv.vsaa.sickness_benefit", "valid_until": {"file": end}}
            ]
        }
        visitor.get(DELEGATED + SICKNESS)
        clock.move(seconds=59)
        assert visitor.get(f"{SICKNESS}/informacija").path == f"{SICKNESS}/informacija"
        clock.move(seconds=1)
        assert visitor.get(f"{SICKNESS}/informacija").path == "/pieslegties"

    def test_never_leads_to_another_site(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        assert visitor.get(DELEGATED + "//elsewhere.example/").path == "/pakalpojumi"


class TestAStop:
    def test_ends_what_can_be_done_and_says_so(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        visitor.get(f"{DELEGATED}{SICKNESS}/informacija")
        told = visitor.http.post("/oidc/logout", data={"logout_token": issuer.logout_token("session-1")})
        assert (told.status_code, told.headers["cache-control"]) == (200, "no-store")
        page = visitor.get(f"{SICKNESS}/informacija")
        assert (page.status, page.heading) == (403, "Pilnvarojums vairs nav spēkā")
        issuer.claims = {"sid": "session-2"}
        assert visitor.get(f"{DELEGATED}{SICKNESS}/informacija").status == 200, "another yes opens another session"

    def test_of_another_session_ends_nothing(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        visitor.get(f"{DELEGATED}{SICKNESS}/informacija")
        visitor.http.post("/oidc/logout", data={"logout_token": issuer.logout_token("session-2")})
        assert visitor.get(f"{SICKNESS}/informacija").status == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "http://127.0.0.9"},
            {"aud": "another-portal"},
            {"iat": 1},
            {"iat": 4102444800},
            {"events": {}},
            {"nonce": "of-an-id-token"},
            {"sid": None},
        ],
    )
    def test_is_told_by_nothing_else(self, visitor: Visitor, issuer: FakeIssuer, changes: dict[str, Any]) -> None:
        visitor.get(f"{DELEGATED}{SICKNESS}/informacija")
        token = issuer.logout_token("session-1", **changes)
        assert visitor.http.post("/oidc/logout", data={"logout_token": token}).status_code == 400
        assert visitor.get(f"{SICKNESS}/informacija").status == 200

    def test_is_told_by_nobody_else(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        visitor.get(f"{DELEGATED}{SICKNESS}/informacija")
        issuer.header = {"typ": "JWT"}
        as_id_token = issuer.logout_token("session-1")
        issuer.header, issuer.sign_with_stranger = {}, True
        for token in (as_id_token, issuer.logout_token("session-1"), "", "x.y.z"):
            assert visitor.http.post("/oidc/logout", data={"logout_token": token}).status_code == 400
        assert visitor.get(f"{SICKNESS}/informacija").status == 200


class TestWhatIsNotBelieved:
    def refused(self, visitor: Visitor) -> str:
        page = visitor.get(DELEGATED + SICKNESS)
        assert (page.status, page.heading) == (403, "Pieslēgšanās neizdevās")
        assert visitor.http.get("/api/mani-iesniegumi").status_code == 401
        return page.text_of("kluda")

    @pytest.mark.parametrize(
        ("claims", "reason"),
        [
            ({"iss": "http://127.0.0.9"}, "iss"),
            ({"aud": "another-portal"}, "aud"),
            ({"aud": ["sandbox portal", "another-portal"]}, "aud"),
            ({"azp": "another-portal"}, "azp"),
            ({"exp": 1}, "exp"),
            ({"exp": None}, "exp"),
            ({"iat": 4102444800}, "iat"),
            ({"nonce": "replayed"}, "nonce"),
            ({"nonce": None}, "nonce"),
            ({"sub": ""}, "sub"),
            ({"personal_code": None}, "personal_code"),
            ({"act": None}, "kas rīkojas"),
            ({"authorization_details": []}, "neviena pakalpojuma"),
            ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "neatbilst"),
        ],
    )
    def test_a_claim_that_is_not_right(
        self, visitor: Visitor, issuer: FakeIssuer, claims: dict[str, Any], reason: str
    ) -> None:
        issuer.claims = claims
        assert reason in self.refused(visitor)

    @pytest.mark.parametrize("header", [{"typ": "delegation+jwt"}, {"typ": "at+jwt"}, {"kid": "another"}])
    def test_a_header_that_is_not_an_id_tokens(
        self, visitor: Visitor, issuer: FakeIssuer, header: dict[str, Any]
    ) -> None:
        issuer.header = header
        self.refused(visitor)

    def test_a_stranger_s_signature(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        issuer.sign_with_stranger = True
        assert "nav derīgs" in self.refused(visitor)

    def test_the_public_key_used_as_a_secret(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        issuer.sign_with_public_key_as_secret = True
        assert "galvene" in self.refused(visitor)

    @pytest.mark.parametrize("iss", ["", "http://127.0.0.9"])
    def test_an_answer_of_another_issuer(self, visitor: Visitor, issuer: FakeIssuer, iss: str) -> None:
        issuer.answer = {"iss": iss}
        assert "gaidītais sniedzējs" in self.refused(visitor)

    def test_a_refusal(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        issuer.answer = {"error": "access_denied"}
        assert "access_denied" in self.refused(visitor)

    def test_a_state_that_this_browser_did_not_begin(
        self, visitor: Visitor, issuer: FakeIssuer, sandbox: Sandbox
    ) -> None:
        begun = httpx2.get(f"{sandbox.portal_url}{DELEGATED}{SICKNESS}", trust_env=False, verify=False)
        answer = httpx2.get(begun.headers["location"], trust_env=False, verify=False).headers["location"]
        assert visitor.http.get(answer).status_code == 403

    def test_a_callback_opened_twice(self, visitor: Visitor, issuer: FakeIssuer) -> None:
        visitor.get(DELEGATED + SICKNESS)
        callback = f"/oidc/callback?code=one-code&iss={issuer.url}&state={issuer.asked['state']}"
        assert visitor.http.get(callback).status_code == 403

    def test_an_issuer_that_is_not_there(self, visitor: Visitor, sandbox: Sandbox) -> None:
        sandbox.trust_gateway("http://127.0.0.1:9", "portal", "secret")
        page = visitor.get(DELEGATED + SICKNESS)
        assert (page.status, page.text_of("kluda")) == (502, "Sniedzējs neatbild.")


def test_a_person_can_sign_in_alone(visitor: Visitor) -> None:
    page = visitor.sign_in(then=SICKNESS)
    assert page.path == SICKNESS
    assert page.by_id("parstaviba") is None
