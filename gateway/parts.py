"""What a process is made of: opened once at start, handed to everything."""

from dataclasses import dataclass

from ui.environment import Renderer, environment

from gateway.clock import Clock, SystemClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.schema import ensure_migrated
from gateway.keys import keyfile, signing
from gateway.keys.sealing import Sealer
from gateway.keys.signing import KeyRing

LANGUAGES = ("lv", "en", "lv-plain", "en-plain")
"""Languages of pages and texts, the default first."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one process. None of them holds what another process needs."""

    settings: Settings
    database: Database
    clock: Clock
    sealer: Sealer
    keys: KeyRing
    renderer: Renderer

    def close(self) -> None:
        """Let what runs finish and close the database."""
        self.database.close()


def open_parts(settings: Settings, *, clock: Clock | None = None) -> Parts:
    """Open database, keys and templates.

    On SQLite the tables and the key file are made at first start; machines that share PostgreSQL get them from
    `pilnvara migrate` and `pilnvara keys init`, so that no machine makes a second key by itself.

    Raises:
        NotMigratedError: the tables are missing or of another version.
        KeyFileError: the key file is missing, damaged, or readable by others.
        DatabaseUnavailableError: the database does not answer.
    """
    clock = SystemClock() if clock is None else clock
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database.open(settings.database_url)
    try:
        ensure_migrated(database, make=database.dialect == "sqlite")
        if database.dialect == "sqlite":
            keyfile.create(settings.data_dir)
        sealer = keyfile.load(settings.data_dir)
        now = clock.now()
        keys = database.write_now(lambda conn: signing.ensure(conn, sealer, now))
    except BaseException:
        database.close()
        raise
    return Parts(settings, database, clock, sealer, keys, environment(languages=LANGUAGES))
