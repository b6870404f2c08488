"""What ends when a delegation is stopped: its codes and its tokens.

Nothing waits for this job: every use asks the delegation's own state. It makes the end explicit, and an event.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, update

from audit.events import EventName
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler
from gateway.oauth.tables import AccessToken, AuthorizationCode
from gateway.parts import GATEWAY, Parts
from gateway.visits.rows import find_delegation
from gateway.visits.trail import say

JOB = "oauth.logout"


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
    if count:
        row = find_delegation(conn, delegation_id)
        data = {"delegation": delegation_id, "count": count, "reason": "delegation.revoked"}
        say(conn, row.visit_id, EventName.OAUTH_TOKEN_REVOKED, GATEWAY, now, **data)
    return count


def make_handlers(parts: Parts) -> Mapping[str, Handler]:
    """Return the jobs of this package, by kind."""

    async def log_out(job: Job) -> None:
        await parts.database.write(lambda conn: end_tokens(conn, parts, job.payload["delegation"]))

    return {JOB: log_out}
