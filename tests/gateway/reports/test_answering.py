"""Answers are shown in bundles of at least five; nobody can work out one of fewer, whatever they subtract."""

from datetime import UTC, datetime
from itertools import combinations
from random import Random

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.database.counting import count_statements
from gateway.feedback.tables import FeedbackAnswer
from gateway.reports import answering, figures
from gateway.reports.kpi import Share
from gateway.reports.periods import Month, Period
from gateway.reports.places import Place, PlaceKind
from gateway.reports.tables import FigureAnswers, FigureBundle
from tests.gateway.reports.answered import answer, bundle, by_group, satisfied
from tests.gateway.visits.counter import Counter

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
ENOUGH = (5, 5, 4, 2, 3)


def holds(wide: Period, narrow: Period) -> bool:
    """Whether one stretch of time lies within another."""
    return wide.first <= narrow.first and narrow.last <= wide.last


class TestABundle:
    def test_is_made_of_five_and_not_of_four(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, ENOUGH[:4])
        assert bundle(counter, NOVEMBER) == 0
        assert satisfied(counter, "2026-11") == Share(0, 0)
        answer(counter, NOVEMBER, ENOUGH[4:])
        assert bundle(counter, NOVEMBER) == 3, "points, done, clear"
        assert satisfied(counter, "2026-11") == Share(3, 5)

    def test_does_not_grow_by_the_next_answer(self, counter: Counter) -> None:
        """Whoever looks before and after one visit learns nothing of it."""
        answer(counter, NOVEMBER, ENOUGH)
        bundle(counter, NOVEMBER)
        before = satisfied(counter, "2026-11")
        for _ in range(4):
            answer(counter, NOVEMBER, [1])
            bundle(counter, NOVEMBER)
            assert satisfied(counter, "2026-11") == before
        answer(counter, NOVEMBER, [1])
        bundle(counter, NOVEMBER)
        assert satisfied(counter, "2026-11") == Share(3, 10)

    def test_holds_no_answer_twice_however_often_it_is_made(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, ENOUGH)
        for _ in range(3):
            bundle(counter, NOVEMBER)
        assert satisfied(counter, "2026-11").n == 5

    def test_stays_when_the_answers_are_deleted(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, ENOUGH)
        bundle(counter, NOVEMBER)
        counter.write(lambda conn: conn.execute(delete(FeedbackAnswer)))
        bundle(counter, NOVEMBER)
        assert satisfied(counter, "2026-11") == Share(3, 5)

    def test_of_four_is_refused_by_the_table_itself(self, counter: Counter) -> None:
        row = {"place": "network", "aspect": "points", "service_group": "benefits", "n": 4, "good": 4}
        row |= {"first_month": "2026-11", "last_month": "2026-11"}
        with pytest.raises(IntegrityError):
            counter.write(lambda conn: conn.execute(insert(FigureBundle).values(**row)))

    def test_of_small_groups_waits_until_nothing_more_can_come(self, counter: Counter) -> None:
        answer(counter, OCTOBER, [5, 5, 5], "benefits")
        answer(counter, NOVEMBER, [4, 1], "family")
        assert bundle(counter, Month(2027, 1)) == 0
        assert bundle(counter, Month(2027, 2)) == 3
        assert satisfied(counter, "2026-Q4") == Share(4, 5)
        assert satisfied(counter, "2026-11") == Share(0, 0)
        assert by_group(counter, "2026-Q4") == {"*": Share(4, 5)}

    def test_tells_a_group_alone_once_it_is_large_enough(self, counter: Counter) -> None:
        answer(counter, OCTOBER, [5, 5, 5], "benefits")
        answer(counter, NOVEMBER, [5, 1], "benefits")
        bundle(counter, NOVEMBER)
        assert by_group(counter, "2026-Q4") == {"benefits": Share(4, 5)}


