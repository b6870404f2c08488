"""A hold keeps everything as it is: placed by one, let go by two, and never late by half."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from audit.events import EventName
from gateway.changes import flow
from gateway.changes.errors import ChangeFaultError
from gateway.changes.kinds import Plan
from gateway.changes.tables import ChangeKind
from gateway.ids import new_id
from gateway.people import staff
from gateway.people.access import StaffSession
from gateway.people.errors import AccessRefusedError
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.retention import erasing, holds, wishes
from gateway.retention.errors import ErasedAlreadyError, HoldFaultError, StillNeededError
from gateway.retention.holds import Wanted
from gateway.retention.states import Obstacle, Why
from gateway.visits.errors import StaleFormError
from tests.gateway.accounts import an_account
from tests.gateway.retention.conftest import KNOWN, columns, erase, number_of, run, serve
from tests.gateway.visits.counter import Counter

REVIEW = date(2027, 6, 1)


def auditor(counter: Counter) -> StaffSession:
    """Made long ago, with a browser of their own."""
    new = staff.NewStaff(
        centre_id=counter.by.centre_id, login="aija", name="Aija Auditore", password="x" * 14, roles=(Role.AUDITOR,)
    )
    then = counter.clock.now() - timedelta(days=30)
    made = counter.write(lambda conn: an_account(conn, counter.store.sealer, new, now=then))
    return replace(
        counter.by, staff_id=made.id, role=Role.AUDITOR, roles=(Role.AUDITOR,), terminal_id=None, browser_hash=b"aija"
    )


def wanted(counter: Counter, *, whole: bool = False, reference: str = "IDB-2026/17", on: date = REVIEW) -> Wanted:
    return Wanted(visit_id=counter.visit_id, resident_id=None, whole=whole, reference=reference, review_on=on)


def place(counter: Counter, by: StaffSession, *, whole: bool = False) -> str:
    return counter.write(lambda conn: holds.place(conn, counter.store, by, wanted(counter, whole=whole)))


@pytest.mark.parametrize("whole", [False, True], ids=["visit", "person"])
def test_it_stops_time_and_wish_until_it_is_let_go(counter: Counter, janis: str, whole: bool) -> None:
    hold = place(counter, auditor(counter), whole=whole)
    with pytest.raises(StillNeededError) as refused:
        erase(counter, janis)
    assert refused.value.obstacles == {Obstacle.HOLD}
    counter.clock.move(timedelta(days=1827))
    assert run(counter).waiting[Obstacle.HOLD] == 2, "the visit, and the person"
    assert number_of(counter, KNOWN.code) == janis
    counter.write(lambda conn: holds.lift(conn, counter.store, hold, counter.by.actor))
    assert run(counter).erased.total() == 2
    assert number_of(counter, KNOWN.code) is None


def test_a_hold_whose_form_comes_twice_is_one(counter: Counter, janis: str) -> None:
    by, meant = auditor(counter), replace(wanted(counter), hold_id=new_id())

    def step(each: Wanted) -> Callable[[Connection], str]:
        return lambda conn: holds.place(conn, counter.store, by, each)

    with ThreadPoolExecutor(2) as both:
        clicks = [both.submit(counter.store.database.write_now, step(meant)) for _ in range(2)]
        assert {each.result() for each in clicks} == {meant.hold_id}
    assert counter.write(step(meant)) == meant.hold_id
    assert counter.events().count(EventName.HOLD_PLACED) == 1
    for changed in (replace(meant, hold_id="x"), replace(meant, hold_id=""), replace(meant, reference="IDB-2026/18")):
        with pytest.raises(StaleFormError):
            counter.write(step(changed))


def test_it_is_told_in_the_trail_of_what_is_kept(counter: Counter, janis: str) -> None:
    by = auditor(counter)
    hold = place(counter, by)
    said = {"hold": hold, "reference": "IDB-2026/17", "review_on": REVIEW.isoformat()}
    assert counter.said(EventName.HOLD_PLACED) == said
    later = REVIEW + timedelta(days=30)
    counter.write(lambda conn: holds.review(conn, counter.store, by, hold, later))
    assert counter.said(EventName.HOLD_REVIEWED)["review_on"] == later.isoformat()
    counter.write(lambda conn: holds.lift(conn, counter.store, hold, by.actor))
    assert counter.events()[-1] is EventName.HOLD_LIFTED


def test_a_reference_names_a_case_and_nobody_and_somebody_looks_again_within_a_year(
    counter: Counter, janis: str
) -> None:
    by, store = auditor(counter), counter.store
    people = ("", "x", "two words", "329999-00001", "lieta/329999-00001", "1-329999-00001", "Ilze Paraudziņa")
    faulty = [("reference", wanted(counter, reference=each)) for each in people]
    faulty += [("review_on", wanted(counter, on=each)) for each in (date(2020, 1, 1), date(2040, 1, 1))]
    for field, each in faulty:
        with pytest.raises(HoldFaultError) as refused:
            counter.write(partial(holds.place, store=store, by=by, wanted=each))
        assert refused.value.field == field, each
    assert columns(counter)["legal_hold.id"] == []


def test_what_is_erased_is_not_kept(counter: Counter, janis: str) -> None:
    by = auditor(counter)
    erase(counter, janis)
    for whole in (False, True):
        with pytest.raises(ErasedAlreadyError):
            place(counter, by, whole=whole)


def test_letting_go_takes_an_auditor_and_an_administrator(counter: Counter, janis: str) -> None:
    by = auditor(counter)
    hold, plan = place(counter, by), Plan(kind=ChangeKind.HOLD_LIFT, target="", values={})
    plan = replace(plan, target=hold)
    administrator = replace(by, staff_id=counter.by.staff_id, role=Role.ADMINISTRATOR, browser_hash=b"other")

    def propose(who: StaffSession) -> str:
        return counter.write(lambda conn: flow.propose(conn, counter.store, plan, by=who, reason="Lieta ir slēgta"))

    with pytest.raises(AccessRefusedError):
        propose(administrator)
    change = propose(by)
    with pytest.raises(ChangeFaultError):
        propose(by)
    with pytest.raises(AccessRefusedError):
        counter.write(lambda conn: flow.confirm(conn, counter.store, replace(by, staff_id="x"), change))
    counter.write(lambda conn: flow.confirm(conn, counter.store, administrator, change))
    with pytest.raises(StillNeededError):
        erase(counter, janis)
    counter.clock.move(counter.store.settings.change_delay)
    counter.write(lambda conn: flow.apply_due(conn, counter.store, change))
    assert counter.events()[-1] is EventName.HOLD_LIFTED
    erase(counter, janis)


def test_a_review_ends_a_proposal_from_before(counter: Counter, janis: str) -> None:
    """Somebody has said meanwhile that it is still needed."""
    by = auditor(counter)
    hold = place(counter, by)
    plan = Plan(kind=ChangeKind.HOLD_LIFT, target=hold, values={})
    administrator = replace(by, staff_id=counter.by.staff_id, role=Role.ADMINISTRATOR, browser_hash=b"other")
    change = counter.write(lambda conn: flow.propose(conn, counter.store, plan, by=by, reason="Lieta ir slēgta"))
    counter.write(lambda conn: flow.confirm(conn, counter.store, administrator, change))
    counter.write(lambda conn: holds.review(conn, counter.store, by, hold, REVIEW + timedelta(days=1)))
    counter.clock.move(counter.store.settings.change_delay)
    counter.write(lambda conn: flow.apply_due(conn, counter.store, change))
    with pytest.raises(StillNeededError):
        erase(counter, janis)


def test_hold_and_erasure_at_the_same_moment_have_one_truthful_outcome(counter: Counter) -> None:
    """Four times: either it is kept and nothing of it is gone, or it is gone and nobody is told that it is kept."""
    by = auditor(counter)
    people = [Profile(name="Kāds Cits", code=f"329999-0010{n}") for n in range(4)]
    served = [(serve(counter, each), counter.visit_id, each.code) for each in people]
    counter.clock.move(timedelta(days=90))
    for n, (resident, counter.visit_id, code) in enumerate(served):
        hold = partial(holds.place, store=counter.store, by=by, wanted=wanted(counter, whole=n > 1))
        gone = partial(erasing.erase_resident, store=counter.store, resident_id=resident, why=Why.WISH)
        steps: list[Callable[[Connection], object]] = [hold, gone] if n % 2 else [gone, hold]
        with ThreadPoolExecutor(2) as both:
            results = [each.result() for each in [both.submit(attempt, counter, step) for step in steps]]
        refused = {type(each) for each in results if isinstance(each, Exception)}
        is_erased = number_of(counter, code) is None
        assert refused == {ErasedAlreadyError if is_erased else StillNeededError}


def attempt(counter: Counter, step: Callable[[Connection], object]) -> object:
    try:
        return counter.store.database.write_now(step)
    except (ErasedAlreadyError, StillNeededError) as error:
        return error


def test_a_wish_waits_for_a_hold_and_then_goes_on_by_itself(counter: Counter, janis: str) -> None:
    hold = place(counter, auditor(counter), whole=True)
    shown = counter.read(lambda conn: wishes.outlook(conn, counter.store, janis))
    assert shown.obstacles == {Obstacle.HOLD}
    assert hold
