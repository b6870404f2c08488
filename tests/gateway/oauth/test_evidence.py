"""An ID token is a proof only if every check passes; the same function checks it again years later."""

import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet

from gateway.oauth.errors import SignInFailedError
from gateway.oauth.evidence import Expected, KeyUnknownError, half_hash, verify_id_token
from tests.gateway.oauth.provider import CLIENT_ID, NONCE, a_key, b64, claims, signed

ISSUER = "https://provider.example"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
KEY = a_key()
JWKS = KeySet([KEY]).as_dict(private=False)
EXPECTED = Expected(issuer=ISSUER, client_id=CLIENT_ID, nonce=NONCE, now=NOW, access_token="access")


def verify(token: str, jwks: Any = JWKS) -> dict[str, Any]:
    return verify_id_token(token, jwks, EXPECTED)


def test_a_token_that_answers_our_question_is_believed() -> None:
    assert verify(signed(KEY, claims(ISSUER, NOW)))["sub"] == "PK:329999-00001"


@pytest.mark.parametrize(
    "changes",
    [
        {"at_hash": half_hash("access")},
        {"aud": [CLIENT_ID]},
        {"azp": CLIENT_ID},
        {"iat": AT + 30},
        {"exp": AT - 29},
        {"auth_time": AT - 86_400},
        {"iat": AT - 119},
    ],
)
def test_what_the_specification_leaves_open_is_taken(changes: dict[str, Any]) -> None:
    assert verify(signed(KEY, claims(ISSUER, NOW, **changes)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": [CLIENT_ID, "another"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"azp": "another"}, "azp"),
        ({"exp": AT - 30}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": AT + 31}, "iat"),
        ({"iat": AT - 120}, "iat"),
        ({"iat": AT - 300, "auth_time": AT - 300, "exp": AT}, "iat"),
        ({"iat": AT + 300, "auth_time": AT + 300, "exp": AT + 600}, "iat"),
        ({"iat": None}, "iat"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"auth_time": None}, "auth_time"),
        ({"auth_time": AT + 31}, "auth_time"),
        ({"auth_time": 0}, "auth_time"),
        ({"acr": None}, "acr"),
        ({"acr": "high"}, "acr"),
        ({"acr": "loa-3"}, "acr"),
        ({"acr": 3}, "acr"),
        ({"at_hash": half_hash("another")}, "at_hash"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
    ],
)
def test_each_claim_that_is_wrong_is_named(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SignInFailedError) as refused:
        verify(signed(KEY, claims(ISSUER, NOW, **changes)))
    assert refused.value.reason == f"id_token.{reason}"


def test_a_signature_by_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(SignInFailedError, match=r"id_token\.signature"):
        verify(signed(a_key(), claims(ISSUER, NOW)))


def test_a_key_that_is_not_published_is_told_apart_so_that_the_set_is_fetched_again() -> None:
    with pytest.raises(KeyUnknownError):
        verify(signed(a_key("key-2"), claims(ISSUER, NOW), kid="key-2"))


def test_no_signature_is_no_proof() -> None:
    header = b64(b'{"alg":"none","typ":"JWT","kid":"key-1"}')
    unsigned = f"{header}.{b64(b'{}')}."
    with pytest.raises(SignInFailedError):
        verify(unsigned)


def test_our_own_public_key_is_no_shared_secret() -> None:
    header = b64(b'{"alg":"HS256","typ":"JWT","kid":"key-1"}')
    said = f"{header}.{b64(json.dumps(claims(ISSUER, NOW)).encode())}"
    forged = b64(hmac.digest(KEY.as_pem(private=False), said.encode(), "sha256"))
    with pytest.raises(SignInFailedError, match=r"id_token\.header"):
        verify(f"{said}.{forged}")


@pytest.mark.parametrize("header", [{"typ": "at+jwt"}, {"kid": None}, {"crit": ["b64"], "b64": True}])
def test_a_header_that_is_no_id_tokens_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(SignInFailedError):
        verify(signed(KEY, claims(ISSUER, NOW), **header))


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "č.č.č", "." * 10, "a" * 40_000])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(SignInFailedError):
        verify(token)


def test_a_set_with_keys_of_other_kinds_still_serves() -> None:
    others = [{"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"}, {"kty": "new"}, "no key"]
    assert verify(signed(KEY, claims(ISSUER, NOW)), {"keys": [*others, *JWKS["keys"]]})


@pytest.mark.parametrize("jwks", [{}, {"keys": None}, {"keys": []}])
def test_a_set_without_keys_believes_nothing(jwks: dict[str, Any]) -> None:
    with pytest.raises(SignInFailedError):
        verify(signed(KEY, claims(ISSUER, NOW)), jwks)


def test_a_key_on_another_curve_is_not_used() -> None:
    other = ECKey.generate_key("P-384", {"kid": "key-1"})
    with pytest.raises(KeyUnknownError):
        verify(signed(KEY, claims(ISSUER, NOW)), KeySet([other]).as_dict(private=False))


@pytest.mark.parametrize("broken", [{"x": 5}, {"x": None}, {"x": "AA"}, {"y": "!"}, {"use": "enc"}])
def test_a_broken_key_believes_nothing(broken: dict[str, Any]) -> None:
    with pytest.raises(SignInFailedError):
        verify(signed(KEY, claims(ISSUER, NOW)), {"keys": [JWKS["keys"][0] | broken]})
