"""The way on for a log that lacks what it signed for: a new name and a new key over the tree that is left.

The first entry under the new name states the old checkpoints, what is certainly kept and how many entries are missing;
its checkpoint is signed in the same transaction, so that there is never a new name that nothing signed stands for.
Other machines accept it by that signature alone (`gateway.ledger.continuations`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select

from audit import checkpoint, note
from audit.checkpoint import Checkpoint
from audit.continuation import MOST_CHECKPOINTS, Continued, Standing
from audit.entry import Actor
from audit.errors import AuditError, NoteError
from audit.events import EventName
from audit.made_up import kind_of
from audit.note import Verifier
from audit.report import Severity
from gateway.keys import signing
from gateway.keys.signing import KeyKind, KeyRing
from gateway.ledger import checkpoints, continuations, health, log_keys, outbox, tree
from gateway.ledger.checking import check
from gateway.ledger.errors import LedgerError
from gateway.ledger.sequencer import HeadMovedError, sequence_batch
from gateway.ledger.tables import AuditCheckpoint, AuditLeaf
from gateway.parts import Store

_ORIGIN: Final = re.compile(r"[a-z0-9][a-z0-9.:-]*(/[A-Za-z0-9._~-]+)*")
_BY_THEN = select(func.max(AuditCheckpoint.size)).where(
    AuditCheckpoint.signed_at <= bindparam("taken", type_=AuditCheckpoint.signed_at.type)
)
_STORED = select(AuditCheckpoint.size, AuditCheckpoint.note).order_by(AuditCheckpoint.size.desc())


class NotContinuedError(LedgerError):
    """The log cannot be continued under another name, or need not; the message says what to do instead."""

    code = "log.not_continued"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the log outside the database."""

    outside: tuple[bytes, ...]
    """Signed checkpoints."""
    vkeys: tuple[str, ...] = ()
    """Old keys that the database does not have any more."""
    backup_of: datetime | None = None
    """When the backup was taken, where the log has signed since it was brought back: of what is lost nothing later is
    kept, though it bears the same key and agrees with the tree."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A signed state of the log that its tree does not continue."""

    head: Checkpoint
    signed: bytes
    """As the log signed it, without what witnesses added."""
    vkey: str


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known to have been signed and is not in the database."""

    known: Known
    """By what it was found."""
    origin: str
    """The log's name until now."""
    size: int
    """Entries that there are."""
    lost: tuple[Lost, ...]
    kept: int
    """Entries of the old log that are certainly there."""
    missing: int
    """Entries that were signed for and are not certainly there, those aside that were missing before."""
    refusals: tuple[tuple[str, str], ...]
    """Machines that refuse the log, and why."""


def assess(conn: Connection, store: Store, outside: Known) -> Loss:
    """Verify the database, and compare it with every state of the log that is known.

    Raises:
        NotContinuedError: the database contradicts itself; else as `compare`.
    """
    _ensure_sound(conn, store)
    return compare(conn, store, outside)


def compare(conn: Connection, store: Store, outside: Known) -> Loss:
    """Compare the log with every state of it that is known, in the database and outside.

    Raises:
        NotContinuedError: nothing is lost, or a state is signed by an unknown key.
    """
    said, head = continuations.read(conn), tree.head(conn)
    verifiers = [signer.verifier for signer in store.publisher.signers]
    known = [*verifiers, *(Verifier.parse(each) for each in (*said.vkeys(), *outside.vkeys))]
    agreeing: list[Checkpoint] = []
    lost: list[Lost] = []
    for signed in outside.outside:
        one = _read(signed, known)
        if one.head.size <= head.size and tree.root_at(conn, one.head.size) == one.head.root:
            agreeing.append(one.head)
        elif one.head.origin not in said.names() or said.standing(one.head) is not Standing.ADMITTED:
            lost.append(one)
    if not lost:
        raise NotContinuedError("the log continues everything that is known of it: there is nothing to go on from")
    largest, names = _largest(lost), {**said.names(), store.log_origin: head.size}
    since = min(names.get(each.head.origin, head.size) for each in lost)
    smallest, most = min(each.head.size for each in lost), _most_kept(conn, outside, head.size)

    def is_of_it(one: Checkpoint) -> bool:
        """Whether what agrees is the beginning of all that is lost: an entry under a later name is not."""
        return one.size < smallest and one.size <= most and names.get(one.origin, head.size) <= since

    if {each.vkey for each in lost} & {each.vkey for each in verifiers}:
        # The database has the key that signed what is lost: what it signed before that is of the same history.
        stored = (checkpoint.parse(bytes(row.note)) for row in conn.execute(_STORED))
        agreeing += islice(filter(is_of_it, stored), 1)
    kept = max((one.size for one in agreeing if is_of_it(one)), default=0)
    missing = said.missing_with(kept, [each.head for each in largest]) - said.missing
    return Loss(outside, store.log_origin, head.size, largest, kept, missing, tuple(health.all_refusals(conn)))


