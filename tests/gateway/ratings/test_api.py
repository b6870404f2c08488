"""An institution's program: its own links, once; its own figures, by month; nothing of others or of single people."""

import json
import shlex
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.feedback.tables import FeedbackAnswer
from gateway.people.access import Scope
from gateway.ratings import inviting, surveys
from gateway.ratings.tables import RatingAnswer, RatingBatch, RatingInvitation
from tests.gateway.answers import Answer
from tests.gateway.callers import Callers
from tests.gateway.described import document, ensure_described
from tests.gateway.programs import program
from tests.gateway.ratings.conftest import SERVICE, Agency

GUIDES = Path(__file__).parents[3] / "docs" / "guide"


def count(agency: Agency, table: Any) -> int:
    return agency.parts.database.read_now(
        lambda conn: conn.execute(select(func.count()).select_from(table)).scalar_one()
    )


def wrong_fields(answer: Answer) -> list[str]:
    """What a refused request was told to mend, by the names of its fields."""
    return [each["field"] for each in json.loads(answer.body)["faults"]]


class TestLinks:
    def test_are_made_once_however_often_the_same_is_asked(self, agency: Agency) -> None:
        first, again = agency.codes(3), agency.codes(3)
        assert first == again
        assert len(set(first)) == 3
        assert count(agency, RatingInvitation) == 3

    def test_asked_for_at_once_are_made_once(self, agency: Agency) -> None:
        wanted = inviting.Wanted(survey_id=SERVICE, count=2, language="lv", call="at-once-1")
        database = agency.parts.database

        def ask(_number: int) -> tuple[str, ...]:
            made = database.write_now(lambda conn: inviting.invite(conn, agency.parts, agency.name, wanted))
            return tuple(made.codes)

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(ask, range(4)))) == 1
        assert count(agency, RatingInvitation) == 2
        assert count(agency, RatingBatch) == 1

    def test_with_the_same_key_and_another_body_are_refused(self, agency: Agency) -> None:
        agency.codes(3)
        answer = agency.ask(4)
        assert (answer.status, answer.code) == (409, "rating.repeated")

    def test_of_two_institutions_with_the_same_key_are_not_the_same(self, agency: Agency, other: Agency) -> None:
        assert agency.codes(1) != other.codes(1, service="cits-pakalpojums")

    @pytest.mark.parametrize(
        ("body", "call", "wrong"),
        [
            ({"count": 0}, "call-0001", {"count"}),
            ({"count": 501}, "call-0001", {"count"}),
            ({"count": "3"}, "call-0001", {"count"}),
            ({"count": True}, "call-0001", {"count"}),
            ({"language": "de"}, "call-0001", {"language"}),
            ({"language": ["lv"], "service": None}, "call-0001", {"language", "service"}),
            ({"client": "329999-00001"}, "call-0001", {"body"}),
            ({}, "short", {"Idempotency-Key"}),
            ({"count": 0}, "", {"Idempotency-Key", "count"}),
        ],
    )
    def test_that_are_asked_for_otherwise_than_described_are_refused_by_field(
        self, agency: Agency, body: dict[str, Any], call: str, wrong: set[str]
    ) -> None:
        answer = agency.ask(**({"count": 1} | body), call=call)
        assert (answer.status, answer.code) == (422, "rating.request")
        assert set(wrong_fields(answer)) == wrong
        assert "329999" not in answer.text
        assert count(agency, RatingInvitation) == 0

    def test_are_bounded_within_an_hour_and_say_when_to_come_again(
        self, agency: Agency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inviting, "MOST_IN_AN_HOUR", 5)
        agency.codes(4)
        answer = agency.ask(2, call="call-0002")
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "rating.too_many", "3600")
        agency.move(timedelta(hours=1, seconds=1))
        agency.codes(2, call="call-0002")

    def test_for_anothers_or_a_closed_service_are_refused(self, agency: Agency, other: Agency) -> None:
        assert agency.ask(service="cits-pakalpojums").code == "rating.service_unknown"
        now = agency.callers.clock.now()
        agency.parts.database.write_now(lambda conn: surveys.close(conn, SERVICE, now))
        assert agency.ask().code == "rating.service_unknown"

    def test_are_kept_nowhere(self, agency: Agency) -> None:
        codes = agency.codes(2)
        kept = agency.parts.database.read_now(
            lambda conn: [
                *conn.execute(select(RatingBatch.__table__)),
                *conn.execute(select(RatingInvitation.__table__)),
            ]
        )
        assert not any(code in repr(kept) for code in codes)

    def test_that_are_taken_back_take_no_answer_and_nothing_tells_which_were_used(
        self, agency: Agency, other: Agency
    ) -> None:
        answer = agency.ask(2)
        made = json.loads(answer.body)
        used, unused = (link.rpartition("/")[2] for link in made["links"])
        agency.rates(used)
        path = f"/api/ratings/batches/{made['batch']}/withdrawal"
        assert other.caller.call("POST", path).code == "rating.batch_unknown"
        back = agency.caller.call("POST", path)
        assert (back.status, back.body) == (204, b"")
        assert agency.shows(used) == agency.shows(unused)
        told = [agency.rates(code) for code in (used, unused)]
        assert {(answer.status, "izmantota vai atsaukta" in answer.text) for answer in told} == {(410, True)}
        assert count(agency, RatingInvitation) == 2, "none is missing afterwards"
        assert count(agency, RatingAnswer) == 1


