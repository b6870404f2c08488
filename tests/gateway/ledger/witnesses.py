"""Witnesses of a test's log: real ones, each with its own folder and key, over HTTP on this machine."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from audit.checkpoint import Checkpoint
from audit.entry import decode
from audit.events import EventName
from audit.outside import cosigners
from audit.policy import TrustPolicy
from audit.witness.folder import WitnessFolder
from audit.witness.rules import Witness
from audit.witness.server import WitnessServer
from gateway.ledger import checkpoints, health
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.sequencer import sequence_now
from gateway.ledger.tables import AuditEvent
from gateway.ledger.witnessing import open_witnessing
from gateway.parts import Store


@dataclass(frozen=True)
class Outsider:
    """A witness that somebody else runs."""

    name: str
    vkey: str
    url: str
    folder: WitnessFolder

    @property
    def line(self) -> str:
        return f"witness {self.name} {self.vkey} {self.url}\n"


@contextmanager
def witness_of(store: Store, path: Path, name: str = "w1.example", *, port: int = 0) -> Iterator[Outsider]:
    """A witness that watches the log of `store`; it goes on from its folder if there is one."""
    folder = WitnessFolder(path) if path.exists() else WitnessFolder.create(path, name)
    for signer in store.publisher.signers:
        folder.add_log(signer.verifier.vkey)
    witness = Witness(folder, lambda: datetime.now(UTC))
    with WitnessServer(("127.0.0.1", port), witness, say=lambda _: None) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Outsider(name, witness.signer.verifier.vkey, server.address, folder)
        finally:
            server.shutdown()
            thread.join()


def policy_of(*outsiders: Outsider, least: int = 1) -> TrustPolicy:
    """So many of these."""
    lines = "".join(each.line for each in outsiders)
    names = " ".join(each.name for each in outsiders)
    return TrustPolicy.parse(f"{lines}group them {least} {names}\nquorum them\n".encode())


def publish(store: Store, trust: TrustPolicy, *, then: int = 0) -> Checkpoint | None:
    """Sequence what is pending and publish in a process of its own; `then` looks again so many times."""

    async def work() -> Checkpoint | None:
        async with open_witnessing(store.publisher, trust) as witnessing:
            made = await witnessing.publish()
            for _ in range(then):
                await witnessing.settle()
                await witnessing.publish()
            await witnessing.settle()
            return made

    sequence_now(store.database)
    return asyncio.run(work())


def out_of_reach(outsider: Outsider) -> Outsider:
    """The same name at an address where nobody is."""
    return replace(outsider, url="http://127.0.0.1:9")


def newest(store: Store) -> bytes:
    """The newest signed checkpoint."""
    signed = store.database.read_now(checkpoints.latest)
    assert signed is not None
    return signed


def names_on(signed: bytes, trust: TrustPolicy) -> set[str]:
    """Who of `trust` has cosigned it."""
    return {each.name for each in cosigners(signed, trust)}


def is_refused(store: Store) -> bool:
    """Whether somebody refuses the log."""
    try:
        store.database.read_now(health.ensure_healthy)
    except LogUnhealthyError:
        return True
    return False


def said(store: Store, event: EventName) -> list[dict[str, Any]]:
    """What the events of one name say."""
    query = select(AuditEvent.leaf).where(AuditEvent.type == event.value).order_by(AuditEvent.n)
    leaves = store.database.read_now(lambda conn: conn.execute(query).scalars().all())
    return [dict(decode(bytes(leaf)).data) for leaf in leaves]