class TestWhileOthersWrite:
    """Counting goes beside everything else; what is written is short, however much there is."""

    def test_what_came_is_counted_without_writing_and_gathered_without_counting(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, ENOUGH)
        found = counter.read(lambda conn: answering.count(conn, NOW))
        with count_statements() as writing:
            assert counter.write(lambda conn: answering.settle(conn, found, NOW)) == 3
        assert [text for text in writing.texts if "feedback" in text] == []
        assert counter.read(lambda conn: answering.count(conn, NOW)) == {}, "nothing differs any more"

    def test_thirty_groups_take_as_many_statements_as_one(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, ENOUGH)
        of_one = self.statements(counter)
        for number in range(30):
            answer(counter, NOVEMBER, ENOUGH, f"group-{number}")
        assert self.statements(counter) <= of_one + 6, "the sums are two hundred at a time"

    def test_what_was_told_already_is_not_read_again(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, ENOUGH, "benefits")
        answer(counter, NOVEMBER, ENOUGH[:2], "family")
        bundle(counter, NOVEMBER)
        waiting = select(FigureAnswers.service_group).where(FigureAnswers.waits)
        assert counter.read(lambda conn: conn.execute(waiting).scalars().all()) == ["family"]
        answer(counter, NOVEMBER, [3], "benefits")
        bundle(counter, NOVEMBER)
        assert set(counter.read(lambda conn: conn.execute(waiting).scalars().all())) == {"benefits", "family"}

    def test_what_was_counted_before_somebody_else_gathered_changes_nothing(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, ENOUGH)
        early = counter.read(lambda conn: answering.count(conn, NOW))
        answer(counter, NOVEMBER, ENOUGH)
        bundle(counter, NOVEMBER)
        before = self.told(counter)
        assert counter.write(lambda conn: answering.settle(conn, early, NOW)) == 0
        assert self.told(counter) == before
        assert before[0].n == before[1] == 10

    @staticmethod
    def statements(counter: Counter) -> int:
        found = counter.read(lambda conn: answering.count(conn, NOW))
        with count_statements() as counted:
            counter.write(lambda conn: answering.settle(conn, found, NOW))
        return counted.total

    @staticmethod
    def told(counter: Counter) -> tuple[Share, int]:
        place = Place(PlaceKind.CENTRE, counter.by.centre_id)
        found = counter.read(lambda conn: figures.read(conn, place, Period.parse("2026-11")).here).answers
        return found.satisfied, found.invited


class TestAManagerHuntingForOnePerson:
    def test_finds_none_by_months_quarters_groups_and_days(self, counter: Counter) -> None:
        """Answers come one by one in three groups over eight months, and everything that can be asked is asked anew.

        Whatever holds another figure (a longer time, all groups, a later day) holds five answers more, or none.
        """
        luck = Random("hunt")
        months = [Month(2026, 3).plus(number) for number in range(8)]
        stretches = [Period(first, last) for number, first in enumerate(months) for last in months[number:]]
        before = dict.fromkeys(stretches, Share(0, 0))
        for month in [*months, Month(2027, 6)]:
            for _ in range(luck.randrange(2, 9)):
                if month in months:
                    answer(counter, month, [luck.randint(1, 5)], luck.choice(["benefits", "family", "taxes"]))
                bundle(counter, month)
            now = {each: satisfied(counter, str(each)) for each in stretches}
            groups = {each: by_group(counter, str(each)) for each in stretches}
            gaps = {now[each].n - before[each].n for each in stretches}
            gaps |= {now[wide].n - now[narrow].n for wide in stretches for narrow in stretches if holds(wide, narrow)}
            for each in stretches:
                parts = [share.n for share in groups[each].values()]
                assert sum(parts) == now[each].n
                gaps |= {now[each].n - sum(some) for size in range(4) for some in combinations(parts, size)}
            assert [gap for gap in gaps if gap != 0 and gap < 5] == []
            before = now
        assert before[stretches[7]].n > 20, "it was worth the hunt"

    def test_is_kept_from_what_waits(self, counter: Counter) -> None:
        answer(counter, NOVEMBER, [1, 1])
        bundle(counter, NOVEMBER)
        waiting = counter.read(lambda conn: conn.execute(select(FigureAnswers)).all())
        assert [row.counts["points:1"] for row in waiting] == [2]
        assert counter.read(lambda conn: conn.execute(select(FigureBundle)).all()) == []
