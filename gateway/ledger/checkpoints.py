"""Signs the state of the log, at most once a size, and never against a state that was held outside the database.

The last checkpoint also lies in a file of the data folder. At start and before each signature the tree is compared with
it: a tree that is shorter, or had another root at that size, was restored from a backup or changed; then nothing is
signed, a refusal is left in the database, and `gateway.ledger.health` keeps everybody from granting and sending. Where
the log was continued under another name (`gateway.ledger.continuing`), what is held of the old one has to be explained.
"""

import os
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from audit import checkpoint
from audit.checkpoint import Checkpoint
from audit.errors import AuditError
from audit.merkle import EMPTY_ROOT
from audit.note import Signer
from gateway.clock import Clock
from gateway.database.engine import Database
from gateway.ids import digest
from gateway.keys import signing
from gateway.ledger import continuations, cosignatures, health, tree
from gateway.ledger.cosignatures import Cosignature
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.tables import AuditCheckpoint

HELD_NAME = "checkpoint"

_LATEST = select(AuditCheckpoint.size, AuditCheckpoint.note).order_by(AuditCheckpoint.size.desc()).limit(1)
_INSERT = {
    "sqlite": sqlite.insert(AuditCheckpoint).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(AuditCheckpoint).on_conflict_do_nothing(),
}


Ask: TypeAlias = Callable[[bytes], Awaitable[Sequence[Cosignature]]]


def latest(conn: Connection) -> bytes | None:
    """Return the newest signed checkpoint with the cosignatures that there are, none before the first."""
    return cosignatures.latest(conn)


def latest_bare(conn: Connection) -> bytes | None:
    """Return the newest checkpoint as the log signed it, none before the first."""
    row = conn.execute(_LATEST).first()
    return None if row is None else bytes(row.note)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Signs and publishes checkpoints for one machine."""

    database: Database
    clock: Clock
    signers: Sequence[Signer]
    """The log's keys, the one that signs first; replaced ones still vouch for what is held."""
    data_dir: Path

    @property
    def origin(self) -> str:
        """The name of the log as it is now: that of the key which signs."""
        return self.signers[0].name if self.signers else ""

    async def publish(self, ask: Ask | None = None) -> Checkpoint | None:
        """Sign the tree as it is now, if it has grown, and return the checkpoint.

        `ask` is handed the checkpoint when it is held and before it is published, and gives the cosignatures that it
        is published with.

        Raises:
            LogUnhealthyError: the tree does not continue the held checkpoint; the refusal is recorded.
        """
        state = await self.database.read(self._look)
        if state.is_renamed:
            return None
        if state.verdict_changed:
            now = self.clock.now()
            await self.database.write(lambda conn: self._note(conn, state, now))
        if state.reason is not None:
            raise LogUnhealthyError(f"the audit log signs nothing: {state.reason}")
        if state.others is not None:  # what another machine remembers keeps this one from signing too
            raise LogUnhealthyError(f"the audit log signs nothing: {state.others}")
        if state.head.size > state.signed_size:
            return await self._sign(state.head, ask)
        if state.newest is not None and state.newest != state.held:
            hold(self.data_dir, state.newest)  # another machine signed it, or ours forgot
        return None

    def compare_now(self) -> str | None:
        """Compare without signing, record the outcome and return what differs: at the start of every process."""
        state = self.database.read_now(self._look)
        if state.verdict_changed:
            now = self.clock.now()
            self.database.write_now(lambda conn: self._note(conn, state, now))
        return state.reason

    def differs_now(self) -> str | None:
        """Compare without signing and without recording anything; return what differs."""
        return self.database.read_now(self._look).reason

    async def take_over(self, signed: bytes) -> str | None:
        """Hold what a witness holds of this log, if the log does not continue it; return what differs.

        It is signed by our own key, so it is as good as if we had kept it ourselves: the log is refused by it, also
        after a new start.

        Raises:
            AuditError: none of our keys has signed it for this log.
        """
        verifiers = [signer.verifier for signer in self.signers]
        checkpoint.verify(signed, verifiers, origin=self.origin)
        reason = await self.database.read(lambda conn: self._difference(conn, tree.head(conn), {signed}))
        if reason is not None:
            hold(self.data_dir, signed)
            now, holder = self.clock.now(), health.holder_name(self.data_dir)
            await self.database.write(lambda conn: health.refuse(conn, holder, reason, now))
        return reason

    async def _sign(self, head: tree.Head, ask: Ask | None) -> Checkpoint:
        made = Checkpoint(self.origin, head.size, head.root)
        signed = checkpoint.sign(made, self.signers[0])
        # Held first: whatever happens next, nothing was published that is not held.
        hold(self.data_dir, signed)
        values = {"size": head.size, "root": head.root, "note": signed, "signed_at": self.clock.now()}
        came = () if ask is None else await ask(signed)
        await self.database.write(lambda conn: _store(conn, values, came))
        return made

    def _look(self, conn: Connection) -> "_State":
        row = conn.execute(_LATEST).first()
        newest = None if row is None else bytes(row.note)
        held = read_held(self.data_dir)
        head = tree.head(conn)
        holder = health.holder_name(self.data_dir)
        refused, others = health.refused_by(conn, holder), health.refused_by_another(conn, holder)
        is_renamed = signing.origin_of_log(conn) not in (None, self.origin)
        reason = self._difference(conn, head, {signed for signed in (held, newest) if signed is not None})
        return _State(head, 0 if row is None else row.size, newest, held, reason, refused, others, is_renamed)

    def _difference(self, conn: Connection, head: tree.Head, known: set[bytes]) -> str | None:
        """Say how the tree fails to continue a signed state; nothing if it continues or explains all of them."""
        verifiers = [signer.verifier for signer in self.signers]
        try:
            parsed = [(signed, checkpoint.parse(signed)) for signed in known]
            ours = [signed for signed, one in parsed if one.origin == self.origin]
            former = [signed for signed, one in parsed if one.origin != self.origin]
            states = [checkpoint.verify(signed, verifiers, origin=self.origin) for signed in ours]
            for one in states:
                if head.size < one.size:
                    return f"it has {head.size} entries, a signed checkpoint has {one.size}"
                root = head.root if one.size == head.size else tree.root_at(conn, one.size)
                if root != one.root:
                    return f"its first {one.size} entries are not those of a signed checkpoint"
            if not former:
                return None
            vouching = max(states, key=lambda one: one.size, default=Checkpoint(self.origin, 0, EMPTY_ROOT))
            return continuations.difference(conn, former, vouching, verifiers)
        except AuditError as error:
            return f"a checkpoint is not one of this log: {error}"
        except tree.NodeMissingError as error:
            return str(error)

    def _note(self, conn: Connection, state: "_State", now: datetime) -> None:
        holder = health.holder_name(self.data_dir)
        if state.reason is None:
            health.withdraw(conn, holder)
        else:
            health.refuse(conn, holder, state.reason, now)


