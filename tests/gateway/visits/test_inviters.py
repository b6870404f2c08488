"""Of two people one of whom invited the other, or whom one person invited, who is the other's second pair of eyes."""

from dataclasses import dataclass
from functools import partial

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


def test_at_a_counter_who_invites_is_bound_to_whom_they_invited_and_over_one_between(line: Line) -> None:
    lines = [line.counter.read(partial(inviters.line_of, staff_id=each)) for each in line.ids]
    near = {(n, m) for n, of in enumerate(lines) for m, other in enumerate(line.ids) if other in of}
    assert near == {(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2), (0, 2), (2, 0), (1, 3), (3, 1)}


def test_at_a_counter_two_whom_one_manager_invited_are_colleagues(line: Line) -> None:
    sibling = invited(line.counter, line.ids[0])
    assert line.counter.read(lambda conn: inviters.line_of(conn, sibling)) == {line.ids[0]}


def test_for_the_gateway_everybody_on_one_tree_is_bound_to_everybody_else_on_it(line: Line) -> None:
    sibling = invited(line.counter, line.ids[0])
    cousin = invited(line.counter, sibling)
    everybody = [*line.ids, sibling, cousin]
    assert all(line.bound(one, other) for one in everybody for other in everybody)


def test_nobody_else_is_bound(line: Line) -> None:
    stranger = a_colleague(line.counter).staff_id
    by_the_command_line = invited(line.counter, None)
    by_two = invited(line.counter, line.ids[0], change_id="agreed")
    by_two_as_well = invited(line.counter, line.ids[0], change_id="agreed")
    for other in (stranger, by_the_command_line, by_two):
        assert not any(line.bound(one, other) or line.bound(other, one) for one in line.ids)
        assert not line.bound(None, other)
    assert not line.bound(by_two, by_two_as_well)


def test_two_can_decide_only_where_two_trees_are_there(line: Line) -> None:
    def can(*ids: str) -> bool:
        return line.counter.read(lambda conn: inviters.has_two(conn, ids))

    sibling, stranger = invited(line.counter, line.ids[0]), a_colleague(line.counter).staff_id
    assert not can()
    assert not can(stranger)
    assert not can(sibling, *line.ids)
    assert can(sibling, stranger)
