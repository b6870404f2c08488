"""Telling portals that a sign-in has ended (OpenID Connect Back-Channel Logout 1.0): after a stop, and at the end.

A job for each portal, tried again for hours. No portal has to wait for it: introspection and status list say the same
at once. It is for the session that the portal has opened for itself.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

import httpx2
import msgspec
from sqlalchemy import Connection, bindparam, select

from audit.events import EventName
from gateway.ids import new_id
from gateway.jobs.errors import JobError
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import JobKind
from gateway.keys.signing import KeyKind
from gateway.oauth import clients, mandates
from gateway.oauth.tables import OAuthClient, PortalDelegation
from gateway.parts import GATEWAY, Parts
from gateway.reaching import leads_outside
from gateway.services.tables import Portal
from gateway.trust import system_authorities
from gateway.visits.rows import find_delegation
from gateway.visits.trail import say

JOB = "oauth.backchannel_logout"
TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"

_LIFETIME = timedelta(minutes=2)
_PATIENCE = httpx2.Timeout(10.0, connect=5.0)
_OUTSIDE = "oauth.logout_outside"
"""Why somebody real is told nothing by a gateway for made-up people."""
_TAKEN = frozenset({200, 204})
_SIGNED_IN = (
    select(PortalDelegation.client_id)
    .join(OAuthClient, PortalDelegation.client_id == OAuthClient.client_id)
    .where(PortalDelegation.delegation_id == bindparam("delegation"), OAuthClient.backchannel_logout_uri.is_not(None))
)
_NAME = select(PortalDelegation.jti).where(
    PortalDelegation.delegation_id == bindparam("delegation"), PortalDelegation.client_id == bindparam("client")
)


class LogoutNotTakenError(JobError):
    """A portal did not take the news that a sign-in has ended; the job runs again."""

    code: ClassVar[str] = "oauth.logout_not_taken"


class News(NamedTuple):
    """Where a logout token goes, and the token; `is_outside`: not from here, where people are made up."""

    address: str
    token: str
    is_outside: bool


class LogoutClaims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of a logout token (section 2.4); times are seconds since 1970. There is no `nonce`, ever."""

    iss: str
    sub: str
    aud: str
    iat: int
    exp: int
    jti: str
    sid: str
    events: dict[str, dict[str, str]]


def announce(conn: Connection, delegation_id: str, now: datetime) -> None:
    """Have every portal told that was signed in with a delegation and wants to know; at most one open job for each."""
    for client_id in conn.execute(_SIGNED_IN, {"delegation": delegation_id}).scalars().all():
        payload = {"delegation": delegation_id, "client": client_id}
        enqueue(conn, JOB, payload, key=f"{JOB}:{delegation_id}:{client_id}", now=now)


def compose(conn: Connection, parts: Parts, delegation_id: str, client_id: str) -> News | None:
    """Return what a client is told; none where it is gone or does not want it any more."""
    client = clients.find(conn, client_id)
    if client is None or client.backchannel_logout_uri is None:
        return None
    now = parts.clock.database_now(conn)
    issued = int(now.timestamp())
    claims = LogoutClaims(
        iss=parts.settings.issuer,
        sub=mandates.subject_of(parts, client_id, find_delegation(conn, delegation_id).principal_id),
        aud=client_id,
        iat=issued,
        exp=issued + int(_LIFETIME.total_seconds()),
        jti=new_id(),
        sid=conn.execute(_NAME, {"delegation": delegation_id, "client": client_id}).scalar_one(),
        events={EVENT: {}},
    )
    token = parts.keys.signer(KeyKind.ID_TOKEN).sign(TYPE, msgspec.json.encode(claims))
    portal = conn.execute(select(Portal.origin).where(Portal.id == client.portal_id)).scalar_one()
    is_outside = leads_outside(parts.settings, portal, client.backchannel_logout_uri)
    return News(client.backchannel_logout_uri, token, is_outside)


def make_handlers(parts: Parts) -> Mapping[str, JobKind]:
    """Return the job of this module, by kind."""

    async def deliver(job: Job) -> None:
        """Tell one portal."""
        delegation_id, client_id = job.payload["delegation"], job.payload["client"]
        news = await parts.database.read(lambda conn: compose(conn, parts, delegation_id, client_id))
        if news is None:
            return
        if news.is_outside:
            await give_up(job, _OUTSIDE)
            return
        await _post(news.address, news.token)
        await parts.database.write(lambda conn: _record(conn, parts, job.payload, EventName.OAUTH_LOGOUT_DELIVERED))

    async def give_up(job: Job, code: str) -> None:
        """Record that it could not be told."""
        await parts.database.write(
            lambda conn: _record(conn, parts, job.payload, EventName.OAUTH_LOGOUT_FAILED, reason=code)
        )

    return {JOB: JobKind(deliver, on_dead=give_up)}


async def _post(address: str, token: str) -> None:
    try:
        # A redirect would take the token to somebody who is not registered.
        async with httpx2.AsyncClient(
            timeout=_PATIENCE, follow_redirects=False, trust_env=False, verify=system_authorities()
        ) as http:
            answer = await http.post(address, data={"logout_token": token})
    except httpx2.HTTPError as error:
        raise LogoutNotTakenError(type(error).__name__) from error
    if answer.status_code not in _TAKEN:
        raise LogoutNotTakenError(f"answered {answer.status_code}")


def _record(conn: Connection, parts: Parts, job: Mapping[str, Any], event: EventName, **more: str) -> None:
    row = find_delegation(conn, job["delegation"])
    data = {"delegation": row.id, "client": job["client"]} | more
    say(conn, row.visit_id, event, GATEWAY, parts.clock.database_now(conn), **data)
