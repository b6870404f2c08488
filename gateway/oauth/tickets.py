"""How a connector's browser is recognised at the sign-in of portals.

The gate puts a ticket into one header toward the issuer; the browser and its page never see it. A ticket is for one
run and one client, lives a minute and is used up with the code.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from gateway.ids import digest, new_token
from gateway.oauth import clients
from gateway.oauth.errors import OAuthError, TicketUnavailableError
from gateway.oauth.tables import RunTicket
from gateway.parts import Parts
from gateway.services.tables import Portal
from gateway.services.tables import Service as ServiceRow
from gateway.visits.tables import Filing, Run

HEADER = "pilnvara-run-ticket"
LIFETIME = timedelta(seconds=60)

_CLIENT_OF_RUN = (
    select(Portal.client_id)
    .select_from(Run)
    .join(Filing, Run.filing_id == Filing.id)
    .join(ServiceRow, Filing.service_id == ServiceRow.id)
    .join(Portal, ServiceRow.portal_id == Portal.id)
    .where(Run.id == bindparam("run"))
)
_ISSUE = insert(RunTicket)
_CONSUME = (
    update(RunTicket)
    .where(
        RunTicket.hash == bindparam("ticket"),
        RunTicket.client_id == bindparam("client"),
        RunTicket.consumed_at.is_(None),
        RunTicket.expires_at > bindparam("now"),
    )
    .values(consumed_at=bindparam("now"))
    .returning(RunTicket.run_id)
)
_KNOWN = select(RunTicket.__table__).where(RunTicket.hash == bindparam("ticket"))


class TicketRefusedError(OAuthError):
    """A ticket lets nobody in. `run_id` is whose it was, where there ever was such a ticket."""

    code = "oauth.ticket_refused"

    def __init__(self, reason: str, run_id: str | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.run_id = run_id


def issue(conn: Connection, parts: Parts, run_id: str) -> str:
    """Issue a ticket for the client of the run's portal; only its digest is kept.

    Raises:
        TicketUnavailableError: the run's service has no portal, or the portal is not registered as a client.
    """
    now = parts.clock.database_now(conn)
    client_id = conn.execute(_CLIENT_OF_RUN, {"run": run_id}).scalar_one_or_none()
    if client_id is None or clients.find(conn, client_id) is None:
        raise TicketUnavailableError(f"no client is registered for the portal of run {run_id}")
    ticket = new_token()
    conn.execute(
        _ISSUE,
        {
            "hash": digest(ticket),
            "run_id": run_id,
            "client_id": client_id,
            "issued_at": now,
            "expires_at": now + LIFETIME,
        },
    )
    return ticket


def redeem(conn: Connection, ticket: str, client_id: str, now: datetime) -> str:
    """Use up a ticket and return its run: one statement, so that of two at once only one succeeds.

    Raises:
        TicketRefusedError: unknown, used, past its minute, or another client's.
    """
    values = {"ticket": digest(ticket), "client": client_id, "now": now}
    run_id: str | None = conn.execute(_CONSUME, values).scalar_one_or_none()
    if run_id is not None:
        return run_id
    known = conn.execute(_KNOWN, {"ticket": values["ticket"]}).one_or_none()
    if known is None:
        raise TicketRefusedError("ticket.unknown", None)
    if known.client_id != client_id:
        raise TicketRefusedError("ticket.other_client", known.run_id)
    raise TicketRefusedError("ticket.used" if known.consumed_at else "ticket.expired", known.run_id)
