"""Asks the witnesses of the log, beside everything else: none of them is waited for longer than a moment.

A checkpoint is signed and held, the witnesses are asked at once, and it is published with what has come by then; what
comes later is kept beside it. One that is down is asked again after a while. What a witness remembers is also what a
restored backup forgets: when it holds a state that the log does not continue, the log signs nothing more.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import structlog
from sqlalchemy import Connection

from audit import checkpoint
from audit.checkpoint import Checkpoint
from audit.cosignature import WitnessVerifier
from audit.errors import AuditError
from audit.inclusion import consistency_proof
from audit.policy import TrustPolicy
from audit.submission import Submission
from gateway.database.errors import DatabaseUnavailableError
from gateway.ledger import checkpoints, cosignatures, health, tree, witness_events
from gateway.ledger.checkpoints import Publisher
from gateway.ledger.cosignatures import Cosignature
from gateway.ledger.errors import LogUnhealthyError
from gateway.ledger.witness_client import (
    Cosigned,
    DoesNotFollow,
    KnowsOther,
    WitnessClient,
    WitnessUnavailableError,
    open_http,
)

PATIENCE = 0.5
"""Seconds that a checkpoint waits for its witnesses before it is published."""

_TRIES = 4
"""Sizes that a witness may name, one after another, while other machines submit too."""

_SHORTEST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_DEADLINE = 15.0
_TELL_EACH = 3600.0
_LONGEST_REASON = 200
"""Characters of an answer's fault that reach the log."""

_log = structlog.get_logger("gateway.witnessing")


@dataclass(eq=False, slots=True)
class _Correspondent:
    """A witness, and what we know of it."""

    verifier: WitnessVerifier
    client: WitnessClient
    known: int = -1
    """Size that it cosigned last, as far as we know; negative before the first look."""
    is_busy: bool = False
    not_before: float = 0.0
    pause: float = 0.0
    agrees: bool = False
    """Whether it cosigned the last checkpoint that it was asked about by this process."""
    told_at: float | None = None
    objection: str | None = None
    """Why it will not cosign this log: what it holds is not continued."""

    def put_off(self, now: float) -> None:
        """Leave it alone for a while, longer each time."""
        self.pause = min(_LONGEST_PAUSE, self.pause * 2 or _SHORTEST_PAUSE)
        self.not_before = now + self.pause

    def welcome(self) -> None:
        """It answered: ask it again with the next checkpoint."""
        self.pause = self.not_before = 0.0


@dataclass(eq=False, slots=True)
class _Round:
    """One checkpoint, and what has come for it while it is waited for."""

    signed: bytes
    head: Checkpoint
    came: list[Cosignature] = field(default_factory=list)
    is_over: bool = False


class Witnessing:
    """Publishes checkpoints with the witnesses of a policy, for one process."""

    def __init__(self, publisher: Publisher, trust: TrustPolicy, http: httpx2.AsyncClient | None) -> None:
        """Ask nobody yet; without connections there is nobody to ask."""
        self._publisher = publisher
        self._database = publisher.database
        self._trust = trust
        named = () if http is None else ((each.verifier, WitnessClient(each, http)) for each in trust.witnesses)
        self._all = [_Correspondent(verifier, client) for verifier, client in named]
        self._tasks: set[asyncio.Task[None]] = set()
        self._refuses: bool | None = None
        """Whether the witnesses refuse the log; `None` before they were asked the first time."""
        self._origin = publisher.origin

    async def publish(self) -> Checkpoint | None:
        """Publish as the publisher does, with what the witnesses say within a moment.

        Before the first signature of a process they are asked about the newest checkpoint that there is: if the log
        was brought back to an earlier state together with what is held on this machine, they are who remembers.

        Raises:
            LogUnhealthyError: the log does not continue what is held here, or what its witnesses hold.
        """
        if self._publisher.origin != self._origin:
            await self._begin_anew()
        if self._refuses is None:
            if await self._database.read(lambda conn: witness_events.is_new(conn, self._trust)):
                clock = self._publisher.clock
                await self._database.write(lambda conn: witness_events.tell(conn, self._trust, clock))
            self._refuses = await self._database.read(lambda conn: health.refused_by(conn, self._holder))
            await self._greet()
        elif self._refuses:
            await self._greet()
        await self._judge()
        made = await self._publisher.publish(self._ask if self._all else None)
        if made is None:
            await self._catch_up()
        return made

    async def settle(self, at_most: float = _DEADLINE) -> None:
        """Wait, `at_most` so many seconds, for what is still under way: for whoever ends afterwards."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=at_most)

    async def close(self) -> None:
        """Break off what is still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _holder(self) -> str:
        return health.by_witnesses(health.holder_name(self._publisher.data_dir))

    async def _begin_anew(self) -> None:
        """The log has another name: to its witnesses it is another log, and what they hold of the old one is stated."""
        self._origin = self._publisher.origin
        await self.close()
        self._all = [_Correspondent(each.verifier, each.client) for each in self._all]
        await self._database.write(lambda conn: health.withdraw(conn, self._holder))
        self._refuses = None

    async def _ask(self, signed: bytes) -> Sequence[Cosignature]:
        return await self._hold_round(signed, frozenset(), PATIENCE)

    async def _greet(self) -> None:
        """Ask everybody about the newest checkpoint, also whom the database says that they have cosigned it."""
        signed, _ = await self._database.read(_newest)
        if signed is not None:
            await self._keep(await self._hold_round(signed, frozenset(), PATIENCE))

    async def _catch_up(self) -> None:
        """Ask those who have not cosigned the newest checkpoint about it, and wait for nobody."""
        if self._all:
            signed, have = await self._database.read(_newest)
            if signed is not None:
                await self._hold_round(signed, have, 0.0)

    async def _hold_round(self, signed: bytes, have: frozenset[str], patience: float) -> Sequence[Cosignature]:
        this = _Round(signed, checkpoint.parse(signed))
        now = asyncio.get_running_loop().time()
        missing = (each for each in self._all if each.verifier.vkey not in have)
        free = [each for each in missing if not each.is_busy and each.not_before <= now]
        waiting = {self._start(self._talk(each, this)) for each in free}
        deadline = now + patience
        while waiting and not self._is_enough(this, have):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            _, waiting = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        this.is_over = True
        return this.came

    def _is_enough(self, this: _Round, have: frozenset[str]) -> bool:
        keys = have | {each.key for each in this.came}
        return self._trust.demands and self._trust.is_met([w.verifier for w in self._all if w.verifier.vkey in keys])

    def _start(self, talk: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(talk)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _talk(self, to: _Correspondent, this: _Round) -> None:
        to.is_busy = True
        try:
            async with asyncio.timeout(_DEADLINE):
                line = await self._obtain(to, this)
        except (WitnessUnavailableError, TimeoutError, DatabaseUnavailableError) as error:
            if not to.pause:
                reason = str(error)[:_LONGEST_REASON] or "too slow"
                _log.warning("witness does not cosign", key=to.verifier.name, reason=reason)
            to.put_off(asyncio.get_running_loop().time())
            return
        finally:
            to.is_busy = False
        to.welcome()
        if line is not None:
            cosignature = Cosignature(this.head.size, to.verifier.vkey, line)
            if this.is_over:
                await self._keep([cosignature])
            else:
                this.came.append(cosignature)

    async def _obtain(self, to: _Correspondent, this: _Round) -> bytes | None:
        """A witness's line; none if it has already seen more, or objects."""
        if to.known < 0:
            to.known = await self._database.read(lambda conn: cosignatures.known_size(conn, to.verifier.vkey))
        for _ in range(_TRIES):
            old = to.known
            if old > this.head.size:
                await self._meet_ahead(to, old)
                return None
            said = await to.client.submit(await self._submission(old, this))
            match said:
                case Cosigned(line):
                    to.known, to.objection, to.agrees = this.head.size, None, True
                    return line
                case DoesNotFollow():
                    await self._object(to, f"it holds another history of {old} entries")
                    return None
                case KnowsOther(int() as size) if size != old:
                    to.known = size
                case KnowsOther():
                    await self._object(to, f"it holds another root for {old} entries")
                    return None
        raise WitnessUnavailableError("it names one size after another")

    async def _submission(self, old: int, this: _Round) -> Submission:
        size = this.head.size
        try:
            proof = await self._database.read(lambda conn: consistency_proof(old, size, tree.node_reader(conn)))
        except tree.NodeMissingError as error:
            raise WitnessUnavailableError(f"the log cannot prove itself: {error}") from error
        return Submission(old, tuple(proof), this.signed)

    async def _meet_ahead(self, to: _Correspondent, size: int) -> None:
        """A witness has cosigned more than we signed: another machine was quicker, or the log was brought back."""
        now = await self._database.read(lambda conn: tree.head(conn).size)
        if now < size:
            await self._object(to, f"it has cosigned {size} entries, the log has {now}")

    async def _object(self, to: _Correspondent, claim: str) -> None:
        """Take up what a witness claims: proven by our own signature it counts at once, else together with others."""
        to.known, to.agrees = 0, False  # the next talk begins with what it says then
        held = await to.client.held(self._publisher.origin)
        differs: str | None = None
        if held is not None:
            try:
                differs = await self._publisher.take_over(held)
            except AuditError as error:
                raise WitnessUnavailableError(f"{claim}, and shows what is not ours: {error}") from error
            if differs is None:
                raise WitnessUnavailableError(f"{claim}, and shows what the log continues")
        is_new, to.objection = to.objection is None, claim
        if is_new:
            await self._tell(to, claim, proven=held is not None)

    async def _tell(self, to: _Correspondent, claim: str, *, proven: bool) -> None:
        """Say once what a witness objects to; in the trail not oftener than each hour, or it could fill it."""
        kind = "proven by our signature" if proven else "claimed"
        _log.error("witness objects", key=to.verifier.name, reason=claim, kind=kind)
        now = asyncio.get_running_loop().time()
        if to.told_at is None or now - to.told_at > _TELL_EACH:
            to.told_at, clock = now, self._publisher.clock
            key = to.verifier.vkey
            await self._database.write(lambda conn: witness_events.objected(conn, key, claim, clock, proven=proven))

    async def _judge(self) -> None:
        """Refuse the log while as many witnesses object as would be enough to cosign it.

        What was refused once stays so until as many have cosigned the newest checkpoint anew: that they cannot be
        reached proves nothing.
        """
        objecting = [each for each in self._all if each.objection is not None]
        claims = "; ".join(f"{each.verifier.name}: {each.objection}" for each in objecting)
        if self._trust.demands and self._trust.is_met([each.verifier for each in objecting]):
            if not self._refuses:
                now = self._publisher.clock.now()
                await self._database.write(lambda conn: health.refuse(conn, self._holder, claims, now))
            self._refuses = True
        elif self._refuses and self._trust.is_met([each.verifier for each in self._all if each.agrees]):
            await self._database.write(lambda conn: health.withdraw(conn, self._holder))
            self._refuses = False
        if self._refuses:
            raise LogUnhealthyError(f"the audit log signs nothing: its witnesses refuse it: {claims or 'earlier'}")

    async def _keep(self, came: Sequence[Cosignature]) -> None:
        if came:
            now = self._publisher.clock.now()
            await self._database.write(lambda conn: cosignatures.keep(conn, came, now))


def _newest(conn: Connection) -> tuple[bytes | None, frozenset[str]]:
    """Return the newest checkpoint as the log signed it, and who has cosigned it."""
    signed = checkpoints.latest_bare(conn)
    if signed is None:
        return None, frozenset()
    return signed, cosignatures.keys_of(conn, checkpoint.parse(signed).size)


@asynccontextmanager
async def open_witnessing(publisher: Publisher, trust: TrustPolicy) -> AsyncIterator[Witnessing]:
    """Open the connections to the witnesses of `trust`, and close them."""
    async with AsyncExitStack() as stack:
        # Opening connections reads the system's authorities: a log that nobody witnesses is spared that.
        http = await stack.enter_async_context(open_http()) if trust.witnesses else None
        opened = Witnessing(publisher, trust, http)
        try:
            yield opened
        finally:
            await opened.close()
