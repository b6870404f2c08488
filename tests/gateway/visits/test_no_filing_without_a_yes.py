"""No sequence of steps, by whomever and in whatever order, lets anything be filed without a live yes to exactly that.

The steps are the flow's own functions on a database of each sequence's own. An onlooker keeps account of what people
really did; whatever the gateway counts beyond that fails here. `PILNVARA_TEST_SEQUENCES=500` takes five hundred
sequences, and others each time.
"""

import os
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from delegation.assurance import Assurance, Route
from gateway.clock import HeldClock
from gateway.config import Settings
from gateway.database.engine import Database
from gateway.database.migrating import migrate
from gateway.keys.sealing import Sealer
from gateway.keys.signing import KeyKind
from gateway.parts import Parts, open_keys
from gateway.visits.view import Stage
from tests.databases import SqliteDatabases
from tests.gateway.conftest import NINE
from tests.gateway.ledger.events import checkpoint_of, verdict_of
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE, Counter
from tests.gateway.visits.doings import Doings
from tests.gateway.visits.gathered import ROUTES, WHO
from tests.gateway.visits.holding import JANIS
from tests.gateway.visits.staffed import staffed
from ui.environment import Renderer

SEQUENCES = int(os.environ.get("PILNVARA_TEST_SEQUENCES", "0"))
"""How many, and new ones each time; without it thirty, the same each time."""
STEPS = 16

BOTH = st.booleans()
BACK = st.integers(0, 3)
APPROVER = st.sampled_from([ILZE.code, JANIS.code])
VERSION = st.sampled_from(["7", "8"])
CHEATED_AT = st.sampled_from([Stage.APPROVAL, Stage.PERMIT, Stage.SENDING])
WAITS = st.sampled_from([timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=9)])


