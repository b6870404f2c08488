"""The page on which somebody rates an institution's e-service."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from gateway import long_codes
from gateway.feedback.answers import Answer, Degree
from gateway.ratings import answering
from gateway.ratings.errors import LinkUsedError
from gateway.ratings.tables import RatingAnswer, RatingInvitation
from gateway.sweeping import sweep
from gateway.web import guesses
from gateway.web.cookies import CookieName
from tests.gateway.ratings.conftest import Agency


def kept(agency: Agency) -> list[Any]:
    return list(agency.parts.database.read_now(lambda conn: conn.execute(select(RatingAnswer.__table__)).all()))


@pytest.fixture
def code(agency: Agency) -> str:
    return agency.codes(1, language="en")[0]


def test_names_the_institution_and_the_service_in_the_language_asked_for(agency: Agency, code: str) -> None:
    page = agency.client().get(f"/r/{code}")
    assert page.status == 200
    assert "A sample service" in page.text
    assert agency.name in page.text
    assert "How was the e-service?" in page.text
    assert "Parauga pakalpojums" in agency.client().get(f"/r/{code}?lang=lv").text


def test_sets_no_cookie_and_stands_in_no_frame(agency: Agency, code: str) -> None:
    client = agency.client()
    for answer in (client.get(f"/r/{code}"), agency.rates(code), client.get(f"/r/{code}"), client.get("/r/nothing")):
        assert answer.cookies == {}
        assert "set-cookie" not in answer.headers
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "<script" not in answer.text or "nonce-" in answer.headers["content-security-policy"]
    assert client.cookies == {}


def test_takes_one_answer_and_leads_back_where_was_let_in(agency: Agency, code: str) -> None:
    answer = agency.rates(code, 4, "Labi. 329999-00001")
    assert (answer.status, answer.location) == (303, "/r/thanks/parauga-pakalpojums?lang=en")
    thanks = agency.client().get(answer.location)
    assert 'href="https://iestade.example/paldies"' in thanks.text
    assert thanks.cookies == {}
    assert agency.client().get("/r/thanks/nothing").status == 404
    (row,) = kept(agency)
    assert (row.satisfaction, row.done, row.clear, row.comment) == (4, "yes", "partly", "Labi. […]")
    assert agency.rates(code).status == 410
    assert len(kept(agency)) == 1


def test_whoever_opens_the_link_sees_the_same_before_and_after_the_answer(agency: Agency, code: str) -> None:
    before = agency.shows(code)
    agency.rates(code)
    assert agency.shows(code) == before
    assert before[0] == 200
    missing = agency.client().post(f"/r/{code}", {"satisfaction": "3"})
    assert missing.status == 400, "what is missing is said before the link is looked at"
    assert "izmantota vai atsaukta" in agency.rates(code).text


def test_of_two_answers_at_once_one_is_taken(agency: Agency, code: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: agency.rates(code).status, range(2))) == [303, 410]
    assert len(kept(agency)) == 1


def test_of_four_transactions_at_once_one_is_taken(agency: Agency, code: str) -> None:
    given = Answer(satisfaction=5, done=Degree.YES, clear=Degree.YES)

    def click(_number: int) -> str:
        try:
            agency.parts.database.write_now(lambda conn: answering.give(conn, agency.parts, code, given))
        except LinkUsedError as error:
            return error.code
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == ["rating.used"] * 3 + ["taken"]
    assert len(kept(agency)) == 1


def test_says_what_is_missing_and_keeps_what_was_filled(agency: Agency, code: str) -> None:
    answer = agency.client().post(f"/r/{code}", {"satisfaction": "3", "comment": "Paldies <b>"})
    assert answer.status == 400
    assert 'href="#done"' in answer.text
    assert "Paldies &lt;b&gt;" in answer.text
    assert kept(agency) == []


def test_after_its_last_day_says_so(agency: Agency, code: str) -> None:
    agency.callers.clock.move(timedelta(days=31))
    assert agency.client().get(f"/r/{code}").status == 410
    assert agency.rates(code).status == 410


def test_guessing_finds_nothing(agency: Agency, code: str) -> None:
    near = [code[:-1] + sign for sign in long_codes.ALPHABET if sign != code[-1]]
    statuses = [agency.client().get(f"/r/{guess}").status for guess in near]
    assert statuses == [404] * guesses.MOST_HERE + [429]
    assert agency.client().get(f"/r/{code}").status == 429, "whether a link is one is not said any more"


def test_in_a_browser_of_staff_takes_no_answer_and_stays_good(agency: Agency, code: str) -> None:
    desk = agency.client()
    desk.cookies[CookieName.TERMINAL.value] = "an enrolled computer"
    assert desk.get(f"/r/{code}").status == 403
    assert desk.post(f"/r/{code}", {"satisfaction": "5", "done": "yes", "clear": "yes"}).status == 403
    assert kept(agency) == []
    assert agency.rates(code).status == 303


def test_neither_row_tells_of_the_other(agency: Agency, code: str) -> None:
    agency.rates(code)
    names = {column.name for column in RatingAnswer.__table__.columns}
    assert not names & {column.name for column in RatingInvitation.__table__.columns} - {"id"}


def test_a_comment_is_emptied_after_two_years_and_its_numbers_stay(agency: Agency, code: str) -> None:
    agency.rates(code, 4, "Labi.")
    for later, comment in ((timedelta(days=729), "Labi."), (timedelta(days=33), None)):
        agency.callers.clock.move(later)
        agency.parts.database.write_now(partial(sweep, table="rating_comment", now=agency.callers.clock.now()))
        (row,) = kept(agency)
        assert (row.satisfaction, row.comment) == (4, comment)


def test_a_link_is_deleted_a_day_after_its_last(agency: Agency, code: str) -> None:
    agency.callers.clock.move(timedelta(days=33))
    now = agency.callers.clock.now()
    assert agency.parts.database.write_now(lambda conn: sweep(conn, "rating_invitation", now)) == 1
    assert agency.client().get(f"/r/{code}").status == 404
