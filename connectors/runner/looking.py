"""What a signed-in session may GET of the portal: its list of applications, what became of one, its files."""

import logging
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from connectors.browser import messages as say
from connectors.runner import following, looking_up
from connectors.runner.api import Followed, FollowTask, Found, LookedUp, LookUpTask, Progress
from connectors.runner.errors import PortalUnavailableError, RunError, SignInRefusedError
from connectors.runner.run import Run

_log = logging.getLogger(__name__)


async def look_up(run: Run, task: LookUpTask, now: datetime) -> LookedUp:
    """Whether the portal's list holds what was filed. Raises `RunError` where it could not be asked."""
    rule = run.connector.look_up
    if rule is None:
        raise PortalUnavailableError("this portal cannot be asked")
    run.tell(Progress(run_id=run.id, stage="looking_up"))

    async def page(path: str) -> bytes:
        """The bytes of one page of the list."""
        return (await _visited(run, path)).body

    listed, whole = await looking_up.entries(rule, page)
    found = looking_up.looked_up(rule, task, listed, now, whole=whole)
    if isinstance(found, Found) and rule.pdf_path is not None:
        path = rule.pdf_path.format(reference=quote(found.reference, safe=""))
        return Found(reference=found.reference, pdf=await receipt(run, path))
    return found


async def follow(run: Run, task: FollowTask) -> Followed:
    """What became of an application, with the decision where that is asked for. Raises `RunError`."""
    rule = run.connector.outcome
    if rule is None:
        raise PortalUnavailableError("this portal does not tell what becomes of an application")
    run.tell(Progress(run_id=run.id, stage="following"))
    number = quote(task.reference, safe="")
    visited = await _visited(run, rule.path.format(reference=number))
    found = following.read(rule, task.reference, text=visited.state.text, body=visited.body)
    if not (task.collect and found.standing.is_decided and rule.decision_path is not None):
        return found
    return replace(found, decision=await receipt(run, rule.decision_path.format(reference=number)))


async def _visited(run: Run, path: str) -> say.Visited:
    """A page that a signed-in session may GET. Raises `RunError` where it could not be had."""
    visited = await run.ask(say.Visit(run=run.id, path=path), say.Visited)
    if visited.state.status in (401, 403):
        raise SignInRefusedError(f"the portal answered {visited.state.status} to the question")
    if visited.state.status != 200:
        raise PortalUnavailableError(f"the portal answered {visited.state.status}")
    return visited


async def receipt(run: Run, path: str | None) -> bytes | None:
    """The portal's own file: at `path`, or where the receipt's page links to it; nothing where it cannot be had."""
    try:
        return (await run.ask(say.FetchReceipt(run=run.id, path=path), say.Receipt)).pdf
    except RunError as error:
        _log.warning("no receipt file: %s", error.code, extra={"run": run.id})
        return None