class Sequence(RuleBasedStateMachine):
    """Anything, in any order, and often enough the next step that leads on."""

    room: ClassVar["Room"]
    seen: ClassVar[Tally[str]] = Tally()
    """How often something was reached: a test that never sends proves nothing."""
    doings: Doings | None = None

    @property
    def at(self) -> Doings:
        """Everybody around the counter."""
        assert self.doings is not None
        return self.doings

    @initialize(
        who=st.sampled_from(sorted(WHO)),
        shares_address=st.sampled_from([False, False, True]),
        route=st.sampled_from(ROUTES),
        until=CHEATED_AT,
        between=st.integers(0, 4),
    )
    def begin(self, who: str, shares_address: bool, route: Route, until: Stage, between: int) -> None:
        """Sequences begin somewhere on the way, where somebody has just cheated."""
        self.doings = self.room.open(who, shares_address=shares_address)
        self.go_on_until_everybody_cheats(route, until, between)

    @invariant()
    def nothing_happened_but_what_people_did(self) -> None:
        if self.doings is not None:
            sent = sum(form.is_left for form in self.at.onlooker.forms.values())
            self.at.watch()
            self.seen["sent"] += sum(form.is_left for form in self.at.onlooker.forms.values()) - sent

    def teardown(self) -> None:
        if self.doings is None:
            return
        counter = self.at.counter
        try:
            checkpoint_of(counter.store)
            assert verdict_of(counter.store).exit_code == 0, "the log does not verify"
        finally:
            self.room.close(counter)

    # What leads on, so that sequences come far.

    @rule(route=st.sampled_from(ROUTES), times=st.integers(1, 6))
    def go_on(self, route: Route, times: int) -> None:
        for _ in range(times):
            self._next(route)
            self.nothing_happened_but_what_people_did()

    def _next(self, route: Route) -> None:
        at = self.at
        stage = at.counter.view().stage if at.counter.visit_id else Stage.CLOSED
        self.seen[stage.value] += 1
        match stage:
            case Stage.CLOSED:
                at.open(BENEFIT)
            case Stage.REQUEST | Stage.REFUSED | Stage.LAPSED | Stage.EXPIRED | Stage.STOPPED:
                at.ask(route)
            case Stage.APPROVAL | Stage.PERMIT | Stage.SECOND_LOOK:
                self._say_yes()
            case Stage.FILLING:
                at.prepare("7")
            case Stage.PERMIT_LAPSED:
                at.ask_again()
            case Stage.SENDING:
                at.press("7") or at.answer("filed")
            case Stage.LOOKING_UP:
                at.look_up(found=True)
            case Stage.FILED | Stage.NEEDS_HUMAN:
                at.close()
            case _:
                at.fill(new_account=False, sample=0, days_ago=0)

    def _say_yes(self) -> None:
        at, asked = self.at, self.at.newest_question()
        at.look_at_document()
        if at.waiting_look() is not None:
            at.look("colleague", yes=True)
            return
        question = at.onlooker.questions.get(asked or "")
        if question is None or question.approver is None:
            return
        self.seen[f"asked by {question.route}"] += 1
        match question.route:
            case Route.DISPLAY | Route.CALL:
                at.say_code(question.route.value)
            case Route.PAPER:
                at.hand_in()
            case Route.PHONE | Route.PASSKEY:
                if at.holder != question.approver:
                    at.enter_code()
                    at.match(right=True)
                if question.route is Route.PASSKEY:
                    at.use_passkey(question.approver)
                elif at.leave_to_sign_in():
                    at.come_back(question.approver)

    @rule(route=st.sampled_from(ROUTES), until=CHEATED_AT, between=st.integers(0, 4))
    def go_on_until_everybody_cheats(self, route: Route, until: Stage, between: int) -> None:
        for _ in range(16):
            if self.at.counter.visit_id and self.at.counter.view().stage is until:
                break
            self.go_on(route, 1)
        if until is Stage.SENDING:
            self._cheat_at_the_gate(between)
        else:
            self._cheat_at_the_question()

    def _cheat_at_the_gate(self, between: int) -> None:
        """Other bytes ask to leave; then something comes between the yes and the last click, which is made anyway."""
        at = self.at
        at.press("8")
        match between:
            case 0:
                at.counter.clock.move(timedelta(minutes=5))
            case 1:
                at.agreement(BENEFIT, ends=True)
            case 2:
                at.stop("manager")
            case 3:
                at.fill(new_account=False, sample=0, days_ago=0)
            case _:
                at.press("7")
                self.nothing_happened_but_what_people_did()
        at.press("7")

    def _cheat_at_the_question(self) -> None:
        """Somebody else answers, at another place, too weakly, with what is over, or as their own witness."""
        at, asked = self.at, self.at.newest_question()
        question = at.onlooker.questions.get(asked or "")
        at.say_code("another display")
        at.say_code("display", back=1)
        at.hand_in(back=1)
        for who in ("asker", "at the same terminal"):
            at.look(who, yes=True)
        if question is not None and question.approver is not None:
            other = JANIS.code if question.approver == ILZE.code else ILZE.code
            at.enter_code()
            at.match(right=True)
            for code, acr, stale in (
                (other, Assurance.SUBSTANTIAL, False),
                (question.approver, Assurance.LOW, False),
                (question.approver, Assurance.SUBSTANTIAL, True),
            ):
                at.leave_to_sign_in() and at.come_back(code, acr, stale=stale)
            at.use_passkey(other)

    # Anything else.

    @rule(services=st.sampled_from([(BENEFIT,), (QUEUE,), (BENEFIT, QUEUE)]))
    def open(self, services: tuple[str, ...]) -> None:
        self.at.open(*services)

    @rule(route=st.sampled_from(ROUTES), typed=BOTH)
    def ask(self, route: Route, typed: bool) -> None:
        self.at.ask(route, typed=typed)

    @rule(what=st.sampled_from(["withdraw", "renew", "ask_again", "enter_code", "close", "jobs"]))
    def do(self, what: str) -> None:
        getattr(self.at, what)()

    @rule(service=st.sampled_from([BENEFIT, QUEUE]))
    def go_on_to(self, service: str) -> None:
        self.at.go_on_to(service)

    @rule(right=BOTH)
    def match(self, right: bool) -> None:
        self.at.match(right=right)

    @rule(back=BACK)
    def leave_to_sign_in(self, back: int) -> None:
        self.at.leave_to_sign_in(back)

    @rule(code=APPROVER, acr=st.sampled_from([Assurance.LOW, Assurance.SUBSTANTIAL]), stale=BOTH)
    def come_back(self, code: str, acr: Assurance, stale: bool) -> None:
        self.at.come_back(code, acr, stale=stale)

    @rule(code=APPROVER)
    def use_passkey(self, code: str) -> None:
        self.at.use_passkey(code)

    @rule(where=st.sampled_from(["display", "another display", "call"]), back=BACK)
    def say_code(self, where: str, back: int) -> None:
        self.at.say_code(where, back=back)

    @rule(back=BACK)
    def hand_in(self, back: int) -> None:
        self.at.hand_in(back=back)

    @rule(who=st.sampled_from(["colleague", "asker", "at the same terminal", "elsewhere"]), yes=BOTH)
    def look(self, who: str, yes: bool) -> None:
        self.at.look(who, yes=yes)

    @rule(where=st.sampled_from(["phone", "display", "desk"]))
    def refuse(self, where: str) -> None:
        self.at.refuse(where)

    @rule(new_account=BOTH, sample=st.integers(0, 1), days_ago=st.sampled_from([0, 40]))
    def fill(self, new_account: bool, sample: int, days_ago: int) -> None:
        self.at.fill(new_account=new_account, sample=sample, days_ago=days_ago)

    @rule(version=VERSION)
    def prepare(self, version: str) -> None:
        self.at.prepare(version)

    @rule(changed=BOTH)
    def fail(self, changed: bool) -> None:
        self.at.fail(changed=changed)

    @rule(version=VERSION, back=BACK, begun=BOTH)
    def press(self, version: str, back: int, begun: bool) -> None:
        self.at.press(version, back=back, begun=begun)

    @rule(back=BACK)
    def step(self, back: int) -> None:
        self.at.step(back)

    @rule(how=st.sampled_from(["filed", "declined", "unknown"]))
    def answer(self, how: str) -> None:
        self.at.answer(how)

    @rule(found=BOTH)
    def look_up(self, found: bool) -> None:
        self.at.look_up(found=found)

    @rule(who=st.sampled_from(["phone", "desk", "manager", "elsewhere", "code"]), back=BACK)
    def stop(self, who: str, back: int) -> None:
        self.seen["stopped"] += self.at.stop(who, back)

    @rule(time=WAITS)
    def wait(self, time: timedelta) -> None:
        self.at.counter.clock.move(time)

    @rule(kind=st.sampled_from([KeyKind.DELEGATION, KeyKind.PERMIT]), at_once=BOTH)
    def rotate(self, kind: KeyKind, at_once: bool) -> None:
        self.at.rotate(kind, at_once=at_once)

    @rule(service=st.sampled_from([BENEFIT, QUEUE]), ends=BOTH)
    def agreement(self, service: str, ends: bool) -> None:
        self.at.agreement(service, ends=ends)


