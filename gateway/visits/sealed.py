"""A visit's sealed values: written under the visit's key, read by nobody who cannot open it."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from delegation.commitment import KeyedHasher
from gateway.database.together import insert_all
from gateway.ids import new_id
from gateway.keys import store
from gateway.keys.sealing import DataKey, Sealer
from gateway.visits.tables import SealedRecord, Visit

_KEY_OF_VISIT = store.read_with(select(Visit.id), Visit.key_id).where(Visit.id == bindparam("visit"))
_CONTENT = select(SealedRecord.content).where(
    SealedRecord.owner_id == bindparam("owner"), SealedRecord.kind == bindparam("kind")
)
_CONTENTS = select(SealedRecord.owner_id, SealedRecord.kind, SealedRecord.content).where(
    SealedRecord.visit_id == bindparam("visit"), SealedRecord.kind.in_(bindparam("kinds", expanding=True))
)
_ADD = insert(SealedRecord)
_FORGET = delete(SealedRecord).where(
    SealedRecord.owner_id == bindparam("owner"), SealedRecord.kind == bindparam("kind")
)


@dataclass(frozen=True, slots=True)
class ToSeal:
    """What is kept for one owner, such as an approval, under one kind."""

    owner_id: str
    kind: str
    content: bytes


class VisitVault:
    """Seals and opens the values of one visit."""

    def __init__(self, connection: Connection, sealer: Sealer, visit_id: str, key: DataKey) -> None:
        self._connection = connection
        self._sealer = sealer
        self._visit_id = visit_id
        self._fetched: dict[str, dict[str, bytes]] = {}
        self.key = key

    @classmethod
    def of(cls, connection: Connection, sealer: Sealer, visit_id: str, key_id: str | None = None) -> "VisitVault":
        """The vault of `visit_id`; `key_id` is for a caller that has read the row."""
        if key_id is not None:
            return cls(connection, sealer, visit_id, store.load(connection, sealer, key_id))
        return cls.read(connection, sealer, visit_id, connection.execute(_KEY_OF_VISIT, {"visit": visit_id}).one())

    @classmethod
    def read(cls, connection: Connection, sealer: Sealer, visit_id: str, row: Row[Any]) -> "VisitVault":
        """The vault of `visit_id`, whose key is in a row that was read by `gateway.keys.store.read_with`."""
        return cls(connection, sealer, visit_id, store.open_read(connection, sealer, row))

    @property
    def hasher(self) -> KeyedHasher:
        """Hashes texts and payloads of this visit; without the key nothing can be guessed from them."""
        return KeyedHasher(self.hash_key)

    @property
    def hash_key(self) -> bytes:
        """The key of those hashes, for whoever the values belong to: it opens nothing that is sealed."""
        return hmac.digest(self.key.secret, b"pilnvara commitment", hashlib.sha256)

    def keep(self, owner_id: str, kind: str, content: bytes, now: datetime) -> None:
        """Seal `content`, in place of an older one of the same owner and kind."""
        self.forget(owner_id, kind)
        self.add(owner_id, kind, content, now)

    def fetch(self, *kinds: str) -> None:
        """Read everything of these kinds in one statement; nothing is opened yet."""
        self._fetched |= {kind: {} for kind in kinds}
        for owner_id, kind, content in self._connection.execute(_CONTENTS, {"visit": self._visit_id, "kinds": kinds}):
            self._fetched[kind][owner_id] = content

    def forget(self, owner_id: str, kind: str) -> None:
        """Drop what was kept, if anything."""
        self._fetched.pop(kind, None)
        self._connection.execute(_FORGET, {"owner": owner_id, "kind": kind})

    def add(self, owner_id: str, kind: str, content: bytes, now: datetime) -> None:
        """Seal `content` for the first time: one statement fewer than `keep`."""
        self._connection.execute(_ADD, self._sealed(owner_id, kind, content, now))

    def add_all(self, contents: Sequence[ToSeal], now: datetime) -> None:
        """Seal several contents for the first time, in one statement."""
        rows = [self._sealed(each.owner_id, each.kind, each.content, now) for each in contents]
        insert_all(self._connection, SealedRecord, rows)

    def find(self, owner_id: str, kind: str) -> bytes | None:
        """The opened content, or `None` when nothing was kept."""
        fetched = self._fetched.get(kind)
        if fetched is not None:
            content = fetched.get(owner_id)
        else:
            content = self._connection.execute(_CONTENT, {"owner": owner_id, "kind": kind}).scalar_one_or_none()
        return None if content is None else self._sealer.open(self.key, f"{kind}:{owner_id}", content)

    def take(self, owner_id: str, kind: str) -> bytes:
        """The opened content. Raises `LookupError` when nothing was kept, which is a defect of the caller."""
        content = self.find(owner_id, kind)
        if content is None:
            raise LookupError(f"no sealed {kind}")
        return content

    def _sealed(self, owner_id: str, kind: str, content: bytes, now: datetime) -> dict[str, Any]:
        self._fetched.pop(kind, None)
        return {
            "id": new_id(),
            "visit_id": self._visit_id,
            "owner_id": owner_id,
            "kind": kind,
            "key_id": self.key.id,
            "content": self._sealer.seal(self.key, f"{kind}:{owner_id}", content),
            "stored_at": now,
        }
