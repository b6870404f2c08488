"""One action of a delegation is ended alone: to be followed no longer, while the rest stays as it was allowed."""

from sqlalchemy import Connection

from audit.entry import Actor
from audit.events import EventName
from delegation.filing import UNSENT
from delegation.model import Action, DelegationState, end_action
from gateway.parts import Parts
from gateway.visits import approvals, stopping
from gateway.visits.delegations import store, to_model
from gateway.visits.rows import ensure, find_delegation, lock_delegation, lock_filing_for
from gateway.visits.trail import say


def stop_action(
    conn: Connection, parts: Parts, delegation_id: str, service: str, action: Action, *, by: Actor, whose: str
) -> None:
    """End the right to one action for one service, now; with the last right the whole delegation is revoked.

    `whose` is as in `stopping.stop`. Without the right to file, what is unsent for the service stops; what was sent is
    not recalled. Ending what has ended changes nothing.

    Raises:
        NotFoundError: no such delegation.
        OutOfOrderError: it is not in force.
        delegation.errors.OutOfScopeError: the action was never allowed for the service.
    """
    now = parts.clock.database_now(conn)
    row = lock_delegation(conn, delegation_id)
    filing = lock_filing_for(conn, delegation_id, service)
    in_force = (DelegationState.ACTIVE, DelegationState.SPENT)
    ensure(row.state in in_force, "end an action of what has ended")
    before = to_model(row)
    ended = end_action(before, service=service, action=action, now=now)
    if ended == before:
        return
    store(conn, ended)
    if action is Action.FILE and filing is not None and filing.state in UNSENT:
        stopping.stop_filing(conn, filing, by, "delegation.revoked", now)
        approvals.lapse_all(conn, delegation_id, now)
    data = {"delegation": delegation_id, "service": service, "action": action.value, "whose": whose}
    say(conn, row.visit_id, EventName.DELEGATION_ACTION_STOPPED, by, now, **data)
    if ended.is_over(now):
        again = find_delegation(conn, delegation_id)
        stopping.end_rights(conn, again, None, by=by, whose=whose, now=now)
