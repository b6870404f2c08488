"""A portal signs in with a delegation: from the ticket to who acts for whom."""

import asyncio
from datetime import timedelta

import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from sqlalchemy import update

from audit.events import EventName
from delegation.assurance import Assurance
from gateway.oauth import clients
from gateway.oauth.clients import ClientRegistration
from gateway.services.tables import Portal as PortalRow
from gateway.visits.tables import RunKind
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal, answer_of, header_of
from tests.gateway.visits.counter import BENEFIT, ILZE


class TestSignIn:
    def test_brings_back_a_code_the_state_and_who_issued_it(self, portal: Portal) -> None:
        answer = answer_of(portal.authorize(state="a b&c=č"))
        assert answer["state"] == "a b&c=č"
        assert answer["iss"] == portal.issuer
        assert len(answer["code"]) == 43

    def test_keeps_the_query_of_a_registered_redirect_address(self, portal: Portal) -> None:
        answer = answer_of(portal.authorize(redirect_uri=f"{REDIRECT_URI}?from=gateway"))
        assert answer["from"] == "gateway"
        assert "code" in answer

    def test_asks_nobody_anything_whatever_prompt_the_portal_wants(self, portal: Portal) -> None:
        for prompt in ("none", "login", "consent"):
            assert "code" in answer_of(portal.authorize(prompt=prompt, max_age="0"))

    def test_may_be_asked_for_by_a_form(self, portal: Portal) -> None:
        headers = {"Pilnvara-Run-Ticket": portal.ticket()}
        assert "code" in answer_of(portal.http.post("/oauth/authorize", data=portal.asked(), headers=headers))

    def test_says_who_acts_for_whom_at_what_and_until_when(self, portal: Portal) -> None:
        token = portal.tokens()["id_token"]
        claims = portal.claims(token)
        delegation = portal.counter.delegation()
        now = int(portal.counter.clock.now().timestamp())
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (portal.issuer, CLIENT_ID, "nonce-1")
        assert (claims["name"], claims["given_name"], claims["family_name"]) == (ILZE.name, "Ilze", "Paraudziņa")
        assert claims["personal_code"] == ILZE.code
        assert claims["act"]["sub"] == delegation.assistant_id
        assert claims["act"]["name"] == "Anna Asistente"
        assert claims["act"]["centre"] == delegation.centre_id
        assert claims["act"]["centre_name"] == "Paraugu centrs"
        (detail,) = claims["authorization_details"]
        assert (detail["type"], detail["service"], detail["actions"]) == ("e_service", BENEFIT, ["file"])
        assert detail["valid_until"] == {"file": int(delegation.valid_until.timestamp())}
        assert claims["acr"] == Assurance.SUBSTANTIAL.uri
        assert claims["auth_time"] == int(delegation.granted_at.timestamp())
        assert claims["iat"] == now
        assert 0 < claims["exp"] - now <= 300

    def test_signs_each_kind_of_token_with_a_key_of_its_own_that_is_published(self, portal: Portal) -> None:
        tokens = portal.tokens()
        id_header, access_header = header_of(tokens["id_token"]), header_of(tokens["access_token"])
        assert (id_header["alg"], id_header["typ"]) == ("ES256", "JWT")
        assert (access_header["alg"], access_header["typ"]) == ("ES256", "at+jwt")
        assert id_header["kid"] != access_header["kid"]
        published = {key["kid"] for key in portal.http.get("/oauth/jwks").json()["keys"]}
        assert {id_header["kid"], access_header["kid"]} <= published

    def test_gives_an_access_token_after_rfc_9068(self, portal: Portal) -> None:
        tokens = portal.tokens()
        access, identity = portal.claims(tokens["access_token"]), portal.claims(tokens["id_token"])
        assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope", "acr", "auth_time"} <= set(access)
        assert access["client_id"] == CLIENT_ID
        assert access["aud"] == [CLIENT_ID, portal.issuer]
        assert (access["act"], access["authorization_details"]) == (identity["act"], identity["authorization_details"])
        assert "personal_code" not in access
        assert tokens["token_type"] == "Bearer"
        assert tokens["expires_in"] == access["exp"] - access["iat"]

    def test_names_person_and_delegation_differently_to_each_client(self, portal: Portal) -> None:
        first, again = portal.claims(portal.tokens()["id_token"]), portal.claims(portal.tokens()["id_token"])
        delegation = portal.counter.delegation()
        assert (first["sub"], first["delegation"]) == (again["sub"], again["delegation"])
        assert first["sub"] not in {delegation.principal_id, ILZE.code}
        assert first["delegation"] != delegation.id
        assert first["status"]["status_list"]["idx"] != delegation.status_index
        with_other(portal)
        other = portal.claims(portal.tokens()["id_token"])
        assert other["sub"] != first["sub"]
        assert other["delegation"] != first["delegation"]

    def test_withholds_the_personal_code_from_a_client_that_may_not_have_it(self, portal: Portal) -> None:
        with_other(portal)
        tokens = portal.tokens()
        assert "personal_code" not in portal.claims(tokens["id_token"])
        told = portal.userinfo(tokens["access_token"])
        assert told.status_code == 200
        assert told.json()["name"] == ILZE.name
        assert "personal_code" not in told.json()
        (event,) = portal.events(EventName.OAUTH_TOKEN_ISSUED)
        assert event.data["told"] == ["name"]

    def test_never_outlives_the_delegation(self, portal: Portal) -> None:
        end = portal.counter.delegation().valid_until
        portal.counter.clock.move(end - portal.counter.clock.now() - timedelta(seconds=30))
        claims = portal.claims(portal.tokens()["id_token"])
        assert claims["exp"] == int(end.timestamp())

    def test_leaves_events_without_a_value_in_the_chain_of_the_visit(self, portal: Portal) -> None:
        tokens = portal.tokens()
        code, token = portal.events(EventName.OAUTH_CODE_ISSUED, EventName.OAUTH_TOKEN_ISSUED)
        run = portal.counter.run_of(RunKind.PREPARE).id
        assert (code.type, code.data["run"], code.data["client"]) == (EventName.OAUTH_CODE_ISSUED, run, CLIENT_ID)
        assert token.data["token"] == portal.claims(tokens["access_token"])["jti"]
        assert token.data["told"] == ["name", "personal_code"]
        assert ILZE.code not in str(token.data) + str(code.data)
        assert ILZE.name not in str(token.data) + str(code.data)

    def test_works_with_authlibs_own_client_unchanged(self, portal: Portal) -> None:
        # Its Basic credentials are not form-encoded (RFC 6749 section 2.3.1), so this secret must need none.
        secret = "a-secret-of-letters-0123"
        register(portal, CLIENT_ID, secret, personal_code_allowed=True)

        async def sign_in() -> dict[str, object]:
            async with AsyncOAuth2Client(
                CLIENT_ID, secret, redirect_uri=REDIRECT_URI, scope="openid", code_challenge_method="S256"
            ) as client:
                address, state = client.create_authorization_url(
                    f"{portal.issuer}/oauth/authorize", code_verifier=portal.verifier, nonce="n"
                )
                there = portal.http.get(address, headers={"Pilnvara-Run-Ticket": portal.ticket()})
                return dict(
                    await client.fetch_token(
                        f"{portal.issuer}/oauth/token",
                        authorization_response=there.headers["location"],
                        state=state,
                        code_verifier=portal.verifier,
                    )
                )

        tokens = asyncio.run(sign_in())
        assert portal.claims(str(tokens["id_token"]))["nonce"] == "n"


