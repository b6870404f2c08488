"""A token's end: with the delegation, when its client gives it back, and what those who ask about it are told."""

from datetime import timedelta

from audit.events import EventName
from gateway.oauth import logout
from gateway.oauth.tables import AccessToken, AuthorizationCode
from gateway.visits.tables import RunKind
from tests.gateway.oauth.portal import SECRET, Portal, answer_of, basic, count, register
from tests.gateway.visits.played import unknown


class TestStoppedDelegation:
    def test_gives_no_code(self, portal: Portal) -> None:
        ticket = portal.ticket()
        portal.counter.stop()
        # The run does not know yet that it is over: the delegation's own state decides.
        assert answer_of(portal.authorize(ticket))["error"] == "access_denied"
        (event,) = portal.events(EventName.OAUTH_CODE_REFUSED)
        assert event.data["reason"] == "delegation.revoked"

    def test_gives_no_token_for_a_code_that_was_issued_before(self, portal: Portal) -> None:
        code = portal.code()
        portal.counter.stop()
        assert portal.redeem(code).json()["error"] == "invalid_grant"
        (event,) = portal.events(EventName.OAUTH_TOKEN_REFUSED)
        assert event.data["reason"] == "delegation.revoked"

    def test_leaves_no_token_alive_not_for_a_moment(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        assert portal.is_active(access)
        portal.counter.stop()
        assert not portal.is_active(access)
        assert portal.userinfo(access).status_code == 401

    def test_ends_codes_and_tokens_for_good(self, portal: Portal) -> None:
        portal.tokens()
        unused = portal.code()
        portal.counter.stop()
        parts, delegation = portal.counter.store, portal.counter.delegation().id
        assert portal.counter.write(lambda conn: logout.end_tokens(conn, parts, delegation)) == 1
        assert portal.counter.write(lambda conn: logout.end_tokens(conn, parts, delegation)) == 0
        assert count(portal, AccessToken, AccessToken.revoked_at.is_(None)) == 0
        assert count(portal, AuthorizationCode, AuthorizationCode.used_at.is_(None)) == 0
        assert portal.redeem(unused).json()["error"] == "invalid_grant"
        (event,) = portal.events(EventName.OAUTH_TOKEN_REVOKED)
        assert event.data["count"] == 1


class TestEndedDelegation:
    def test_that_has_expired_gives_neither_code_nor_token(self, portal: Portal) -> None:
        end = portal.counter.delegation().valid_until
        portal.counter.clock.move(end - portal.counter.clock.now() - timedelta(seconds=10))
        code, ticket = portal.code(), portal.ticket()
        access = portal.redeem(portal.code()).json()["access_token"]
        portal.counter.clock.move(timedelta(seconds=10))
        assert answer_of(portal.authorize(ticket))["error"] == "access_denied"
        assert portal.redeem(code).json()["error"] == "invalid_grant"
        assert not portal.is_active(access)
        (event,) = portal.events(EventName.OAUTH_CODE_REFUSED)
        assert event.data["reason"] == "delegation.expired"

    def test_that_is_spent_lets_the_portal_be_asked_and_nothing_be_sent(self, portal: Portal) -> None:
        counter = portal.counter
        counter.prepare()
        counter.sign_in()
        assert counter.press().allowed
        ticket = portal.ticket(RunKind.SEND)
        counter.answer(unknown(counter.clock.now()))
        assert answer_of(portal.authorize(ticket))["error"] == "access_denied"
        counter.begin(RunKind.LOOK_UP)
        assert "code" in answer_of(portal.authorize(portal.ticket(RunKind.LOOK_UP)))

    def test_that_is_spent_keeps_the_sign_in_that_it_was_spent_with(self, portal: Portal) -> None:
        counter = portal.counter
        access = portal.tokens()["access_token"]
        counter.send()
        assert portal.is_active(access)


class TestRevocation:
    def test_ends_the_clients_own_token(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        assert portal.post("/oauth/revoke", token=access, token_type_hint="access_token").status_code == 200
        assert not portal.is_active(access)
        assert portal.post("/oauth/revoke", token=access).status_code == 200
        assert len(portal.events(EventName.OAUTH_TOKEN_REVOKED)) == 1

    def test_of_anything_else_is_answered_alike(self, portal: Portal) -> None:
        assert portal.post("/oauth/revoke", token="no token of ours", token_type_hint="strange").status_code == 200

    def test_of_another_clients_token_is_refused(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        register(portal, "other")
        headers = {"authorization": basic("other", SECRET)}
        assert portal.http.post("/oauth/revoke", data={"token": access}, headers=headers).status_code == 400
        assert portal.is_active(access)

    def test_needs_the_client_and_a_token(self, portal: Portal) -> None:
        assert portal.http.post("/oauth/revoke", data={"token": "x"}).status_code == 401
        assert portal.post("/oauth/revoke").status_code == 400


class TestIntrospection:
    def test_says_what_the_token_says(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        told = portal.post("/oauth/introspect", token=access).json()
        claims = portal.claims(access)
        assert told.pop("active") is True
        assert told.pop("token_type") == "Bearer"
        assert {name: claims[name] for name in told} == told
        assert told["act"]["name"] == "Anna Asistente"

    def test_says_nothing_of_other_clients_tokens(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        register(portal, "other")
        headers = {"authorization": basic("other", SECRET)}
        answer = portal.http.post("/oauth/introspect", data={"token": access}, headers=headers)
        assert answer.json() == {"active": False}

    def test_does_not_take_an_id_token_for_an_access_token(self, portal: Portal) -> None:
        assert not portal.is_active(portal.tokens()["id_token"])

    def test_does_not_take_a_token_with_another_signature(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        signed, _, signature = access.rpartition(".")
        assert not portal.is_active(f"{signed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}")

    def test_needs_the_client(self, portal: Portal) -> None:
        assert portal.http.post("/oauth/introspect", data={"token": "x"}).status_code == 401