def go_on(conn: Connection, store: Store, loss: Loss, origin: str, actor: Actor) -> bytes:
    """Continue the log as `origin` in the running transaction; return the first checkpoint under that name.

    The caller holds it once the transaction has committed.

    Raises:
        NotContinuedError: that name cannot be taken, or somebody else was quicker.
        HeadMovedError: something else was recorded meanwhile; the transaction must not commit, and is tried again.
    """
    _ensure_new(conn, store, origin)
    while sequence_batch(conn):
        pass
    # From here on the head is locked: whoever else continues the log has done so, or waits.
    found = compare(conn, store, loss.known)
    if (found.lost, found.kept) != (loss.lost, loss.kept):
        raise NotContinuedError("what is lost is no longer what it was a moment ago: look again")
    head, now = tree.head(conn), store.clock.now()
    signing.rotate(conn, store.sealer, KeyKind.CHECKPOINT, now, origin=origin)
    signer = KeyRing.load(conn, store.sealer, now).note_signers(store.settings.log_origin)[0]
    ours = {each.verifier.vkey for each in store.publisher.signers if each.name == loss.origin}
    said = Continued(
        origin=origin,
        key=signer.verifier.vkey,
        before=loss.origin,
        keys=tuple(sorted(ours | {each.vkey for each in loss.lost})),
        checkpoints=tuple(each.signed.decode() for each in loss.lost),
        size=head.size,
        root=head.root.hex(),
        kept=found.kept,
        missing=found.missing,
    )
    data = msgspec.to_builtins(said)
    event_id = outbox.record(conn, chain="system", type=EventName.LOG_CONTINUED, actor=actor, data=data, at=now)
    sequence_batch(conn)
    if conn.execute(select(AuditLeaf.idx).where(AuditLeaf.event_id == event_id)).scalar_one() != head.size:
        raise HeadMovedError
    made = tree.head(conn)
    signed = checkpoint.sign(Checkpoint(origin, made.size, made.root), signer)
    row = {"size": made.size, "root": made.root, "note": signed, "signed_at": now}
    conn.execute(insert(AuditCheckpoint), row)
    holder = health.holder_name(store.settings.data_dir)
    health.withdraw(conn, holder)
    health.withdraw(conn, health.by_witnesses(holder))
    return signed


def held_here(store: Store) -> list[bytes]:
    """Every checkpoint that this machine holds outside the database."""
    held = checkpoints.read_held(store.settings.data_dir)
    return [*([] if held is None else [held]), *checkpoints.read_former(store.settings.data_dir)]


def _ensure_sound(conn: Connection, store: Store) -> None:
    """What the database itself signed it must also be: a name is not changed over what somebody edited."""
    vkeys, retired = log_keys.usable(conn, store)
    report = check(conn, vkeys=vkeys, retired=retired, origin=store.log_origin, now=store.clock.now())
    if report.severity is Severity.VIOLATION:
        first = "; ".join(report.lines()[1:3])
        raise NotContinuedError(
            f"the database contradicts what it has signed itself ({first}). Restore a backup that verifies by "
            "`pilnvara audit verify --log-only`; without any, begin with an empty database, and name the old log's "
            "checkpoint by --held and its key by --vkey"
        )


def _ensure_new(conn: Connection, store: Store, origin: str) -> None:
    names = {store.log_origin, store.settings.log_origin, *continuations.read(conn).names()}
    # A log of made-up people stays one, and one of real people too.
    if origin in names or not _ORIGIN.fullmatch(origin) or kind_of(origin) != kind_of(store.log_origin):
        raise NotContinuedError(
            f"{origin!r} cannot be the new name: take one like audit.example/log-2, which the log never had"
        )


def _most_kept(conn: Connection, outside: Known, size: int) -> int:
    """Of how many entries nothing says that they came after what is lost."""
    if outside.backup_of is None:
        return size
    return conn.execute(_BY_THEN, {"taken": outside.backup_of}).scalar_one() or 0


def _read(signed: bytes, known: Sequence[Verifier]) -> Lost:
    try:
        head, read = checkpoint.verify(signed, known), note.parse(signed)
        # Two keys may have signed: that of its own name counts.
        signer = next(each for each in read.verify(known) if isinstance(each, Verifier))
        line = next(each for each in read.signatures if (each.name, each.key_id) == (signer.name, signer.key_id))
    except NoteError as error:
        raise NotContinuedError(
            f"a checkpoint that was handed in is signed by no key that this log is known to have had ({error}): "
            "name its key by --vkey"
        ) from error
    except AuditError as error:
        raise NotContinuedError(f"what was handed in is no checkpoint: {error}") from error
    return Lost(head, read.text + b"\n" + note.format_line(line), signer.vkey)


def _largest(lost: Sequence[Lost]) -> tuple[Lost, ...]:
    """Of each name and key the largest state, and the largest of all first."""
    by_key: dict[tuple[str, str], Lost] = {}
    for each in sorted(lost, key=lambda one: one.head.size):
        by_key[each.head.origin, each.vkey] = each
    return tuple(sorted(by_key.values(), key=lambda one: one.head.size, reverse=True))[:MOST_CHECKPOINTS]
