"""What comes of a call is counted, and the number, the code and the row are gone."""

from datetime import date

import pytest
from sqlalchemy import select

from audit.events import EventName
from gateway.callbacks import claiming, ending
from gateway.callbacks.claiming import Taken
from gateway.callbacks.ending import Without
from gateway.callbacks.errors import NoCallError
from gateway.days import day_of
from gateway.feedback import answers, reached
from gateway.feedback.answers import Answer, Degree
from gateway.feedback.reached import Calls, Month
from gateway.feedback.tables import Called, Reach
from gateway.keys.tables import DataKeyRow
from gateway.ledger.tables import AuditEvent
from gateway.people import preferences
from gateway.people.access import StaffSession
from gateway.people.preferences import Kind
from gateway.reports import answering
from gateway.reports.tables import FigureAnswers
from gateway.sweeping import sweep
from tests.gateway.callbacks.owed import calls, ends, given, ilze, invitations, next_day, owes, rows, takes
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import Counter

GOOD = Answer(satisfaction=5, done=Degree.YES, clear=Degree.PARTLY, comment="Zvaniet 2000 0001 jebkad")


@pytest.fixture
def berta(counter: Counter) -> StaffSession:
    return a_colleague(counter)


@pytest.fixture
def code(counter: Counter, berta: StaffSession) -> str:
    """Of the invitation whose call Berta has in hand."""
    made = owes(counter)
    assert takes(counter, berta) is Taken.CALL
    return made


def end(counter: Counter, by: StaffSession, how: Without) -> None:
    counter.write(lambda conn: ending.without_answer(conn, counter.store, by, how))


def answer(counter: Counter, by: StaffSession, said: Answer = GOOD) -> bool:
    return counter.write(lambda conn: ending.answer(conn, counter.store, by, said))


def ensure_gone(counter: Counter, by: StaffSession) -> None:
    """Nothing is left of a call but that it was made."""
    assert calls(counter) == []
    with pytest.raises(NoCallError):
        counter.read(lambda conn: claiming.current(conn, counter.store, by))
    chain = select(AuditEvent.type).where(AuditEvent.chain.like("callback:%")).order_by(AuditEvent.n.desc())
    assert counter.read(lambda conn: conn.execute(chain).scalars().first()) == EventName.CALLBACK_ENDED


def test_an_answer_is_kept_through_the_code_and_scrubbed(counter: Counter, berta: StaffSession, code: str) -> None:
    (key_id,) = {row.key_id for row in calls(counter)}
    assert answer(counter, berta)
    (kept,) = given(counter)
    assert (kept.satisfaction, kept.done, kept.clear) == (5, "yes", "partly")
    assert "2000" not in kept.comment
    (invitation,) = invitations(counter)
    assert (invitation.used, invitation.declined) == (True, False)
    assert (invitation.reach, invitation.called) == (Reach.CALL, Called.REACHED)
    ensure_gone(counter, berta)
    key = counter.read(lambda conn: conn.execute(select(DataKeyRow).where(DataKeyRow.id == key_id)).one())
    assert key.wrapped is None
    with pytest.raises(NoCallError):
        answer(counter, berta)


def test_whoever_answered_during_the_call_is_not_counted_twice(
    counter: Counter, berta: StaffSession, code: str
) -> None:
    counter.write(lambda conn: answers.give(conn, counter.store, code, GOOD))
    assert not answer(counter, berta)
    assert len(given(counter)) == 1
    ensure_gone(counter, berta)


def test_nobody_answers_for_another_colleagues_call(counter: Counter, berta: StaffSession, code: str) -> None:
    for other in (counter.by, a_colleague(counter, "Cilda Trešā")):
        with pytest.raises(NoCallError):
            answer(counter, other)
        with pytest.raises(NoCallError):
            end(counter, other, Without.DECLINED)
    assert given(counter) == []


@pytest.mark.parametrize("how", [Without.DECLINED, Without.NEVER])
def test_whoever_does_not_want_it_is_left_in_peace(
    counter: Counter, berta: StaffSession, code: str, how: Without
) -> None:
    end(counter, berta, how)
    (invitation,) = invitations(counter)
    assert (invitation.used, invitation.declined, invitation.called) == (True, True, Called.REACHED)
    wanted = counter.read(lambda conn: preferences.read(conn, ilze(counter)).wanted)
    assert (Kind.FEEDBACK in wanted) == (how is Without.DECLINED)
    ensure_gone(counter, berta)
    ends(counter)
    assert len(calls(counter)) == (how is Without.DECLINED), "after the next visit"


