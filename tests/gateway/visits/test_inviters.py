"""Of two people one of whom invited the other, neither is the other's second pair of eyes."""

from dataclasses import dataclass

import pytest

from gateway.people import inviters
from tests.gateway.visits.colleagues import a_colleague, invited
from tests.gateway.visits.counter import Counter


@dataclass
class Line:
    """Each invited the next; others stand beside."""

    counter: Counter
    ids: list[str]

    def bound(self, one: str | None, other: str) -> bool:
        return self.counter.read(lambda conn: inviters.are_bound(conn, one, other))


@pytest.fixture
def line(counter: Counter) -> Line:
    ids = [counter.by.staff_id]
    for _ in range(3):
        ids.append(invited(counter, ids[-1]))
    return Line(counter, ids)


def test_who_invites_is_bound_to_whom_they_invited_and_over_one_between(line: Line) -> None:
    near = {(n, m) for n, one in enumerate(line.ids) for m, other in enumerate(line.ids) if line.bound(one, other)}
    assert near == {(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (0, 2), (2, 0), (1, 3), (3, 1)}


def test_nobody_else_is_bound(line: Line) -> None:
    stranger = a_colleague(line.counter).staff_id
    by_the_command_line = invited(line.counter, None)
    by_two = invited(line.counter, line.ids[0], change_id="agreed")
    for other in (stranger, by_the_command_line, by_two):
        assert not any(line.bound(one, other) or line.bound(other, one) for one in line.ids)
        assert not line.bound(None, other)
