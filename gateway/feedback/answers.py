"""Takes an answer and uses its invitation up, in one statement that only one of two clicks passes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, insert, literal, select, update

from gateway.feedback.asking import local_day, read_code
from gateway.feedback.errors import (
    AnswerError,
    InvitationExpiredError,
    InvitationUnknownError,
    InvitationUsedError,
)
from gateway.feedback.scrubbing import scrub
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation, Reach
from gateway.ids import digest, new_id
from gateway.parts import Parts
from gateway.people.tables import Centre

LONGEST_COMMENT = 1200
"""Characters, as the browser counts them: a line break is one."""

_INVITATION = (
    select(FeedbackInvitation.__table__, Centre.name.label("centre_name"))
    .join(Centre, Centre.id == FeedbackInvitation.centre_id)
    .where(FeedbackInvitation.token_hash == bindparam("token"))
)
_USE = (
    update(FeedbackInvitation)
    .where(
        FeedbackInvitation.token_hash == bindparam("token"),
        FeedbackInvitation.used.is_(False),
        FeedbackInvitation.expires_on >= bindparam("today"),
        FeedbackInvitation.rated == bindparam("was_rated"),
    )
    .values(used=True)
    .returning(FeedbackInvitation.centre_id, FeedbackInvitation.service_group, FeedbackInvitation.month)
)
_REACH = FeedbackInvitation.reach
_RATE = (
    update(FeedbackInvitation)
    .where(
        FeedbackInvitation.token_hash == bindparam("token"),
        FeedbackInvitation.used.is_(False),
        FeedbackInvitation.rated.is_(False),
        FeedbackInvitation.expires_on >= bindparam("today"),
    )
    .values(rated=True, reach=case((_REACH == Reach.CALL, literal(Reach.DISPLAY, _REACH.type)), else_=_REACH))
    .returning(FeedbackInvitation.centre_id, FeedbackInvitation.service_group, FeedbackInvitation.month)
)
_IS_RATED = select(FeedbackInvitation.rated, FeedbackInvitation.used, FeedbackInvitation.declined).where(
    FeedbackInvitation.token_hash == bindparam("token")
)
_KEEP = insert(FeedbackAnswer)


class Degree(StrEnum):
    """How far something was so."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody says of the help that they got."""

    satisfaction: int | None
    """From 1, very bad, to 5, very good; `None` where it was given on the display before."""
    done: Degree | None
    """Whether they could do what they came for; `None` of a rating on the display."""
    clear: Degree | None
    """Whether they understood what was done in their name; `None` of a rating on the display."""
    comment: str | None = None

    def __post_init__(self) -> None:
        """Refuse what the tables would not hold. Raises `AnswerError`."""
        if self.satisfaction is not None and not 1 <= self.satisfaction <= 5:
            raise AnswerError("satisfaction goes from 1 to 5")
        if (self.done is None) != (self.clear is None) or (self.satisfaction is None and self.done is None):
            raise AnswerError("an answer is a rating, the questions, or both")
        if self.comment is not None and len(self.comment.replace("\r\n", "\n")) > LONGEST_COMMENT:
            raise AnswerError(f"a comment has at most {LONGEST_COMMENT} characters")

    def __repr__(self) -> str:
        return "Answer(…)"  # what somebody wrote must not reach a log


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation whose days are not over, whether it was answered or not."""

    centre_name: str
    expires_on: date
    is_rated: bool
    """How satisfied somebody was is known from the display, and is not asked again."""


def find(conn: Connection, parts: Parts, token: str) -> Invitation:
    """Look an invitation up without using it; one that was answered or declined looks like any other.

    Whoever saw the printed code, as an assistant may, would else see whether this visit was answered.

    Raises:
        InvitationUnknownError, InvitationExpiredError: nobody can answer it any more.
    """
    found = _current(conn, token, local_day(parts.clock.database_now(conn)))
    return Invitation(found.centre_name, found.expires_on, found.rated)


def give(conn: Connection, parts: Parts, token: str, answer: Answer) -> None:
    """Keep an answer and use its invitation up. Neither row tells of the other.

    Raises:
        InvitationUnknownError, InvitationUsedError, InvitationExpiredError: it cannot be answered.
        AnswerError: it rates what was rated on the display, or leaves out what was not.
    """
    today = local_day(parts.clock.database_now(conn))
    hashed = _hash(token)
    found = _current(conn, token, today)
    if found.used:  # also where it was declined: whoever saw the code is not told which
        raise InvitationUsedError("the invitation takes no answer")
    if found.rated != (answer.satisfaction is None):
        raise AnswerError("one rating a visit")
    used = conn.execute(_USE, {"token": hashed, "today": today, "was_rated": found.rated}).one_or_none()
    if used is None:
        raise InvitationUsedError("the invitation was answered in this moment")
    _keep(conn, used, answer, today)


def rate(conn: Connection, parts: Parts, token: str, satisfaction: int) -> bool:
    """Keep a rating that was given by one touch; False when there was one already. The phone may still tell the rest.

    Raises:
        AnswerError: it is not from 1 to 5.
    """
    answer = Answer(satisfaction=satisfaction, done=None, clear=None)
    today = local_day(parts.clock.database_now(conn))
    rated = conn.execute(_RATE, {"token": _hash(token), "today": today}).one_or_none()
    if rated is not None:
        _keep(conn, rated, answer, today)
    return rated is not None


def is_rated(conn: Connection, token: str) -> bool:
    """Whether nothing is left to be touched: it was rated on the display, or all was answered on the phone."""
    row = conn.execute(_IS_RATED, {"token": _hash(token)}).one_or_none()
    return row is None or row.rated or row.used


def is_declined(conn: Connection, token: str) -> bool:
    """Whether whoever was invited does not want to answer."""
    row = conn.execute(_IS_RATED, {"token": _hash(token)}).one_or_none()
    return row is not None and row.declined


def _keep(conn: Connection, asked: Row[*tuple[Any, ...]], answer: Answer, today: date) -> None:
    conn.execute(
        _KEEP,
        {
            "id": new_id(),
            "centre_id": asked.centre_id,
            "service_group": asked.service_group,
            "month": asked.month,
            "satisfaction": answer.satisfaction,
            "done": answer.done and answer.done.value,
            "clear": answer.clear and answer.clear.value,
            "comment": None if answer.comment is None else scrub(answer.comment),
            "given_on": today,
        },
    )


def _hash(token: str) -> bytes:
    return digest(read_code(token) or "")


def _current(conn: Connection, token: str, today: date) -> Row[Any]:
    row: Row[Any] | None = conn.execute(_INVITATION, {"token": _hash(token)}).one_or_none()
    if row is None:
        raise InvitationUnknownError("no such invitation")
    if row.expires_on < today:
        raise InvitationExpiredError("the invitation is past its last day")
    return row
