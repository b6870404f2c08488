"""What figures are about: the network, a region, a municipality, a kind of centre, one centre, or one service."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from gateway.people.tables import Centre


class PlaceKind(StrEnum):
    """How much a place takes in."""

    NETWORK = "network"
    REGION = "region"
    MUNICIPALITY = "municipality"
    KIND = "kind"
    CENTRE = "centre"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Place:
    """One of them; `name` is an id of a centre or service, or what the region is called."""

    kind: PlaceKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind.value

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read what `str` wrote. Raises `ValueError` for anything else."""
        kind, _, name = text.partition(":")
        found = cls(PlaceKind(kind), name)
        if (found.kind is PlaceKind.NETWORK) != (not name):
            raise ValueError("not a place")
        return found


NETWORK = Place(PlaceKind.NETWORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class CentrePlaces:
    """One centre, and where it belongs."""

    id: str
    name: str
    kind: str
    municipality: str
    region: str | None

    @property
    def wider(self) -> tuple[Place, ...]:
        """Every place whose figures hold those of this centre, itself first."""
        region = (Place(PlaceKind.REGION, self.region),) if self.region else ()
        around = (Place(PlaceKind.MUNICIPALITY, self.municipality), Place(PlaceKind.KIND, self.kind))
        return (Place(PlaceKind.CENTRE, self.id), *around, *region, NETWORK)


_CENTRES = select(Centre.id, Centre.name, Centre.kind, Centre.municipality, Centre.region).order_by(Centre.name)


def centres(conn: Connection) -> dict[str, CentrePlaces]:
    """Every centre by its id, in the order of their names."""
    return {row["id"]: CentrePlaces(**row) for row in conn.execute(_CENTRES).mappings()}


def centre(conn: Connection, centre_id: str) -> CentrePlaces | None:
    """One centre, if there is one with this id."""
    row: Any = conn.execute(_CENTRES.where(Centre.id == centre_id)).mappings().one_or_none()
    return None if row is None else CentrePlaces(**row)
