"""What the network published before: taken in whole, told apart by source, taken back whole. Each step is an event.

A published centre is one of ours only where it has the very same name, or where a person said so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from audit.entry import Actor
from audit.events import EventName
from gateway.database.base import lock
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.people.tables import Centre
from gateway.reports import history_files
from gateway.reports.history_files import Published
from gateway.reports.history_tables import CentrePosition, HistoryImport, HistoryKind, HistoryRow
from gateway.reports.periods import Period

_STANDING: Final = select(HistoryImport.__table__).where(HistoryImport.taken_back_at.is_(None))
_ROWS: Final = (
    select(HistoryRow.__table__, Centre.name.label("centre"), HistoryImport.first_month, HistoryImport.last_month)
    .join(HistoryImport, HistoryImport.id == HistoryRow.import_id)
    .outerjoin(Centre, Centre.id == HistoryRow.centre_id)
    .where(HistoryImport.taken_back_at.is_(None), HistoryImport.kind == bindparam("kind"))
    .order_by(HistoryImport.first_month, HistoryImport.id, HistoryRow.line)
)
_NAMES: Final = select(HistoryRow.import_id, HistoryRow.name).where(
    HistoryRow.import_id.in_(bindparam("imports", expanding=True))
)
_SAID: Final = (
    select(HistoryRow.name, HistoryRow.centre_id, HistoryRow.matched_by)
    .join(HistoryImport, HistoryImport.id == HistoryRow.import_id)
    .where(HistoryImport.taken_back_at.is_(None), HistoryRow.matched_by.is_not(None))
)
_CENTRES: Final = select(func.count()).select_from(Centre)
_POSITIONS: Final = select(CentrePosition.centre_id, CentrePosition.latitude, CentrePosition.longitude)


class HistoryError(Exception):
    """A step about published figures cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where figures were published, and of when they are."""

    name: str
    as_of: date
    period: Period


@dataclass(frozen=True, slots=True)
class Met:
    """Rows of a file that tell of what an earlier import of another source tells already: both count."""

    import_id: str
    source: str
    rows: int
    """So many rows of the file bear a name that the earlier one has for some of the same months."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file."""

    import_id: str
    rows: int
    matched: int
    """Rows of a centre that is called just so here, or that a person named before."""
    is_new: bool
    """False: the very same file stands already, and nothing was written."""
    met: tuple[Met, ...] = ()
    """What stands of the same names and months from other sources."""


def take_in(conn: Connection, content: bytes, kind: HistoryKind, source: Source, *, by: Actor, now: datetime) -> Taken:
    """Take in a file, whole or not at all; the same file again changes nothing.

    Raises:
        HistoryFileError: something in it is wrong; says where.
        HistoryError: other figures of the same source for some of these months stand.
    """
    digest = hashlib.sha256(f"{kind.value}\n".encode() + content).hexdigest()
    rows = history_files.read(content, kind)
    centres: dict[str, str] = {row.name: row.id for row in conn.execute(select(Centre.id, Centre.name))}
    said_of = {row.name: (row.centre_id, row.matched_by) for row in conn.execute(_SAID)}
    values_of = [_values(row, centres, said_of) for row in rows]
    matched = sum(each["centre_id"] is not None for each in values_of)
    beside: list[Any] = []
    for other in conn.execute(lock(conn, _STANDING.where(HistoryImport.kind == kind))):
        if other.digest == digest:
            return Taken(other.id, len(rows), matched, is_new=False)
        if not _overlap(other, source.period):
            continue
        if other.source == source.name:
            raise HistoryError(
                f"figures of the same source for {other.first_month} to {other.last_month} stand as {other.id}: "
                f"take them back first (`pilnvara report take-back {other.id}`)"
            )
        beside.append(other)
    met = _met(conn, rows, beside)
    import_id = new_id()
    values = {"id": import_id, "kind": kind, "source": source.name, "as_of": source.as_of, "digest": digest}
    values |= {"first_month": str(source.period.first), "last_month": str(source.period.last)}
    conn.execute(insert(HistoryImport).values(**values, imported_at=now, imported_by=by.id))
    conn.execute(insert(HistoryRow), [each | {"import_id": import_id} for each in values_of])
    said: dict[str, Any] = {
        "import": import_id,
        "kind": kind.value,
        "source": source.name,
        "digest": digest,
        "rows": len(rows),
    }
    said |= {"met": {each.import_id: each.rows for each in met}}
    _say(conn, EventName.HISTORY_IMPORTED, by, said, now)
    return Taken(import_id, len(rows), matched, is_new=True, met=met)