class TestUserinfo:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_says_the_same_as_the_id_token(self, portal: Portal, method: str) -> None:
        tokens = portal.tokens()
        headers = {"authorization": f"Bearer {tokens['access_token']}"}
        told = portal.http.request(method, "/oauth/userinfo", headers=headers).json()
        claims = portal.claims(tokens["id_token"])
        assert {name: claims[name] for name in told} == told
        assert {"sub", "name", "personal_code", "act", "authorization_details", "delegation"} <= set(told)

    @pytest.mark.parametrize("token", ["x", "no token", "a.b.c"])
    def test_refuses_what_is_no_access_token(self, portal: Portal, token: str) -> None:
        answer = portal.http.get("/oauth/userinfo", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")

    def test_refuses_an_id_token_in_its_place(self, portal: Portal) -> None:
        assert portal.userinfo(portal.tokens()["id_token"]).status_code == 401

    def test_refuses_a_token_past_its_time(self, portal: Portal) -> None:
        access = portal.tokens()["access_token"]
        portal.counter.clock.move(timedelta(seconds=300))
        assert portal.userinfo(access).status_code == 401
        assert not portal.is_active(access)


class TestMetadata:
    def test_stands_in_both_places_and_names_addresses_that_answer(self, portal: Portal) -> None:
        openid = portal.http.get("/.well-known/openid-configuration").json()
        assert portal.http.get("/.well-known/oauth-authorization-server").json() == openid
        assert openid["issuer"] == portal.issuer
        assert openid["code_challenge_methods_supported"] == ["S256"]
        assert openid["authorization_response_iss_parameter_supported"] is True
        assert openid["id_token_signing_alg_values_supported"] == ["ES256"]
        for name in ("token", "userinfo", "revocation", "introspection"):
            assert portal.http.post(openid[f"{name}_endpoint"]).status_code in {400, 401}
        assert portal.http.get(openid["jwks_uri"]).status_code == 200


def with_other(portal: Portal) -> None:
    """Give the catalogue's portal another client, which may not have personal codes."""
    register(portal, "other", SECRET, personal_code_allowed=False)
    portal.counter.write(lambda conn: conn.execute(update(PortalRow).values(client_id="other")))
    portal.client_id = "other"


def register(portal: Portal, client_id: str, secret: str, *, personal_code_allowed: bool) -> None:
    portal.counter.write(
        lambda conn: clients.register(
            conn,
            portal.counter.store,
            ClientRegistration(
                client_id=client_id,
                portal_id="latvija",
                secret=secret,
                redirect_uris=[REDIRECT_URI],
                personal_code_allowed=personal_code_allowed,
            ),
        )
    )
