"""Whom a rule of an institution names: a life event, an outcome, and that nothing has followed."""

from typing import Any

import pytest

from delegation.filing import FilingState
from gateway.outreach.audience import FEWEST
from gateway.outreach.errors import (
    OverlapError,
    RuleFaultError,
)
from tests.gateway.inviting import (
    MOVE,
    an_event,
    approve,
    followed,
    is_refused,
    network,
    officer,
    people,
    propose,
    reached,
    send,
)
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter

__all__ = ["counter", "network", "renderer"]


class TestConditions:
    """A life event, an outcome, and that nothing has followed: each reaches whom it names."""

    def test_an_event_reaches_those_for_whom_any_of_its_services_was_filed(self, network: Counter) -> None:
        event = an_event(network, BENEFIT, MOVE)
        ids = people(network, 12) + people(network, 12, first=100, service=MOVE)
        people(network, 5, first=200, service=QUEUE)
        assert self.reach(network, of_service=None, of_event=event) == set(ids)

    def test_an_event_without_a_service_of_the_institution_is_refused(self, network: Counter) -> None:
        event = an_event(network, MOVE, QUEUE)
        people(network, FEWEST, service=MOVE)
        with pytest.raises(RuleFaultError):
            propose(network, of_service=None, of_event=event)

    def test_an_event_names_no_outcome_of_other_institutions(self, network: Counter) -> None:
        event = an_event(network, BENEFIT, MOVE)
        with pytest.raises(RuleFaultError):
            propose(network, of_service=None, of_event=event, outcome=FilingState.DECLINED)

    def test_an_outcome_reaches_those_whom_the_portal_turned_down(self, network: Counter) -> None:
        people(network, FEWEST)
        ids = people(network, FEWEST, first=100, state=FilingState.DECLINED)
        assert self.reach(network, outcome=FilingState.DECLINED) == set(ids)

    def test_what_has_followed_leaves_out_who_has_it(self, network: Counter) -> None:
        event = an_event(network, BENEFIT, MOVE)
        ids = people(network, FEWEST + 4, service=MOVE)
        followed(network, ids[:2], FilingState.FILED)
        followed(network, ids[2:3], FilingState.NEEDS_HUMAN)
        followed(network, ids[3:4], FilingState.DECLINED)
        assert self.reach(network, of_service=None, of_event=event, leaves_out=True) == set(ids[3:])

    def test_conditions_do_not_make_a_group_of_the_same_people_another_one(self, network: Counter) -> None:
        event = an_event(network, BENEFIT, MOVE)
        people(network, FEWEST, service=MOVE)
        propose(network, of_service=None, of_event=event, leaves_out=True)
        with pytest.raises(OverlapError):
            propose(network, of_service=None, of_event=event)

    def test_narrowed_to_nineteen_it_is_refused(self, network: Counter) -> None:
        event = an_event(network, BENEFIT, MOVE)
        ids = people(network, FEWEST, service=MOVE)
        followed(network, ids[:1], FilingState.FILED)
        assert is_refused(network, of_service=None, of_event=event, leaves_out=True)

    def reach(self, network: Counter, **other: Any) -> set[str]:
        rule = propose(network, **other)
        approve(network, rule, officer(network, "ozola"))
        list(send(network, rule))
        return reached(network)
