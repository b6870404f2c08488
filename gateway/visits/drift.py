"""A form that is not the committed one: nothing new is filed at its service until it is known again.

A look at the portal's test system finds it, and says each difference; or a run meets it, and then only the page is
named: what a resident's own page shows stays sealed with their visit. It ends by a look that finds the committed form,
or by another version of the connector, which knows other forms.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from audit.events import EventName
from connectors.runner.errors import FormChangedError
from connectors.sdk import fingerprints, registry
from connectors.sdk.words import Words
from gateway.jobs.queue import enqueue
from gateway.services.catalogue import Service
from gateway.visits import troubles
from gateway.visits.errors import FormUnknownError
from gateway.visits.trouble_tables import PortalTrouble, TroubleKind

CHANGED = FormChangedError.code
TELL = "form.tell"
"""The kind of job that tells by e-mail; its payload names the trouble."""
UNACCEPTED = "form.unaccepted"
"""Why a service waits whose connector knows forms that two people have not accepted."""


def ensure_form_known(conn: Connection, service_id: str) -> None:
    """Refuse what would only fail at a changed form.

    Raises:
        FormUnknownError: a look or a run found another form than the committed one.
    """
    trouble = troubles.of_services(conn, [service_id]).get(service_id)
    if trouble is not None and trouble.kind is TroubleKind.FORM_CHANGED:
        raise FormUnknownError(f"the form of {service_id} has changed")


def found(conn: Connection, service: Service, changes: Sequence[Words], now: datetime) -> None:
    """A look found another form than the committed one, and how it differs."""
    row = _of_form(conn, service)
    if row is None:
        _begin(conn, service, changes, now)
    elif row.changes != troubles.packed(changes):
        known: dict[str, Any] = {"changes": troubles.packed(changes)}
        if row.reason != UNACCEPTED:  # that two people are still to be asked no look can end
            known |= {"reason": CHANGED, "forms": _forms(service)}
        conn.execute(update(PortalTrouble).where(PortalTrouble.id == row.id).values(known))
        _tell(conn, row.id, now)


def met(conn: Connection, service: Service, error: FormChangedError, now: datetime) -> None:
    """A run met another form than the committed one; anything else that was not as declared is that run's alone."""
    if error.page is not None and _of_form(conn, service) is None:
        _begin(conn, service, (_said(error.page),), now)


def fits(conn: Connection, service: Service, now: datetime) -> None:
    """A look found the committed form: filing goes on."""
    row = _of_form(conn, service)
    if row is not None and row.reason != UNACCEPTED:
        troubles.end(conn, row, EventName.CONNECTOR_FORM_FITS, now)


def unaccepted(conn: Connection, service: Service, changes: Sequence[Words], now: datetime) -> None:
    """A version was installed whose forms two people have not accepted."""
    if _of_form(conn, service) is None:
        _begin(conn, service, changes, now, UNACCEPTED)


def accepted(conn: Connection, service: Service, now_known: str, now: datetime) -> None:
    """These forms count now: what was found at others says nothing of them."""
    row = _of_form(conn, service)
    if row is not None and row.forms != now_known:
        troubles.end(conn, row, EventName.CONNECTOR_FORM_FITS, now)


def _begin(conn: Connection, service: Service, changes: Sequence[Words], now: datetime, reason: str = CHANGED) -> None:
    if service.portal_id is None:
        return
    for row in troubles.open_of(conn, service):
        if row.subject == service.id:
            troubles.end(conn, row, EventName.PORTAL_WELL, now)
    kind, known = TroubleKind.FORM_CHANGED, _forms(service) if reason == CHANGED else None
    trouble = troubles.begin(conn, service.portal_id, service.id, kind, reason, changes, now, forms=known)
    _tell(conn, trouble, now)


def _tell(conn: Connection, trouble: str, now: datetime) -> None:
    """Once for each change, and not for each look that finds it."""
    enqueue(conn, TELL, {"trouble": trouble}, key=f"{TELL}:{trouble}", now=now)


def _of_form(conn: Connection, service: Service) -> Any:
    rows = troubles.open_of(conn, service)
    return next((row for row in rows if row.kind is TroubleKind.FORM_CHANGED), None)


def _forms(service: Service) -> str:
    return fingerprints.of_all(registry.find(service.id))


def _said(page: Words) -> Words:
    return Words(
        f"Lapā „{page.lv}” veidlapa vairs nav tāda, kādu mēs pazīstam.",
        f"On the page “{page.en}” the form is no longer the one that we know.",
    )
