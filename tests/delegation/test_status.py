"""The Token Status List."""

import zlib
from datetime import timedelta

import pytest

from delegation.claims import EncodedList, StatusReference
from delegation.commitment import b64url
from delegation.errors import (
    BadSignatureError,
    MalformedError,
    StatusUnavailableError,
    UnknownKeyError,
    WrongIssuerError,
)
from delegation.signing import public_jwks
from delegation.status import MAX_BYTES, StatusList, decode, encode, pack, sign_status, verify_status
from tests.delegation.builders import ISSUER, KEY, LIST_URI, NOON, OTHER_KEY

KEYS = public_jwks(KEY)
TOKEN = sign_status(KEY, pack(64, [3]), issuer=ISSUER, uri=LIST_URI, now=NOON)


class TestBits:
    # The example of draft-ietf-oauth-status-list section 4.1: sixteen tokens, one bit each.
    statuses = (1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1)

    def test_are_packed_as_in_the_specification(self) -> None:
        assert pack(16, [idx for idx, bit in enumerate(self.statuses) if bit]) == b"\xb9\xa3"

    def test_are_decoded_from_the_specification(self) -> None:
        bits = decode(EncodedList(bits=1, lst="eNrbuRgAAhcBXQ"))
        listed = StatusList(LIST_URI, bits, expires=int(NOON.timestamp()) + 1, ttl=60)
        found = [int(listed.is_revoked(StatusReference(idx=idx, uri=LIST_URI), NOON)) for idx in range(16)]
        assert found == list(self.statuses)

    def test_come_back_as_they_were(self) -> None:
        bits = pack(8000, range(0, 8000, 7))
        assert decode(encode(bits)) == bits

    @pytest.mark.parametrize(("size", "idx"), [(0, 0), (7, 0), (-8, 0), (8, 8), (8, -1)])
    def test_an_index_outside_is_refused(self, size: int, idx: int) -> None:
        with pytest.raises(ValueError, match="list"):
            pack(size, [idx])

    @pytest.mark.parametrize("idx", [-1, 16, 2**70])
    def test_a_token_beyond_the_end_gets_no_answer(self, idx: int) -> None:
        listed = StatusList(LIST_URI, pack(16, ()), expires=int(NOON.timestamp()) + 1, ttl=60)
        with pytest.raises(StatusUnavailableError):
            listed.is_revoked(StatusReference(idx=idx, uri=LIST_URI), NOON)

    @pytest.mark.parametrize(
        "encoded",
        [
            EncodedList(bits=2, lst="eNrbuRgAAhcBXQ"),
            EncodedList(bits=1, lst="eNrbuRgAAhc"),
            EncodedList(bits=1, lst="eNrbuRgAAhcBXQAA"),
            EncodedList(bits=1, lst="AAAA"),
            EncodedList(bits=1, lst="ā"),
            EncodedList(bits=1, lst=""),
        ],
    )
    def test_what_cannot_be_unpacked_is_refused(self, encoded: EncodedList) -> None:
        with pytest.raises(MalformedError):
            decode(encoded)

    def test_a_small_token_cannot_fill_the_memory(self) -> None:
        with pytest.raises(MalformedError):
            decode(EncodedList(bits=1, lst=b64url(zlib.compress(bytes(50 * MAX_BYTES), 9))))


class TestToken:
    def test_is_read_by_a_portal(self) -> None:
        listed = verify_status(TOKEN, KEYS, issuer=ISSUER, uri=LIST_URI, now=NOON)
        assert listed.ttl == 60
        assert listed.is_revoked(StatusReference(idx=3, uri=LIST_URI), NOON)
        assert not listed.is_revoked(StatusReference(idx=4, uri=LIST_URI), NOON)

    def test_is_good_for_five_minutes(self) -> None:
        for now in (NOON + timedelta(minutes=5), NOON - timedelta(seconds=61)):
            with pytest.raises(StatusUnavailableError):
                verify_status(TOKEN, KEYS, issuer=ISSUER, uri=LIST_URI, now=now)

    def test_may_be_younger_than_a_clock_that_was_read_before_it_was_fetched(self) -> None:
        listed = verify_status(TOKEN, KEYS, issuer=ISSUER, uri=LIST_URI, now=NOON - timedelta(seconds=60))
        assert listed.is_revoked(StatusReference(idx=3, uri=LIST_URI), NOON - timedelta(seconds=60))

    def test_is_refused_from_another_place_or_issuer(self) -> None:
        with pytest.raises(StatusUnavailableError):
            verify_status(TOKEN, KEYS, issuer=ISSUER, uri=LIST_URI + "2", now=NOON)
        with pytest.raises(WrongIssuerError):
            verify_status(TOKEN, KEYS, issuer=LIST_URI, uri=LIST_URI, now=NOON)

    def test_is_refused_with_another_key(self) -> None:
        with pytest.raises(UnknownKeyError):
            verify_status(TOKEN, public_jwks(OTHER_KEY), issuer=ISSUER, uri=LIST_URI, now=NOON)
        stolen = {**OTHER_KEY.public_jwk(), "kid": KEY.kid}
        with pytest.raises(BadSignatureError):
            verify_status(TOKEN, {"keys": [stolen]}, issuer=ISSUER, uri=LIST_URI, now=NOON)
