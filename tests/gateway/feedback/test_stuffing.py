"""A stuffed ballot: one visit gives one answer, whatever is clicked, guessed, replayed or sent by a program."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from gateway import long_codes
from gateway.feedback import answers
from gateway.feedback.errors import FeedbackError
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from tests.gateway.feedback.conftest import Phones
from tests.gateway.visits.counter import Counter

FILLED = {"satisfaction": "5", "done": "yes", "clear": "yes", "comment": ""}


def kept(counter: Counter) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(FeedbackAnswer.__table__)).all()))


def test_of_two_phones_that_send_at_once_one_is_taken(counter: Counter, phones: Phones, token: str) -> None:
    both = [phones.one(), phones.one()]
    for phone in both:
        phone.csrf = phone.get(f"/f/{token}").csrf
    with ThreadPoolExecutor(2) as pool:
        answered = list(pool.map(lambda phone: phone.post(f"/f/{token}", FILLED).status, both))
    assert sorted(answered) == [303, 410]
    assert len(kept(counter)) == 1


def test_the_touch_on_the_display_and_the_phone_at_once_rate_once(counter: Counter, token: str) -> None:
    store = counter.store
    whole = answers.Answer(satisfaction=1, done=answers.Degree.NO, clear=answers.Degree.NO)

    def touch() -> None:
        store.database.write_now(lambda conn: answers.rate(conn, store, token, 5))

    def phone() -> None:
        try:
            store.database.write_now(lambda conn: answers.give(conn, store, token, whole))
        except FeedbackError:
            return

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(touch), pool.submit(phone)]:
            done.result()
    rated = [row.satisfaction for row in kept(counter) if row.satisfaction is not None]
    assert len(rated) == 1


def test_a_form_sent_again_by_back_and_reload_is_no_second_answer(counter: Counter, phones: Phones, token: str) -> None:
    phone = phones.one()
    phone.csrf = phone.get(f"/f/{token}").csrf
    assert [phone.post(f"/f/{token}", FILLED).status for _ in range(3)] == [303, 410, 410]
    assert len(kept(counter)) == 1


def test_a_program_without_a_page_sends_nothing(counter: Counter, phones: Phones, token: str) -> None:
    program = phones.one()
    program.page = False
    assert program.post(f"/f/{token}", FILLED).status == 403
    body = b'{"satisfaction": 5, "done": "yes", "clear": "yes"}'
    answer = program.call("POST", f"/f/{token}", headers={"content-type": "application/json"}, body=body)
    assert answer.status == 403
    assert kept(counter) == []


def test_guessing_finds_nothing_and_uses_nothing_up(counter: Counter, phones: Phones, token: str) -> None:
    near = [token[:-1] + sign for sign in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if sign != token[-1]]
    far = [long_codes.new_code(long_codes.SHORT) for _ in range(30)]
    phone = phones.one()
    assert {phone.get(f"/f/{guess}").status for guess in [*near, *far]} == {404}
    (row,) = counter.read(lambda conn: conn.execute(select(FeedbackInvitation.__table__)).all())
    assert not row.used


def test_a_link_of_another_environment_is_unknown_here(counter: Counter, phones: Phones, token: str) -> None:
    """Practice and live have tables of their own: a link leads nowhere but where it was made."""
    elsewhere = long_codes.new_code(long_codes.SHORT)
    phone = phones.one()
    phone.csrf = phone.get(f"/f/{token}").csrf
    assert phone.post(f"/f/{elsewhere}", FILLED).status == 404
    assert kept(counter) == []


@pytest.mark.parametrize("field", ["centre_id", "service_group", "month", "given_on"])
def test_a_form_cannot_say_for_whom_or_when_it_counts(counter: Counter, phones: Phones, token: str, field: str) -> None:
    phone = phones.one()
    phone.csrf = phone.get(f"/f/{token}").csrf
    phone.post(f"/f/{token}", FILLED | {field: "another"})
    (row,) = kept(counter)
    assert getattr(row, field) != "another"
