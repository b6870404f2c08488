"""A visit's sealed values: written under the visit's key, read by nobody who cannot open it.

What somebody gave in another person's matter is sealed under their own key first: it falls with either.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, or_, select

from delegation.commitment import KeyedHasher
from gateway.database.once import is_remembering, note, once
from gateway.database.together import insert_all
from gateway.ids import new_id
from gateway.keys import store
from gateway.keys.sealing import DataKey, Sealer
from gateway.visits.tables import SealedRecord, Visit

_KEY_OF_VISIT = store.read_with(select(Visit.id), Visit.key_id).where(Visit.id == bindparam("visit"))
_CONTENT = select(SealedRecord.content, SealedRecord.inner_key_id).where(
    SealedRecord.owner_id == bindparam("owner"), SealedRecord.kind == bindparam("kind")
)
_WITH_KEYS = store.read_with(
    select(
        SealedRecord.visit_id, SealedRecord.owner_id, SealedRecord.kind, SealedRecord.content, SealedRecord.inner_key_id
    ),
    SealedRecord.inner_key_id,
    is_optional=True,
)
_CONTENTS = _WITH_KEYS.where(
    SealedRecord.visit_id.in_(bindparam("visits", expanding=True)),
    SealedRecord.kind.in_(bindparam("kinds", expanding=True)),
)
_SHORT: Final = (
    "asked",
    "authority",
    "case_answer",
    "case_words",
    "doubt",
    "evidence",
    "feedback",
    "given",
    "invitation",
    "locked",
    "outcome",
    "refusal",
    "refusals",
    "second_look",
    "statement",
    "stop_code",
)
"""Kinds that hold no file, and of which a visit has a few: where one is read, all are, in one statement."""
_ONE_AND_SHORT = _WITH_KEYS.where(
    SealedRecord.visit_id == bindparam("visit"),
    or_(
        SealedRecord.kind.in_(_SHORT),
        and_(SealedRecord.owner_id == bindparam("owner"), SealedRecord.kind == bindparam("kind")),
    ),
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
    own_key: DataKey | None = None
    """Of whoever gave it, where the matter is somebody else's."""


