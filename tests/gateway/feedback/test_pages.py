"""The pages on which somebody answers, as their browser meets them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gateway import long_codes
from gateway.feedback.tables import FeedbackAnswer
from tests.gateway.callers import Caller
from tests.gateway.feedback.conftest import Phones
from tests.gateway.visits.counter import Counter

FILLED = {"satisfaction": "4", "done": "yes", "clear": "no", "comment": "Labi."}


def kept(counter: Counter) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(FeedbackAnswer.__table__)).all()))


def send(phone: Caller, token: str, **fields: str) -> Any:
    phone.csrf = phone.get(f"/f/{token}").csrf
    return phone.post(f"/f/{token}", FILLED | fields)


def test_a_scanned_link_leads_through_the_form_to_the_thanks(counter: Counter, phones: Phones, token: str) -> None:
    phone = phones.one()
    shown = phone.get(f"/f/{token}")
    assert shown.status == 200
    assert "Paraugu centrs" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    answer = send(phone, token)
    assert (answer.status, answer.location) == (303, "/f/thanks")
    assert phone.get(answer.location).status == 200
    (row,) = kept(counter)
    assert (row.satisfaction, row.done, row.clear, row.comment) == (4, "yes", "no", "Labi.")


def test_the_link_that_the_visit_shows_is_the_one_that_works(phones: Phones, link: str) -> None:
    assert link.startswith("http://localhost:8000/f/")
    assert phones.one().get(link.removeprefix("http://localhost:8000")).status == 200


def test_opening_the_link_any_number_of_times_uses_nothing_up(counter: Counter, phones: Phones, token: str) -> None:
    for _ in range(3):
        assert phones.one().get(f"/f/{token}").status == 200
    assert kept(counter) == []


def test_a_typed_code_leads_to_the_form(phones: Phones, token: str) -> None:
    phone = phones.one()
    phone.csrf = phone.get("/f").csrf
    answer = phone.post("/f", {"code": long_codes.printed(token).lower()})
    assert (answer.status, answer.location) == (303, f"/f/{token}")


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("", 400, "Enter the code"),
        ("7Q2F", 400, "12 letters"),
        ("7" * 26, 404, "The code or the link is not right"),
        ("7" * 12, 404, "The code or the link is not right"),
    ],
)
def test_a_wrong_typed_code_says_what_is_wrong(phones: Phones, typed: str, status: int, said: str) -> None:
    phone = phones.one()
    phone.csrf = phone.get("/f").csrf
    answer = phone.post("/f", {"code": typed})
    assert answer.status == status
    assert said in answer.text


def test_what_is_missing_is_named_and_what_was_filled_stays(counter: Counter, phones: Phones, token: str) -> None:
    answer = send(phones.one(), token, satisfaction="", done="maybe", comment="Paldies <b>")
    assert answer.status == 400
    assert 'href="#satisfaction"' in answer.text
    assert 'href="#done"' in answer.text
    assert 'href="#clear"' not in answer.text
    assert "Paldies &lt;b&gt;" in answer.text
    assert kept(counter) == []
    assert send(phones.one(), token).status == 303


def test_a_comment_that_is_too_long_is_refused_and_not_cut(counter: Counter, phones: Phones, token: str) -> None:
    answer = send(phones.one(), token, comment="a" * 1201)
    assert answer.status == 400
    assert "1200" in answer.text
    assert kept(counter) == []
    assert send(phones.one(), token, comment="a\r\n" * 598 + "aaaa").status == 303


def test_a_used_link_says_so_to_whoever_answers_again(phones: Phones, token: str) -> None:
    send(phones.one(), token)
    answer = send(phones.one(), token)
    assert answer.status == 410
    assert "takes no more answers" in answer.text


def test_whoever_saw_the_code_sees_the_same_before_and_after_the_answer(phones: Phones, token: str) -> None:
    def looks() -> tuple[int, str, int]:
        phone = phones.one()
        shown = phone.get(f"/f/{token}")
        phone.csrf = shown.csrf
        typed = phone.post("/f", {"code": token})
        same = re.sub(r'(nonce|name="_csrf" value|value)="[^"]*"', "", shown.text)
        return shown.status, same, typed.status

    before = looks()
    send(phones.one(), token)
    assert looks() == before
    assert (before[0], before[2]) == (200, 303)
    assert send(phones.one(), token, satisfaction="").status == 400


def test_an_expired_link_says_so(counter: Counter, phones: Phones, token: str) -> None:
    counter.clock.move(timedelta(days=31))
    answer = phones.one().get(f"/f/{token}")
    assert answer.status == 410
    assert "The time to answer is over" in answer.text


def test_a_wrong_link_says_so_and_shows_where_to_type_the_code(phones: Phones, token: str) -> None:
    answer = phones.one().get(f"/f/{token[:-1]}")
    assert answer.status == 404
    assert 'href="/f"' in answer.text


def test_a_form_of_another_site_is_refused(counter: Counter, phones: Phones, token: str) -> None:
    phone = phones.one()
    phone.csrf = phone.get(f"/f/{token}").csrf
    answer = phone.post(f"/f/{token}", FILLED, sec_fetch_site="cross-site", origin="https://elsewhere.example")
    assert answer.status == 403
    phone.csrf = "made up"
    assert phone.post(f"/f/{token}", FILLED).status == 403
    assert kept(counter) == []


@pytest.mark.parametrize(
    ("language", "title"),
    [("lv", "Kā jums palīdzēja?"), ("lv-plain", "Kā jums palīdzēja?"), ("en", "How were you helped?")],
)
def test_the_form_speaks_the_readers_language(phones: Phones, token: str, language: str, title: str) -> None:
    phone = phones.one()
    phone.cookies["pilnvara_lang"] = language
    assert f"<title>{title}" in phone.get(f"/f/{token}").text.replace("\n", "")
