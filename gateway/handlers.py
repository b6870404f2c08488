"""What a worker does: each package's handlers by kind of job, and what it keeps doing beside them."""

from connectors.runner.runner import Runner
from gateway import card_mail, epochs, portal_looks, portal_mail
from gateway.callbacks import waiting
from gateway.changes import jobs as changes
from gateway.holders import issuing
from gateway.holders import jobs as holders
from gateway.jobs.runner import Handler, JobKind
from gateway.ledger import verdicts
from gateway.ledger.settling import keep_stating
from gateway.notifications import auditors, sending
from gateway.oauth import logout
from gateway.outreach import batches
from gateway.parts import Parts
from gateway.reports.answering import keep_bundling
from gateway.reports.gathering import keep_gathering
from gateway.retention.jobs import keep_erasing
from gateway.services.able import keep_noted
from gateway.services.translating import keep_translating
from gateway.sweeping import keep_swept
from gateway.visits import inquiries
from gateway.visits.abandoning import keep_closing
from gateway.visits.errands import Errands
from gateway.worker import Duties


class HandlerTwiceError(Exception):
    """Two packages claim one kind of job."""


def make_duties(parts: Parts, runner: Runner, worker_id: str) -> Duties:
    """Make the duties of one worker.

    Raises:
        HandlerTwiceError: two packages claim one kind of job.
    """
    errands = Errands(parts, runner, worker_id)
    made: dict[str, Handler | JobKind] = {}
    for handlers in (
        errands.handlers(),
        sending.make_handlers(parts),
        auditors.make_handlers(parts),
        logout.make_handlers(parts),
        verdicts.make_handlers(parts),
        changes.make_handlers(parts),
        inquiries.make_handlers(parts),
        portal_looks.make_handlers(parts),
        portal_mail.make_handlers(parts),
        card_mail.make_handlers(parts),
        holders.make_handlers(parts),
        batches.make_handlers(parts),
        waiting.make_handlers(parts),
    ):
        if twice := made.keys() & handlers.keys():
            raise HandlerTwiceError(f"two packages handle {sorted(twice)}")
        made |= handlers
    database, clock = parts.database, parts.clock
    loops = (
        errands.watch(),
        keep_swept(database, clock),
        keep_closing(parts),
        keep_stating(database, clock),
        keep_erasing(parts),
        keep_gathering(parts),
        keep_bundling(parts),
        auditors.keep_handing_out(parts),
        portal_looks.keep_looking(parts),
        issuing.keep_issuing(parts),
        keep_noted(database, clock),
    )
    asked = (keep_translating(parts),) if parts.settings.translation_url else ()
    alone = (epochs.keep_turning(parts),) if epochs.turns_alone(parts) else ()
    return Duties(made, (*loops, *asked, *alone))
