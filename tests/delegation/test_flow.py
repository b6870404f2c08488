"""No sequence of calls reaches a filing without a live yes.

A machine calls the steps of delegation, filing and permit in any order, as a careless caller might, and remembers by
plain means of its own what the people said. Whatever got out as *sent* must have had every yes it needed.
"""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from delegation.assurance import Assurance, Route
from delegation.errors import DelegationError
from delegation.filing import FilingState, ensure_transition, frees_allowance, may_go
from delegation.model import (
    Action,
    Delegation,
    DelegationState,
    activate,
    end_action,
    give_back,
    lapse,
    refuse,
    revoke,
    spend,
)
from delegation.signing import KeySet, public_jwks, sign_permit
from delegation.verify import verify_permit
from tests.delegation.builders import (
    ISSUER,
    KEY,
    NOON,
    PORTAL,
    RULES,
    SICKNESS_BENEFIT,
    a_binding,
    a_request,
    a_service,
    a_yes,
)

KEYS = KeySet.parse(public_jwks(KEY))
PEOPLE = ("resident-1", "resident-2", "resident-3", "staff-1")


class Visit(RuleBasedStateMachine):
    """One delegation, one filing at a time, and everybody pressing every button."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.delegation: Delegation = a_request()
        self.filing = FilingState.DRAFTED
        self.permits: list[str] = []
        self.consumed: set[str] = set()
        self.payload = "p" * 43
        # What really happened, held apart from the code under test.
        self.yes: set[str] = set()
        self.no = False
        self.action_ended: datetime | None = None
        self.confirmed: dict[str, tuple[str, datetime]] = {}
        self.out = 0

    @initialize(filings=st.integers(1, 2), together=st.booleans())
    def ask(self, filings: int, together: bool) -> None:
        self.filings = filings
        self.needed = {"resident-1", "resident-2"} if together else {"resident-1"}
        self.delegation = a_request(
            services=(a_service(max_filings=filings, until=NOON + timedelta(hours=1)),),
            co_approvers=("resident-2",) if together else (),
        )

    @rule(minutes=st.sampled_from([1, 4, 6, 30]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=st.sampled_from(PEOPLE), route=st.sampled_from(Route), level=st.sampled_from(Assurance))
    def say_yes(self, who: str, route: Route, level: Assurance) -> None:
        try:
            yes = a_yes(who, route=route, assurance=level)
            self.delegation = activate(self.delegation, yes, rules=RULES, now=self.now)
        except DelegationError:
            return
        assert route in (Route.PHONE, Route.DISPLAY)
        assert level >= Assurance.SUBSTANTIAL
        self.yes.add(who)

    @rule(step=st.sampled_from([refuse, lapse, revoke]))
    def say_no(self, step: object) -> None:
        try:
            self.delegation = step(self.delegation)  # type: ignore[operator] # one of three functions alike
        except DelegationError:
            return
        self.no = True

    @rule()
    def close_the_visit(self) -> None:
        try:
            self.delegation = end_action(self.delegation, service=SICKNESS_BENEFIT, action=Action.FILE, now=self.now)
        except DelegationError:
            return
        self.action_ended = min(self.now, self.action_ended or self.now)

    @rule(then=st.sampled_from([state for state in FilingState if state is not FilingState.SENT]))
    def step(self, then: FilingState) -> None:
        if not may_go(self.filing, then):
            return
        freed = frees_allowance(self.filing, then)
        self.filing = then
        if freed:
            self.delegation = give_back(self.delegation, service=SICKNESS_BENEFIT)
            self.out -= 1

    @precondition(lambda self: self.filing not in (FilingState.SENT, FilingState.UNKNOWN, FilingState.NEEDS_HUMAN))
    @rule()
    def begin_another(self) -> None:
        self.filing = FilingState.DRAFTED

    @rule(payload=st.sampled_from(["p" * 43, "q" * 43]))
    def edit(self, payload: str) -> None:
        self.payload = payload

    @rule()
    def confirm(self) -> None:
        jti = f"p-{len(self.permits)}"
        binding = a_binding(payload=self.payload)
        self.permits.append(sign_permit(KEY, binding, issuer=ISSUER, audience=PORTAL, jti=jti, now=self.now))
        self.confirmed[jti] = (self.payload, self.now)

    @precondition(lambda self: self.permits)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        permit = data.draw(st.sampled_from(self.permits))
        try:
            ensure_transition(self.filing, FilingState.SENT)
            given = verify_permit(
                permit,
                KEYS,
                issuer=ISSUER,
                audience=PORTAL,
                now=self.now,
                binding=a_binding(payload=self.payload),
                used=self.consumed,
            ).claims.jti
            delegation = spend(self.delegation, service=SICKNESS_BENEFIT, now=self.now)
        except DelegationError:
            return
        self.delegation, self.filing = delegation, FilingState.SENT
        assert given not in self.consumed
        self.consumed.add(given)
        self.out += 1
        payload, at = self.confirmed[given]
        assert self.yes >= self.needed
        assert not self.no
        assert self.now < NOON + timedelta(hours=1)
        assert self.action_ended is None or self.now < self.action_ended
        assert payload == self.payload
        assert self.now - at < timedelta(minutes=5)

    @invariant()
    def never_more_than_was_allowed(self) -> None:
        used = self.delegation.services[0].used
        assert used == self.out <= self.delegation.services[0].max_filings

    @invariant()
    def active_means_that_everybody_said_yes(self) -> None:
        if self.delegation.state in (DelegationState.ACTIVE, DelegationState.SPENT):
            assert self.yes == self.needed
            assert not self.no


TestVisit = Visit.TestCase
TestVisit.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_the_machine_can_send_at_all() -> None:
    visit = Visit()
    visit.ask(filings=1, together=False)
    visit.say_yes("resident-1", Route.PHONE, Assurance.SUBSTANTIAL)
    visit.step(FilingState.PREPARED)
    visit.confirm()
    visit.step(FilingState.CONFIRMED)

    class First:
        def draw(self, _strategy: object) -> str:
            return visit.permits[0]

    visit.send(First())
    assert visit.filing is FilingState.SENT
    assert visit.delegation.state is DelegationState.SPENT
