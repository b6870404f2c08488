"""Hands the log's signed checkpoint to auditors at an interval: by e-mail, and into a folder.

What lies with somebody else cannot be taken back: a log that is shortened or rewritten later no longer fits it. That it
was handed out is an event, so a checkpoint that should have come and did not can be asked for. What lies in the folder
is also read back: a machine that was restored, its own memory included, is refused by what it once handed out.
"""

import asyncio
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection, select

from audit import checkpoint
from audit.errors import AuditError
from audit.events import EventName
from gateway.database.errors import DatabaseUnavailableError
from gateway.ids import digest
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.queue import enqueue
from gateway.jobs.runner import Handler, JobKind
from gateway.ledger import checkpoints, cosignatures, outbox
from gateway.ledger.cosignatures import Standing
from gateway.ledger.tables import AuditEvent
from gateway.notifications.errors import MessageRefusedError, NotSentError
from gateway.notifications.senders import Outgoing, Sender, make_senders
from gateway.notifications.tables import Channel
from gateway.notifications.timestamps import stamp
from gateway.parts import GATEWAY, Store

JOB: Final = "log.hand_out"
EVERY_SECONDS: Final = 60.0

_AGAIN = timedelta(minutes=10)
_LOOKED_AT = 100
"""Files of the folder that are read back, the largest first."""
_LAST = (
    select(AuditEvent.at)
    .where(AuditEvent.type == EventName.LOG_HANDED_OUT.value, AuditEvent.chain == "system")
    .order_by(AuditEvent.n.desc())
    .limit(1)
)
_SUBJECT = "Žurnāla kontrolpunkts / Checkpoint of the log"
_TEXT = """\
Žurnāls {origin}: {size} ieraksti. Parakstītais kontrolpunkts ir pielikumā; {witnesses}.
Glabājiet pielikumu. Ar to vēlāk var pierādīt, ka žurnāls nav saīsināts vai pārrakstīts.

The log {origin}: {size} entries. The signed checkpoint is attached; {witnesses}.
Keep the attachment. With it you can show later that the log was not shortened or rewritten.

    pilnvara audit verify --held {file}
"""
_SEEN = "to ir apstiprinājuši liecinieki: {names} / witnessed by {names}"
_UNSEEN = "bez lieciniekiem / unwitnessed"

_log = structlog.get_logger("gateway.notifications")


class HandingOut:
    """Hands checkpoints out for one worker."""

    def __init__(self, store: Store, mail: Sender | None = None) -> None:
        """Take the mail server that the settings name, unless another sender is given."""
        self._store = store
        self._mail = make_senders(store.settings)[Channel.EMAIL] if mail is None else mail

    async def hand_out(self, _job: Job) -> None:
        """Send and write the newest checkpoint, if it is time, and record it.

        Raises:
            TryLaterError: the mail server or the folder did not take it.
        """
        store = self._store
        if not await store.database.read(lambda conn: is_due(conn, store)):
            return
        trust = store.settings.log_witnesses
        signed, standing = await store.database.read(
            lambda conn: (checkpoints.latest(conn), cosignatures.standing(conn, trust))
        )
        if signed is None:
            return
        files = [(file_name(store, signed), signed)]
        url = store.settings.timestamp_url
        stamped = None if url is None else await stamp(url, signed)
        if stamped is not None:
            files.append((f"{files[0][0]}.tsr", stamped))
        refused = await self._send_all(signed, standing, tuple(files))
        if store.settings.checkpoint_folder is not None:
            for name, content in files:
                _put(store.settings.checkpoint_folder / name, content)
        await store.database.write(lambda conn: _record(conn, store, signed, refused, is_stamped=stamped is not None))

    async def _send_all(self, signed: bytes, standing: Standing, files: tuple[tuple[str, bytes], ...]) -> int:
        """Send one e-mail to each address; one that is sent twice carries the same identifier. Return the refusals."""
        refused = 0
        for number, address in enumerate(self._store.settings.checkpoint_mail, 1):
            try:
                await self._mail.send(replace(self._written(signed, standing, number, address), attached=files))
            except MessageRefusedError as error:
                refused += 1
                _log.error("a checkpoint was refused", place=number, code=error.code)
            except NotSentError as error:
                raise TryLaterError(_AGAIN) from error
        return refused

    def _written(self, signed: bytes, standing: Standing, number: int, address: str) -> Outgoing:
        head = checkpoint.parse(signed)
        seen = _SEEN.format(names=", ".join(standing.names)) if standing.is_witnessed else _UNSEEN
        values = {
            "origin": head.origin,
            "size": str(head.size),
            "witnesses": seen,
            "file": file_name(self._store, signed),
        }
        return Outgoing(
            id=f"{_begun(self._store, head.origin)}{head.size}-{number}",
            to=address,
            subject=_SUBJECT,
            text=_TEXT.format_map(values),
            language="lv",
            at=self._store.clock.now(),
        )


