"""Hands out single-use links to institutions, in batches, and takes unused ones back.

The codes of a batch follow from its random id and a key outside the database: asked for again with the same key against
doing it twice, the same links come, and no table holds one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway import long_codes
from gateway.days import day_of, end_of
from gateway.ids import digest, new_id
from gateway.parts import Store
from gateway.ratings import surveys
from gateway.ratings.errors import BatchUnknownError, RepeatedOtherwiseError, SurveyUnknownError, TooManyLinksError
from gateway.ratings.tables import RatingBatch, RatingInvitation

MOST: Final = 500
"""Links of one batch."""
MOST_IN_AN_HOUR: Final = 20_000
"""Links that one institution may have made within an hour."""
VALID_DAYS: Final = 30
_HOUR: Final = timedelta(hours=1)
_CODE_BYTES: Final = 16
_MAKE = {
    name: dialect.insert(RatingBatch).on_conflict_do_nothing(index_elements=["call_hash"]).returning(RatingBatch.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_BY_CALL = select(RatingBatch.__table__).where(RatingBatch.call_hash == bindparam("call"))
_IN_AN_HOUR = select(func.coalesce(func.sum(RatingBatch.links), 0)).where(
    RatingBatch.agency == bindparam("agency"), RatingBatch.made_at > bindparam("since")
)
_INVITE = insert(RatingInvitation)
_WITHDRAW = (
    update(RatingBatch)
    .where(RatingBatch.id == bindparam("batch"), RatingBatch.agency == bindparam("whose"))
    .values(withdrawn_at=func.coalesce(RatingBatch.withdrawn_at, bindparam("now")))
)
_TAKE_BACK = update(RatingInvitation).where(RatingInvitation.batch_id == bindparam("batch")).values(used=True)
"""All of them, so that afterwards none differs from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a program asks for."""

    survey_id: str
    count: int
    """From 1 to `MOST`."""
    language: str
    call: str
    """The program's key against doing it twice (`Idempotency-Key`)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Links that were handed out."""

    id: str
    codes: Sequence[str]
    expires_on: date


def invite(conn: Connection, store: Store, agency: str, wanted: Wanted) -> Batch:
    """Make links, or return those that the same call has made before.

    Raises:
        SurveyUnknownError: the e-service is none of this institution, or closed.
        RepeatedOtherwiseError: the same key came with another request.
        TooManyLinksError: the institution had too many within the last hour.
    """
    survey = surveys.find(conn, agency, wanted.survey_id)
    call = digest(f"{agency}\n{wanted.call}")
    if (before := _again(conn, store, call, wanted)) is not None:
        return before
    if not survey.is_open:
        raise SurveyUnknownError("the e-service is closed")
    now = store.clock.database_now(conn)
    had = conn.execute(_IN_AN_HOUR, {"agency": agency, "since": now - _HOUR}).scalar_one()
    if had + wanted.count > MOST_IN_AN_HOUR:
        raise TooManyLinksError("too many links within an hour")
    batch_id, today = new_id(), day_of(now)
    values = {
        "id": batch_id,
        "agency": agency,
        "survey_id": survey.id,
        "call_hash": call,
        "links": wanted.count,
        "language": wanted.language,
        "month": f"{today:%Y-%m}",
        "made_at": now,
        "expires_on": today + timedelta(days=VALID_DAYS),
    }
    if conn.execute(_MAKE[conn.dialect.name].values(values)).one_or_none() is None:
        return _there(_again(conn, store, call, wanted))  # another process has made it in this moment
    codes = _codes(store, batch_id, wanted.count)
    ends_at = end_of(today + timedelta(days=VALID_DAYS))
    rows = [{"token_hash": digest(code), "batch_id": batch_id, "ends_at": ends_at, "used": False} for code in codes]
    conn.execute(_INVITE, rows)
    return Batch(batch_id, codes, today + timedelta(days=VALID_DAYS))


def withdraw(conn: Connection, agency: str, batch_id: str, now: datetime) -> None:
    """Let no link of a batch be answered any more; nothing tells which of them, or how many, were answered before.

    Raises:
        BatchUnknownError: the institution has no such batch.
    """
    if conn.execute(_WITHDRAW, {"batch": batch_id, "whose": agency, "now": now}).rowcount == 0:
        raise BatchUnknownError("no such batch of this institution")
    conn.execute(_TAKE_BACK, {"batch": batch_id})


def _again(conn: Connection, store: Store, call: bytes, wanted: Wanted) -> Batch | None:
    row = conn.execute(_BY_CALL, {"call": call}).one_or_none()
    if row is None:
        return None
    if (row.survey_id, row.links, row.language) != (wanted.survey_id, wanted.count, wanted.language):
        raise RepeatedOtherwiseError("the same key came with another request")
    return Batch(row.id, _codes(store, row.id, row.links), row.expires_on)


def _there(batch: Batch | None) -> Batch:
    if batch is None:
        raise RepeatedOtherwiseError("the batch went in this moment")
    return batch


def _codes(store: Store, batch_id: str, count: int) -> Sequence[str]:
    return [_code(store.sealer.keyed_hash("rating.code", f"{batch_id}\n{number}")) for number in range(count)]


def _code(made: bytes) -> str:
    """128 bits as 26 signs that can be read and typed."""
    number = int.from_bytes(made[:_CODE_BYTES])
    return "".join(long_codes.ALPHABET[number >> (5 * place) & 31] for place in reversed(range(long_codes.LONG)))
