"""A resident signs in: with the sandbox's identity provider, and with one that lies."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from connectors.sandbox import Sandbox, SandboxSettings
from connectors.sandbox.settings import Client
from delegation.assurance import Assurance
from gateway.clock import HeldClock
from gateway.keys.signing import KeyKind
from gateway.oauth.clients import AuthMethod
from gateway.oauth.errors import (
    ProviderUnavailableError,
    ProviderUnknownError,
    SignInFailedError,
)
from gateway.oauth.relying_party import RelyingParty
from gateway.parts import Parts
from tests.gateway.callers import parts
from tests.gateway.oauth.provider import CLIENT_ID, NONCE, Provider, a_key, claims, signed
from tests.gateway.oauth.relying import REDIRECT_URI, SECRET, VERIFIER, address, liar, party, redeem, register

__all__ = ["liar", "parts", "party"]

pytestmark = pytest.mark.anyio


@pytest.fixture
def sandbox(parts: Parts, clock: HeldClock) -> Iterator[Sandbox]:
    """The sandbox's provider, which knows the gateway, by the test's clock."""
    settings = SandboxSettings(portal_port=0, other_port=0, idp_port=0, inbox_port=0, smtp_port=0, now=clock.now)
    with Sandbox(settings) as running:
        running.register_client(Client(CLIENT_ID, SECRET, (REDIRECT_URI,)))
        register(parts, running.idp_url)
        yield running


@dataclass
class Phone:
    """A resident's browser at the sandbox's provider."""

    http: httpx2.AsyncClient

    async def sign_in(self, where: str, code: str, method: str = "eid") -> dict[str, str]:
        shown = await self.http.get(where)
        if shown.status_code != 200:
            return dict(parse_qsl(urlsplit(shown.headers["location"]).query))
        found = re.search(r'name="pieprasijums" value="([^"]+)"', shown.text)
        assert found, shown.text
        form = {"pieprasijums": html.unescape(found[1]), "iedzivotajs": code, "metode": method, "pin": "1234"}
        answer = await self.http.post(where.partition("?")[0], data=form)
        assert answer.status_code == 303, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
        yield Phone(http)


class TestWithTheSandbox:
    async def test_a_resident_is_known_by_the_providers_own_word(
        self, party: RelyingParty, sandbox: Sandbox, phone: Phone, clock: HeldClock
    ) -> None:
        answer = await phone.sign_in(await address(party), "329999-00001")
        assert answer["state"] == "state-1"
        signed_in = await redeem(party, answer["code"], answer["iss"])
        assert signed_in.personal_code == "329999-00001"
        assert (signed_in.given_name, signed_in.family_name) == ("Anna", "Paraugkalne")
        assert signed_in.acr == Assurance.HIGH.uri
        assert signed_in.auth_time == clock.now()
        assert signed_in.profile.name == "Anna Paraugkalne"
        assert signed_in.profile.phone == "+371 2000 0001"
        assert signed_in.profile.address is not None
        assert signed_in.id_token.count(".") == 2

    async def test_the_sign_in_is_fresh_although_a_session_is_alive(
        self, party: RelyingParty, sandbox: Sandbox, phone: Phone, clock: HeldClock
    ) -> None:
        await phone.sign_in(await address(party), "329999-00001")
        clock.move(timedelta(minutes=5))
        answer = await phone.sign_in(await address(party), "329999-00001", "mobile")
        signed_in = await redeem(party, answer["code"], answer["iss"])
        assert signed_in.auth_time == clock.now()
        assert signed_in.acr == Assurance.SUBSTANTIAL.uri

    async def test_a_number_that_the_provider_has_not_verified_is_nobodys(
        self, party: RelyingParty, sandbox: Sandbox, phone: Phone
    ) -> None:
        answer = await phone.sign_in(await address(party), "329999-00009")
        signed_in = await redeem(party, answer["code"], answer["iss"])
        assert signed_in.phone_number == "+371 2000 0009"
        assert not signed_in.phone_number_verified
        assert signed_in.profile.phone is None

    async def test_a_code_is_good_once_and_with_its_own_verifier_and_nonce(
        self, party: RelyingParty, sandbox: Sandbox, phone: Phone
    ) -> None:
        answer = await phone.sign_in(await address(party), "329999-00001")
        with pytest.raises(SignInFailedError, match=r"answer\.code"):
            await redeem(party, answer["code"], answer["iss"], verifier="w" * 64)
        again = await phone.sign_in(await address(party), "329999-00001")
        with pytest.raises(SignInFailedError, match=r"id_token\.nonce"):
            await redeem(party, again["code"], again["iss"], nonce="another attempt's")
        with pytest.raises(SignInFailedError, match=r"answer\.code"):
            await redeem(party, again["code"], again["iss"])


class TestRequest:
    async def test_asks_for_a_fresh_sign_in_at_the_level_of_the_service(
        self, party: RelyingParty, liar: Provider
    ) -> None:
        query = dict(parse_qsl(urlsplit(await address(party)).query))
        assert (query["prompt"], query["max_age"]) == ("login", "0")
        assert query["acr_values"].split() == [Assurance.SUBSTANTIAL.uri, Assurance.HIGH.uri]
        assert query["code_challenge_method"] == "S256"
        assert VERIFIER not in str(query)
        assert query["nonce"] == NONCE
        assert query["scope"] == "openid profile phone email"
        assert query["response_type"] == "code"

    async def test_asks_the_provider_to_speak_the_readers_language(self, party: RelyingParty, liar: Provider) -> None:
        for language, asked in (("en-plain", "en"), ("lv", "lv")):
            query = dict(parse_qsl(urlsplit(await address(party, language=language)).query))
            assert query["ui_locales"] == asked

    async def test_leads_to_an_origin_that_the_page_can_name(self, party: RelyingParty, liar: Provider) -> None:
        liar.metadata(authorization_endpoint="https://sign-in.example/oidc/authorize?tenant=lv")
        assert await party.form_target("sandbox") == "https://sign-in.example"
        assert (await address(party)).startswith("https://sign-in.example/oidc/authorize?tenant=lv&response_type=code")

    async def test_goes_to_nobody_who_is_not_registered(self, party: RelyingParty, liar: Provider) -> None:
        with pytest.raises(ProviderUnknownError):
            await party.form_target("another")


class TestAnswer:
    @pytest.mark.parametrize("iss", ["https://evil.example", "", None])
    async def test_of_another_issuer_is_a_mix_up_and_its_code_goes_nowhere(
        self, party: RelyingParty, liar: Provider, iss: str | None
    ) -> None:
        with pytest.raises(SignInFailedError, match=r"answer\.iss"):
            await redeem(party, "code", iss)
        assert "POST /token" not in liar.asked

    async def test_without_issuer_is_taken_from_a_provider_that_never_names_itself(
        self, party: RelyingParty, liar: Provider, clock: HeldClock
    ) -> None:
        liar.metadata(authorization_response_iss_parameter_supported=False)
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        assert (await redeem(party, "code", None)).personal_code == "329999-00001"

    async def test_with_the_personal_code_in_the_subject_is_enough(
        self, party: RelyingParty, liar: Provider, clock: HeldClock
    ) -> None:
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now(), personal_code=None, sub="PK:32999900001")))
        assert (await redeem(party, "code", liar.issuer)).personal_code == "329999-00001"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"personal_code": None, "sub": "someone"}, "claims.personal_code"),
            ({"personal_code": "119999-00001"}, "claims.personal_code"),
            ({"given_name": None, "family_name": None}, "claims.name"),
            ({"aud": "another"}, "id_token.aud"),
        ],
    )
    async def test_that_names_nobody_is_refused(
        self, party: RelyingParty, liar: Provider, clock: HeldClock, changes: dict[str, Any], reason: str
    ) -> None:
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now(), **changes)))
        with pytest.raises(SignInFailedError) as refused:
            await redeem(party, "code", liar.issuer)
        assert refused.value.reason == reason

    async def test_signed_by_a_new_key_makes_us_fetch_the_keys_once_more(
        self, party: RelyingParty, liar: Provider, clock: HeldClock
    ) -> None:
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        await redeem(party, "code", liar.issuer)
        await redeem(party, "code", liar.issuer)
        assert liar.asked.count("GET /jwks") == 1
        key = a_key("key-2")
        liar.publish(liar.key, key)
        liar.hand_out(signed(key, claims(liar.issuer, clock.now()), kid="key-2"))
        await redeem(party, "code", liar.issuer)
        assert liar.asked.count("GET /jwks") == 2

    async def test_signed_by_a_key_that_nobody_publishes_is_refused_after_one_more_look_each_half_minute(
        self, party: RelyingParty, liar: Provider, clock: HeldClock
    ) -> None:
        for looks in (2, 2, 2, 3):
            liar.hand_out(signed(a_key("key-3"), claims(liar.issuer, clock.now()), kid="key-3"))
            with pytest.raises(SignInFailedError, match=r"id_token\.kid"):
                await redeem(party, "code", liar.issuer)
            assert liar.asked.count("GET /jwks") == looks
            clock.move(timedelta(seconds=10))

    async def test_by_a_clock_five_minutes_off_is_refused_by_name(
        self, party: RelyingParty, liar: Provider, clock: HeldClock
    ) -> None:
        for off in (timedelta(minutes=5), -timedelta(minutes=5)):
            liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now() + off)))
            with pytest.raises(SignInFailedError, match=r"id_token\.(iat|exp)"):
                await redeem(party, "code", liar.issuer)

    async def test_in_the_providers_own_words_for_a_level_is_understood_as_registered(
        self, party: RelyingParty, parts: Parts, liar: Provider, clock: HeldClock
    ) -> None:
        register(parts, liar.issuer, acr_levels={"loa-3": Assurance.HIGH.uri, "loa-1": Assurance.LOW.uri})
        assert dict(parse_qsl(urlsplit(await address(party)).query))["acr_values"] == "loa-3"
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now(), acr="loa-3")))
        assert (await redeem(party, "code", liar.issuer)).acr == Assurance.HIGH.uri
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now(), acr="loa-4")))
        with pytest.raises(SignInFailedError, match=r"id_token\.acr"):
            await redeem(party, "code", liar.issuer)

    async def test_tells_code_and_number_in_the_claims_that_are_registered(
        self, party: RelyingParty, parts: Parts, liar: Provider, clock: HeldClock
    ) -> None:
        register(parts, liar.issuer, code_claim="serial_number", phone_claim="mobile", phone_verified=True)
        told = {"serial_number": "PNOLV-329999-00002", "mobile": "+371 2000 0002"}
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now(), **told)))
        found = await redeem(party, "code", liar.issuer)
        assert (found.profile.code, found.profile.phone) == ("329999-00002", "+371 2000 0002")
        assert found.provenance is not None
        assert found.provenance.code_claim == "serial_number"

    async def test_without_the_claim_that_is_registered_names_nobody(
        self, party: RelyingParty, parts: Parts, liar: Provider, clock: HeldClock
    ) -> None:
        register(parts, liar.issuer, code_claim="serial_number")
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        with pytest.raises(SignInFailedError, match=r"claims\.personal_code"):
            await redeem(party, "code", liar.issuer)

    @pytest.mark.parametrize("claim", ["mobile", "phone_number"])
    @pytest.mark.parametrize(
        ("said", "registered", "is_known"),
        [
            (None, False, False),
            (None, True, True),
            (False, True, False),
            ("true", True, False),
            (True, False, True),
        ],
    )
    async def test_gives_a_number_only_as_verified_as_the_provider_says_or_else_is_registered_for(
        self,
        party: RelyingParty,
        parts: Parts,
        liar: Provider,
        clock: HeldClock,
        claim: str,
        said: object,
        registered: bool,
        is_known: bool,
    ) -> None:
        register(parts, liar.issuer, phone_claim=claim, phone_verified=registered)
        told = {claim: "+371 2000 0002", f"{claim}_verified": said}
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now(), **told)))
        found = await redeem(party, "code", liar.issuer)
        assert found.profile.phone == ("+371 2000 0002" if is_known else None)

    async def test_knows_no_number_where_the_claim_that_is_registered_is_missing(
        self, party: RelyingParty, parts: Parts, liar: Provider, clock: HeldClock
    ) -> None:
        register(parts, liar.issuer, phone_claim="mobile", phone_verified=True)
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        assert (await redeem(party, "code", liar.issuer)).profile.phone is None


class TestWhoWeAre:
    async def test_is_proved_by_our_key_to_a_provider_that_has_it(
        self, party: RelyingParty, parts: Parts, liar: Provider, clock: HeldClock
    ) -> None:
        register(parts, liar.issuer, auth_method=AuthMethod.PRIVATE_KEY_JWT, client_secret=None)
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        await redeem(party, "code", liar.issuer)
        form = dict(parse_qsl(liar.forms[-1]))
        assert "client_secret" not in form
        (published,) = parts.keys.jwks(KeyKind.CLIENT_ASSERTION)["keys"]
        keys = KeySet([ECKey.import_key(published)])
        said = jwt.decode(form["client_assertion"], keys, algorithms=["ES256"]).claims
        assert (said["iss"], said["sub"], said["aud"]) == (CLIENT_ID, CLIENT_ID, liar.issuer)
        assert said["exp"] - said["iat"] <= 60

    async def test_is_said_in_the_form_where_the_provider_wants_it_there(
        self, party: RelyingParty, parts: Parts, liar: Provider, clock: HeldClock
    ) -> None:
        register(parts, liar.issuer, auth_method=AuthMethod.SECRET_POST)
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        await redeem(party, "code", liar.issuer)
        assert dict(parse_qsl(liar.forms[-1]))["client_secret"] == SECRET

    async def test_and_the_request_are_pushed_where_the_provider_demands_it(
        self, party: RelyingParty, liar: Provider
    ) -> None:
        liar.metadata(
            pushed_authorization_request_endpoint=f"{liar.issuer}/par", require_pushed_authorization_requests=True
        )
        liar.pages["/par"] = (201, {}, {"request_uri": "urn:example:1", "expires_in": 60})
        query = dict(parse_qsl(urlsplit(await address(party)).query))
        assert query == {"client_id": CLIENT_ID, "request_uri": "urn:example:1"}
        assert dict(parse_qsl(liar.forms[-1]))["nonce"] == NONCE
        for status, answer in ((400, {"error": "invalid_request"}), (201, {})):
            liar.pages["/par"] = (status, {}, answer)
            with pytest.raises(ProviderUnavailableError):
                await address(party)
