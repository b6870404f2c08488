"""The flow's own rows and a real run against the practice portals: what was sent, the portal's own count says.

A worker that dies is played at the point where it dies: what it had committed stands, and nobody hears of the rest.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from connectors.runner import GateRequest, PrepareTask, Sent, Verdict
from connectors.runner.errors import RunStoppedError
from connectors.runner.runner import Runner
from connectors.sandbox import Sandbox
from connectors.sdk import registry
from connectors.workshop.issuer import StandInIssuer
from delegation.assurance import Assurance
from delegation.filing import FilingState
from gateway.services import agreements
from gateway.services.tables import Service
from gateway.visits import asking, sending
from gateway.visits.errands import Errands
from gateway.visits.tables import RunKind
from tests.connectors.conftest import issuer, runner, running_sandbox, sandbox
from tests.connectors.desk import Desk
from tests.gateway.visits.counter import WORKER, Counter

__all__ = ["issuer", "runner", "running_sandbox", "sandbox"]

pytestmark = pytest.mark.anyio

BY_KEY = "lv.nva.unemployed_status"
BY_TABLE = "lv.vzd.cadastre_statement"
PORTALS = {BY_KEY: "eiestades", BY_TABLE: "registri"}
EACH = pytest.mark.parametrize("service", PORTALS)


@dataclass
class Both:
    """The gateway's side of one filing, and the portal's."""

    counter: Counter
    desk: Desk
    service: str
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def confirmed(self, workers: int = 1) -> list[PrepareTask]:
        """So many workers have filled the same in, and the resident has said yes to it."""
        counter = self.counter
        counter.write(lambda conn: offer(conn, self.service, counter.clock.now()))
        counter.open(self.service).grant()
        answers = registry.find(self.service).samples[0].answers(date.today())  # noqa: DTZ011 - as the portal has it
        counter.filing_id = counter.write(
            lambda conn: asking.fill(conn, counter.store, counter.by, counter.visit_id, answers, {})
        )
        tasks = [self.desk.prepare_task(self.service) for _ in range(workers)]
        first, *_ = [await self.desk.runner.prepare(each, self.desk.decide, self.desk.progress) for each in tasks]
        assert self.counter.prepare(first.readback)
        self.counter.sign_in()
        return tasks

    async def send(self, task: PrepareTask, *, dies: bool = False) -> Sent:
        """Press the last button as a worker does; one that `dies` does so once *sent* is committed."""
        errand = self.counter.begin(RunKind.SEND)
        assert errand is not None
        worker = Errands(self.counter.store, self.desk.runner, WORKER)
        ask = worker._decide(errand)

        async def decide(request: GateRequest) -> Verdict:
            verdict = await ask(request)
            if dies:
                raise ConnectionAbortedError
            return verdict

        return await self.desk.runner.send(worker._send_task(errand, task.run_id), decide, self.desk.progress)

    async def found_dead(self, task: PrepareTask) -> FilingState:
        """Another worker takes it up: the portal is asked before anything else happens."""
        filing, store = self.counter.filing(), self.counter.store
        self.counter.write(lambda conn: sending.interrupted(conn, store, filing.id))
        key = filing.idempotency_key or ""
        looking = replace(self.desk.look_up_task(task, self.began), idempotency_key=key)
        found = await self.desk.runner.look_up(looking, self.desk.decide, self.desk.progress)
        run = self.counter.run_of(RunKind.LOOK_UP)
        self.counter.write(lambda conn: sending.looked_up(conn, store, run.id, found))
        return FilingState(self.counter.filing().state)

    @property
    def counted(self) -> tuple[int, int]:
        """Final requests and applications, as the portal counts them itself."""
        state = self.desk.state()
        return state["final_posts"], state["accepted"]


def offer(conn: Connection, service: str, now: datetime) -> None:
    """A service that the counter does not have from the start."""
    holder = registry.find(service).manifest.holder
    values = {
        "id": service,
        "holder": holder,
        "portal_id": "latvija",
        "grant_least": Assurance.SUBSTANTIAL,
        "permit_least": Assurance.SUBSTANTIAL,
        "routes": ["phone"],
        "feedback_group": "other",
        "cards": {"lv": {"title": service, "summary": service}},
    }
    conn.execute(insert(Service).values(values))
    agreements.add_to_basket(conn, "vpvkac", service)
    agreements.conclude(conn, holder=holder, begins_at=now - timedelta(days=30), agreement_id=holder)


@pytest.fixture
def both(counter: Counter, runner: Runner, sandbox: Sandbox, issuer: StandInIssuer, service: str) -> Both:
    return Both(counter, Desk(runner, sandbox.portals[PORTALS[service]].url, issuer), service)


@EACH
async def test_two_workers_at_once_with_one_permit_send_once_and_what_was_lost_is_found(both: Both) -> None:
    tasks = await both.confirmed(workers=2)
    both.desk.fault("dies_after_accepting")
    sent = await asyncio.gather(*(both.send(each) for each in tasks), return_exceptions=True)
    both.desk.fault("dies_after_accepting", on=False)
    assert sorted(type(each).__name__ for each in sent) == ["RunStoppedError", "Unknown"]
    assert both.counted == (1, 1)
    assert both.counter.filing().state is FilingState.SENT
    assert await both.found_dead(tasks[0]) is FilingState.FILED
    assert both.counter.filing().reference == both.desk.state()["applications"][0]["reference"]


@EACH
async def test_one_that_dies_before_the_bytes_leave_has_sent_nothing_and_says_no_more_than_is_known(both: Both) -> None:
    (task,) = await both.confirmed()
    with pytest.raises(RunStoppedError):
        await both.send(task, dies=True)
    assert both.counter.filing().state is FilingState.SENT
    assert both.counted == (0, 0)
    # By its key the portal proves that nothing came; by a list that may not have settled it proves nothing yet.
    known = FilingState.NOT_FILED if both.service == BY_KEY else FilingState.NEEDS_HUMAN
    assert await both.found_dead(task) is known
