"""What ends when a delegation is stopped or has come to its end: its codes and tokens, and the portals' own sessions.

Nothing waits for this job: every use asks the delegation's own state. It makes the end explicit, and an event, and has
the portals told that want to know.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, update

from audit.events import EventName
from delegation.model import DelegationState
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import Handler, JobKind
from gateway.oauth import backchannel
from gateway.oauth.tables import AccessToken, AuthorizationCode
from gateway.parts import GATEWAY, Parts
from gateway.visits.rows import find_delegation
from gateway.visits.trail import say

JOB = "oauth.logout"
EXPIRY_JOB = "oauth.expire"


def end_tokens(conn: Connection, parts: Parts, delegation_id: str) -> int:
    """End the codes and tokens of a delegation and return how many tokens were alive; safe to repeat."""
    now = parts.clock.database_now(conn)
    codes = update(AuthorizationCode).where(
        AuthorizationCode.delegation_id == delegation_id, AuthorizationCode.used_at.is_(None)
    )
    conn.execute(codes.values(used_at=now))
    alive = update(AccessToken).where(
        AccessToken.delegation_id == delegation_id, AccessToken.revoked_at.is_(None), AccessToken.expires_at > now
    )
    count = conn.execute(alive.values(revoked_at=now)).rowcount
    backchannel.announce(conn, delegation_id, now)
    if count:
        row = find_delegation(conn, delegation_id)
        data = {"delegation": delegation_id, "count": count, "reason": "delegation.revoked"}
        say(conn, row.visit_id, EventName.OAUTH_TOKEN_REVOKED, GATEWAY, now, **data)
    return count


def announce_at_the_end(conn: Connection, delegation_id: str, valid_until: datetime, now: datetime) -> None:
    """Have the portals told when a delegation comes to its end by itself; tokens end by their own time."""
    payload = {"delegation": delegation_id}
    enqueue(conn, EXPIRY_JOB, payload, run_at=valid_until, key=f"{EXPIRY_JOB}:{delegation_id}", now=now)


def expired(conn: Connection, parts: Parts, delegation_id: str) -> None:
    """Tell the portals that the end has come; those of a delegation that was stopped before know already."""
    now = parts.clock.database_now(conn)
    row = find_delegation(conn, delegation_id)
    if row.state is not DelegationState.REVOKED and now >= row.valid_until:
        backchannel.announce(conn, delegation_id, now)


def make_handlers(parts: Parts) -> Mapping[str, Handler | JobKind]:
    """Return the jobs of this package, by kind."""

    async def log_out(job: Job) -> None:
        await parts.database.write(lambda conn: end_tokens(conn, parts, job.payload["delegation"]))

    async def end(job: Job) -> None:
        """Tell portals that a delegation has come to its end."""
        await parts.database.write(lambda conn: expired(conn, parts, job.payload["delegation"]))

    return {JOB: log_out, EXPIRY_JOB: end, **backchannel.make_handlers(parts)}
