"""Which jobs a worker can do: each package's handlers, by kind of job."""

from collections.abc import Mapping

from connectors.runner.runner import Runner
from gateway.jobs.runner import Handler, JobKind
from gateway.notifications import sending
from gateway.oauth import logout
from gateway.parts import Parts
from gateway.visits.errands import Errands


class HandlerTwiceError(Exception):
    """Two packages claim one kind of job."""


def make_handlers(parts: Parts, runner: Runner, worker_id: str) -> Mapping[str, Handler | JobKind]:
    """Make the handlers of one worker.

    Raises:
        HandlerTwiceError: two packages claim one kind of job.
    """
    made: dict[str, Handler | JobKind] = {}
    for handlers in (
        Errands(parts, runner, worker_id).handlers(),
        sending.make_handlers(parts),
        logout.make_handlers(parts),
    ):
        if twice := made.keys() & handlers.keys():
            raise HandlerTwiceError(f"two packages handle {sorted(twice)}")
        made |= handlers
    return made
