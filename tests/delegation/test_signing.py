"""Signing, and every way in which a token can be wrong before its claims are read."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey
from joserfc.jwk import KeySet as JoserfcKeySet

from delegation.claims import DELEGATION_TYPE, PERMIT_TYPE, DelegationClaims, PermitClaims
from delegation.errors import (
    AlgorithmError,
    BadSignatureError,
    CriticalHeaderError,
    InvalidKeyError,
    MalformedError,
    UnknownKeyError,
    WrongTypeError,
)
from delegation.signing import KeySet, SigningKey, issuer_of, open_signed, public_jwks, sign_delegation, sign_permit
from tests.delegation.builders import ISSUER, KEY, KEY_PEM, NOON, OTHER_KEY, PORTAL, a_binding, some_claims

KEYS = KeySet.parse(public_jwks(KEY))
TOKEN = sign_delegation(KEY, some_claims())
GOOD_HEADER = {"alg": "ES256", "kid": KEY.kid, "typ": DELEGATION_TYPE}


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def es256(signed: str, pem: str = KEY_PEM) -> str:
    """An ES256 signature made with `cryptography` alone, whatever the header says."""
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return b64(r.to_bytes(32) + s.to_bytes(32))


def forged(header: dict[str, Any] | bytes, payload: bytes | None = None, pem: str = KEY_PEM) -> str:
    """A token with a true signature of our own key over whatever it contains."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = f"{b64(raw)}.{b64(payload) if payload is not None else TOKEN.split('.')[1]}"
    return f"{signed}.{es256(signed, pem)}"


def opened(token: str, keys: Any = KEYS) -> DelegationClaims:
    return open_signed(token, keys, typ=DELEGATION_TYPE, claims=DelegationClaims)


class TestSign:
    def test_what_is_signed_is_what_is_opened(self) -> None:
        assert opened(TOKEN) == some_claims()

    def test_a_second_library_agrees(self) -> None:
        key = ECKey.import_key(KEY_PEM)
        claims = joserfc_jws.deserialize_compact(TOKEN, key, algorithms=["ES256"])
        assert json.loads(claims.payload or b"")["jti"] == "d-1"
        assert claims.headers() == GOOD_HEADER

    def test_what_a_second_library_signs_is_opened(self) -> None:
        key = ECKey.import_key(KEY_PEM)
        token = joserfc_jws.serialize_compact(GOOD_HEADER, unb64(TOKEN.split(".")[1]), key, algorithms=["ES256"])
        assert opened(token) == some_claims()

    def test_a_second_library_reads_the_published_keys(self) -> None:
        published = public_jwks(KEY, OTHER_KEY)
        keys = JoserfcKeySet.import_key_set(published)  # type: ignore[arg-type] # its stubs want its own TypedDict
        assert joserfc_jws.deserialize_compact(TOKEN, keys, algorithms=["ES256"]).payload
        assert {key.thumbprint() for key in keys.keys} == {KEY.kid, OTHER_KEY.kid}

    def test_nothing_private_is_published(self) -> None:
        assert all("d" not in key for key in public_jwks(KEY, OTHER_KEY)["keys"])

    def test_a_permit_lives_for_five_minutes(self) -> None:
        token = sign_permit(KEY, a_binding(), issuer=ISSUER, audience=PORTAL, jti="p-1", now=NOON)
        claims = open_signed(token, KEYS, typ=PERMIT_TYPE, claims=PermitClaims)
        assert claims.exp - claims.iat == 300
        assert claims.payload == "p" * 43

    def test_a_claim_has_the_names_of_the_standards(self) -> None:
        claims = json.loads(unb64(TOKEN.split(".")[1]))
        assert claims.keys() == {
            *("iss", "sub", "aud", "jti", "iat", "nbf", "exp"),
            *("act", "authorization_details", "approval", "status", "visit"),
        }
        assert claims["act"] == {"sub": "staff-1", "centre": "centre-1", "terminal": "terminal-1"}
        assert claims["status"] == {"status_list": {"idx": 7, "uri": "https://pilnvara.example/status/1"}}
        assert claims["authorization_details"] == [
            {
                "type": "e_service",
                "service": "lv.vsaa.sickness_benefit",
                "actions": ["file", "follow"],
                "max_filings": 1,
                "locked": ["iban"],
                "valid_until": {"file": claims["exp"], "follow": claims["exp"]},
            }
        ]