@dataclass(frozen=True, slots=True)
class _State:
    """What there is to decide on."""

    head: tree.Head
    signed_size: int
    newest: bytes | None
    held: bytes | None
    reason: str | None
    refused: bool
    others: str | None
    """Why another machine refuses the log, if one does."""
    is_renamed: bool
    """Whether the log has another name by now than this process knows: it looks at its keys again soon."""

    @property
    def verdict_changed(self) -> bool:
        return (self.reason is not None) != self.refused


def _store(conn: Connection, values: Mapping[str, Any], came: Sequence[Cosignature]) -> None:
    conn.execute(_INSERT[conn.dialect.name], values)
    cosignatures.keep(conn, came, values["signed_at"])


def read_held(data_dir: Path) -> bytes | None:
    """Return the checkpoint that is held outside the database, unverified; none before the first."""
    try:
        return (data_dir / HELD_NAME).read_bytes()
    except FileNotFoundError:
        return None


def hold(data_dir: Path, signed: bytes) -> None:
    """Replace the held checkpoint, whole or not at all; the last one of an earlier name is kept beside it."""
    before = read_held(data_dir)
    if before is not None and (name := _origin_or_none(before)) not in (None, checkpoint.parse(signed).origin):
        _write(data_dir / f"{HELD_NAME}-{digest(str(name)).hex()[:16]}", before)
    _write(data_dir / HELD_NAME, signed)


def _write(path: Path, signed: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(signed)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_former(data_dir: Path) -> list[bytes]:
    """Return the last checkpoints that were held of earlier names of the log."""
    return [path.read_bytes() for path in sorted(data_dir.glob(f"{HELD_NAME}-*"))]


def _origin_or_none(signed: bytes) -> str | None:
    try:
        return checkpoint.parse(signed).origin
    except AuditError:
        return None
