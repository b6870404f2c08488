"""Where time comes from: always aware, always UTC, always passed in.

Code outside a transaction asks `now()`. Inside a transaction that locks rows it asks `database_now(conn)`, so that
several machines whose clocks differ still agree on what came first.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, func, select

_DATABASE_TIME = select(func.clock_timestamp())


class Clock(Protocol):
    """A source of time."""

    def now(self) -> datetime:
        """Say what time it is on this machine, aware UTC."""
        ...

    def database_now(self, conn: Connection) -> datetime:
        """Say what time it is for the database of `conn`, aware UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Say what time it is on this machine, aware UTC."""
        return datetime.now(UTC)

    def database_now(self, conn: Connection) -> datetime:
        """Ask the database for the time; SQLite lives in this process, so its clock is ours."""
        if conn.dialect.name == "sqlite":
            return self.now()
        moment: datetime = conn.execute(_DATABASE_TIME).scalar_one()
        return moment.astimezone(UTC)


def read_moment(text: str) -> datetime | None:
    """Read an instant that stands in an address, aware UTC; none for what is none, or lies outside the calendar."""
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class HeldClock:
    """A clock that stands still until a test moves it.

    `database_ahead` is how far the database's clock is ahead of the machine's: a test sets it to show which of the two
    a step goes by.
    """

    def __init__(self, at: datetime, *, database_ahead: timedelta = timedelta(0)) -> None:
        """Hold the time at `at`, which must be aware."""
        if at.tzinfo is None:
            raise ValueError("a held clock needs an aware time")
        self._at = at.astimezone(UTC)
        self._database_ahead = database_ahead

    def now(self) -> datetime:
        """Say the time that is held."""
        return self._at

    def database_now(self, conn: Connection) -> datetime:  # noqa: ARG002 - the protocol's signature
        """Say the time that is held, as the database would."""
        return self._at + self._database_ahead

    def move(self, by: timedelta) -> datetime:
        """Move both clocks by `by` and say the new time."""
        self._at += by
        return self._at
