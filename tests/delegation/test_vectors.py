"""Tokens and payloads that were published once and must stay readable, by us and by anybody."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from delegation import errors
from delegation.assurance import ApprovalKind
from delegation.claims import PermitBinding
from delegation.commitment import KeyedHasher, approval_nonce, commit_value
from delegation.derive import pairwise_subject
from delegation.readback import ReadBack, payload_bytes, payload_hash
from delegation.verify import verify_delegation, verify_permit

FOLDER = Path(__file__).parents[1] / "vectors" / "delegation"
TOKENS: dict[str, Any] = json.loads((FOLDER / "tokens.json").read_text())
PAYLOAD: dict[str, Any] = json.loads((FOLDER / "payload.json").read_text())
AT = datetime.fromtimestamp(TOKENS["now"], UTC)


def read(case: dict[str, Any]) -> Any:
    arguments = {"issuer": TOKENS["issuer"], "audience": TOKENS["audience"], "now": AT}
    if case["kind"] == "permit":
        binding = msgspec.convert(TOKENS["binding"], PermitBinding)
        return verify_permit(case["token"], TOKENS["jwks"], binding=binding, **arguments)
    return verify_delegation(case["token"], TOKENS["jwks"], **arguments)


@pytest.mark.parametrize("case", TOKENS["good"], ids=lambda case: case["name"])
def test_a_published_token_is_read(case: dict[str, Any]) -> None:
    claims = read(case).claims
    assert claims == msgspec.convert(case["claims"], type(claims))


@pytest.mark.parametrize("case", TOKENS["refused"], ids=lambda case: case["name"])
def test_a_published_attack_is_refused_by_its_name(case: dict[str, Any]) -> None:
    with pytest.raises(errors.DelegationError) as refused:
        read(case)
    assert refused.value.code == case["code"]


def test_the_canonical_payload_stays_what_it_was() -> None:
    readback = msgspec.convert(PAYLOAD["readback"], ReadBack)
    hasher = KeyedHasher(bytes.fromhex(PAYLOAD["key"]))
    assert payload_bytes(readback, PAYLOAD["volatile"]) == PAYLOAD["bytes"].encode()
    assert payload_hash(hasher, readback, PAYLOAD["volatile"]) == PAYLOAD["hash"]


def test_the_other_hashes_stay_what_they_were() -> None:
    key = bytes.fromhex(PAYLOAD["key"])
    assert commit_value(key, "iban", "LV00TEST0000000000000") == PAYLOAD["commitment"]
    assert approval_nonce(ApprovalKind.PERMIT, "a-1", PAYLOAD["hash"]) == PAYLOAD["nonce"]
    assert pairwise_subject(key, TOKENS["audience"], "resident-1") == PAYLOAD["subject"]
