"""One counter in front of a running stack, and the visits that are made there, each for a resident of its own."""

import itertools
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, select, update

from connectors.sandbox.residents import RESIDENTS, Resident
from connectors.sdk import registry
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.demo import seed
from gateway.demo.codes import Codes
from gateway.demo.people import ASSISTANT, NORTH, PASSWORD
from gateway.demo.stack import Stack
from gateway.jobs.tables import JobRow, JobState
from gateway.pages.desk import words
from gateway.parts import Store
from gateway.services import catalogue
from gateway.visits import drift, troubles
from gateway.visits.tables import Approval, DelegationRow, Ending, Filing, Receipt, Run, RunState
from gateway.visits.view import Stage
from tests.flow.endings.people import LANGUAGE, Desk, Phone
from tests.flow.endings.window import POLL_SECONDS, WAIT_SECONDS

SERVICE = "lv.vsaa.sickness_benefit"
# The first one is the whole visit's, which files the same period at the same stack.
_AT_THE_COUNTER = tuple(each for each in (*RESIDENTS[1:9], RESIDENTS[10]) if each.personal_code != seed.NEIGHBOUR.code)
"""Residents with a sick-leave sheet and a phone; one lives where the assistant does, which is for two people."""
T = TypeVar("T")


@dataclass
class Counter:
    """A running stack with an enrolled terminal, a signed-in assistant and the portal's own books."""

    stack: Stack
    store: Store
    desk: Desk
    turns: "itertools.count[int]" = field(default_factory=itertools.count)
    phones: list[Phone] = field(default_factory=list)

    @classmethod
    def open(cls, stack: Stack, codes: Codes) -> "Counter":
        """Enrol a terminal at a stack that runs, and sign the assistant in."""
        store = stack.open_store()
        code = store.database.write_now(lambda conn: seed.terminal_code(conn, store, NORTH.id))
        desk = Desk(stack.url)
        desk.enrol(code.digits)
        desk.sign_in(ASSISTANT.login, PASSWORD, codes.take(ASSISTANT))
        return cls(stack, store, desk)

    def close(self) -> None:
        """Leave the stack alone."""
        self.send_home()
        self.desk.close()
        self.store.close()

    def visit(self, code: str | None = None) -> "Case":
        """Receive the next resident, or the one with a personal code when it is their turn."""
        turn = next(self.turns)
        while code is not None and _who(turn).personal_code != code:
            turn = next(self.turns)
        resident = _who(turn)
        self.phones.append(Phone(self.stack.url))
        return Case(self, resident, turn // len(_AT_THE_COUNTER), self.phones[-1], self.desk.open_visit(SERVICE))

    def visit_of(self, resident: Resident, words: str, life_event: str) -> "Case":
        """Receive somebody who comes with a life event, said in these words."""
        self.phones.append(Phone(self.stack.url))
        visit_id = self.desk.open_visit(life_event, words, field="event")
        return Case(self, resident, 0, self.phones[-1], visit_id)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Look into the database."""
        return self.store.database.read_now(work)

    def kill(self, *names: str, patient: bool = False) -> None:
        """End processes as a crash would. What a dead worker held is free at once, unless one is `patient`.

        For real it is free when the lease runs out, in which a test would wait for nothing but the clock.
        """
        for name in names:
            self.stack.kill(name)
        if "worker" in names and not patient:
            self.store.database.write_now(self._free_jobs)

    def _free_jobs(self, conn: Connection) -> None:
        now = self.store.clock.database_now(conn)
        conn.execute(update(JobRow).where(JobRow.state == JobState.RUNNING).values(lease_until=now))

    def start(self, *names: str) -> None:
        """Start processes again."""
        for name in names:
            getattr(self.stack, f"start_{name}")()

    def send_home(self) -> None:
        """Close the phones of those whose visits are over."""
        while self.phones:
            self.phones.pop().close()

    def mend(self) -> None:
        """Start again whatever a test has left dead, and switch every fault off."""
        self.start(*(name for name in ("sandbox", "gateway", "worker") if name not in self.stack.processes))
        self.stack.reset_outside()
        self.store.database.write_now(self._find_well)

    def _find_well(self, conn: Connection) -> None:
        """What a look at the portals finds now: what their troubles made wait goes on."""
        now = self.store.clock.now()
        if troubles.open_ones(conn):
            service = catalogue.find(conn, SERVICE)
            drift.fits(conn, service, now)
            troubles.well(conn, service, now)

    def connectors(self) -> list[int]:
        """The process ids of the worker's connector processes."""
        return children(self.stack.processes["worker"].pid)

    def browsers(self) -> list[int]:
        """The process ids of the browsers' main processes, below the connector processes."""
        return [
            pid
            for connector in self.connectors()
            for child in children(connector)
            for pid in (child, *children(child))
            if "chrom" in command_of(pid)
        ]

    @property
    def final_posts(self) -> int:
        """How many final requests have reached the portal, as it counts itself."""
        return int(self.stack.portal_state()["final_posts"])

    @property
    def accepted(self) -> int:
        """How many applications the portal holds, as it counts itself."""
        return int(self.stack.portal_state()["accepted"])

    def ensure_verified(self) -> None:
        """See that `pilnvara audit verify` finds nothing wrong."""
        verdict = self.stack.command("audit", "verify")
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@dataclass
class Case:
    """One visit of one resident."""

    counter: Counter
    resident: Resident
    round: int
    """How often this resident was here before: each time it is about another period."""
    phone: Phone
    visit_id: str

    @property
    def desk(self) -> Desk:
        return self.counter.desk

    @property
    def stage(self) -> Stage:
        """Where the visit stands, by its page."""
        return self.desk.look_at(self.visit_id)

    def wait_for(self, *stages: Stage) -> Stage:
        """Wait until the visit's page stands at one of `stages`."""
        return self.desk.wait_for(self.visit_id, *stages)

    @property
    def answers(self) -> dict[str, str | list[str]]:
        """Good answers of this resident for a period of this visit's own."""
        first = date.today() - timedelta(days=20)  # noqa: DTZ011 - the portal of this machine counts in its days
        return {
            **registry.find(SERVICE).samples[0].answers(date.today()),  # noqa: DTZ011 - as above
            "sheet": f"B-{first:%y}-{self.resident.personal_code[-5:]}-1",
            "period_from": (first + timedelta(days=self.round)).isoformat(),
        }

    def asked(self) -> "Case":
        """The resident is asked for the delegation."""
        self.desk.ask(self.resident)
        return self

    def entered(self) -> "Case":
        """The resident's phone has come to the question and shows the statement."""
        self.phone.enter(self.desk.page.text_of("phone-code").replace(" ", ""))
        self.desk.look_at(self.visit_id)
        self.phone.match(self.desk.page.text_of("match-number"))
        return self

    def granted(self) -> "Case":
        """The resident has said yes."""
        self.asked().entered()
        self.phone.approve(self.resident)
        assert self.stage is Stage.QUESTIONS
        return self

    def answered(self) -> "Case":
        """The questions are answered; the worker is on its way to the portal."""
        self.granted()
        self.desk.answer(self.answers)
        return self

    @property
    def leads_to(self) -> set[str]:
        """What the visit's page offers, by the endings of its addresses."""
        here = f"/desk/visits/{self.visit_id}"
        actions = {one.attributes["action"] for one in self.desk.page.root.all("form")}
        return {each.removeprefix(here) for each in self.desk.links() | actions if each.startswith(here)}

    @property
    def counted(self) -> tuple[int, int]:
        """Final requests and applications, as the portal counts them itself."""
        return self.counter.final_posts, self.counter.accepted

    def read_back(self) -> "Case":
        """The resident's phone shows what would be sent."""
        self.answered()
        self.wait_for(Stage.PERMIT)
        return self

    def confirmed(self) -> "Case":
        """The resident has said yes to exactly that."""
        self.read_back()
        self.phone.approve(self.resident)
        return self

    def wait_for_filing(self, *states: FilingState) -> None:
        """Wait until the filing's row is in one of `states`."""
        wait_for(lambda: self.filing_state, lambda state: state in states, " or ".join(states))

    def wait_for_steps(self, done: int = 1) -> None:
        """Wait until the connector is in the middle of the portal's form."""

        def steps() -> int:
            newest = select(Run.steps_done).join(Filing, Run.filing_id == Filing.id)
            statement = newest.where(Filing.visit_id == self.visit_id, Run.state == RunState.RUNNING)
            return max(self.counter.read(lambda conn: conn.execute(statement).scalars().all()), default=0)

        wait_for(steps, lambda number: number >= done, f"{done} filled steps")

    @property
    def filing(self) -> Any:
        """The newest filing's row; `None` before there is one."""
        statement = select(Filing.__table__).where(Filing.visit_id == self.visit_id).order_by(Filing.drafted_at.desc())
        return self.counter.read(lambda conn: conn.execute(statement).first())

    @property
    def filing_state(self) -> FilingState | None:
        """The newest filing's state."""
        filing = self.filing
        return None if filing is None else filing.state

    @property
    def delegation_state(self) -> DelegationState:
        """The newest delegation's state."""
        newest = select(DelegationRow.state).where(DelegationRow.visit_id == self.visit_id)
        statement = newest.order_by(DelegationRow.requested_at.desc())
        return self.counter.read(lambda conn: DelegationState(conn.execute(statement).scalars().first() or ""))

    @property
    def reference(self) -> str | None:
        """What the portal calls the filing, as the gateway keeps it."""
        statement = select(Receipt.reference).join(Filing, Receipt.filing_id == Filing.id)
        mine = statement.where(Filing.visit_id == self.visit_id)
        return self.counter.read(lambda conn: conn.execute(mine).scalar_one_or_none())

    def lapse_question(self) -> None:
        """Let the time of every open question pass, as if nobody had answered for a quarter of an hour."""
        self._hurry("approval.lapse", update(Approval).where(Approval.visit_id == self.visit_id), "lapses_at")

    def expire(self) -> None:
        """Let the delegation's time pass."""
        mine = DelegationRow.visit_id == self.visit_id
        kept = self.counter.read(lambda conn: conn.execute(select(DelegationRow.services).where(mine)).scalar_one())
        now = self.counter.store.clock.now().isoformat()
        over = [{**each, "actions": [{**action, "valid_until": now} for action in each["actions"]]} for each in kept]
        self._hurry("delegation.expire", update(DelegationRow).where(mine).values(services=over), "valid_until")

    def _hurry(self, kind: str, statement: Any, column: str) -> None:
        """Bring a deadline and its job forward: the least lapse that can be set is a minute, too long for a test."""

        def work(conn: Connection) -> None:
            now = self.counter.store.clock.database_now(conn)
            conn.execute(statement.values({column: now}))
            conn.execute(update(JobRow).where(JobRow.kind == kind).values(run_at=now))

        self.counter.store.database.write_now(work)

    def ends(self, ending: Ending, *, was_sent: bool = False) -> None:
        """End the visit: the page names the ending, and asks the resident, who answers, how it went.

        Of a no it names whose it was: the portal says it only to what `was_sent`.
        """
        self.desk.end(self.visit_id)
        assert self.desk.stage is Stage.CLOSED, self.desk.page.root.text[:600]
        assert words.ended(ending, was_sent=was_sent).text(LANGUAGE) in self.desk.page.root.all("main")[0].text
        self.phone.answer_feedback(self.desk.feedback_code)


def _who(turn: int) -> Resident:
    """Whose turn it is."""
    return _AT_THE_COUNTER[turn % len(_AT_THE_COUNTER)]


def wait_for(look: Callable[[], T], is_so: Callable[[T], bool], what: str) -> T:
    """Look until it is so; return what was seen."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so(seen := look()):
        assert time.monotonic() < deadline, f"no {what} but {seen}"
        time.sleep(POLL_SECONDS / 5)
    return seen


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    return [other for other in _processes() if _parent_of(other) == pid]


def _processes() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _parent_of(pid: int) -> int | None:
    with suppress(OSError):  # it may end while it is looked at
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(state[1])
    return None


def command_of(pid: int) -> str:
    """What a process runs; empty when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def kill_all(pids: list[int]) -> None:
    """SIGKILL to processes that belong to this test's own worker."""
    assert pids, "there is nothing to kill"
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
