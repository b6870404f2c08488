"""What the files of SQLite still hold of rows that were changed or deleted.

Its write-ahead log keeps pages as they were until it is used from the beginning again, which may take for ever. Freed
places in the file itself are overwritten by `secure_delete`. PostgreSQL's server does both by itself, in its own time.
"""

import sqlite3
from contextlib import closing

from sqlalchemy import URL

from gateway.database.drivers import sqlite_path

_PATIENCE_SECONDS = 0.2
"""How long a reader is waited for, since everybody who writes waits as well."""


def wipe(url: URL) -> bool:
    """Empty the write-ahead log; false if somebody reads from it just now, and it is to be tried again."""
    if url.get_backend_name() != "sqlite":
        return True
    with closing(sqlite3.connect(sqlite_path(url), timeout=_PATIENCE_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        is_busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy
