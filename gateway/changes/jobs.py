"""What a worker does for changes: puts them into effect when their delay is over, ends those that nobody confirmed.

After each it notes who can act for whom.
"""

from collections.abc import Mapping
from datetime import timedelta

from gateway.changes import drafts, flow
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler, JobKind
from gateway.ledger.errors import LogUnhealthyError
from gateway.parts import GATEWAY, Store
from gateway.services import able

_AGAIN = timedelta(minutes=1)


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """Return the jobs of this package, by kind."""

    async def apply(job: Job) -> None:
        """Put a confirmed change into force."""
        try:
            await store.database.write(lambda conn: flow.apply_due(conn, store, job.payload["change"]))
        except LogUnhealthyError as error:
            raise TryLaterError(_AGAIN) from error

    async def lapse(job: Job) -> None:
        """End a proposed change that nobody decided in time."""
        await store.database.write(lambda conn: flow.lapse(conn, store, job.payload["change"]))

    async def switch(job: Job) -> None:
        """Let a card's next version be the one that everybody reads."""
        await store.database.write(lambda conn: drafts.switch(conn, store, job.payload["service"], GATEWAY))

    async def note(job: Job) -> None:  # noqa: ARG001 - the same for every change
        """Note who can act for whom, now that a change is in effect."""
        await able.note(store.database, store.clock)

    return {flow.APPLY_JOB: apply, flow.LAPSE_JOB: lapse, flow.NOTE_JOB: note, drafts.SWITCH_JOB: switch}