class VisitVault:
    """Seals and opens the values of one visit."""

    def __init__(self, connection: Connection, sealer: Sealer, visit_id: str, key: DataKey) -> None:
        self._connection = connection
        self._sealer = sealer
        self._visit_id = visit_id
        self._fetched: dict[str, dict[str, tuple[bytes, str | None]]] = {}
        self.key = key

    @classmethod
    def of(cls, connection: Connection, sealer: Sealer, visit_id: str, key_id: str | None = None) -> "VisitVault":
        """The vault of `visit_id`; `key_id` is for a caller that has read the row."""
        return once(connection, ("vault", visit_id), lambda: cls._new(connection, sealer, visit_id, key_id))

    @staticmethod
    def note_key(connection: Connection, visit_id: str, row: Row[Any]) -> None:
        """Let `of` take a visit's key from a row that `gateway.keys.store.read_with` has read."""
        note(connection, ("key of visit", visit_id), row)

    @classmethod
    def _new(cls, connection: Connection, sealer: Sealer, visit_id: str, key_id: str | None) -> "VisitVault":
        if key_id is not None:
            return cls(connection, sealer, visit_id, store.load(connection, sealer, key_id))
        row = once(
            connection,
            ("key of visit", visit_id),
            lambda: connection.execute(_KEY_OF_VISIT, {"visit": visit_id}).one(),
        )
        return cls.read(connection, sealer, visit_id, row)

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

    def keep(self, owner_id: str, kind: str, content: bytes, now: datetime, *, own_key: DataKey | None = None) -> None:
        """Seal `content`, in place of an older one of the same owner and kind."""
        self.forget(owner_id, kind)
        self.add(owner_id, kind, content, now, own_key=own_key)

    def fetch(self, *kinds: str) -> None:
        """Read everything of these kinds in one statement; nothing is opened yet."""
        if is_remembering(self._connection):
            kinds = tuple(kind for kind in dict.fromkeys((*kinds, *_SHORT)) if kind not in self._fetched)
        if kinds:
            fetch_all(self._connection, {self._visit_id: self}, *kinds)

    def note_fetched(self, kinds: Sequence[str], rows: Sequence[Row[Any]]) -> None:
        """Take `rows` for all that is kept of `kinds`; see `fetch_all`."""
        self._fetched |= {kind: {} for kind in kinds}
        for row in rows:
            store.note_read(self._connection, row)
            self._fetched[row.kind][row.owner_id] = (row.content, row.inner_key_id)

    def forget(self, owner_id: str, kind: str) -> None:
        """Drop what was kept, if anything."""
        self._fetched.pop(kind, None)
        self._connection.execute(_FORGET, {"owner": owner_id, "kind": kind})

    def add(self, owner_id: str, kind: str, content: bytes, now: datetime, *, own_key: DataKey | None = None) -> None:
        """Seal `content` for the first time: one statement fewer than `keep`."""
        self._connection.execute(_ADD, self._sealed(ToSeal(owner_id, kind, content, own_key), now))

    def add_all(self, contents: Sequence[ToSeal], now: datetime) -> None:
        """Seal several contents for the first time, in one statement."""
        insert_all(self._connection, SealedRecord, [self._sealed(each, now) for each in contents])

    def find(self, owner_id: str, kind: str) -> bytes | None:
        """The opened content, or `None` when nothing was kept.

        Raises:
            KeyDestroyedError: whoever gave it in somebody else's matter was erased.
        """
        fetched = self._fetched.get(kind)
        if fetched is not None:
            found = fetched.get(owner_id)
        else:
            found = once(self._connection, ("sealed", kind, owner_id), lambda: self._read_one(owner_id, kind))
        return None if found is None else self._open(f"{kind}:{owner_id}", *found)

    def take(self, owner_id: str, kind: str) -> bytes:
        """The opened content. Raises `LookupError` when nothing was kept, which is a defect of the caller."""
        content = self.find(owner_id, kind)
        if content is None:
            raise LookupError(f"no sealed {kind}")
        return content

    def _read_one(self, owner_id: str, kind: str) -> tuple[bytes, str | None] | None:
        if not is_remembering(self._connection) or _SHORT[0] in self._fetched:
            row = self._connection.execute(_CONTENT, {"owner": owner_id, "kind": kind}).one_or_none()
            return None if row is None else (row.content, row.inner_key_id)
        values = {"visit": self._visit_id, "owner": owner_id, "kind": kind}
        rows = self._connection.execute(_ONE_AND_SHORT, values).all()
        self.note_fetched(_SHORT, [row for row in rows if row.kind in _SHORT])
        one = next((row for row in rows if (row.owner_id, row.kind) == (owner_id, kind)), None)
        return None if one is None else (one.content, one.inner_key_id)

    def _open(self, context: str, content: bytes, inner_key_id: str | None) -> bytes:
        if inner_key_id is None:
            return self._sealer.open(self.key, context, content)
        own_key = store.load(self._connection, self._sealer, inner_key_id)
        return self._sealer.open(own_key, context, self._sealer.open(self.key, context, content))

    def _sealed(self, each: ToSeal, now: datetime) -> dict[str, Any]:
        self._fetched.pop(each.kind, None)
        context, content, own_key = f"{each.kind}:{each.owner_id}", each.content, each.own_key
        if own_key is not None:
            content = self._sealer.seal(own_key, context, content)
        return {
            "id": new_id(),
            "visit_id": self._visit_id,
            "owner_id": each.owner_id,
            "kind": each.kind,
            "key_id": self.key.id,
            "inner_key_id": None if own_key is None else own_key.id,
            "content": self._sealer.seal(self.key, context, content),
            "stored_at": now,
        }


def fetch_all(conn: Connection, vaults: Mapping[str, VisitVault], *kinds: str) -> None:
    """Read everything of these kinds for several visits, by their ids, in one statement; nothing is opened yet."""
    if not vaults:
        return
    of_visit: dict[str, list[Any]] = {visit_id: [] for visit_id in vaults}
    for row in conn.execute(_CONTENTS, {"visits": sorted(vaults), "kinds": kinds}):
        of_visit[row.visit_id].append(row)
    for visit_id, vault in vaults.items():
        vault.note_fetched(kinds, of_visit[visit_id])