def test_three_days_in_vain_end_it(counter: Counter, berta: StaffSession, code: str) -> None:
    for tries in (1, 2):
        end(counter, berta, Without.NOT_REACHED)
        (row,) = calls(counter)
        assert (row.tries, row.tried_on, row.claimed_by) == (tries, day_of(counter.clock.now()), None)
        assert takes(counter, berta) is Taken.NOBODY, "not twice on one day"
        next_day(counter)
        assert takes(counter, berta) is Taken.CALL
    end(counter, berta, Without.NOT_REACHED)
    (invitation,) = invitations(counter)
    assert (invitation.used, invitation.called) == (False, Called.NOT_REACHED)
    ensure_gone(counter, berta)


def test_a_wrong_number_ends_it(counter: Counter, berta: StaffSession, code: str) -> None:
    end(counter, berta, Without.WRONG_NUMBER)
    (invitation,) = invitations(counter)
    assert (invitation.used, invitation.called) == (False, Called.WRONG_NUMBER)
    ensure_gone(counter, berta)


def test_what_is_put_back_is_a_colleagues_and_no_try(counter: Counter, berta: StaffSession, code: str) -> None:
    end(counter, berta, Without.PUT_BACK)
    (row,) = calls(counter)
    assert (row.tries, row.claimed_by) == (0, None)
    assert takes(counter, a_colleague(counter, "Cilda Trešā")) is Taken.CALL


def test_the_log_says_of_no_call_whether_it_was_answered(counter: Counter, berta: StaffSession) -> None:
    owes(counter, 2)
    takes(counter, berta)
    answer(counter, berta)
    takes(counter, berta)
    end(counter, berta, Without.DECLINED)
    wanted = select(AuditEvent.type).where(AuditEvent.chain.like("callback:%"))
    said = counter.read(lambda conn: conn.execute(wanted).scalars().all())
    assert sorted(said) == [EventName.CALLBACK_ENDED] * 2 + [EventName.CALLBACK_TAKEN] * 2


def test_what_nobody_called_in_time_goes_with_its_key(counter: Counter) -> None:
    owes(counter)
    (row,) = calls(counter)
    keys = select(DataKeyRow.wrapped).where(DataKeyRow.id == row.key_id)
    for days, left in ((21, 1), (1, 0)):
        for _ in range(days):
            next_day(counter)
        for table in ("callback_key", "callback"):
            counter.write(lambda conn, one=table: sweep(conn, one, counter.clock.now()))  # type: ignore[misc]  # a lambda cannot type its default
        assert len(calls(counter)) == left
        assert (counter.read(lambda conn: conn.execute(keys).scalar_one()) is not None) == bool(left)
    assert not invitations(counter)[0].used, "by the printed code it is still answered"


def test_calls_are_counted_by_centre_and_month(counter: Counter, berta: StaffSession) -> None:
    owes(counter, 4)
    ways = (None, Without.DECLINED, Without.WRONG_NUMBER)
    for how in ways:
        assert takes(counter, berta) is Taken.CALL
        answer(counter, berta) if how is None else end(counter, berta, how)
    (month,) = counter.read(lambda conn: reached.months(conn, counter.by.centre_id, "2026-01"))
    assert month.calls == Calls(invited=4, reached=2, missed=1, answered=1, declined=1)
    assert (month.asked, month.reachable, month.answered, month.declined) == (4, 4, 1, 1)
    counter.write(lambda conn: answering.bundle(conn, counter.clock.now()))
    (facts,) = rows(counter, FigureAnswers)
    assert facts.invited == 4, "in the response rate"
    assert facts.counts["points:5"] == 1


@pytest.mark.parametrize(
    ("calls_of_month", "others", "told"),
    [
        (Calls(19, 9, 5, 9, 0), 0, True),
        (Calls(19, 13, 0, 9, 4), 0, False),
        (Calls(19, 4, 9, 4, 0), 0, False),
        (Calls(9, 5, 0, 5, 0), 0, False),
        (Calls(19, 9, 5, 9, 0), 3, False),
        (Calls(19, 9, 5, 9, 0), 7, True),
        (Calls(9, 0, 9, 0, 0), 0, False),
    ],
    ids=["enough", "few declined", "few answered", "few silent", "few others", "many others", "nobody"],
)
def test_few_answers_are_not_told_nor_those_beside_them(calls_of_month: Calls, others: int, told: bool) -> None:
    by = {Reach.CALL: calls_of_month.invited} | ({Reach.SMS: 2 * others} if others else {})
    answered, declined = calls_of_month.answered + others, calls_of_month.declined
    month = Month("2026-10", by, answered, declined, calls_of_month)
    assert reached.shown(month, date(2026, 11, 28)).calls is None, "before the last invitation is over"
    assert (reached.shown(month, date(2026, 12, 1)).calls is not None) is told