def take_back(conn: Connection, import_id: str, *, by: Actor, now: datetime) -> None:
    """Let an import count for nothing from now on.

    Raises:
        HistoryError: there is none, or it was taken back before.
    """
    changed = (
        update(HistoryImport)
        .where(HistoryImport.id == import_id, HistoryImport.taken_back_at.is_(None))
        .values(taken_back_at=now, taken_back_by=by.id)
    )
    if conn.execute(changed).rowcount != 1:
        raise HistoryError(f"no import {import_id} stands")
    _say(conn, EventName.HISTORY_TAKEN_BACK, by, {"import": import_id}, now)


def match(conn: Connection, name: str, centre_id: str | None, *, by: Actor, now: datetime) -> int:
    """Say which centre a published name is, or that it is none; return how many rows bear it.

    Raises:
        HistoryError: no published row has this name, or there is no such centre.
    """
    if centre_id is not None and conn.execute(select(Centre.id).where(Centre.id == centre_id)).first() is None:
        raise HistoryError(f"there is no centre {centre_id}")
    standing = select(HistoryImport.id).where(HistoryImport.taken_back_at.is_(None))
    named = (HistoryRow.name == name, HistoryRow.import_id.in_(standing))
    changed = conn.execute(update(HistoryRow).where(*named).values(centre_id=centre_id, matched_by=by.id)).rowcount
    if not changed:
        raise HistoryError(f"no published row is called {name}")
    _say(conn, EventName.HISTORY_MATCHED, by, {"name": name, "centre": centre_id}, now)
    return int(changed)


def place(conn: Connection, centre_id: str, at: tuple[float, float], *, source: str, by: Actor, now: datetime) -> None:
    """Say where a centre stands: degrees north and east, and who says so.

    Raises:
        HistoryError: there is no such centre, or the degrees are not on the earth.
    """
    latitude, longitude = at
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise HistoryError("latitude is from -90 to 90, longitude from -180 to 180")
    if conn.execute(select(Centre.id).where(Centre.id == centre_id)).first() is None:
        raise HistoryError(f"there is no centre {centre_id}")
    values = {"latitude": latitude, "longitude": longitude, "source": source, "set_at": now, "set_by": by.id}
    if not conn.execute(update(CentrePosition).where(CentrePosition.centre_id == centre_id).values(values)).rowcount:
        conn.execute(insert(CentrePosition).values(centre_id=centre_id, **values))
    _say(conn, EventName.CENTRE_PLACED, by, {"centre": centre_id, "source": source}, now)


def imports(conn: Connection) -> list[Any]:
    """Every import that stands, the oldest months first."""
    return list(conn.execute(_STANDING.order_by(HistoryImport.first_month, HistoryImport.kind, HistoryImport.id)))


def rows(conn: Connection, kind: HistoryKind) -> Sequence[Any]:
    """The rows of every import of a kind that stands, as they were published; `centre` is our name of it, if any."""
    return conn.execute(_ROWS, {"kind": kind}).all()


def positions(conn: Connection) -> dict[str, tuple[float, float]]:
    """Where centres stand, of those of which anybody said it: degrees north and east, by the centre's id."""
    return {row.centre_id: (row.latitude, row.longitude) for row in conn.execute(_POSITIONS)}


def centre_count(conn: Connection) -> int:
    """How many centres there are here."""
    return int(conn.execute(_CENTRES).scalar_one())


def _values(row: Published, centres: dict[str, str], said_of: dict[str, tuple[str | None, str]]) -> dict[str, Any]:
    """A row as it is kept: what a person said of its name in an earlier import holds for it too."""
    values = {name: getattr(row, name) for name in Published.__dataclass_fields__}
    centre_id, matched_by = said_of.get(row.name, (centres.get(row.name), None))
    return values | {"centre_id": centre_id, "matched_by": matched_by}


def _met(conn: Connection, rows: Sequence[Published], beside: Sequence[Any]) -> tuple[Met, ...]:
    """How many of these rows bear a name that stands in imports of the same months."""
    names: dict[str, set[str]] = {}
    for row in conn.execute(_NAMES, {"imports": [each.id for each in beside]}):
        names.setdefault(row.import_id, set()).add(row.name)
    counted = ((each, sum(row.name in names.get(each.id, ()) for row in rows)) for each in beside)
    return tuple(Met(each.id, each.source, n) for each, n in counted if n)


def _overlap(other: Any, period: Period) -> bool:
    return bool(other.first_month <= str(period.last) and str(period.first) <= other.last_month)


def _say(conn: Connection, event: EventName, by: Actor, data: dict[str, Any], now: datetime) -> None:
    outbox.record(conn, chain="system", type=event, actor=by, data=data, at=now)
