"""A stuffed ballot: one visit gives one answer, whatever is clicked, guessed, replayed or sent by a program."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from audit.entry import decode
from audit.events import EventName
from gateway import long_codes
from gateway.feedback import answers
from gateway.feedback.errors import FeedbackError
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from gateway.ledger.tables import AuditEvent
from gateway.people import throttle
from gateway.web import guesses
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
    phone = phones.one()
    assert {phone.get(f"/f/{guess}").status for guess in near[: guesses.MOST_HERE]} == {404}
    (row,) = counter.read(lambda conn: conn.execute(select(FeedbackInvitation.__table__)).all())
    assert not row.used


def test_guesses_from_one_network_come_to_an_end_and_stand_in_the_trail(
    counter: Counter, phones: Phones, token: str
) -> None:
    phone = phones.one()
    for _ in range(guesses.MOST_HERE - 1):
        phone.get(f"/f/{long_codes.new_code(long_codes.SHORT)}")
    for _ in range(3):
        assert phone.get(f"/f/{token}").status == 200, "a good link counts for nothing and washes nothing off"
    phone.csrf = phone.get("/f").csrf
    typed = {"code": long_codes.new_code(long_codes.SHORT)}
    assert [phone.post("/f", typed).status for _ in range(2)] == [404, 429], "a typed code is a guess like a link"
    assert phone.get(f"/f/{token}").status == 429, "whether a code is right is not said any more"
    refused = select(AuditEvent.leaf).where(AuditEvent.type == EventName.CODE_REFUSED.value)
    leaves = counter.read(lambda conn: conn.execute(refused).scalars().all())
    assert {decode(leaf).data["for"] for leaf in leaves} == {"feedback"}
    counter.clock.move(throttle.WINDOW)
    assert phone.get(f"/f/{token}").status == 200


def test_guesses_from_many_networks_leave_each_few_and_shut_out_nobody_who_guesses_not(
    counter: Counter, phones: Phones, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "MOST_EVERYWHERE", 5)
    phone = phones.one()
    statuses = [phone.get(f"/f/{long_codes.new_code(long_codes.SHORT)}").status for _ in range(6)]
    assert statuses == [404] * 5 + [429]
    monkeypatch.setattr(guesses, "address_of", lambda _: "198.51.100.7")
    assert [phone.get(f"/f/{token}").status for _ in range(4)] == [200] * 4
    wrong = [phone.get(f"/f/{long_codes.new_code(long_codes.SHORT)}").status for _ in range(3)]
    assert wrong == [404, 404, 429]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("198.51.100.7", "198.51.100.200", True),
        ("198.51.100.7", "198.51.101.7", False),
        ("2001:db8:1:2::7", "2001:db8:1:ffff::1", True),
        ("2001:db8:1::7", "2001:db8:2::7", False),
        ("unknown", "unknown", True),
    ],
)
def test_a_network_is_one_place(one: str, other: str, *, is_same: bool) -> None:
    assert (guesses.network_of(one) == guesses.network_of(other)) is is_same


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
