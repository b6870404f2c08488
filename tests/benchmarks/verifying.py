"""Verifying a delegation with every check, beside the bare ES256 signature check of `cryptography`."""

from collections.abc import Iterator, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from delegation.signing import KeySet, public_jwks, sign_delegation
from delegation.verify import verify_delegation
from tests.benchmarks.effort import Effort, cpu
from tests.benchmarks.figures import Aim, Figure
from tests.databases import Databases
from tests.delegation.builders import ISSUER, KEY, NOON, PORTAL, some_claims
from tests.delegation.test_signing import unb64

AIM = 1 / 0.7
"""As much longer may it take: at least 0.7 times as many a second."""


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """In turn, so that both meet the same machine."""
    del databases
    token, keys = sign_delegation(KEY, some_claims()), KeySet.parse(public_jwks(KEY))
    signed, _, signature = token.rpartition(".")
    raw, message, public = unb64(signature), signed.encode(), _public()
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    def bare() -> None:
        for _ in range(effort.signatures):
            public.verify(der, message, ec.ECDSA(hashes.SHA256()))

    def whole() -> None:
        for _ in range(effort.signatures):
            verify_delegation(token, keys, issuer=ISSUER, audience=PORTAL, now=NOON)

    bare_s, whole_s = [], []
    for _ in range(effort.rounds):
        bare_s.append(cpu(bare))
        whole_s.append(cpu(whole))
    ratio = min(whole_s) / min(bare_s)
    yield Figure(
        name="delegation verified",
        value=min(whole_s) / effort.signatures * 1e6,
        unit="µs CPU",
        beside=f"bare ES256 {min(bare_s) / effort.signatures * 1e6:.0f} µs",
        ratio=ratio,
        aims=(Aim("ratio", ratio, AIM),),
    )


def _public() -> ec.EllipticCurvePublicKey:
    jwk = KEY.public_jwk()
    x, y = (int.from_bytes(unb64(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