class Room:
    """Where sequences happen: each on its own copy of a database that holds the same people."""

    def __init__(self, store: Parts, databases: SqliteDatabases, folder: Path) -> None:
        self._store, self._databases, self._folder = store, databases, folder
        self._numbers = count(1)
        self._ready: dict[tuple[str, bool], Doings] = {}

    def open(self, who: str, *, shares_address: bool) -> Doings:
        """Everybody around a counter, on a database of their own."""
        if (who, shares_address) not in self._ready:
            clock = HeldClock(NINE)
            counter = staffed(self._on(self._databases.migrated(migrate), clock), clock)
            self._ready[who, shares_address] = Doings.set_up(counter, shares_address=shares_address, who=who)
            counter.store.close()
        ready = self._ready[who, shares_address]
        return ready.again(
            self._on(self._databases.copy(ready.counter.store.settings.database_url), ready.counter.clock)
        )

    def close(self, counter: Counter) -> None:
        """Leave nothing of a sequence."""
        counter.store.close()
        self._databases.drop(counter.store.settings.database_url)

    def _on(self, url: str, clock: HeldClock) -> Parts:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        database, sealer, now = Database.open(url, readers=1), self._store.sealer, clock.now()
        keys = database.write_now(lambda conn: open_keys(conn, sealer, now, self._store.settings.log_origin))
        settings = replace(self._store.settings, data_dir=folder, database_url=url)
        return replace(self._store, settings=settings, database=database, clock=clock, keys=keys)


@pytest.fixture
def room(
    settings: Settings, sealer: Sealer, sqlite_databases: SqliteDatabases, renderer: Renderer, tmp_path: Path
) -> Iterator[Room]:
    """On SQLite: what is tried here are orders of steps, not databases."""
    database = Database.open(sqlite_databases.migrated(migrate))
    keys = database.write_now(lambda conn: open_keys(conn, sealer, NINE, settings.log_origin))
    yield Room(Parts(settings, database, HeldClock(NINE), sealer, keys, renderer), sqlite_databases, tmp_path)
    database.close()


def test_no_sequence_reaches_a_filing_without_a_live_yes(room: Room) -> None:
    class InARoom(Sequence):
        """Counts for this run alone."""

        seen = Tally[str]()

    InARoom.room = room
    run_state_machine_as_test(InARoom, settings=how_many())
    assert InARoom.seen["sent"] > SEQUENCES // 20 + 2, f"hardly anything was ever sent: {InARoom.seen}"
    assert InARoom.seen["stopped"]


def how_many() -> hypothesis_settings:
    """The sequences of this run. Only whoever asks for many waits the minutes that it takes to make a failure short."""
    return hypothesis_settings(
        max_examples=SEQUENCES or 30,
        stateful_step_count=STEPS,
        derandomize=not SEQUENCES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if SEQUENCES else (Phase.generate,),
    )
