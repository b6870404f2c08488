"""Events for tests of the log."""

import asyncio
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from audit.checkpoint import Checkpoint
from audit.entry import Actor, ActorKind
from audit.events import EventName
from audit.report import Report
from gateway.ledger import outbox
from gateway.ledger.checking import check
from gateway.ledger.checkpoints import read_held
from gateway.ledger.sequencer import sequence_now
from gateway.parts import Store
from tests.gateway.conftest import NINE

ASSISTANT = Actor(kind=ActorKind.ASSISTANT, id="staff-1", terminal="terminal-1", centre="centre-1")


def record_event(conn: Connection, chain: str = "visit-1", *, at: datetime = NINE, step: int = 0) -> str:
    return outbox.record(
        conn,
        chain=chain,
        type=EventName.VISIT_OPENED,
        actor=ASSISTANT,
        data={"channel": "counter", "step": step},
        at=at,
    )


def record_events(store: Store, count: int, chain: str = "visit-1") -> None:
    def write(conn: Connection) -> None:
        for step in range(count):
            record_event(conn, chain, step=step)

    store.database.write_now(write)


def checkpoint_of(store: Store) -> Checkpoint | None:
    """Sequence what is pending, sign, and return the checkpoint if one was signed."""
    sequence_now(store.database)
    return asyncio.run(store.publisher.publish())


def verdict_of(store: Store, *, held: bytes | None = None, since: bytes | None = None) -> Report:
    """Verify the log as `pilnvara audit verify` does."""
    vkeys = [signer.verifier.vkey for signer in store.publisher.signers]
    kept = read_held(Path(store.settings.data_dir)) if held is None else held
    origin, now = store.settings.log_origin, store.clock.now()
    return store.database.read_now(
        lambda conn: check(conn, vkeys=vkeys, origin=origin, now=now, held=kept, since=since)
    )
