"""Takes an answer about an e-service and uses its link up, in one statement that only one of two clicks passes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from gateway import long_codes
from gateway.days import day_of
from gateway.feedback.answers import Answer
from gateway.feedback.scrubbing import scrub
from gateway.ids import digest, new_id
from gateway.parts import Store
from gateway.ratings import surveys
from gateway.ratings.errors import LinkOverError, LinkUnknownError, LinkUsedError
from gateway.ratings.surveys import Survey
from gateway.ratings.tables import RatingAnswer, RatingBatch, RatingInvitation, RatingSurvey

_FIND = (
    select(
        RatingSurvey.__table__,
        RatingInvitation.ends_at,
        RatingBatch.language.label("asked_in"),
        RatingBatch.expires_on,
    )
    .join(RatingBatch, RatingBatch.survey_id == RatingSurvey.id)
    .join(RatingInvitation, RatingInvitation.batch_id == RatingBatch.id)
    .where(RatingInvitation.token_hash == bindparam("token"))
)
_USE = (
    update(RatingInvitation)
    .where(
        RatingInvitation.token_hash == bindparam("token"),
        RatingInvitation.used.is_(False),
        RatingInvitation.ends_at > bindparam("now"),
    )
    .values(used=True)
)
_KEEP = insert(RatingAnswer)


@dataclass(frozen=True, slots=True)
class Link:
    """A link whose days are not over, whether it was answered or not."""

    survey: Survey
    language: str
    """In which the institution invited."""
    expires_on: date


def find(conn: Connection, store: Store, token: str) -> Link:
    """Look a link up without using it; one that was answered or taken back looks like any other.

    The institution knows whom it gave each link: whoever could see here that one is used would know who answered.

    Raises:
        LinkUnknownError, LinkOverError: nobody can answer it any more.
    """
    row: Row[Any] | None = conn.execute(_FIND, {"token": _hash(token)}).one_or_none()
    if row is None:
        raise LinkUnknownError("no such link")
    if row.ends_at <= store.clock.database_now(conn):
        raise LinkOverError("the link is past its last day")
    return Link(surveys.made(row), row.asked_in, row.expires_on)


def give(conn: Connection, store: Store, token: str, answer: Answer) -> Survey:
    """Keep an answer and use its link up; return what it was about. Neither row tells of the other.

    Raises:
        LinkUnknownError, LinkUsedError, LinkOverError: it cannot be answered.
    """
    link, now = find(conn, store, token), store.clock.database_now(conn)
    if conn.execute(_USE, {"token": _hash(token), "now": now}).rowcount == 0:
        raise LinkUsedError("the link was answered, or taken back")
    values: dict[str, Any] = {
        "id": new_id(),
        "survey_id": link.survey.id,
        "month": f"{day_of(now):%Y-%m}",
        "satisfaction": answer.satisfaction,
        "done": answer.done and answer.done.value,
        "clear": answer.clear and answer.clear.value,
        "comment": None if answer.comment is None else scrub(answer.comment),
    }
    conn.execute(_KEEP, values)
    return link.survey


def _hash(token: str) -> bytes:
    return digest(long_codes.read(token) or "")
