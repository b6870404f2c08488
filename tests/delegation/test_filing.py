"""The states of a filing."""

from itertools import pairwise

import pytest

from delegation.errors import FilingTransitionError
from delegation.filing import (
    BLOCKS_ANOTHER,
    ENDED,
    IN_DOUBT,
    UNSENT,
    FilingState,
    ensure_transition,
    frees_allowance,
    may_go,
)

S = FilingState


def reachable(start: FilingState) -> set[FilingState]:
    seen, ahead = {start}, [start]
    while ahead:
        state = ahead.pop()
        for then in S:
            if may_go(state, then) and then not in seen:
                seen.add(then)
                ahead.append(then)
    return seen


class TestFilingStates:
    def test_the_straight_way_is_open(self) -> None:
        way = [S.DRAFTED, S.PREPARED, S.CONFIRMED, S.SENT, S.FILED]
        assert all(may_go(now, then) for now, then in pairwise(way))

    def test_nothing_is_sent_but_what_was_confirmed(self) -> None:
        assert [state for state in S if may_go(state, S.SENT)] == [S.CONFIRMED]

    def test_nothing_is_confirmed_but_what_was_read_back(self) -> None:
        assert [state for state in S if may_go(state, S.CONFIRMED)] == [S.PREPARED]

    def test_what_may_have_left_is_never_sent_again(self) -> None:
        assert all(S.SENT not in reachable(state) for state in (*IN_DOUBT, *ENDED) if state is not S.SENT)
        assert reachable(S.SENT).isdisjoint(UNSENT)

    def test_every_doubt_can_be_settled(self) -> None:
        assert all(reachable(state) & ENDED for state in S)

    def test_a_stop_is_in_time_until_sent_and_never_after(self) -> None:
        assert {state for state in S if may_go(state, S.STOPPED)} == UNSENT

    def test_a_step_that_is_not_in_the_table_is_refused(self) -> None:
        with pytest.raises(FilingTransitionError) as refused:
            ensure_transition(S.DRAFTED, S.SENT)
        assert refused.value.code == "filing.transition"
        ensure_transition(S.CONFIRMED, S.SENT)

    def test_only_proof_that_nothing_was_filed_frees_the_allowance(self) -> None:
        freeing = {(now, then) for now in S for then in S if frees_allowance(now, then)}
        assert freeing == {
            (S.SENT, S.DECLINED),
            (S.UNKNOWN, S.NOT_FILED),
            (S.NEEDS_HUMAN, S.NOT_FILED),
        }

    def test_a_second_filing_waits_while_the_first_is_open_in_doubt_or_filed(self) -> None:
        free = {S.NOT_FILED, S.STOPPED, S.DECLINED, S.FAILED, S.ABANDONED}
        assert set(S) - BLOCKS_ANOTHER == free