class TestOpen:
    def test_another_key_under_our_name_is_refused(self) -> None:
        _, pem = SigningKey.generate()
        with pytest.raises(BadSignatureError):
            opened(forged(GOOD_HEADER, pem=pem))

    def test_a_changed_claim_is_refused(self) -> None:
        header, payload, signature = TOKEN.split(".")
        changed = b64(unb64(payload).replace(b'"max_filings":1', b'"max_filings":9'))
        with pytest.raises(BadSignatureError):
            opened(f"{header}.{changed}.{signature}")

    def test_a_key_that_is_not_in_the_set_is_refused_though_its_signature_fits(self) -> None:
        with pytest.raises(UnknownKeyError):
            opened(TOKEN, KeySet.parse(public_jwks(OTHER_KEY)))

    def test_both_keys_are_good_while_they_overlap(self) -> None:
        keys = public_jwks(KEY, OTHER_KEY)
        assert opened(TOKEN, keys) == opened(sign_delegation(OTHER_KEY, some_claims()), keys)

    @pytest.mark.parametrize(
        "algorithm", ["none", "None", "HS256", "RS256", "ES384", "es256", "EdDSA", "", None, 1, []]
    )
    def test_any_other_algorithm_is_refused_though_the_signature_fits(self, algorithm: Any) -> None:
        with pytest.raises(AlgorithmError):
            opened(forged(GOOD_HEADER | {"alg": algorithm}))

    def test_an_unsigned_token_is_refused(self) -> None:
        unsigned = f"{b64(json.dumps(GOOD_HEADER | {'alg': 'none'}).encode())}.{TOKEN.split('.')[1]}."
        with pytest.raises(AlgorithmError):
            opened(unsigned)

    @pytest.mark.parametrize(
        "form",
        [
            lambda key: key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
            lambda key: key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
            lambda key: json.dumps(KEY.public_jwk()).encode(),
        ],
    )
    def test_our_public_key_is_no_hmac_secret(self, form: Callable[[ec.EllipticCurvePublicKey], bytes]) -> None:
        private = serialization.load_pem_private_key(KEY_PEM.encode(), password=None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        header = b64(json.dumps(GOOD_HEADER | {"alg": "HS256"}).encode())
        signed = f"{header}.{TOKEN.split('.')[1]}"
        mac = hmac.digest(form(private.public_key()), signed.encode(), "sha256")
        # Once as it is, and once as long as an ES256 signature, so that it is not merely its length that is refused.
        for signature in (mac, mac * 2):
            with pytest.raises(AlgorithmError):
                opened(f"{signed}.{b64(signature)}")

    @pytest.mark.parametrize("crit", [["exp"], ["b64"], [], "exp", None])
    def test_crit_is_refused_though_the_signature_fits(self, crit: Any) -> None:
        with pytest.raises(CriticalHeaderError):
            opened(forged(GOOD_HEADER | {"crit": crit}))

    @pytest.mark.parametrize("typ", ["JWT", PERMIT_TYPE, "statuslist+jwt", "DELEGATION+JWT", "", None])
    def test_another_type_is_refused_though_the_signature_fits(self, typ: Any) -> None:
        with pytest.raises(WrongTypeError):
            opened(forged(GOOD_HEADER | {"typ": typ}))

    def test_a_missing_type_is_refused(self) -> None:
        with pytest.raises(WrongTypeError):
            opened(forged({"alg": "ES256", "kid": KEY.kid}))

    def test_a_permit_is_no_delegation(self) -> None:
        permit = sign_permit(KEY, a_binding(), issuer=ISSUER, audience=PORTAL, jti="p-1", now=NOON)
        with pytest.raises(WrongTypeError):
            opened(permit)

    @pytest.mark.parametrize(
        "extra", [{"jwk": OTHER_KEY.public_jwk()}, {"jku": "https://evil.example"}, {"x5c": []}, {"b64": False}]
    )
    def test_a_key_or_an_encoding_inside_the_header_is_refused(self, extra: dict[str, Any]) -> None:
        with pytest.raises(MalformedError):
            opened(forged(GOOD_HEADER | extra))

    @pytest.mark.parametrize("kid", [None, 1, ["x"], {}])
    def test_a_kid_that_is_no_text_is_refused(self, kid: Any) -> None:
        with pytest.raises(MalformedError):
            opened(forged(GOOD_HEADER | {"kid": kid}))

    @pytest.mark.parametrize(
        "header",
        [
            b"",
            b"{",
            b"[]",
            b'"x"',
            b"null",
            b"\xff",
            b"[" * 100_000,
            b'{"alg":"none","alg":"ES256","kid":"k","typ":"delegation+jwt"}',
        ],
    )
    def test_a_header_that_is_no_plain_object_is_refused(self, header: bytes) -> None:
        with pytest.raises(MalformedError):
            opened(forged(header))

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda token: "",
            lambda token: "..",
            lambda token: token + "\n",
            lambda token: " " + token,
            lambda token: token + ".x",
            lambda token: token.replace(".", "..", 1),
            lambda token: token + "=",
            lambda token: token[:-1],
            lambda token: token[:60] + "!" + token[60:],
            lambda token: token[:60] + "ā" + token[60:],
            lambda token: json.dumps({"payload": token}),
            lambda token: token + "A" * 4_000_000,
        ],
    )
    def test_what_is_not_three_plain_segments_is_refused(self, spoil: Callable[[str], str]) -> None:
        with pytest.raises(MalformedError):
            opened(spoil(TOKEN))

    def test_a_signature_has_one_spelling(self) -> None:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        same_bytes = alphabet[alphabet.index(TOKEN[-1]) + 1]
        assert unb64(TOKEN.split(".")[2]) == unb64(TOKEN.split(".")[2][:-1] + same_bytes)
        with pytest.raises(MalformedError):
            opened(TOKEN[:-1] + same_bytes)

    def test_a_signature_of_zeros_is_refused(self) -> None:
        with pytest.raises(BadSignatureError):
            opened(TOKEN.rsplit(".", 1)[0] + "." + "A" * 86)

    @pytest.mark.parametrize("name", ["iss", "sub", "aud", "jti", "iat", "nbf", "exp", "act", "approval"])
    def test_a_missing_claim_is_refused_though_the_signature_fits(self, name: str) -> None:
        claims = msgspec.to_builtins(some_claims())
        del claims[name]
        with pytest.raises(MalformedError):
            opened(forged(GOOD_HEADER, json.dumps(claims).encode()))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("aud", ["https://portal.example", "https://other.example"]),
            ("aud", None),
            ("exp", "9999999999"),
            ("exp", 1e300),
            ("exp", True),
            ("iat", None),
            ("authorization_details", {}),
            ("authorization_details", [{"type": "e_service"}]),
        ],
    )
    def test_a_claim_of_another_shape_is_refused(self, name: str, value: Any) -> None:
        claims = msgspec.to_builtins(some_claims()) | {name: value}
        with pytest.raises(MalformedError):
            opened(forged(GOOD_HEADER, json.dumps(claims).encode()))

    def test_a_limit_that_is_not_understood_is_refused(self) -> None:
        claims = msgspec.to_builtins(some_claims())
        claims["authorization_details"] = [claims["authorization_details"][0] | {"only_on": "monday"}]
        with pytest.raises(MalformedError):
            opened(forged(GOOD_HEADER, json.dumps(claims).encode()))

    @pytest.mark.parametrize("member", ['"aud":"https://other.example"', '"exp":9999999999', '"act":{"sub":"another"}'])
    def test_a_claim_that_stands_twice_is_refused_wherever_it_stands(self, member: str) -> None:
        plain = json.dumps(msgspec.to_builtins(some_claims()))
        for twice in ("{" + member + "," + plain[1:], plain[:-1] + "," + member + "}"):
            with pytest.raises(MalformedError):
                opened(forged(GOOD_HEADER, twice.encode()))
        inside = plain.replace('"max_filings": 1', '"max_filings": 1, "max_filings": 9')
        assert inside != plain
        with pytest.raises(MalformedError, match="twice"):
            opened(forged(GOOD_HEADER, inside.encode()))

    @pytest.mark.parametrize("payload", [b"x", b"[]", b"null", b"{}", b"\xff", b"{}{}"])
    def test_a_payload_that_is_no_claims_is_refused(self, payload: bytes) -> None:
        with pytest.raises(MalformedError):
            opened(forged(GOOD_HEADER, payload))


