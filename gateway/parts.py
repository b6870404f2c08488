"""What a process is made of: opened once at start, handed to everything."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway import apart
from gateway.clock import Clock, SystemClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.schema import ensure_migrated
from gateway.keys import epochs, keyfile, signing
from gateway.keys.sealing import Sealer
from gateway.keys.signing import KeyKind, KeyRing, NoteSigners
from gateway.ledger import outbox
from gateway.ledger.checkpoints import Publisher
from ui.environment import Renderer, environment
from ui.i18n import Language

LANGUAGES: tuple[Language, ...] = ("lv", "en", "lv-plain", "en-plain")
"""Languages of pages and texts, the default first."""

GATEWAY = Actor(kind=ActorKind.SYSTEM, id="gateway")
"""Who acts when nobody does."""


@dataclass(frozen=True, slots=True)
class Store:
    """What can be opened without a page to show: settings, database, keys. Enough for commands about keys and log."""

    settings: Settings
    database: Database
    clock: Clock
    sealer: Sealer
    keys: KeyRing

    @property
    def publisher(self) -> Publisher:
        """What signs checkpoints of the log on this machine, and knows its public keys."""
        signers = NoteSigners(self.keys, self.settings.log_origin)
        return Publisher(self.database, self.clock, signers, self.settings.data_dir)

    @property
    def log_origin(self) -> str:
        """The name that the log has now, which is not the one of the settings once it was continued."""
        return self.keys.log_origin(self.settings.log_origin)

    def close(self) -> None:
        """Let what runs finish and close the database."""
        self.database.close()


@dataclass(frozen=True, slots=True)
class Parts(Store):
    """The parts of one gateway or worker process. None of them holds what another process needs."""

    renderer: Renderer


def open_parts(settings: Settings, *, clock: Clock | None = None) -> Parts:
    """Open the store as `open_store` does, and the templates.

    Raises:
        ui.manifest.AssetsMissingError: the assets are not built.
    """
    renderer = environment(languages=LANGUAGES)
    store = open_store(settings, clock=clock)
    return Parts(store.settings, store.database, store.clock, store.sealer, store.keys, renderer)


def open_store(settings: Settings, *, clock: Clock | None = None) -> Store:
    """Open database and keys, and compare the log with the checkpoint that is held outside.

    On SQLite the tables and the key file are made at first start; machines that share PostgreSQL get them from
    `pilnvara migrate` and `pilnvara keys init`, so that no machine makes a second key by itself. A log that does not
    continue the held checkpoint opens nevertheless, so that it can be looked at; nothing is granted or sent by it.

    Raises:
        NotMigratedError: the tables are missing or of another version.
        KeyFileError: the key file is missing, damaged, or readable by others.
        DatabaseUnavailableError: the database does not answer.
        ConfigurationError: keys or database are of another mode.
    """
    clock = SystemClock() if clock is None else clock
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    apart.claim_folder(settings.data_dir, settings.mode)
    database = Database.open(settings.database_url)
    try:
        ensure_migrated(database, make=database.dialect == "sqlite")
        if database.dialect == "sqlite":
            keyfile.create(settings.data_dir)
        sealer = keyfile.load(settings.data_dir)
        database.read_now(lambda conn: apart.ensure_own_log(conn, settings.mode))
        now = clock.now()
        keys = database.write_now(lambda conn: open_keys(conn, sealer, now, settings.log_origin))
        store = Store(settings, database, clock, sealer, keys)
        store.publisher.compare_now()
    except BaseException:
        database.close()
        raise
    return store


def open_keys(conn: Connection, sealer: Sealer, now: datetime, log: str) -> KeyRing:
    """Open the signing keys; make those that are missing, retire those whose time is over, and record both.

    Where the key of `log`, as the log is called at first, is made here, the log begins.

    Raises:
        KeyFileError: the key file lacks an epoch that is in use.
    """
    epochs.begin(conn, sealer.secrets, now)
    known, secrets = epochs.standing(conn), sealer.secrets
    epochs.ensure_held(secrets, known, now)
    epochs.settle(sealer, secrets, known, now)
    for kid in signing.retire(conn, now):
        _record(conn, EventName.KEY_RETIRED, {"kid": kid}, now)
    keys, made = signing.ensure(conn, sealer, now)
    if KeyKind.CHECKPOINT in made:
        vkey = keys.note_signers(log)[0].verifier.vkey
        _record(conn, EventName.LOG_STARTED, {"origin": log, "key": vkey}, now)
    for kind in made:
        _record(conn, EventName.KEY_CREATED, {"kind": kind.value, "kid": keys.stored(kind).kid}, now)
    return keys


def _record(conn: Connection, event: EventName, data: dict[str, str], now: datetime) -> None:
    outbox.record(conn, chain="system", type=event, actor=GATEWAY, data=data, at=now)
