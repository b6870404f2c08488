"""The log in the database, as `audit.verify` reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, bindparam, func, select

from audit.errors import SourceError
from audit.events import EventName
from audit.merkle import leaf_hash
from audit.parallel import Reopen
from gateway.database.drivers import make_engine, parse_url
from gateway.ledger import checkpoints, tree
from gateway.ledger.tables import AuditCheckpoint, AuditCosignature, AuditEvent, AuditHead, AuditLeaf, AuditPending

_BATCH = 2_000

_LEAVES = (
    select(AuditLeaf.idx, AuditEvent.leaf, AuditLeaf.leaf_hash, AuditEvent.leaf_hash.label("recorded"))
    .join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    .where(AuditLeaf.idx >= bindparam("start"), AuditLeaf.idx < bindparam("stop"))
    .order_by(AuditLeaf.idx)
)
_CHECKPOINTS = (
    select(AuditCheckpoint.size, AuditCheckpoint.note)
    .where(AuditCheckpoint.size > bindparam("after"))
    .order_by(AuditCheckpoint.size)
    .limit(_BATCH)
)
_COSIGNATURES = (
    select(AuditCosignature.size, AuditCosignature.line)
    .where(AuditCosignature.size > bindparam("after"), AuditCosignature.size <= bindparam("last"))
    .order_by(AuditCosignature.size, AuditCosignature.key)
)
_SIZES = select(
    select(AuditHead.size).scalar_subquery().label("counted"),
    select(func.coalesce(func.max(AuditLeaf.idx), -1)).scalar_subquery().label("last"),
)
_LAST_OF = (
    select(AuditLeaf.idx)
    .join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    .where(AuditEvent.chain == bindparam("chain"), AuditLeaf.idx < bindparam("before"))
    .order_by(AuditEvent.n.desc())
    .limit(1)
)
_WITHOUT_LEAF = (
    select(AuditEvent.id)
    .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    .outerjoin(AuditPending, AuditPending.event_id == AuditEvent.id)
    .where(AuditLeaf.idx.is_(None), AuditPending.event_id.is_(None), AuditEvent.at < bindparam("before"))
    .order_by(AuditEvent.at)
    .limit(1_000)
)
_PENDING = (
    select(func.count())
    .select_from(AuditPending)
    .join(AuditEvent, AuditEvent.id == AuditPending.event_id)
    .where(AuditEvent.at < bindparam("before"))
)
_CONTINUED = (
    select(AuditLeaf.idx)
    .join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    .where(AuditEvent.type == EventName.LOG_CONTINUED.value)
    .order_by(AuditLeaf.idx)
)


class DatabaseSource:
    """An `audit.verify.LogSource` over one read transaction, which sees one moment of the log."""

    def __init__(self, conn: Connection) -> None:
        """Read through `conn`."""
        self._conn = conn

    def size(self) -> int:
        """Leaves that the log has, also those that its head does not count: somebody else put them there."""
        row = self._conn.execute(_SIZES).one()
        return max(row.counted if isinstance(row.counted, int) else 0, int(row.last) + 1)

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Index, bytes and stored hash of leaves, by index; a leaf that is gone is left out.

        The hash stands twice, with the event and with its place. Where the two differ, the one that does not fit the
        bytes is given, so that the verifier sees the difference.
        """
        for first in range(start, stop, _BATCH):
            values = {"start": first, "stop": min(stop, first + _BATCH)}
            for idx, leaf, placed, recorded in self._conn.execute(_LEAVES, values):
                content = _bytes(leaf)
                agree = placed == recorded or leaf_hash(content) != placed
                yield idx, content, _bytes(placed if agree else recorded)

    def checkpoints(self) -> Iterator[bytes]:
        """Every signed checkpoint with its cosignatures, by size."""
        after = 0
        while rows := self._conn.execute(_CHECKPOINTS, {"after": after}).all():
            last = rows[-1].size
            beside: dict[int, bytes] = {}
            for size, line in self._conn.execute(_COSIGNATURES, {"after": after, "last": last}):
                beside[size] = beside.get(size, b"") + _bytes(line)
            for size, note in rows:
                yield _bytes(note) + beside.get(size, b"")
            after = last

    def latest_checkpoint(self) -> bytes | None:
        """The checkpoint that is published now."""
        return checkpoints.latest(self._conn)

    def events_without_leaf(self, older_than: datetime) -> list[str]:
        """Events recorded before `older_than` that have no leaf and do not wait for one either; at most 1,000."""
        return list(self._conn.execute(_WITHOUT_LEAF, {"before": older_than}).scalars())

    def events_pending(self, older_than: datetime) -> int:
        """How many events recorded before `older_than` wait for their leaf."""
        return int(self._conn.execute(_PENDING, {"before": older_than}).scalar_one())

    def continued(self) -> list[int]:
        """Leaves that gave the log a new name."""
        return list(self._conn.execute(_CONTINUED).scalars())

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete node."""
        try:
            return tree.node_reader(self._conn)(level, index)
        except tree.NodeMissingError as error:
            raise SourceError(str(error)) from error

    def last_of(self, chain: str, before: int) -> int:
        """The place of the last entry of `chain` among the leaves below `before`, -1 if there is none."""
        found: int | None = self._conn.execute(_LAST_OF, {"chain": chain, "before": before}).scalar_one_or_none()
        return -1 if found is None else found

    def reopen(self) -> Reopen:
        """How another process reads the same log, through a connection of its own."""
        return partial(open_source, self._conn.engine.url.render_as_string(hide_password=False))


def _bytes(value: object) -> bytes:
    """What a column of bytes holds: on SQLite an owner can put anything there, which must not end the verification."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "surrogateescape")


@contextmanager
def open_source(url: str) -> Iterator[DatabaseSource]:
    """Read the log in the database at `url`, as it is now."""
    engine = make_engine(parse_url(url), read_only=True)
    try:
        with engine.connect() as conn, conn.begin():
            yield DatabaseSource(conn)
    finally:
        engine.dispose()
