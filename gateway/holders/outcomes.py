"""What became of a filing, as its holder counts it."""

from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, String, and_, case, literal, or_

from delegation.filing import IN_DOUBT, UNSENT, FilingState
from gateway.visits.tables import Filing


class Outcome(StrEnum):
    """Each filing is one of these at any moment."""

    FILED = "filed"
    """The portal has it."""
    DECLINED = "declined"
    """The portal said no to the last request."""
    IN_DOUBT = "in_doubt"
    """It was sent, and nobody knows yet whether it arrived."""
    NOT_FILED = "not_filed"
    """It was sent and did not arrive."""
    STOPPED = "stopped"
    """It was stopped, refused or left before anything was sent."""
    FAILED = "failed"
    """It could not be filled in: nothing was sent."""
    OPEN = "open"
    """It is being filled in, or waits for the yes to send it."""


_WAS_SENT: Final = Filing.sent_at.is_not(None)
_STATES: Final = {
    Outcome.FILED: (FilingState.FILED,),
    Outcome.IN_DOUBT: tuple(sorted(IN_DOUBT)),
    Outcome.NOT_FILED: (FilingState.NOT_FILED,),
    Outcome.FAILED: (FilingState.FAILED,),
    Outcome.OPEN: tuple(sorted(UNSENT)),
}
_DECLINED: Final = and_(Filing.state == FilingState.DECLINED, _WAS_SENT)


def is_one(outcome: Outcome) -> ColumnElement[bool]:
    """Whether a filing came to this."""
    if outcome is Outcome.DECLINED:
        return _DECLINED
    if outcome is Outcome.STOPPED:
        ended = Filing.state.in_((FilingState.STOPPED, FilingState.ABANDONED))
        return or_(ended, and_(Filing.state == FilingState.DECLINED, ~_WAS_SENT))
    return Filing.state.in_(_STATES[outcome])


OUTCOME: Final[ColumnElement[str]] = case(
    *((is_one(each), literal(each.value, String())) for each in Outcome if each is not Outcome.STOPPED),
    else_=literal(Outcome.STOPPED.value, String()),
)
"""Which it is, as a column."""


def of(state: FilingState, *, was_sent: bool) -> Outcome:
    """What a filing in this state has come to."""
    if state is FilingState.DECLINED:
        return Outcome.DECLINED if was_sent else Outcome.STOPPED
    return next((each for each, states in _STATES.items() if state in states), Outcome.STOPPED)
