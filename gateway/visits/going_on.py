"""A final that is several requests: what follows the first belongs to its yes, and each is kept before it leaves.

Where it breaks off, only a person can say what the portal holds: a list shows that something arrived, not how much.
"""

from sqlalchemy import Connection

from audit.events import EventName
from connectors.runner.api import Absent, Ambiguous, Found, GateRequest, LookedUp, Verdict
from connectors.sdk import registry
from delegation.commitment import HashKind
from delegation.filing import FilingState
from gateway.parts import Parts
from gateway.visits import actors, doubts
from gateway.visits.rows import find_run, lock_filing
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import RunKind
from gateway.visits.trail import say


def decide_then(conn: Connection, parts: Parts, run_id: str, request: GateRequest) -> Verdict:
    """Whether a request that follows the final one may leave; if so its bytes' hash is kept before it does.

    Only while this errand is still the one that waits for the portal: once it was given up, nothing goes on behind the
    back of whoever finds out.
    """
    now = parts.clock.database_now(conn)
    run = find_run(conn, run_id)
    filing = lock_filing(conn, run.filing_id)
    is_ours = run.kind is RunKind.SEND and run.attempt == filing.attempt
    if not is_ours or filing.state is not FilingState.SENT:
        reason = "filing.not_sent"
        say(
            conn,
            filing.visit_id,
            EventName.REQUEST_BLOCKED,
            actors.SYSTEM,
            now,
            run=run_id,
            filing=filing.id,
            reason=reason,
        )
        return Verdict(False, reason)
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    part = doubts.went_on(vault, filing.id, request.body_sha256, now)
    say(
        conn,
        filing.visit_id,
        EventName.FILING_WENT_ON,
        actors.connector(filing.service_id),
        now,
        filing=filing.id,
        attempt=filing.attempt,
        part=part,
        body=vault.hasher.hash(HashKind.EVIDENCE, request.body_sha256.encode()),
    )
    return Verdict(True, "then")


def is_several(service_id: str) -> bool:
    """Whether a service is filed by several requests."""
    return bool(registry.find(service_id).final.then)


def as_evidence(service_id: str, result: LookedUp) -> LookedUp:
    """What a portal's list proves: of a service that is filed by several requests nothing, it may hold a part."""
    if not is_several(service_id):
        return result
    if isinstance(result, Found):
        return Ambiguous(references=(result.reference,))
    return Absent(conclusive=False) if isinstance(result, Absent) else result
