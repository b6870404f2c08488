"""What a look at a portal found, told to this machine's gateway: nobody files at a form that has changed."""

from collections.abc import Sequence

from sqlalchemy import Connection

from connectors.workshop.looking import Look
from gateway.parts import Store
from gateway.services import catalogue
from gateway.visits import drift


def record(store: Store, looks: Sequence[Look]) -> None:
    """Mark services whose form has changed, and let those go on whose form is whole as it was committed.

    A look that could not reach every page says neither.

    Raises:
        ServiceUnknownError: the catalogue has no service of a connector; nothing is recorded then.
    """
    store.database.write_now(lambda conn: _record(conn, store, looks))


def _record(conn: Connection, store: Store, looks: Sequence[Look]) -> None:
    now = store.clock.database_now(conn)
    services = [catalogue.find(conn, look.connector) for look in looks]
    for look, service in zip(looks, services, strict=True):
        if look.has_drifted:
            changes = [difference for page in look.pages for difference in page.differences]
            drift.found(conn, service, changes, now)
        elif look.is_whole:
            drift.fits(conn, service, now)
