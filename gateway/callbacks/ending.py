"""What comes of a call. Counted is how it went, in the invitation; the list and the log learn only that it is over."""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, bindparam, update

from audit.events import EventName
from gateway.callbacks import claiming, waiting
from gateway.callbacks.claiming import Held
from gateway.callbacks.tables import Callback
from gateway.days import day_of
from gateway.feedback import answers, wishes
from gateway.feedback.answers import Answer
from gateway.feedback.errors import AnswerError, FeedbackError
from gateway.feedback.tables import Called, FeedbackInvitation
from gateway.ids import digest
from gateway.parts import Parts
from gateway.people.access import StaffSession
from gateway.people.preferences import How

MOST_TRIES: Final = 3
"""On as many days somebody is called in vain; the last one ends it."""
_COUNT = (
    update(FeedbackInvitation)
    .where(FeedbackInvitation.token_hash == bindparam("token"))
    .values(called=bindparam("how"))
)
_FREE = {"claimed_by": None, "claimed_until": None}


class Without(StrEnum):
    """How a call goes that brings no answer."""

    NOT_REACHED = "not_reached"
    """Nobody answered, a machine did, or somebody else."""
    DECLINED = "declined"
    NEVER = "never"
    """Declined, and never to be asked again after any visit."""
    WRONG_NUMBER = "wrong_number"
    PUT_BACK = "put_back"
    """Nobody was called: a colleague does."""


def answer(conn: Connection, parts: Parts, by: StaffSession, given: Answer) -> bool:
    """Keep what the resident says, by the invitation's own code; False where they had answered meanwhile.

    Raises:
        NoCallError: the call is not in hand any more.
        AnswerError: it rates what was rated on the display, or leaves out what was not.
    """
    held = claiming.find(conn, parts, by)
    try:
        answers.give(conn, parts, held.content.code, given)
        is_kept = True
    except AnswerError:
        raise
    except FeedbackError:
        is_kept = False
    _end(conn, parts, by, held, Called.REACHED)
    return is_kept


def without_answer(conn: Connection, parts: Parts, by: StaffSession, how: Without) -> None:
    """Keep that a call brought no answer. Raises `NoCallError`."""
    held = claiming.find(conn, parts, by)
    if how is Without.PUT_BACK:
        _put_back(conn, parts, by, held.row)
    elif how is Without.WRONG_NUMBER:
        _end(conn, parts, by, held, Called.WRONG_NUMBER)
    elif how is Without.NOT_REACHED:
        _not_reached(conn, parts, by, held)
    else:
        if how is Without.NEVER:
            wishes.stop(conn, parts, held.content.resident, by=by.actor, how=How.CALL)
        wishes.decline(conn, parts, held.content.code)
        _end(conn, parts, by, held, Called.REACHED)


def _not_reached(conn: Connection, parts: Parts, by: StaffSession, held: Held) -> None:
    now, tries = parts.clock.database_now(conn), held.row.tries + 1
    if tries >= MOST_TRIES:
        _end(conn, parts, by, held, Called.NOT_REACHED)
        return
    _change(conn, held.row, tries=tries, tried_on=day_of(now), **_FREE)
    waiting.record(conn, EventName.CALLBACK_TRIED, held.row.id, by.actor, now, tries=tries)


def _put_back(conn: Connection, parts: Parts, by: StaffSession, row: Any) -> None:
    _change(conn, row, **_FREE)
    waiting.record(conn, EventName.CALLBACK_PUT_BACK, row.id, by.actor, parts.clock.database_now(conn))


def _end(conn: Connection, parts: Parts, by: StaffSession, held: Held, called: Called) -> None:
    """Count how it went, and drop the row with its key: the event does not say which end it was."""
    now = parts.clock.database_now(conn)
    conn.execute(_COUNT, {"token": digest(held.content.code), "how": called})
    waiting.drop(conn, held.row, now)
    waiting.record(conn, EventName.CALLBACK_ENDED, held.row.id, by.actor, now)


def _change(conn: Connection, row: Any, **values: object) -> None:
    conn.execute(update(Callback).where(Callback.id == row.id).values(**values))
