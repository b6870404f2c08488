"""An answer is taken once, and knows nobody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gateway import long_codes
from gateway.feedback import answers
from gateway.feedback.answers import Answer, Degree
from gateway.feedback.asking import VALID_DAYS
from gateway.feedback.errors import (
    AnswerError,
    FeedbackError,
    InvitationExpiredError,
    InvitationUnknownError,
    InvitationUsedError,
)
from gateway.feedback.tables import FeedbackAnswer
from tests.gateway.visits.counter import Counter

GOOD = Answer(satisfaction=5, done=Degree.YES, clear=Degree.PARTLY, comment="Paldies! Zvaniet +371 2000 0001.")


def give(counter: Counter, token: str, answer: Answer = GOOD) -> None:
    counter.write(lambda conn: answers.give(conn, counter.store, token, answer))


def kept(counter: Counter) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(FeedbackAnswer.__table__)).all()))


def test_an_answer_is_kept_with_centre_group_month_and_day(counter: Counter, token: str) -> None:
    counter.clock.move(timedelta(days=2))
    give(counter, token)
    (answer,) = kept(counter)
    assert answer.centre_id == counter.by.centre_id
    assert answer.month == "2026-11"
    assert answer.given_on == date(2026, 11, 4)
    assert (answer.satisfaction, answer.done, answer.clear) == (5, "yes", "partly")


def test_a_comment_is_scrubbed_before_it_is_stored(counter: Counter, token: str) -> None:
    give(counter, token)
    (answer,) = kept(counter)
    assert answer.comment == "Paldies! Zvaniet […]."


def test_a_link_takes_one_answer(counter: Counter, token: str) -> None:
    give(counter, token)
    with pytest.raises(InvitationUsedError):
        give(counter, token)
    assert len(kept(counter)) == 1


def test_of_two_clicks_at_once_one_is_taken(counter: Counter, token: str) -> None:
    def click(_number: int) -> str:
        try:
            counter.store.database.write_now(lambda conn: answers.give(conn, counter.store, token, GOOD))
        except FeedbackError as error:
            return error.code
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(click, range(4)))
    assert results == ["feedback.used"] * 3 + ["taken"]
    assert len(kept(counter)) == 1


def test_a_link_works_through_its_last_day_and_not_after(counter: Counter, token: str) -> None:
    counter.clock.move(timedelta(days=VALID_DAYS, hours=12))
    invitation = counter.read(lambda conn: answers.find(conn, counter.store, token))
    assert invitation.expires_on == date(2026, 12, 2)
    counter.clock.move(timedelta(hours=2))  # past midnight in Riga
    with pytest.raises(InvitationExpiredError):
        give(counter, token)
    with pytest.raises(InvitationExpiredError):
        counter.read(lambda conn: answers.find(conn, counter.store, token))
    assert kept(counter) == []


@pytest.mark.parametrize(
    "wrong",
    ["", "nonsense", long_codes.new_code(long_codes.SHORT), "7" * 5000],
    ids=["empty", "nonsense", "another", "long"],
)
def test_a_wrong_code_is_unknown(counter: Counter, token: str, wrong: str) -> None:
    with pytest.raises(InvitationUnknownError):
        give(counter, wrong)
    with pytest.raises(InvitationUnknownError):
        counter.read(lambda conn: answers.find(conn, counter.store, wrong))


def test_looking_uses_nothing_up(counter: Counter, token: str) -> None:
    for _ in range(3):
        found = counter.read(lambda conn: answers.find(conn, counter.store, long_codes.printed(token).lower()))
        assert found.centre_name == "Paraugu centrs"
    give(counter, token)


@pytest.mark.parametrize("satisfaction", [0, 6, -1])
def test_satisfaction_goes_from_one_to_five(satisfaction: int) -> None:
    with pytest.raises(AnswerError):
        Answer(satisfaction=satisfaction, done=Degree.NO, clear=Degree.NO)


def test_a_line_break_counts_once_towards_the_longest_comment() -> None:
    Answer(satisfaction=1, done=Degree.NO, clear=Degree.NO, comment="a\r\n" * 600)
    with pytest.raises(AnswerError):
        Answer(satisfaction=1, done=Degree.NO, clear=Degree.NO, comment="a" * 1201)


def test_an_answer_does_not_show_itself_in_a_log() -> None:
    assert "Paldies" not in repr(GOOD)
