"""The states of a filing, and the only steps between them.

drafted -> prepared -> confirmed -> sent -> filed. From *sent* there is no way back: what may have left is never sent
again, so *unknown* is settled by asking the portal or by a person. Only the portal's own word comes after that.
"""

from collections.abc import Mapping
from enum import StrEnum

from delegation.errors import FilingTransitionError


class FilingState(StrEnum):
    """Where one filing stands."""

    DRAFTED = "drafted"
    PREPARED = "prepared"
    CONFIRMED = "confirmed"
    SENT = "sent"
    FILED = "filed"
    UNKNOWN = "unknown"
    NOT_FILED = "not_filed"
    NEEDS_HUMAN = "needs_human"
    STOPPED = "stopped"
    DECLINED = "declined"
    FAILED = "failed"
    ABANDONED = "abandoned"


_S = FilingState
_ENDED_BEFORE_SENT = frozenset({_S.STOPPED, _S.DECLINED, _S.FAILED, _S.ABANDONED})

TRANSITIONS: Mapping[FilingState, frozenset[FilingState]] = {
    _S.DRAFTED: _ENDED_BEFORE_SENT | {_S.PREPARED},
    # Back to drafted: a value is corrected after the resident has seen it; what was read back is void.
    _S.PREPARED: _ENDED_BEFORE_SENT | {_S.CONFIRMED, _S.DRAFTED},
    # Back to prepared: the permit's five minutes have passed, and the same read-back needs a new yes.
    _S.CONFIRMED: _ENDED_BEFORE_SENT | {_S.SENT, _S.PREPARED, _S.DRAFTED},
    _S.SENT: frozenset({_S.FILED, _S.DECLINED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.FILED, _S.NOT_FILED, _S.NEEDS_HUMAN}),
    _S.NEEDS_HUMAN: frozenset({_S.FILED, _S.NOT_FILED}),
    _S.FILED: frozenset(),
    # The portal says after all that it has it: its word outweighs a person's, and that of its own list before.
    _S.NOT_FILED: frozenset({_S.FILED}),
    _S.STOPPED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.FAILED: frozenset(),
    _S.ABANDONED: frozenset(),
}
"""Every step there is; what is not listed cannot happen."""

UNSENT = frozenset({_S.DRAFTED, _S.PREPARED, _S.CONFIRMED})
"""States in which a stop is still in time."""

IN_DOUBT = frozenset({_S.SENT, _S.UNKNOWN, _S.NEEDS_HUMAN})
"""States in which the portal may hold the filing, and nobody knows yet."""

ENDED = frozenset(state for state, nexts in TRANSITIONS.items() if not nexts)
"""States that nothing follows."""

BLOCKS_ANOTHER = UNSENT | IN_DOUBT | {_S.FILED}
"""States that keep a second filing of the same matter from beginning."""


def may_go(now: FilingState, then: FilingState) -> bool:
    """Whether a filing may step from one state to the other."""
    return then in TRANSITIONS[now]


def ensure_transition(now: FilingState, then: FilingState) -> None:
    """Refuse a step that the table does not have.

    Raises:
        FilingTransitionError: a filing in `now` never becomes `then`.
    """
    if not may_go(now, then):
        raise FilingTransitionError(f"a filing that is {now} cannot become {then}")


def frees_allowance(now: FilingState, then: FilingState) -> bool:
    """Whether this step proves that nothing was filed after all, so that the delegation may be used again."""
    return now not in UNSENT and then in (_S.DECLINED, _S.NOT_FILED) and may_go(now, then)
