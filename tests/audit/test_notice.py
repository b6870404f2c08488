"""A token's notice: the same entry for whoever has the token, and nothing that the token does not give."""

import base64
from datetime import UTC, datetime

import pytest

from audit.entry import decode, encode
from audit.errors import NoticeError
from audit.events import EventName
from audit.notice import notice_hash, notice_of


def a_token(header: str = '{"alg":"ES256","kid":"k","typ":"permit+jwt"}', claims: str = '{"iat":1709553600}') -> str:
    parts = (header.encode(), claims.encode(), b"\x01" * 64)
    return ".".join(base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts)


def test_is_the_same_entry_for_whoever_has_the_token() -> None:
    notice = notice_of(a_token())
    assert decode(encode(notice)) == notice
    assert (notice.type, notice.n, notice.prev) == (EventName.TOKEN_SIGNED, 1, "")
    assert notice.time == datetime(2024, 3, 4, 12, tzinfo=UTC)
    assert notice.visit == f"token:{notice.id}"
    assert set(notice.data) == {"typ", "sha256"}
    # Whoever verifies with another version must find it under the same hash: this never changes.
    assert notice_hash(a_token()).hex() == "22de9573807e46a89a62e6c875e5fae1c9ae9866507f426e067c912ba4841f8b"


def test_of_another_token_is_another_in_chain_and_hash() -> None:
    other = a_token(claims='{"iat":1709553600,"jti":"other"}')
    assert notice_of(other).visit != notice_of(a_token()).visit
    assert notice_of(other).salt != notice_of(a_token()).salt


@pytest.mark.parametrize(
    "token",
    [
        "",
        "one.two",
        "a.b.c.d",
        "é.ß.ß",
        a_token(header="{}"),
        a_token(claims="{}"),
        a_token(claims='{"iat":-1}'),
        a_token(claims='{"iat":"soon"}'),
        a_token(claims='{"iat":1e300}'),
        a_token() + "ē",
    ],
)
def test_is_none_of_what_does_not_say_what_it_is_and_when_it_was_signed(token: str) -> None:
    with pytest.raises(NoticeError):
        notice_of(token)