class TestKeys:
    def test_only_p256_signs(self) -> None:
        for private in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
            pem = private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode()
            with pytest.raises(InvalidKeyError):
                SigningKey("k", pem)

    @pytest.mark.parametrize("pem", ["", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    def test_what_is_no_key_is_refused(self, pem: str) -> None:
        with pytest.raises(InvalidKeyError):
            SigningKey("k", pem)

    def test_a_key_does_not_print_itself(self) -> None:
        assert "PRIVATE" not in repr(KEY)
        assert KEY.kid == hashlib_thumbprint(KEY.public_jwk())

    def test_other_kinds_of_keys_are_passed_over(self) -> None:
        others: list[dict[str, Any]] = [
            {"kty": "RSA", "n": "x", "e": "AQAB", "kid": KEY.kid},
            {"kty": "oct", "k": "AAAA", "kid": KEY.kid},
            {**KEY.public_jwk(), "use": "enc"},
            {**KEY.public_jwk(), "alg": "ES384"},
            {**KEY.public_jwk(), "crv": "P-384"},
        ]
        with pytest.raises(UnknownKeyError):
            opened(TOKEN, {"keys": others})
        assert opened(TOKEN, {"keys": [*others, KEY.public_jwk()]}) == some_claims()

    @pytest.mark.parametrize(
        "jwks",
        [
            {},
            {"keys": {}},
            {"keys": [KEY.public_jwk(), KEY.public_jwk()]},
            {"keys": [{**KEY.public_jwk(), "kid": 1}]},
            {"keys": [{**KEY.public_jwk(), "y": "AA"}]},
            {"keys": [{**KEY.public_jwk(), "x": None}]},
            {"keys": [{**KEY.public_jwk(), "x": "\u0101"}]},
        ],
    )
    def test_a_key_set_that_is_not_sound_is_refused(self, jwks: dict[str, Any]) -> None:
        with pytest.raises(InvalidKeyError):
            opened(TOKEN, jwks)


def hashlib_thumbprint(jwk: dict[str, str]) -> str:
    canonical = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return b64(hashlib.sha256(canonical.encode()).digest())


def test_who_a_token_says_that_it_is_by_is_read_without_a_key() -> None:
    assert issuer_of(TOKEN) == ISSUER
    assert issuer_of("e30.W10.AA") == ""
    for made_up in ("nothing", "e30._w.AA"):
        with pytest.raises(MalformedError):
            issuer_of(made_up)
