"""Moving a filing from one state to the next, by the table in `delegation.filing` and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import IntegrityError

from delegation.filing import IN_DOUBT, FilingState, ensure_transition
from gateway.database.base import written_out
from gateway.visits.errors import OutOfOrderError
from gateway.visits.rows import AnyRow
from gateway.visits.states import Late
from gateway.visits.tables import Filing

MAY_HAVE_ARRIVED = IN_DOUBT | {FilingState.FILED}
"""States in which a stop comes too late. What the portal has refused, or does not have, leaves nothing to stop."""

_MOVE = {
    state: update(Filing)
    .where(Filing.id == bindparam("which"), Filing.state == written_out(state))
    .values(state=bindparam("to_state"))
    for state in FilingState
}


def counts(filing: AnyRow) -> bool:
    """Whether a filing can be the newest of its delegation: one that was overtaken leaves the earlier in its place."""
    return bool(filing.reason != Late.OVERTAKEN)


def is_looked_up(filing: AnyRow) -> bool:
    """Whether the portal may still be asked what it holds: in doubt, or a person alone said that it has nothing."""
    return filing.state in IN_DOUBT or (filing.state is FilingState.NOT_FILED and filing.decided_by is not None)


@contextmanager
def single(otherwise: Exception) -> Iterator[None]:
    """Raise `otherwise` where the unique index refuses a second filing of the same matter."""
    try:
        yield
    except IntegrityError as error:
        if "uq_filing_live" in str(error.orig) or "filing.service_key" in str(error.orig):
            raise otherwise from error
        raise


def move(conn: Connection, filing: AnyRow, to: FilingState, **columns: Any) -> None:
    """Take a locked filing to the state `to`, and write `columns` with it.

    Raises:
        delegation.errors.FilingTransitionError: the table has no such step.
        OutOfOrderError: somebody else moved it, although the caller was to hold it locked.
    """
    ensure_transition(filing.state, to)
    moved = conn.execute(_MOVE[filing.state], {"which": filing.id, "to_state": to, **columns})
    if moved.rowcount != 1:
        raise OutOfOrderError("the filing has moved")
