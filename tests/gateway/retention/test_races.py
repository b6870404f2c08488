"""Somebody comes at the very moment in which they are erased."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from gateway.keys import store as key_store
from gateway.keys.errors import KeyMissingError
from gateway.retention.errors import StillNeededError
from gateway.retention.states import Obstacle
from gateway.visits.errors import PersonErasedError
from tests.gateway.retention.conftest import KEPT_SENT, KNOWN, erase, number_of, serve
from tests.gateway.visits.counter import Counter


def attempt(step: Callable[[], object]) -> object:
    try:
        return step()
    except (PersonErasedError, StillNeededError) as error:
        return error


def test_a_request_at_the_same_moment_comes_before_or_finds_somebody_new(counter: Counter) -> None:
    """Three times; whichever comes first, what is asked for can be opened, or was refused and can be asked again."""
    for n in range(3):
        person = serve(counter, days_ago=n)
        counter.clock.move(KEPT_SENT)
        counter.open()
        steps: list[Callable[[], object]] = [partial(counter.ask, person=KNOWN), partial(erase, counter, person)]
        with ThreadPoolExecutor(2) as both:
            asked, erased = [each.result() for each in [both.submit(attempt, step) for step in steps]]
        if isinstance(asked, PersonErasedError):
            assert counter.ask(person=KNOWN)
        stays = isinstance(erased, StillNeededError)
        if isinstance(erased, StillNeededError):
            assert erased.obstacles >= {Obstacle.OPEN_VISIT, Obstacle.IN_FORCE}
        assert (counter.delegation().principal_id == person) == stays
        assert number_of(counter, KNOWN.code) == counter.delegation().principal_id
        assert counter.invitation().code, "its values can be opened"
        counter.close()


def test_nothing_is_put_under_a_key_that_is_gone(counter: Counter) -> None:
    sealer, now = counter.store.sealer, counter.clock.now()
    outer, inner = sealer.new_key(), sealer.new_key()
    for key in (outer, inner):
        counter.write(partial(key_store.save, wrapped=sealer.wrap(key)))
    counter.write(lambda conn: key_store.destroy(conn, outer.id, now))
    with pytest.raises(KeyMissingError):
        counter.write(lambda conn: key_store.rewrap(conn, sealer.wrap(inner, under=outer)))
    assert counter.read(lambda conn: key_store.load(conn, sealer, inner.id)) == inner
