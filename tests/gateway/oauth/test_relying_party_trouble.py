"""Identity providers that are suspended, in trouble, or badly registered."""

from typing import Any

import pytest

from gateway.clock import HeldClock
from gateway.oauth import providers
from gateway.oauth.errors import ProviderUnavailableError, ProviderUnknownError, RegistrationError, SignInFailedError
from gateway.oauth.relying_party import RelyingParty
from gateway.parts import Parts
from tests.gateway.callers import parts
from tests.gateway.oauth.provider import Provider, claims, signed
from tests.gateway.oauth.relying import SECRET, address, liar, party, redeem, register

__all__ = ["liar", "parts", "party"]

pytestmark = pytest.mark.anyio


class TestSuspendedProvider:
    async def test_signs_nobody_in_not_even_who_is_on_the_way(
        self, party: RelyingParty, parts: Parts, liar: Provider, clock: HeldClock
    ) -> None:
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        parts.database.write_now(lambda conn: providers.suspend(conn, parts, "sandbox"))
        assert parts.database.read_now(providers.all) == ()
        with pytest.raises(ProviderUnknownError):
            await redeem(party, "code", liar.issuer)
        assert "POST /token" not in liar.asked
        register(parts, liar.issuer, client_secret=None)
        assert (await redeem(party, "code", liar.issuer)).personal_code == "329999-00001"

    async def test_without_an_id_token_is_refused(self, party: RelyingParty, liar: Provider) -> None:
        liar.pages["/token"] = (200, {}, {"access_token": "a"})
        with pytest.raises(SignInFailedError, match=r"id_token\.missing"):
            await redeem(party, "code", liar.issuer)


class TestProviderInTrouble:
    @pytest.mark.parametrize(
        "page",
        [
            (500, {}, {}),
            (302, {"Location": "http://127.0.0.3/elsewhere"}, {}),
            (200, {}, b"no JSON"),
            (200, {}, b"\xff"),
            (200, {}, b"[]"),
            (200, {}, {"padding": "x" * 300_000}),
        ],
    )
    @pytest.mark.parametrize("where", ["/.well-known/openid-configuration", "/jwks", "/token"])
    async def test_is_told_apart_from_a_sign_in_that_failed(
        self, party: RelyingParty, liar: Provider, clock: HeldClock, where: str, page: tuple[int, dict[str, str], Any]
    ) -> None:
        liar.hand_out(signed(liar.key, claims(liar.issuer, clock.now())))
        liar.pages[where] = page
        refusal = SignInFailedError if (where, page[0]) == ("/token", 302) else ProviderUnavailableError
        with pytest.raises(refusal):
            await redeem(party, "code", liar.issuer)
        assert not any("elsewhere" in asked for asked in liar.asked)

    @pytest.mark.parametrize(
        "changes",
        [
            {"issuer": "https://evil.example"},
            {"token_endpoint": "http://evil.example/token"},
            {"jwks_uri": "file:///etc/passwd"},
            {"authorization_endpoint": None},
        ],
    )
    async def test_with_metadata_that_cannot_be_trusted_is_not_used(
        self, party: RelyingParty, liar: Provider, changes: dict[str, Any]
    ) -> None:
        liar.metadata(**changes)
        with pytest.raises(ProviderUnavailableError):
            await address(party)

    async def test_that_does_not_listen_is_unavailable(self, party: RelyingParty, parts: Parts) -> None:
        register(parts, "http://127.0.0.3:1")
        with pytest.raises(ProviderUnavailableError):
            await address(party)


class TestRegistration:
    async def test_keeps_the_secret_sealed_and_the_names_by_language(self, parts: Parts) -> None:
        register(parts, "https://provider.example")
        (found,) = parts.database.read_now(providers.all)
        assert SECRET.encode() not in found.sealed_secret
        assert providers.secret_of(parts, found) == SECRET
        assert (found.name("en-plain"), found.name("de")) == ("Single sign-in", "Vienotā pieteikšanās")

    @pytest.mark.parametrize("named", [{"code_claim": "a claim"}, {"phone_claim": ""}, {"code_claim": "x" * 121}])
    async def test_refuses_a_claim_that_can_be_none(self, parts: Parts, named: dict[str, str]) -> None:
        with pytest.raises(RegistrationError):
            register(parts, "https://provider.example", **named)

    @pytest.mark.parametrize(
        "issuer",
        ["http://provider.example", "https://provider.example/", "https://provider.example?x", "ftp://x", "provider"],
    )
    async def test_refuses_an_issuer_that_anybody_could_be(self, parts: Parts, issuer: str) -> None:
        with pytest.raises(RegistrationError):
            register(parts, issuer)
