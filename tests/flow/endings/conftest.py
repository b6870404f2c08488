"""A counter in front of the stack on each kind of database, mended after each test."""

from collections.abc import Iterator

import pytest

from gateway.demo import seed
from gateway.demo.codes import Codes
from gateway.demo.people import PASSWORD, SEA, WITNESS
from gateway.demo.stack import Stack
from tests.flow.endings.counter import Counter
from tests.flow.endings.people import Desk

ON_SQLITE = pytest.mark.parametrize("stack", ["sqlite"], indirect=True, scope="session")
"""For endings in which the database plays no part of its own."""


@pytest.fixture(scope="session")
def open_counter(stack: Stack, codes: Codes) -> Iterator[Counter]:
    """The counter of a stack; afterwards the whole log is verified."""
    counter = Counter.open(stack, codes)
    yield counter
    counter.ensure_verified()
    counter.close()


@pytest.fixture
def counter(open_counter: Counter) -> Iterator[Counter]:
    """A counter in front of an outside world that has forgotten everything; everything runs."""
    open_counter.stack.reset_outside()
    yield open_counter
    open_counter.send_home()
    open_counter.mend()


@pytest.fixture
def witness(counter: Counter, codes: Codes) -> Iterator[Desk]:
    """Another assistant, at an enrolled computer of another centre."""
    store = counter.store
    code = store.database.write_now(lambda conn: seed.terminal_code(conn, store, SEA.id))
    desk = Desk(counter.stack.url)
    desk.enrol(code.digits)
    desk.sign_in(WITNESS.login, PASSWORD, codes.take(WITNESS))
    yield desk
    desk.close()
