"""How a connection to PostgreSQL is set up, and how other transactions' commits are heard of there.

Imported only where the database is one: its driver takes 9 MB.
"""

import asyncio
from typing import Any, Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from sqlalchemy import URL, Engine

from gateway.database import counting, drivers
from gateway.database.watching import Hub

_CHANGES = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE", b"COPY")
_RECONNECT_SECONDS = (0.1, 0.5, 2.0, 5.0)


def make_engine(url: URL, *, read_only: bool, patience: float) -> Engine:
    """Make an engine whose transactions wait for `patience` seconds for a lock; see `drivers.make_engine`."""
    options = {
        "timezone": "UTC",
        "lock_timeout": f"{patience}s",
        "idle_in_transaction_session_timeout": "60s",
        # a reader sees one moment, as on SQLite
        "default_transaction_isolation": r"repeatable\ read" if read_only else r"read\ committed",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    text = " ".join(f"-c {name}={value}" for name, value in options.items())
    _, arguments = url.get_dialect()().create_connect_args(url)
    arguments = {**arguments, "options": text, "application_name": "pilnvara", "connect_timeout": 5}
    return drivers.create(url, creator=lambda: NotifyingConnection.connect(**arguments, cursor_factory=PlainCursor))


class NotifyingConnection(psycopg.Connection[Any]):
    """Sends `NOTIFY pilnvara` with each commit that changed a row, and only then: an idle look-up wakes nobody.

    What SQLAlchemy's events could do costs each statement a tenth of its time.
    """

    changed = False
    """Whether the running transaction has changed a row."""

    def commit(self) -> None:
        """Commit, then wake who waits for changes: both in one message, at a third of two cursors' price.

        A notification within the transaction would hold PostgreSQL's one lock for them until the commit is on the
        disk, and all commits would wait in one line. After it, it is a transaction that has nothing to bring there.
        """
        if not self.changed:
            super().commit()
            return
        self.changed = False
        if self.pgconn.transaction_status == TransactionStatus.INERROR:  # its COMMIT would roll back and say nothing
            self.rollback()
            raise psycopg.errors.InFailedSqlTransaction("a statement failed: nothing can be committed")
        result = self.pgconn.exec_(b"COMMIT; NOTIFY pilnvara")
        if self.pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection was lost while committing")
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)

    def rollback(self) -> None:
        """Roll back; nothing has changed."""
        self.changed = False
        super().rollback()


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that says what was executed, and describes its columns by plain tuples.

    SQLAlchemy asks for the columns again with each statement.
    """

    _conn: NotifyingConnection

    def execute(self, query: Any, params: Any = None, **how: Any) -> Self:
        """Execute one statement."""
        counting.note(query)
        super().execute(query, params, **how)
        self._see()
        return self

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        """Execute one statement for each set of parameters."""
        counting.note(query)
        super().executemany(query, params_seq, **how)
        self._conn.changed = True  # it has no result of its own to tell

    def _see(self) -> None:
        result = self.pgresult
        if result is not None and not self._conn.changed:
            status = result.command_status or b""
            self._conn.changed = status.startswith(_CHANGES) and not status.endswith(b" 0")

    @property
    def description(self) -> Any:
        """Name and type of each column, and five places that nobody reads; `None` for what has no rows."""
        result = self.pgresult
        if result is None or result.status != ExecStatus.TUPLES_OK:
            return super().description
        columns = ((result.fname(n), result.ftype(n)) for n in range(result.nfields))
        return [((name or b"").decode(), kind, None, None, None, None, None) for name, kind in columns]


class PostgresqlWatcher:
    """Listens on a connection of its own, and opens it again when it is lost."""

    def __init__(self, url: URL) -> None:
        """Remember where the server is."""
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def open(self) -> None:
        """Connect and listen."""
        self._connection = await _listen(self._url)

    async def run(self, hub: Hub) -> None:
        """Pass on notifications until cancelled."""
        attempt = 0
        while True:
            try:
                if self._connection is None:
                    await self.open()
                    hub.commit_seen()  # whatever was missed meanwhile
                attempt = 0
                await self._pass_on(hub)
            except psycopg.OperationalError:
                await self.close()
                await asyncio.sleep(_RECONNECT_SECONDS[min(attempt, len(_RECONNECT_SECONDS) - 1)])
                attempt += 1

    async def _pass_on(self, hub: Hub) -> None:
        if self._connection is None:
            return
        async for _ in self._connection.notifies():
            hub.commit_seen()
        raise psycopg.OperationalError("the listening connection ended")

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def _listen(url: URL) -> psycopg.AsyncConnection[Any]:
    dialect = url.get_dialect()()
    _, arguments = dialect.create_connect_args(url)
    conninfo = make_conninfo(**arguments, connect_timeout=5, application_name="pilnvara listener")
    connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
    await connection.execute("LISTEN pilnvara")
    return connection
