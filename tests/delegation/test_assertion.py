"""A passkey's signature, checked from kept bytes alone; the library that browsers' makers test with agrees."""

import hashlib
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from delegation.assertion import LONGEST_PART, Assertion, AssertionRefusedError, Expected, verify_assertion

EXPECTED = Expected(challenge="c2hhLTI1Ng", rp_id="pilnvara.example", origin="https://pilnvara.example")
PRESENT, VERIFIED = 0x01, 0x04


def client_data(**changes: Any) -> bytes:
    said = {"type": "webauthn.get", "challenge": EXPECTED.challenge, "origin": EXPECTED.origin, "crossOrigin": False}
    return msgspec.json.encode(said | changes)


def authenticator_data(*, rp_id: str = EXPECTED.rp_id, flags: int = PRESENT | VERIFIED, count: int = 3) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")


def signed(
    client: bytes | None = None,
    data: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | None = None,
) -> Assertion:
    key = key or ec.generate_private_key(ec.SECP256R1())
    client = client_data() if client is None else client
    data = authenticator_data() if data is None else data
    what = data + hashlib.sha256(client).digest()
    match key:
        case ed25519.Ed25519PrivateKey():
            signature = key.sign(what)
        case rsa.RSAPrivateKey():
            signature = key.sign(what, padding.PKCS1v15(), hashes.SHA256())
        case _:
            signature = key.sign(what, ec.ECDSA(hashes.SHA256()))
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Assertion(
        credential_id=b"id", public_key=public, authenticator_data=data, client_data=client, signature=signature
    )


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["ES256", "EdDSA", "RS256"],
)
def test_an_answer_to_the_question_is_taken_with_each_kind_of_key(key: Any) -> None:
    assert verify_assertion(signed(key=key), EXPECTED).sign_count == 3


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        (signed(client_data(type="webauthn.create")), "type"),
        (signed(client_data(challenge="YW5vdGhlcg")), "challenge"),
        (signed(client_data(challenge=EXPECTED.challenge + "=")), "challenge"),
        (signed(client_data(origin="http://pilnvara.example")), "origin"),
        (signed(client_data(origin="https://pilnvara.example.net")), "origin"),
        (signed(client_data(crossOrigin=True)), "origin"),
        (signed(data=authenticator_data(rp_id="example")), "rp_id"),
        (signed(data=authenticator_data(flags=VERIFIED)), "not_present"),
        (signed(data=authenticator_data(flags=PRESENT)), "not_verified"),
        (signed(data=authenticator_data()[:-1]), "form"),
        (signed(b"[]"), "form"),
        (signed(b"{"), "form"),
        (signed(b"\xff"), "form"),
        (signed(client_data(filler="x" * LONGEST_PART)), "form"),
        (signed(key=ec.generate_private_key(ec.SECP384R1())), "key"),
    ],
)
def test_anything_else_is_refused_by_its_reason(assertion: Assertion, reason: str) -> None:
    with pytest.raises(AssertionRefusedError) as refused:
        verify_assertion(assertion, EXPECTED)
    assert refused.value.reason == reason


@pytest.mark.parametrize("part", ["authenticator_data", "client_data", "signature", "public_key"])
def test_a_changed_byte_is_found(part: str) -> None:
    assertion = signed()
    content = bytearray(getattr(assertion, part))
    content[-1] ^= 1
    with pytest.raises(AssertionRefusedError):
        verify_assertion(msgspec.structs.replace(assertion, **{part: bytes(content)}), EXPECTED)


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(AssertionRefusedError, match="key"):
        verify_assertion(msgspec.structs.replace(signed(), public_key=b"no key"), EXPECTED)
