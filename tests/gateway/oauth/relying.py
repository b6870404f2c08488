"""The gateway as a provider's client: a provider that says what the test wants, and the two calls of a sign-in."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from delegation.assurance import Assurance
from gateway.oauth import providers
from gateway.oauth.relying_party import RelyingParty, SignedIn
from gateway.parts import Parts
from tests.gateway.oauth.provider import CLIENT_ID, NONCE, Provider, a_provider

SECRET = "secret: with + and %"
REDIRECT_URI = "http://localhost:8000/approve/return"
VERIFIER = "v" * 64


@pytest.fixture
async def party(parts: Parts) -> AsyncIterator[RelyingParty]:
    made = RelyingParty(parts)
    yield made
    await made.close()


@pytest.fixture
def liar(parts: Parts) -> Iterator[Provider]:
    """A provider that says what the test wants."""
    with a_provider() as made:
        register(parts, made.issuer)
        yield made


def register(
    parts: Parts, issuer: str, provider_id: str = "sandbox", client_secret: str | None = SECRET, **more: Any
) -> None:
    parts.database.write_now(
        lambda conn: providers.register(
            conn,
            parts,
            provider_id=provider_id,
            names={"lv": "Vienotā pieteikšanās", "en": "Single sign-in"},
            issuer=issuer,
            client_id=CLIENT_ID,
            client_secret=client_secret,
            **more,
        )
    )


async def address(party: RelyingParty, least: Assurance = Assurance.SUBSTANTIAL, language: str = "lv") -> str:
    begun = {"state": "state-1", "nonce": NONCE, "verifier": VERIFIER}
    return await party.authorize_url(
        "sandbox", redirect_uri=REDIRECT_URI, least_acr=least.uri, language=language, **begun
    )


async def redeem(party: RelyingParty, code: str, iss: str | None, **changes: str) -> SignedIn:
    given = {"verifier": VERIFIER, "nonce": NONCE, "redirect_uri": REDIRECT_URI} | changes
    return await party.redeem("sandbox", code=code, iss=iss, **given)
