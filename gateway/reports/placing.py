"""In which planning region a centre is: a setting of the network, after which figures of regions are right at once."""

from sqlalchemy import Connection, update

from audit.entry import Actor
from audit.events import EventName
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.errors import UnknownPersonError
from gateway.people.tables import Centre
from gateway.reports import adding, cursor, places
from gateway.reports.places import Place, PlaceKind

LONGEST = 100
"""Characters of a region's name."""


def set_region(conn: Connection, store: Store, centre_id: str, region: str | None, *, by: Actor) -> None:
    """Say in which region a centre is, or that it is in none; its past counts there too from now on.

    Raises:
        UnknownPersonError: there is no such centre.
    """
    cursor.locked(conn)
    centre = places.centre(conn, centre_id)
    if centre is None:
        raise UnknownPersonError("no such centre")
    if centre.region == region:
        return
    conn.execute(update(Centre).where(Centre.id == centre_id).values(region=region))
    adding.move(conn, Place(PlaceKind.CENTRE, centre_id), _region(centre.region), _region(region))
    data = {"centre": centre_id, "region": region, "before": centre.region}
    now = store.clock.database_now(conn)
    outbox.record(conn, chain="system", type=EventName.CENTRE_REGION_SET, actor=by, data=data, at=now)


def _region(name: str | None) -> Place | None:
    return Place(PlaceKind.REGION, name) if name else None
