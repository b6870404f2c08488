"""A portal exchanges what it holds of a delegation for something narrower, and gets nothing beyond it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import msgspec
import pytest
from sqlalchemy import func, select, update

from audit.events import EventName
from connectors.runner.api import Verdict
from delegation.assurance import Route
from delegation.checking import check_token
from delegation.claims import DELEGATION_TYPE, PERMIT_TYPE, DelegationClaims, PermitClaims
from delegation.signing import open_signed
from delegation.verify import verify_delegation
from gateway.keys.signing import KeyKind
from gateway.oauth import clients
from gateway.oauth.clients import TOKEN_EXCHANGE, ClientRegistration
from gateway.oauth.exchange import ACCESS_TOKEN, DELEGATION
from gateway.oauth.exchanged_permits import PERMIT
from gateway.oauth.tables import AccessToken
from gateway.services.tables import Service
from gateway.visits import requesting
from gateway.visits.approvals import Answer
from gateway.visits.asked import Asked
from gateway.visits.scope import Wanted
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Permit, RunKind
from tests.gateway.oauth.portal import REDIRECT_URI, SECRET, Portal, answer_of, basic
from tests.gateway.visits.counter import BENEFIT, ILZE, Counter
from tests.gateway.visits.played import declined, filed

ONE_MONTH = 30


@pytest.fixture
def granted(counter: Counter) -> Counter:
    """The resident allows to file the benefit, and to follow for a month what becomes of it."""
    counter.write(lambda conn: conn.execute(update(Service).values(follow_days=ONE_MONTH)))
    counter.open()
    wanted = (Wanted(service=BENEFIT, follow=True),)
    asked = Asked(person=ILZE, route=Route.PHONE, document_kind="passport", services=wanted)
    store, by, visit = counter.store, counter.by, counter.visit_id
    counter.write(lambda conn: requesting.request_delegation(conn, store, by, visit, asked))
    counter.enter_code()
    assert counter.match() is Answer.RIGHT
    counter.sign_in()
    return counter


def detail(*actions: str, service: str = BENEFIT) -> str:
    return json.dumps([{"type": "e_service", "service": service, "actions": actions}])


def exchange(portal: Portal, token: str, kind: str = ACCESS_TOKEN, **more: str) -> httpx2.Response:
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": kind}
    return portal.post("/oauth/token", **(form | more))


def delegation(portal: Portal) -> str:
    """What the portal keeps: derived for it alone."""
    answer = exchange(portal, portal.tokens()["access_token"], requested_token_type=DELEGATION)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def send(portal: Portal) -> str:
    """Let the final request out; return the permit that went with it."""
    counter = portal.counter
    counter.prepare()
    counter.sign_in()
    verdict: Verdict = counter.press()
    assert verdict.allowed
    return verdict.permit


def refused(portal: Portal, answer: httpx2.Response, error: str, reason: str) -> None:
    """The portal is told by the name of the standard, the trail by ours, and nothing was handed out for it."""
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert portal.events(EventName.OAUTH_EXCHANGE_REFUSED)[-1].data["reason"] == reason
    assert not portal.events(EventName.OAUTH_EXCHANGED)


def other(portal: Portal) -> None:
    """Register another portal, and let the test speak as it."""
    registration = ClientRegistration(
        client_id="other", portal_id="latvija", secret=SECRET, redirect_uris=[REDIRECT_URI], personal_code_allowed=False
    )
    portal.counter.write(lambda conn: clients.register(conn, portal.counter.store, registration))
    portal.client_id = "other"


class TestDelegation:
    def test_is_one_that_the_integrators_function_verifies(self, portal: Portal) -> None:
        token = delegation(portal)
        now, keys = portal.counter.clock.now(), portal.http.get("/oauth/jwks").json()
        verified = verify_delegation(token, keys, issuer=portal.issuer, audience=portal.client_id, now=now)
        verified.ensure_allows(BENEFIT, "follow", now + timedelta(days=29))
        assert verified.claims.act.sub == portal.counter.delegation().assistant_id
        assert verified.claims.visit is None
        assert [each.actions for each in verified.claims.authorization_details] == [("follow",)]

    def test_is_answered_as_no_access_token_and_recorded(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        answer = exchange(portal, access, requested_token_type=DELEGATION).json()
        assert (answer["issued_token_type"], answer["token_type"]) == (DELEGATION, "N_A")
        (event,) = portal.events(EventName.OAUTH_EXCHANGED)
        assert (event.data["kind"], event.data["actions"]) == ("delegation", ["follow"])

    def test_is_good_for_an_access_token_when_no_visit_is_alive_any_more(self, portal: Portal) -> None:
        token = delegation(portal)
        send(portal)
        portal.counter.answer(filed(portal.counter.clock.now()))
        portal.counter.close()
        portal.counter.clock.move(timedelta(days=20))
        answer = exchange(portal, token, DELEGATION)
        assert answer.status_code == 200, answer.text
        claims = portal.claims(answer.json()["access_token"])
        assert [each["actions"] for each in claims["authorization_details"]] == [["follow"]]
        assert claims["exp"] - claims["iat"] == 300
        assert portal.is_active(answer.json()["access_token"])

    def test_is_good_until_its_action_ends_and_no_longer(self, portal: Portal) -> None:
        token = delegation(portal)
        send(portal)
        portal.counter.answer(filed(portal.counter.clock.now()))
        portal.counter.close()
        clock = portal.counter.clock
        clock.move(portal.counter.delegation().valid_until - clock.now() - timedelta(seconds=90))
        answer = exchange(portal, token, DELEGATION).json()
        assert 0 < answer["expires_in"] <= 90
        clock.move(timedelta(seconds=90))
        assert exchange(portal, token, DELEGATION).json()["error"] == "invalid_grant"
        assert portal.events(EventName.OAUTH_EXCHANGE_REFUSED)[-1].data["reason"] == "delegation.expired"

    def test_of_another_portal_is_nobodys_here(self, portal: Portal) -> None:
        token = delegation(portal)
        other(portal)
        answer = exchange(portal, token, DELEGATION)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        (event,) = portal.events(EventName.OAUTH_EXCHANGE_REFUSED)
        assert (event.data["reason"], event.data["client"]) == ("delegation.other_audience", "other")

    def test_that_is_the_whole_one_is_nobodys_here(self, portal: Portal) -> None:
        counter = portal.counter
        row, sealer = counter.delegation(), counter.store.sealer
        whole = counter.read(lambda conn: VisitVault.of(conn, sealer, counter.visit_id).take(row.id, "token").decode())
        assert exchange(portal, whole, DELEGATION).json()["error"] == "invalid_grant"

    def test_is_worth_nothing_after_a_stop(self, portal: Portal) -> None:
        token = delegation(portal)
        portal.counter.stop()
        answer = exchange(portal, token, DELEGATION)
        assert answer.json()["error"] == "invalid_grant"
        assert portal.events(EventName.OAUTH_EXCHANGE_REFUSED)[-1].data["reason"] == "delegation.revoked"


class TestAccessToken:
    def test_is_for_one_action_and_dies_with_the_code_it_goes_back_to(self, portal: Portal) -> None:
        code = portal.code()
        access = portal.redeem(code).json()["access_token"]
        answer = exchange(portal, access, authorization_details=detail("follow"))
        narrow = answer.json()["access_token"]
        assert answer.json()["issued_token_type"] == ACCESS_TOKEN
        assert [each["actions"] for each in answer.json()["authorization_details"]] == [["follow"]]
        assert portal.is_active(narrow)
        portal.redeem(code)
        assert not portal.is_active(narrow)

    def test_tells_nothing_of_the_person(self, portal: Portal) -> None:
        narrow = exchange(portal, portal.tokens()["access_token"]).json()["access_token"]
        answer = portal.userinfo(narrow)
        assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")

    def test_of_another_portal_is_refused(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        other(portal)
        refused(portal, exchange(portal, access), "invalid_grant", "token.other_client")

    def test_that_was_revoked_or_has_ended_is_refused(self, portal: Portal) -> None:
        access, second = portal.tokens()["access_token"], portal.tokens()["access_token"]
        portal.post("/oauth/revoke", token=access)
        refused(portal, exchange(portal, access), "invalid_grant", "token.revoked")
        portal.counter.clock.move(timedelta(seconds=300))
        refused(portal, exchange(portal, second), "invalid_grant", "token.expired")

    def test_that_is_none_of_ours_is_refused(self, portal: Portal) -> None:
        for token in ("x", portal.tokens()["id_token"]):
            assert exchange(portal, token).json()["error"] == "invalid_grant"


class TestBeyond:
    def test_the_delegation_is_refused(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        elsewhere = detail("follow", service="lv.vid.tax_return")
        for wish in (detail("collect"), detail("follow", "collect"), elsewhere, detail("own")):
            refused(portal, exchange(portal, access, authorization_details=wish), "invalid_scope", "invalid_scope")

    def test_what_the_token_itself_was_asked_for_is_refused(self, portal: Portal) -> None:
        code = answer_of(portal.authorize(authorization_details=detail("file")))["code"]
        access = portal.redeem(code).json()["access_token"]
        answer = exchange(portal, access, authorization_details=detail("follow"))
        refused(portal, answer, "invalid_scope", "invalid_scope")

    def test_the_portal_itself_is_refused(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        for target in ({"audience": "other"}, {"resource": "https://api.example"}):
            answer = exchange(portal, access, **target)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")

    def test_its_scope_is_refused(self, portal: Portal) -> None:
        answer = exchange(portal, portal.tokens()["access_token"], scope="e_service profile")
        refused(portal, answer, "invalid_scope", "invalid_scope")

    def test_what_is_offered_is_refused(self, portal: Portal) -> None:
        access, kind = portal.tokens()["access_token"], "urn:ietf:params:oauth:token-type:"
        for form in (
            {"subject_token_type": f"{kind}id_token"}, {"requested_token_type": f"{kind}refresh_token"},
            {"subject_token": ""},
        ):  # fmt: skip
            sent = {"grant_type": TOKEN_EXCHANGE, "subject_token": access, "subject_token_type": ACCESS_TOKEN}
            answer = portal.post("/oauth/token", **(sent | form))
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_all_understanding_is_refused(self, portal: Portal) -> None:
        wish = '[{"type":"payment","amount":"1"}]'
        answer = exchange(portal, portal.tokens()["access_token"], authorization_details=wish)
        assert answer.json()["error"] == "invalid_authorization_details"

    def test_what_the_client_proves_to_be_is_refused(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        form = {"grant_type": TOKEN_EXCHANGE, "subject_token": access, "subject_token_type": ACCESS_TOKEN}
        headers = {"authorization": basic(portal.client_id, "wrong")}
        assert portal.http.post("/oauth/token", data=form, headers=headers).status_code == 401


class TestRightToFile:
    def test_is_not_given_without_a_permit(self, portal: Portal) -> None:
        answer = exchange(portal, portal.tokens()["access_token"], authorization_details=detail("file"))
        refused(portal, answer, "invalid_scope", "permit.missing")

    def test_is_given_once_with_the_permit_that_went_with_the_final_request(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        permit = send(portal)
        form = {"actor_token": permit, "actor_token_type": PERMIT, "authorization_details": detail("file")}
        answer = exchange(portal, access, **form)
        assert answer.status_code == 200, answer.text
        assert portal.claims(answer.json()["access_token"])["authorization_details"][0]["actions"] == ["file"]
        again = exchange(portal, access, **form)
        assert again.json()["error"] == "invalid_grant"
        assert portal.events(EventName.OAUTH_EXCHANGE_REFUSED)[-1].data["reason"] == "permit.used"

    def test_is_given_once_also_when_eight_ask_at_once(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        form = {"actor_token": send(portal), "actor_token_type": PERMIT, "authorization_details": detail("file")}
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: exchange(portal, access, **form).status_code, range(8)))
        assert sorted(answers) == [200] + [400] * 7

    def test_is_not_given_before_the_final_request_has_left(self, portal: Portal) -> None:
        counter = portal.counter
        access = portal.tokens()["access_token"]
        counter.prepare()
        counter.sign_in()
        signed = kept_permit(portal)
        answer = exchange(portal, access, actor_token=signed, actor_token_type=PERMIT)
        refused(portal, answer, "invalid_grant", "permit.not_sent")
        assert counter.stop() is None
        answer = exchange(portal, access, actor_token=signed, actor_token_type=PERMIT)
        assert answer.json()["error"] == "invalid_grant"

    def test_is_not_given_for_what_the_portal_has_declined(self, portal: Portal) -> None:
        access, permit = portal.tokens()["access_token"], send(portal)
        portal.counter.answer(declined(portal.counter.clock.now()))
        answer = exchange(portal, access, actor_token=permit, actor_token_type=PERMIT)
        refused(portal, answer, "invalid_grant", "permit.not_sent")

    def test_is_not_given_five_minutes_after_the_yes(self, portal: Portal) -> None:
        counter = portal.counter
        counter.prepare()
        counter.sign_in()
        counter.clock.move(timedelta(minutes=4))
        counter.begin(RunKind.SEND)
        access = portal.redeem(answer_of(portal.authorize(portal.ticket(RunKind.SEND)))["code"]).json()["access_token"]
        verdict = counter.knock()
        counter.clock.move(timedelta(minutes=1))
        answer = exchange(portal, access, actor_token=verdict.permit, actor_token_type=PERMIT)
        refused(portal, answer, "invalid_grant", "permit.expired")

    def test_is_proved_by_the_published_keys_to_a_portal_that_keeps_the_permit(self, portal: Portal) -> None:
        permit = send(portal)
        now, published = portal.counter.clock.now(), portal.http.get("/oauth/jwks").json()
        checked = check_token(permit, published, now=now, issuer=portal.issuer, audience=portal.issuer)
        assert isinstance(checked.claims, PermitClaims)
        assert checked.unchecked == ("use",)

    def test_its_permit_names_the_delegation_as_this_portal_alone_knows_it(self, portal: Portal) -> None:
        keys = portal.counter.store.keys
        derived = open_signed(
            delegation(portal), keys.jwks(KeyKind.DELEGATION), typ=DELEGATION_TYPE, claims=DelegationClaims
        )
        permit = open_signed(send(portal), keys.jwks(KeyKind.PERMIT), typ=PERMIT_TYPE, claims=PermitClaims)
        assert permit.delegation == derived.jti
        assert permit.delegation != portal.counter.delegation().id

    def test_is_not_given_for_another_filing_or_payload(self, portal: Portal) -> None:
        access, permit = portal.tokens()["access_token"], send(portal)
        store = portal.counter.store
        true = open_signed(permit, store.keys.jwks(KeyKind.PERMIT), typ=PERMIT_TYPE, claims=PermitClaims)
        for changes, reason in (
            ({"filing": "another"}, "permit.other_filing"),
            ({"delegation": "another"}, "permit.other_filing"),
            ({"payload": "another"}, "permit.other_payload"),
            ({"jti": "another"}, "permit.unknown"),
            ({"aud": "another"}, "permit.unknown"),
            ({"iss": "another"}, "permit.unknown"),
        ):
            claims = msgspec.json.encode(msgspec.structs.replace(true, **changes))
            forged = store.keys.signer(KeyKind.PERMIT).sign(PERMIT_TYPE, claims)
            answer = exchange(portal, access, actor_token=forged, actor_token_type=PERMIT)
            refused(portal, answer, "invalid_grant", reason)
        assert exchange(portal, access, actor_token=permit, actor_token_type=PERMIT).status_code == 200

    def test_is_not_given_for_what_is_no_permit_of_this_filing(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        answer = exchange(portal, access, actor_token=access, actor_token_type=PERMIT)
        refused(portal, answer, "invalid_grant", "token.wrong_type")
        before = count_tokens(portal)
        answer = exchange(portal, access, actor_token="x", actor_token_type="urn:example")
        refused(portal, answer, "invalid_request", "invalid_request")
        assert count_tokens(portal) == before


def kept_permit(portal: Portal) -> str:
    """The permit as it lies sealed, before anything is sent."""
    counter = portal.counter
    permit_id = counter.read(lambda conn: conn.execute(select(Permit.id)).scalar_one())
    return counter.read(
        lambda conn: VisitVault.of(conn, counter.store.sealer, counter.visit_id).take(permit_id, "token").decode()
    )


def count_tokens(portal: Portal) -> int:
    return portal.counter.read(lambda conn: conn.execute(select(func.count()).select_from(AccessToken)).scalar_one())
