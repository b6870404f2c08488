"""The authors' stand-in for the gateway: it signs in a made-up person, and nobody but this machine."""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import pytest

from connectors.workshop.issuer import TICKET_HEADER, NotLoopbackError, StandInIssuer

CALLBACK = "http://127.0.0.2:1/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.fixture
def issuer() -> Iterator[StandInIssuer]:
    with StandInIssuer("portal", "secret", ("lv.example.service",)) as running:
        yield running


def authorize(issuer: StandInIssuer, ticket: str = "") -> dict[str, str]:
    query = urlencode({"redirect_uri": CALLBACK, "state": "s", "nonce": "n", "code_challenge": CHALLENGE})
    with pytest.raises(HTTPError) as sent:
        build_opener(Stay).open(Request(f"{issuer.url}/oauth/authorize?{query}", headers={TICKET_HEADER: ticket}))
    location = sent.value.headers["Location"]
    sent.value.close()
    assert location.startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def redeem(issuer: StandInIssuer, code: str, **changed: str) -> tuple[int, dict[str, Any]]:
    form = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER, "client_id": "portal"}
    body = urlencode(form | {"client_secret": "secret"} | changed).encode()
    try:
        with urlopen(f"{issuer.url}/oauth/token", body) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read


@pytest.mark.anyio
async def test_signs_in_by_a_ticket_once(issuer: StandInIssuer) -> None:
    ticket = await issuer.ticket()
    answer = authorize(issuer, ticket)
    assert (answer["state"], answer["iss"]) == ("s", issuer.url)
    status, tokens = redeem(issuer, answer["code"])
    claims = claims_of(tokens["id_token"])
    assert status == 200
    assert (claims["aud"], claims["nonce"], claims["authorization_details"][0]["service"]) == (
        "portal",
        "n",
        "lv.example.service",
    )
    assert redeem(issuer, answer["code"])[0] == 400
    assert authorize(issuer, ticket)["error"] == "login_required"


def test_signs_nobody_in_without_a_ticket_unless_it_is_open(issuer: StandInIssuer) -> None:
    assert authorize(issuer)["error"] == "login_required"
    issuer.is_open = True
    assert "code" in authorize(issuer)


@pytest.mark.anyio
@pytest.mark.parametrize("changed", [{"code_verifier": "w" * 43}, {"redirect_uri": CALLBACK + "2"}])
async def test_gives_no_token_for_a_code_of_somebody_else(issuer: StandInIssuer, changed: dict[str, str]) -> None:
    code = authorize(issuer, await issuer.ticket())["code"]
    assert redeem(issuer, code, **changed) == (400, {"error": "invalid_grant"})


def test_knows_its_client(issuer: StandInIssuer) -> None:
    assert redeem(issuer, "code", client_secret="other") == (401, {"error": "invalid_client"})


def test_tells_a_portal_that_asks_for_the_person_the_same_as_the_id_token(issuer: StandInIssuer) -> None:
    with urlopen(f"{issuer.url}/.well-known/openid-configuration") as answer:
        userinfo = json.load(answer)["userinfo_endpoint"]
    issuer.is_open = True
    _, tokens = redeem(issuer, authorize(issuer)["code"])
    with urlopen(Request(userinfo, headers={"Authorization": f"Bearer {tokens['access_token']}"})) as answer:
        told = json.load(answer)
    assert told["personal_code"] == "329999-00001"
    assert told.items() <= claims_of(tokens["id_token"]).items()
    with pytest.raises(HTTPError, match="401"):
        urlopen(Request(userinfo, headers={"Authorization": "Bearer another"}))


def test_listens_for_this_machine_alone() -> None:
    with pytest.raises(NotLoopbackError), StandInIssuer(host="0.0.0.0"):
        pass