def is_due(conn: Connection, store: Store) -> bool:
    """Say whether auditors are to be handed a checkpoint now: somebody is named, and the interval is over."""
    settings = store.settings
    if not settings.checkpoint_mail and settings.checkpoint_folder is None:
        return False
    last = conn.execute(_LAST).one_or_none()
    return last is None or store.clock.now() >= last.at + settings.checkpoint_every


def file_name(store: Store, signed: bytes) -> str:
    """Name a checkpoint's file; those of a folder stand in the order in which the log grew."""
    head = checkpoint.parse(signed)
    return f"{_begun(store, head.origin)}{head.size:012}.txt"


def _begun(store: Store, origin: str) -> str:
    """How the files of a log's name begin: a log that was continued has had the same sizes before."""
    return f"checkpoint-{digest(origin).hex()[:8]}-" if origin != store.settings.log_origin else "checkpoint-"


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """The job of a worker that hands checkpoints out."""
    return {JOB: HandingOut(store).hand_out}


async def ask_if_due(store: Store) -> None:
    """Ask for a job if it is time and nobody has asked yet."""
    if await store.database.read(lambda conn: is_due(conn, store)):
        now = store.clock.now()
        await store.database.write(lambda conn: enqueue(conn, JOB, {}, key=JOB, now=now))


async def keep_handing_out(store: Store, *, every: float = EVERY_SECONDS) -> None:
    """Ask for a job whenever it is time, until cancelled; with several workers one of them does it.

    First the log is compared with what was handed out before.
    """
    while True:
        try:
            await compare(store)
            await ask_if_due(store)
        except DatabaseUnavailableError:
            _log.warning("handing out waits for the database", exc_info=True)
        await asyncio.sleep(every)


async def compare(store: Store) -> str | None:
    """Refuse the log if it does not continue the newest checkpoint in the auditors' folder; return what differs."""
    folder = store.settings.checkpoint_folder
    for signed in [] if folder is None else await asyncio.to_thread(_lying_in, store, folder):
        try:
            reason = await store.publisher.take_over(signed)
        except AuditError as error:  # whoever can write there may put down anything; nothing follows from it
            _log.warning("a checkpoint in the folder is not of this log", reason=str(error))
            continue
        if reason is not None:
            _log.error("log refused by what auditors were handed", reason=reason)
        return reason
    return None


def _lying_in(store: Store, folder: Path) -> list[bytes]:
    """The largest checkpoints under our present name that lie in a folder, the largest first; none if it is gone."""
    found: list[bytes] = []
    origin = store.log_origin
    try:
        for path in sorted(folder.glob(f"{_begun(store, origin)}{'?' * 12}.txt"), reverse=True)[:_LOOKED_AT]:
            signed = path.read_bytes()
            with suppress(AuditError):
                found += [signed] if checkpoint.parse(signed).origin == origin else []
    except OSError as error:
        _log.warning("the auditors' folder cannot be read", reason=error.strerror)
    return found


def _put(target: Path, content: bytes) -> None:
    """Write a file into an auditor's folder, whole or not at all; what is there is never written over.

    Raises:
        TryLaterError: the folder is not there, or takes nothing.
    """
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        if target.exists():
            return
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        _log.error("a checkpoint could not be written", reason=error.strerror)
        raise TryLaterError(_AGAIN) from error


def _record(conn: Connection, store: Store, signed: bytes, refused: int, *, is_stamped: bool) -> None:
    settings = store.settings
    data = {
        "size": checkpoint.parse(signed).size,
        "mails": len(settings.checkpoint_mail) - refused,
        "refused": refused,
        "folder": settings.checkpoint_folder is not None,
        "stamped": is_stamped,
    }
    at = store.clock.database_now(conn)
    outbox.record(conn, chain="system", type=EventName.LOG_HANDED_OUT, actor=GATEWAY, data=data, at=at)
