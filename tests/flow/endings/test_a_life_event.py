"""A child is born: one statement, each question once, five filings at three portals, and one feeds the others."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from connectors.sandbox.residents import RESIDENTS
from connectors.sdk import registry
from connectors.sdk.together import Together, together
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.demo.catalogue import life_events
from gateway.visits.tables import DelegationRow, Filing
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Case, Counter, wait_for
from tests.flow.endings.people import said

EVENT = "birth_of_a_child"
REGISTRATION = "lv.civil_registry.birth_registration"
BENEFIT = "lv.vsaa.childbirth_benefit"
SAMPLES = {"lv.pmlp.residence_declaration": "of_a_child"}
"""Of the others the first sample serves."""
MOTHER = RESIDENTS[0]
GIVEN = {"child.birth_record": "DR-000001", "child.code": "329999-20001"}
"""What the civil registry's own program gives the first birth that it registers."""
PORTALS = {"latvija": 3, "eiestades": 1, "registri": 1}
"""How many of the five each portal is to hold."""


def the_plan() -> Together:
    event = next(each for each in life_events() if each.id == EVENT)
    return together([registry.find(each) for each in event.services])


def answers(plan: Together) -> dict[str, Any]:
    """What the mother says to each question, in the words of the first service that asks it."""
    today, given = date.today(), dict[str, Any]()  # noqa: DTZ011 - the portals of this machine count in its days
    for service in reversed(plan.services):
        samples = registry.find(service).samples
        sample = next((each for each in samples if each.name == SAMPLES.get(service)), samples[0])
        given |= {plan.name_of(service, name): value for name, value in sample.answers(today).items()}
    # Old enough for the benefit, and young enough to be registered.
    return given | {plan.name_of(REGISTRATION, "born"): (today - timedelta(days=20)).isoformat()}


class Birth:
    """The visit of a mother about the birth of her child."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.plan = counter, the_plan()
        self.case: Case = counter.visit_of(MOTHER, "piedzima bērns", EVENT)
        self.asked: set[str] = set()

    def answered(self) -> None:
        """Everything is asked before the first is filled in, and only then."""
        self.case.granted()
        desk = self.case.desk
        names = {each.attributes["name"] for each in desk.form("/plan/preconditions").all("input")}
        desk.press("/plan/preconditions", dict.fromkeys(names - {"_csrf", "csrf"}, "yes"))
        self.asked = desk.asked("/plan/answers")
        wanted = {name: value for name, value in answers(self.plan).items() if name in self.asked}
        desk.press("/plan/answers", wanted)
        assert desk.page.status == 200, desk.page.root.text[:2000]

    def confirmed(self, number: int) -> Any:
        """The resident has said yes to the one that is read back now; it is filed."""
        case = self.case
        ready = wait_for(lambda: self.filings, lambda seen: _is_ready(seen, number), f"read-back {number}")[-1]
        case.phone.approve(case.resident)
        wait_for(lambda: self.filings[number - 1].state, lambda state: state is FilingState.FILED, f"filing {number}")
        return ready

    @property
    def filings(self) -> list[Any]:
        """The visit's filings, the oldest first."""
        every = select(Filing.__table__).where(Filing.visit_id == self.case.visit_id).order_by(Filing.drafted_at)
        return self.counter.read(lambda conn: list(conn.execute(every)))


def _is_ready(seen: list[Any], number: int) -> bool:
    return len(seen) == number and seen[-1].state is FilingState.PREPARED


@ON_SQLITE
def test_all_five_are_filed_at_three_portals_and_each_thing_was_asked_once(counter: Counter) -> None:
    birth = Birth(counter)
    birth.answered()
    for number in range(1, len(birth.plan.services) + 1):
        birth.confirmed(number)
    filed = birth.filings
    assert [each.service_id for each in filed] == list(birth.plan.services)
    counted = {portal: counter.stack.portal_state(portal) for portal in PORTALS}
    assert {portal: (state["final_posts"], state["accepted"]) for portal, state in counted.items()} == {
        portal: (number, number) for portal, number in PORTALS.items()
    }
    held = {each["service"]: list(each["values"].values()) for one in counted.values() for each in one["applications"]}
    assert GIVEN["child.birth_record"] in held[BENEFIT], "the registration's number feeds the benefit"
    assert all(GIVEN["child.code"] in values for service, values in held.items() if service != REGISTRATION)
    assert all(answers(birth.plan)["child.given_name"] in values for values in held.values())
    questions = {each.input.name: each.input.concept for each in birth.plan.questions}
    assert birth.asked == {name for name, concept in questions.items() if concept not in GIVEN}
    delegations = select(func.count()).where(DelegationRow.visit_id == birth.case.visit_id)
    assert counter.read(lambda conn: conn.execute(delegations).scalar_one()) == 1
    assert birth.case.delegation_state is DelegationState.SPENT
    desk = birth.case.desk
    desk.end(birth.case.visit_id)
    assert said("%(filed)s of %(all)s filed") % {"filed": 5, "all": 5} in desk.page.root.text
