"""What a worker does about holders: long lists are compared when nobody waits for the page."""

from collections.abc import Mapping

from gateway.holders import comparing, reconciling
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler, JobKind
from gateway.parts import Store


def make_handlers(store: Store) -> Mapping[str, Handler | JobKind]:
    """The jobs by kind."""

    async def compare(job: Job) -> None:
        """Compare the list that the job names."""
        await comparing.compare(store, job.payload["list"])

    return {reconciling.JOB: JobKind(compare, waits=True, at_most=1)}
