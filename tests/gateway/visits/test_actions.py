"""One action is ended alone; no sequence of steps uses more than was allowed."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

from audit.events import EventName
from delegation.errors import DelegationError, OutOfScopeError
from delegation.filing import FilingState
from delegation.model import Action, DelegationState, ensure_allows
from gateway.oauth import status_lists
from gateway.people.residents import Profile
from gateway.visits import actions
from gateway.visits.delegations import to_model
from gateway.visits.errors import OutOfOrderError, VisitError
from gateway.visits.filings import MAY_HAVE_ARRIVED
from gateway.visits.scope import Wanted
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter
from tests.gateway.visits.played import declined

FOLLOWED = Wanted(service=QUEUE, follow=True, collect=True)


def stop_action(counter: Counter, action: Action, service: str = QUEUE) -> None:
    delegation, by = counter.delegation().id, counter.the_phone().actor
    counter.write(
        lambda conn: actions.stop_action(conn, counter.store, delegation, service, action, by=by, whose="resident")
    )


def filed_and_closed(counter: Counter) -> None:
    counter.open(QUEUE).grant(services=(FOLLOWED,))
    counter.fill()
    counter.send()
    counter.close()


def ended_in_list(counter: Counter) -> bool:
    """Whether the published list says that the delegation no longer counts."""
    now, index = counter.clock.now(), counter.delegation().status_index
    values = {"now": now, "since": now - timedelta(days=1)}
    statement = status_lists._LISTS[1]
    return index in counter.read(lambda conn: conn.execute(statement, values).scalars().all())


class TestOneAction:
    def test_ends_alone_and_the_rest_lives_on(self, counter: Counter) -> None:
        filed_and_closed(counter)
        stop_action(counter, Action.FOLLOW)
        delegation, now = to_model(counter.delegation()), counter.clock.now()
        with pytest.raises(DelegationError):
            ensure_allows(delegation, service=QUEUE, action=Action.FOLLOW, now=now)
        ensure_allows(delegation, service=QUEUE, action=Action.COLLECT, now=now)
        assert not ended_in_list(counter)
        said = counter.said(EventName.DELEGATION_ACTION_STOPPED)
        assert (said["action"], said["whose"]) == ("follow", "resident")

    def test_with_the_last_one_everything_ends(self, counter: Counter) -> None:
        filed_and_closed(counter)
        stop_action(counter, Action.FOLLOW)
        stop_action(counter, Action.COLLECT)
        assert counter.delegation().state is DelegationState.REVOKED
        assert ended_in_list(counter)

    def test_twice_is_once(self, counter: Counter) -> None:
        filed_and_closed(counter)
        stop_action(counter, Action.FOLLOW)
        stop_action(counter, Action.FOLLOW)
        assert counter.events().count(EventName.DELEGATION_ACTION_STOPPED) == 1

    def test_without_the_right_to_file_nothing_unsent_goes_on(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(FOLLOWED,))
        counter.fill()
        counter.prepare()
        stop_action(counter, Action.FILE)
        assert counter.filing().state is FilingState.STOPPED
        with pytest.raises(VisitError):
            counter.fill()

    def test_what_was_never_allowed_cannot_be_ended(self, counter: Counter) -> None:
        counter.open(BENEFIT).grant()
        with pytest.raises(OutOfScopeError):
            stop_action(counter, Action.FOLLOW, BENEFIT)

    def test_of_what_has_ended_nothing_can_be_ended(self, counter: Counter) -> None:
        filed_and_closed(counter)
        counter.stop()
        with pytest.raises(OutOfOrderError):
            stop_action(counter, Action.FOLLOW)


_NUMBERS = count(1)
STEPS = st.lists(
    st.sampled_from(["benefit", "queue", "fill", "other_child", "send", "declined", "end_filing", "stop", "wait"]),
    min_size=3,
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, filings=st.integers(1, 2))
def test_no_sequence_files_more_than_was_allowed(counter: Counter, steps: list[str], filings: int) -> None:
    # Each example has a resident of its own, so that one database serves them all.
    counter.signs_in = f"329998-{next(_NUMBERS):05d}"
    person = Profile(name="Ilze Paraudziņa", code=counter.signs_in)
    counter.open_several(BENEFIT, QUEUE).grant(person=person, services=(Wanted(service=QUEUE, filings=filings),))
    for step in steps:
        try:
            _take(counter, step)
        except (VisitError, DelegationError, AssertionError, NoResultFound):
            continue  # the step did not fit: refused, or there was nothing that it could be taken with
    delegation = to_model(counter.delegation())
    for service, most in ((BENEFIT, 1), (QUEUE, filings)):
        sent = [each for each in counter.filings() if each.service_id == service and each.state in MAY_HAVE_ARRIVED]
        assert len(sent) <= most
        assert delegation.allowed_service(service).used == len(sent)
    counter.close()


def _take(counter: Counter, step: str) -> None:
    match step:
        case "benefit" | "queue":
            counter.go_on(BENEFIT if step == "benefit" else QUEUE)
        case "fill":
            counter.fill()
        case "other_child":
            counter.fill(sample=1)
        case "send":
            counter.send()
        case "declined":
            counter.prepare()
            counter.sign_in()
            if counter.press().allowed:
                counter.answer(declined(counter.clock.now()))
        case "end_filing":
            stop_action(counter, Action.FILE)
        case "stop":
            counter.stop()
        case "wait":
            counter.clock.move(timedelta(minutes=1))


def test_the_answer_of_a_declined_filing_leaves_room_for_one_more(counter: Counter) -> None:
    counter.open(QUEUE).grant()
    counter.fill()
    counter.prepare()
    counter.sign_in()
    assert counter.press().allowed
    counter.answer(declined(counter.clock.now()))
    counter.fill()
    counter.send()
    assert to_model(counter.delegation()).allowed_service(QUEUE).used == 1
