"""Other people's OpenID client libraries work with ours unchanged, and are refused after a stop like everybody."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

import httpx2
import pytest
from joserfc.jwk import ECKey

from delegation.assurance import Assurance
from gateway.clock import HeldClock
from gateway.keys.signing import KeyKind
from gateway.oauth import clients, providers
from gateway.oauth.clients import AuthMethod, ClientRegistration
from gateway.oauth.relying_party import RelyingParty
from gateway.parts import Parts
from tests.gateway.callers import parts
from tests.gateway.oauth.portal import CLIENT_ID, REDIRECT_URI, SECRET, Portal
from tests.gateway.visits.counter import BENEFIT, ILZE
from tests.relying_party.node import Program, program

__all__ = ["parts"]

COME_BACK = "http://localhost:8000/approve/return"
KEY = ECKey.generate_key("P-256", {"kid": "portal-1", "alg": "ES256"})


@pytest.fixture
def clock() -> HeldClock:
    """The library looks at the machine's clock."""
    return HeldClock(datetime.now(UTC))


def register(portal: Portal, *, by_key: bool, par: bool) -> None:
    registration = ClientRegistration(
        client_id=CLIENT_ID,
        portal_id="latvija",
        redirect_uris=[REDIRECT_URI],
        personal_code_allowed=True,
        auth_method=AuthMethod.PRIVATE_KEY_JWT if by_key else AuthMethod.SECRET_BASIC,
        secret=None if by_key else SECRET,
        jwks={"keys": [KEY.as_dict(private=False)]} if by_key else None,
        par_required=par,
    )
    portal.counter.write(lambda conn: clients.register(conn, portal.counter.store, registration))


def go(portal: Portal, address: str) -> str:
    """Be the connector's browser: open the address with a ticket; return where it leads back to."""
    with httpx2.Client(trust_env=False, verify=False) as browser:
        answer = browser.get(address, headers={"Pilnvara-Run-Ticket": portal.ticket()})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.mark.parametrize("way", ["secret", "secret, pushed", "key, pushed"])
def test_a_portal_in_javascript_signs_in_with_a_delegation_and_is_refused_after_a_stop(
    portal: Portal, way: str
) -> None:
    by_key, par = way.startswith("key"), way.endswith("pushed")
    register(portal, by_key=by_key, par=par)
    asked: dict[str, Any] = {
        "issuer": portal.issuer,
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "par": par,
    } | ({"jwk": KEY.as_dict(private=True)} if by_key else {"secret": SECRET})
    with program("portal.mjs", asked) as javascript:
        signs_in(portal, javascript, par=par)
        portal.counter.stop()
        is_refused(portal, javascript)


def signs_in(portal: Portal, javascript: Program, *, par: bool) -> None:
    address = javascript.hear()
    assert ("request_uri" in dict(parse_qsl(urlsplit(address).query))) == par
    javascript.tell(go(portal, address))
    told = javascript.hear()
    claims, delegation = told["claims"], portal.counter.delegation()
    assert claims["act"]["sub"] == delegation.assistant_id
    assert claims["act"]["centre_name"] == "Paraugu centrs"
    (detail,) = claims["authorization_details"]
    assert (detail["service"], detail["actions"]) == (BENEFIT, ["file"])
    assert claims["acr"] == Assurance.SUBSTANTIAL.uri
    assert told["userinfo"]["personal_code"] == ILZE.code
    assert told["userinfo"]["act"] == claims["act"]
    assert told["introspection"]["active"] is True
    assert told["introspection"]["delegation"] == claims["delegation"]
    assert told["exchange"] == "invalid_scope"  # to file without a permit


def is_refused(portal: Portal, javascript: Program) -> None:
    javascript.tell("stopped")
    told = javascript.hear()
    assert told["introspection"] == {"active": False}
    assert told["exchange"] == "invalid_grant"
    assert told["userinfo"] == "OAUTH_WWW_AUTHENTICATE_CHALLENGE"
    javascript.tell(go(portal, javascript.hear()))
    assert javascript.hear() == "access_denied"


@pytest.mark.anyio
async def test_a_resident_signs_in_by_a_provider_in_javascript_that_demands_keys_and_pushed_requests(
    parts: Parts,
) -> None:
    claims = {"personal_code": ILZE.code, "given_name": "Ilze", "family_name": "Paraudziņa"}
    asked = {
        "client_id": "gateway",
        "redirect_uri": COME_BACK,
        "jwks": parts.keys.jwks(KeyKind.CLIENT_ASSERTION),
        "acr": "urn:example:card",
        "claims": claims,
    }
    with program("provider.mjs", asked) as javascript:
        issuer = javascript.hear()
        trust(parts, issuer)
        party = RelyingParty(parts)
        attempt = {"nonce": "n" * 43, "verifier": "v" * 43, "redirect_uri": COME_BACK}
        beside = {"state": "state-1", "least_acr": Assurance.HIGH.uri, "language": "en"}
        address = await party.authorize_url("other", **beside, **attempt)
        assert set(parse_qs(urlsplit(address).query)) == {"client_id", "request_uri"}
        answer = come_back(address)
        assert (answer["state"], answer["iss"]) == ("state-1", issuer)
        found = await party.redeem("other", code=answer["code"], iss=answer["iss"], **attempt)
        await party.close()
    assert (found.personal_code, found.acr) == (ILZE.code, Assurance.HIGH.uri)
    assert abs((found.auth_time - parts.clock.now()).total_seconds()) < 60


def trust(parts: Parts, issuer: str) -> None:
    parts.database.write_now(
        lambda conn: providers.register(
            conn,
            parts,
            provider_id="other",
            names={"lv": "Cits sniedzējs"},
            issuer=issuer,
            client_id="gateway",
            auth_method=AuthMethod.PRIVATE_KEY_JWT,
            acr_levels={"urn:example:card": Assurance.HIGH.uri},
        )
    )


def come_back(address: str) -> dict[str, str]:
    """Be the resident's browser: go where the provider leads until it leads back."""
    with httpx2.Client(trust_env=False, verify=False) as browser:
        for _ in range(6):
            answer = browser.get(address)
            address = urljoin(address, answer.headers.get("location", ""))
            if address.startswith(COME_BACK):
                return dict(parse_qsl(urlsplit(address).query))
    raise AssertionError(f"the provider does not lead back, but to {address}")