class TestKeys:
    def test_for_other_things_or_of_nobody_open_nothing(self, callers: Callers, agency: Agency) -> None:
        others = {"api_key.scope": Scope.HOLDER, "rating.agency": Scope.RATINGS}
        for code, scope in others.items():
            key = program(callers, scope, agency=agency.name if scope is Scope.HOLDER else None)
            answer = key.get("/api/ratings/services")
            assert (answer.status, answer.code) == (403, code)

    def test_see_their_own_services_alone(self, agency: Agency, other: Agency) -> None:
        assert [each["service"] for each in agency.get("services")["services"]] == [SERVICE]
        answer = agency.caller.get("/api/ratings/figures?service=cits-pakalpojums&from=2026-01&to=2026-12")
        assert answer.code == "rating.service_unknown"


class TestFigures:
    def ask(self, agency: Agency, first: str = "2026-01", last: str = "2026-12") -> Any:
        return agency.get("figures", service=SERVICE, **{"from": first, "to": last})

    def test_appear_when_the_month_is_over(self, agency: Agency) -> None:
        for code, mark in zip(agency.codes(21), (5, 5, 4, 3, 1) * 4, strict=False):
            agency.rates(code, mark)
        assert self.ask(agency)["months"] == [], "it is November"
        agency.move(timedelta(days=30))
        (month,) = self.ask(agency)["months"]
        assert (month["month"], month["invited"], month["answers"]) == ("2026-11", 21, 20)
        assert month["satisfied"] == {"count": 12, "share": 0.6, "low": 0.3866, "high": 0.7812, "few": True}
        assert month["done"] == {"yes": 20, "partly": 0, "no": 0}
        assert month["clear"] == {"yes": 0, "partly": 20, "no": 0}

    def test_of_fewer_than_twenty_answers_are_hidden_in_the_total_and_comments_too(self, agency: Agency) -> None:
        for code in agency.codes(19):
            agency.rates(code, comment="Labi.")
        agency.move(timedelta(days=30))
        found = self.ask(agency)
        assert found["months"] == [{"month": "2026-11", "invited": 19, "answers": None}]
        assert found["total"] == {"invited": 0, "answers": None}
        assert agency.get("comments", service=SERVICE, month="2026-11")["comments"] is None

    def test_change_no_more_once_they_are_shown(self, agency: Agency) -> None:
        codes = agency.codes(21)
        for code in codes[:20]:
            agency.rates(code)
        agency.move(timedelta(days=29))
        before = self.ask(agency)["months"]
        assert before[0]["answers"] == 20
        agency.rates(codes[20], 1)
        assert self.ask(agency)["months"] == before

    def test_are_never_mixed_with_those_of_centres(self, agency: Agency) -> None:
        (code,) = agency.codes(1)
        agency.rates(code)
        assert count(agency, FeedbackAnswer) == 0
        assert count(agency, RatingAnswer) == 1

    def test_of_months_that_are_none_are_refused(self, agency: Agency) -> None:
        for first in ("2026", "2026-13", "", "2026-01-01"):
            answer = agency.caller.get(f"/api/ratings/figures?service={SERVICE}&from={first}&to=2026-12")
            assert answer.code == "rating.request"
            assert wrong_fields(answer) == ["from"]
        answer = agency.caller.get(f"/api/ratings/figures?service={SERVICE}&from=2026-12&to=2026-01")
        assert wrong_fields(answer) == ["to"]

    def test_comments_come_by_month_in_no_order_and_scrubbed(self, agency: Agency) -> None:
        for number, code in enumerate(agency.codes(20)):
            agency.rates(code, comment=f"{number}: zvaniet +371 2000 0001")
        assert agency.get("comments", service=SERVICE, month="2026-11")["comments"] is None
        agency.move(timedelta(days=30))
        found = agency.get("comments", service=SERVICE, month="2026-11")["comments"]
        assert sorted(found) == sorted(f"{number}: zvaniet […]" for number in range(20))


def test_every_answer_is_as_described(agency: Agency) -> None:
    described = document(agency.client(), "/api/ratings")
    for code in agency.codes(20):
        agency.rates(code)
    agency.move(timedelta(days=30))
    for address in (
        "services",
        f"figures?service={SERVICE}&from=2026-01&to=2026-12",
        f"comments?service={SERVICE}&month=2026-11",
    ):
        path = f"/api/ratings/{address}"
        ensure_described(described, path.partition("?")[0], agency.caller.get(path))


@pytest.mark.parametrize("guide", ["ratings.md", "lv/ratings.md"])
def test_the_examples_of_the_guide_do_what_they_say(agency: Agency, guide: str) -> None:
    batch = ""
    ran = 0
    for line in (GUIDES / guide).read_text(encoding="utf-8").splitlines():
        if not line.startswith("$ curl"):
            continue
        typed = line.removeprefix("$ curl -s ").replace("$GATEWAY", "").replace("$BATCH", batch)
        path, method, headers, body = _read(shlex.split(typed))
        answer = agency.caller.call(method, path, headers=headers, body=body)
        assert answer.status < 300, f"{line}: {answer.text}"
        batch = json.loads(answer.body).get("batch", batch) if answer.body else batch
        ran += 1
    assert ran == 5


def _read(words: list[str]) -> tuple[str, str, dict[str, str], bytes]:
    path, method, headers, body = "", "GET", dict[str, str](), b""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name.lower()] = value
        elif word == "-d":
            method, body = "POST", words.pop(0).encode()
        else:
            path = word
    headers.pop("authorization")  # the caller shows its key by itself
    return path, method, headers, body
