"""What is written down for a time and may be struck out again: prices, subsidies and targets, each in its own book.

Nothing is changed in place. An entry holds until somebody withdraws it; a correction is a new row beside the one that
it puts out of force, so that what was said when can be looked up. Both steps stand in the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, exists, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from audit.entry import Actor
from audit.events import EventName
from gateway.ids import new_id
from gateway.ledger import outbox
from gateway.reports.errors import NotInForceError

Said = Mapping[str, str | int | None]
"""What an event tells of an entry beside its id."""


class Entered:
    """The columns of every table that is a book."""

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    set_at: Mapped[datetime]
    set_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    """From then on it counts for nothing, as if it had never been."""
    withdrawn_by: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Book:
    """The entries of one table, and the events that tell of them."""

    table: type[Entered]
    name: str
    """What its events call an entry's id."""
    was_set: EventName
    was_withdrawn: EventName

    @property
    def in_force(self) -> ColumnElement[bool]:
        """Of the entries that nobody withdrew."""
        return self.table.withdrawn_at.is_(None)

    def enter(self, conn: Connection, values: Mapping[str, Any], said: Said, *, by: Actor, now: datetime) -> str:
        """Write an entry down, with its event, and return its id; `said` is what the event tells beside it."""
        entry_id = new_id()
        conn.execute(insert(self.table).values({**values, "id": entry_id, "set_at": now, "set_by": by.id}))
        data = {self.name: entry_id, **said}
        outbox.record(conn, chain="system", type=self.was_set, actor=by, data=data, at=now)
        return entry_id

    def withdraw(self, conn: Connection, entry_id: str, *only: ColumnElement[bool], by: Actor, now: datetime) -> None:
        """Put an entry out of force, with its event; `only` one of which this holds too.

        Raises:
            NotInForceError: no such entry is in force.
        """
        if not self.replace(conn, self.table.id == entry_id, *only, by=by, now=now):
            raise NotInForceError(f"no such {self.name} is in force")
        data = {self.name: entry_id}
        outbox.record(conn, chain="system", type=self.was_withdrawn, actor=by, data=data, at=now)

    def replace(self, conn: Connection, *which: ColumnElement[bool], by: Actor, now: datetime) -> int:
        """Put entries out of force in whose place the next one comes, whose event tells it; return how many."""
        changed = update(self.table).where(*which, self.in_force)
        return conn.execute(changed.values(withdrawn_at=now, withdrawn_by=by.id)).rowcount

    def meets(
        self,
        conn: Connection,
        span: tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]],
        ends: Sequence[Any],
        *of: ColumnElement[bool],
    ) -> bool:
        """Whether an entry in force of which `of` holds shares a day or month with `ends`, both of them included.

        `span` are the columns of an entry's own two ends.
        """
        (begins, stops), (first, last) = span, ends
        found = exists().where(and_(begins <= last, stops >= first, self.in_force, *of))
        return bool(conn.execute(select(found)).scalar_one())
