"""What a card says has to be so first is gone through at the desk, before anything is asked of a resident."""

import pytest
from sqlalchemy import update

from audit.events import EventName
from delegation.model import DelegationState
from gateway.services.tables import Service
from gateway.visits.errors import PreconditionsOpenError
from tests.gateway.visits.counter import BENEFIT, Counter

FIRST, SECOND = f"{BENEFIT}:0", f"{BENEFIT}:1"


@pytest.fixture(autouse=True)
def card(counter: Counter) -> None:
    words = {"title": "Slimības pabalsts", "summary": "Pabalsts", "before": ["Lapa B ir noslēgta", "Ir bankas konts"]}
    changed = update(Service).where(Service.id == BENEFIT).values(cards={"lv": words})
    counter.write(lambda conn: conn.execute(changed))


@pytest.mark.parametrize("some", [(), (FIRST,), (FIRST, "lv.another:1")])
def test_nothing_is_asked_before_all_of_it_was_gone_through(counter: Counter, some: tuple[str, ...]) -> None:
    counter.open()
    with pytest.raises(PreconditionsOpenError):
        counter.ask(met=frozenset(some))
    assert not counter.has_asked()


def test_what_was_gone_through_is_on_record(counter: Counter) -> None:
    counter.open().grant(met=frozenset({FIRST, SECOND}))
    assert counter.delegation().state is DelegationState.ACTIVE
    assert counter.said(EventName.DELEGATION_REQUESTED)["met"] == [FIRST, SECOND]
