"""The log as C2SP tlog-tiles in a folder, entries included: what an auditor verifies without our database.

What is there already is kept, so that an export that broke off, or one of last month, is only carried on. The
checkpoint comes last: until it is replaced, the folder is the log as it was.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from audit import checkpoint
from audit.errors import AuditError
from audit.tiles import WIDTH, Tile, encode_bundle, hash_tile, tiles_of
from gateway.ledger import checkpoints, origins, tree
from gateway.ledger.checkpoints import Publisher
from gateway.ledger.errors import LedgerError
from gateway.ledger.tables import AuditEvent, AuditLeaf

_LEVELS_A_TILE = 8
_ENTRIES = (
    select(AuditEvent.leaf)
    .join(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
    .where(AuditLeaf.idx >= bindparam("start"), AuditLeaf.idx < bindparam("stop"))
    .order_by(AuditLeaf.idx)
)


class ExportError(LedgerError):
    """The folder holds the log of another state, or the database lacks what its checkpoint promises."""

    code = "log.export_differs"


def export(conn: Connection, folder: Path, publisher: Publisher, progress: Callable[[int, int], None]) -> int:
    """Write everything under the newest checkpoint into `folder`; return how many files were new.

    Raises:
        ExportError: what the folder holds is not the beginning of this log, or the log has no checkpoint or a hole.
    """
    signed = checkpoints.latest(conn)
    if signed is None:
        raise ExportError("the log has no checkpoint yet")
    size = checkpoint.parse(signed).size
    since = _exported(conn, folder, size)
    made = 0
    for tile in tiles_of(size, since=since):
        path = folder / tile.path
        if not path.exists():  # a tile of one path and width has one content for ever
            _write(path, _content(conn, tile))
            made += 1
        if tile.level is None:
            progress(min(size, (tile.index + 1) * WIDTH), size)
    _write(folder / "vkey", "".join(f"{vkey}\n" for vkey in origins.vkeys(publisher)).encode())
    _write(folder / "origins", origins.encoded(conn, publisher))
    _write(folder / "checkpoint", signed)
    return made


def _exported(conn: Connection, folder: Path, size: int) -> int:
    """How far an earlier export came, once it is seen to be of this log."""
    try:
        before = checkpoint.parse((folder / "checkpoint").read_bytes())
    except FileNotFoundError:
        return 0
    except AuditError as error:
        raise ExportError(f"the checkpoint in {folder} cannot be read: {error}") from error
    if before.size > size or tree.root_at(conn, before.size) != before.root:
        raise ExportError(f"{folder} holds a log of {before.size} entries that this one does not continue")
    return before.size


def _content(conn: Connection, tile: Tile) -> bytes:
    start, stop = tile.index * WIDTH, tile.index * WIDTH + tile.width
    if tile.level is None:
        entries = [bytes(leaf) for leaf in conn.execute(_ENTRIES, {"start": start, "stop": stop}).scalars()]
        if len(entries) != tile.width:
            raise ExportError(f"the database lacks entries between {start} and {stop}")
        return encode_bundle(entries)
    hashes = tree.nodes(conn, tile.level * _LEVELS_A_TILE, start, stop)
    if len(hashes) != tile.width:
        raise ExportError(f"the database lacks nodes of level {tile.level * _LEVELS_A_TILE}")
    return hash_tile(tile, lambda _, idx: hashes[idx - start])


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
