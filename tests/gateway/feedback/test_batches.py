"""What a manager reads of comments and invitations, and what somebody who hunts for one person finds."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from gateway.feedback import batches, reached
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation, Reach
from gateway.ids import digest, new_id
from tests.gateway.visits.counter import Counter


def answer(counter: Counter, given_on: date, comment: str | None, satisfaction: int | None = 4) -> None:
    values = {
        "id": new_id(),
        "centre_id": counter.by.centre_id,
        "service_group": "none",
        "month": f"{given_on:%Y-%m}",
        "satisfaction": satisfaction,
        "done": None,
        "clear": None,
        "comment": comment,
        "given_on": given_on,
    }
    counter.write(lambda conn: conn.execute(insert(FeedbackAnswer).values(values)))


def read(counter: Counter, month: str, **window: int) -> Any:
    given = {"most": 50} | window
    return counter.read(lambda conn: batches.read(conn, counter.store, counter.by.centre_id, month, **given))


def shown(counter: Counter) -> dict[str, int | None]:
    found = counter.read(lambda conn: batches.months(conn, counter.store, counter.by.centre_id))
    return {each.month: each.comments for each in found if each.comments != 0}


class TestComments:
    def test_are_shown_once_their_month_is_over(self, counter: Counter) -> None:
        for number in range(5):
            answer(counter, date(2026, 11, 2 + number), f"Paldies {number}")
        assert read(counter, "2026-11") is None, "it is November"
        counter.clock.move(timedelta(days=29))
        assert sorted(read(counter, "2026-11")) == [f"Paldies {number}" for number in range(5)]
        assert shown(counter)["2026-11"] == 5

    def test_of_fewer_than_five_people_are_not(self, counter: Counter) -> None:
        for number in range(4):
            answer(counter, date(2026, 10, 2 + number), "Paldies")
        assert read(counter, "2026-10") is None
        assert shown(counter)["2026-10"] is None

    def test_count_people_and_not_pieces_of_an_answer(self, counter: Counter) -> None:
        """Who rates on the display and writes on the phone has two rows, and is one."""
        for number in range(4):
            answer(counter, date(2026, 10, 2 + number), None)
            answer(counter, date(2026, 10, 2 + number), "Paldies", satisfaction=None)
        assert read(counter, "2026-10") is None

    def test_that_come_late_change_no_batch_that_was_read(self, counter: Counter) -> None:
        """An invitation of October may be answered in November: then it is in the batch of November."""
        for number in range(5):
            answer(counter, date(2026, 10, 2 + number), f"Paldies {number}")
        before = read(counter, "2026-10")
        counter.open().close()
        link = counter.opened(lambda opened: opened.feedback_link())
        assert link
        answer(counter, date(2026, 11, 3), "Par oktobri")
        assert read(counter, "2026-10") == before

    def test_stand_in_an_order_that_is_not_the_one_of_writing(self, counter: Counter) -> None:
        for number in range(12):
            answer(counter, date(2026, 10, 2 + number), f"{number:02}")
        found = read(counter, "2026-10")
        assert sorted(found) == [f"{number:02}" for number in range(12)] != found
        assert read(counter, "2026-10", most=5) + read(counter, "2026-10", most=50, after=5) == found

    @pytest.mark.parametrize("month", ["2026-12", "2023-01", "nonsense", "2026-1", ""])
    def test_of_any_other_month_are_none(self, counter: Counter, month: str) -> None:
        assert read(counter, month) is None


OCTOBER_END, NOVEMBER_BEGIN, DECEMBER_BEGIN = date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 1)


class TestInvitations:
    def test_show_who_was_asked_how_and_how_many_answered(self, counter: Counter) -> None:
        rows = [
            *[(Reach.DISPLAY, True, False, False)] * 3,
            (Reach.SMS, False, True, False),
            (Reach.SMS, False, False, False),
            (Reach.PAGE, False, True, True),
            (Reach.OPTED_OUT, False, True, True),
        ]
        for number, (reach, rated, used, declined) in enumerate(rows):
            values = {
                "token_hash": digest(str(number)),
                "centre_id": counter.by.centre_id,
                "service_group": "none",
                "month": "2026-10",
                "asked_on": date(2026, 10, 2),
                "expires_on": date(2026, 11, 1),
                "used": used,
                "rated": rated,
                "reach": reach,
                "declined": declined,
            }
            invite = partial(Connection.execute, statement=insert(FeedbackInvitation).values(values))
            counter.write(invite)
        (month,) = counter.read(lambda conn: reached.months(conn, counter.by.centre_id, "2026-01"))
        assert (month.visits, month.asked, month.reachable, month.answered, month.declined) == (7, 6, 5, 4, 1)
        assert dict(month.by) == {Reach.DISPLAY: 3, Reach.SMS: 2, Reach.PAGE: 1, Reach.OPTED_OUT: 1}

    def test_of_a_month_are_told_when_it_is_over_and_who_answered_when_nobody_can_any_more(self) -> None:
        month = reached.Month("2026-10", {Reach.DISPLAY: 20, Reach.SMS: 30}, answered=25, declined=10)
        live, over, settled = (reached.shown(month, day) for day in (OCTOBER_END, NOVEMBER_BEGIN, DECEMBER_BEGIN))
        assert (live.visits, set(live.by.values()), live.reachable, live.answered) == (50, {None}, None, None)
        assert (over.by[Reach.SMS], over.reachable, over.answered, over.declined) == (30, 50, None, None)
        assert (settled.answered, settled.declined) == (25, 10)

    def test_under_five_are_shown_neither_alone_nor_by_what_is_left(self) -> None:
        by = {Reach.DISPLAY: 20, Reach.SMS: 30, Reach.EMAIL: 9, Reach.PAGE: 8, Reach.OPTED_OUT: 1}
        seen = reached.shown(reached.Month("2026-10", by, answered=60, declined=4), DECEMBER_BEGIN)
        assert (seen.by[Reach.OPTED_OUT], seen.by[Reach.PAGE], seen.by[Reach.SMS]) == (None, None, 30)
        assert (seen.asked, seen.reachable) == (None, 59), "who was asked less all who ended is who did not want to be"
        assert (seen.answered, seen.declined) == (60, None)

    def test_by_a_way_that_is_hidden_is_not_found_by_the_sum_of_some(self) -> None:
        seen = reached.shown(reached.Month("2026-10", {Reach.DISPLAY: 20, Reach.SMS: 3, Reach.PAGE: 7}), DECEMBER_BEGIN)
        assert (seen.by[Reach.SMS], seen.by[Reach.PAGE], seen.reachable) == (None, None, None)

    def test_that_nobody_answered_is_not_told(self) -> None:
        assert reached.shown(reached.Month("2026-10", {Reach.SMS: 9}), DECEMBER_BEGIN).answered is None

    def test_of_every_visit_that_ended_are_counted(self, counter: Counter) -> None:
        for _ in range(3):
            counter.open().close()
        (month,) = counter.read(lambda conn: reached.months(conn, counter.by.centre_id, "2026-01"))
        assert (month.visits, month.asked) == (3, 3)


def test_another_centres_comments_are_none_of_a_manager(counter: Counter) -> None:
    for number in range(5):
        answer(counter, date(2026, 10, 2 + number), "Paldies")
    for centre, found in ((counter.by.centre_id, 5), ("another", None)):
        read_one = partial(batches.read, parts=counter.store, centre_id=centre, month="2026-10", most=9)
        texts = counter.read(read_one)
        assert (None if texts is None else len(texts)) == found
