"""Keyed hashes, commitments and the nonce of an approving sign-in."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

import pytest

from delegation.assurance import ApprovalKind
from delegation.commitment import HashKind, KeyedHasher, approval_nonce, commit_value, opens

KEY = bytes(range(32))


class TestKeyedHasher:
    def test_is_hmac_with_the_kind_inside(self) -> None:
        expected = hmac.new(KEY, b"pilnvara/1/statement\0text", hashlib.sha256).digest()
        assert KeyedHasher(KEY).hash(HashKind.STATEMENT, b"text") == urlsafe_b64encode(expected).rstrip(b"=").decode()

    def test_one_text_has_another_hash_as_each_kind_and_under_each_key(self) -> None:
        hashes = {KeyedHasher(key).hash(kind, b"text") for kind in HashKind for key in (KEY, bytes(32))}
        assert len(hashes) == 2 * len(HashKind)

    def test_fits_only_what_was_hashed(self) -> None:
        hasher = KeyedHasher(KEY)
        expected = hasher.hash(HashKind.PAYLOAD, b"text")
        assert hasher.fits(HashKind.PAYLOAD, b"text", expected)
        assert not hasher.fits(HashKind.PAYLOAD, b"texts", expected)
        assert not hasher.fits(HashKind.STATEMENT, b"text", expected)

    @pytest.mark.parametrize("length", [0, 16, 31, 33])
    def test_a_key_of_another_length_is_refused(self, length: int) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            KeyedHasher(bytes(length))


class TestValueCommitment:
    def test_opens_with_salt_name_and_value_alone(self) -> None:
        commitment = commit_value(KEY, "iban", "LV00TEST0000000000000")
        assert opens(commitment, KEY, "iban", "LV00TEST0000000000000")
        assert not opens(commitment, KEY, "iban", "LV00TEST0000000000001")
        assert not opens(commitment, KEY, "phone", "LV00TEST0000000000000")
        assert not opens(commitment, bytes(32), "iban", "LV00TEST0000000000000")

    def test_name_and_value_cannot_be_cut_differently(self) -> None:
        assert commit_value(KEY, "ab", "c") != commit_value(KEY, "a", "bc")

    def test_a_short_salt_is_refused(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            commit_value(b"salt", "iban", "x")


class TestApprovalNonce:
    def test_is_the_hash_of_the_canonical_object(self) -> None:
        expected = hashlib.sha256(b'{"approval":"a-1","hash":"h","kind":"grant"}').digest()
        nonce = approval_nonce(ApprovalKind.GRANT, "a-1", "h")
        assert nonce == urlsafe_b64encode(expected).rstrip(b"=").decode()

    def test_differs_with_kind_attempt_and_text(self) -> None:
        nonces = {
            approval_nonce(kind, attempt, text)
            for kind in ApprovalKind
            for attempt in ("a-1", "a-2")
            for text in ("h", "i")
        }
        assert len(nonces) == 8
