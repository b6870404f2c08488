"""The monthly statement: counted, frozen, corrected by the next one, answered by the holder; equal in every form."""

import csv
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import msgspec
import openpyxl
import pypdf
import pytest
from sqlalchemy import Connection, select, update

from audit.events import EventName
from gateway.database.counting import count_statements
from gateway.holders import issuing, statement_sheets, statements
from gateway.holders.errors import MonthNotOverError, StatementIssuedError
from gateway.holders.months import Month
from gateway.holders.statements import Content, Statement
from gateway.holders.tables import HolderStatement, StatementState
from gateway.pages import holder_statements
from gateway.reports import prices
from gateway.services.tables import Service
from gateway.visits import actors
from gateway.visits.tables import Filing
from gateway.web import csv_lines
from tests.gateway.holders.conftest import OURS, an_admin, an_officer
from tests.gateway.holders.test_filings import a_filing
from tests.gateway.pages.audit.test_audit import recorded
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import BENEFIT, Counter
from tests.gateway.visits.played import filed, unknown
from ui.i18n import speaking

NOVEMBER, DECEMBER, JANUARY = Month(2026, 11), Month(2026, 12), Month(2027, 1)
HERE = "/holder/statements/2026-11"


@pytest.fixture
def priced(counter: Counter) -> None:
    """Twelve euros for the benefit, and fifteen and a half from the tenth of November."""
    price(counter, "12.00", date(2026, 1, 1))
    price(counter, "15.50", date(2026, 11, 10))


def price(counter: Counter, euros: str, since: date) -> None:
    now = counter.clock.now()
    counter.write(lambda conn: prices.set_price(conn, BENEFIT, Decimal(euros), since=since, by=actors.SYSTEM, now=now))


def go_to(counter: Counter, month: Month, days: int = 0) -> None:
    counter.clock.move(month.begins_at + timedelta(days=days, hours=8) - counter.clock.now())


def issue(counter: Counter, month: Month = NOVEMBER, holder: str = OURS) -> str | None:
    now = counter.clock.now()
    return counter.write(lambda conn: statements.issue(conn, holder, month, by=None, actor=actors.SYSTEM, now=now))


def issued(counter: Counter, month: Month = NOVEMBER) -> Statement:
    return counter.read(lambda conn: statements.of_month(conn, OURS, month, now=counter.clock.now()))


def three(counter: Counter) -> None:
    """Two are delivered at one price and, after the tenth, one at another; of a fourth nobody knows yet."""
    for days in (1, 2):
        a_filing(counter, days)
        counter.answer(filed(counter.clock.now()))
        counter.close()
    counter.clock.move(timedelta(days=12))
    a_filing(counter, 3)
    counter.answer(filed(counter.clock.now()))
    counter.close()
    a_filing(counter, 4)
    counter.answer(unknown(counter.clock.now()))


def learn(counter: Counter) -> None:
    """The portal has what was in doubt after all."""
    in_doubt = update(Filing).where(Filing.state.in_(("unknown", "needs_human")))
    counter.write(lambda conn: conn.execute(in_doubt.values(state="filed", ended_at=counter.clock.now())))


@pytest.mark.usefixtures("priced")
class TestStatement:
    def test_counts_what_arrived_by_service_centre_and_the_price_of_its_day(self, counter: Counter) -> None:
        three(counter)
        found = issued(counter)
        assert found.is_draft
        assert [(each.count, each.price, each.sum) for each in found.content.lines] == [
            (2, "12.00", "24.00"),
            (1, "15.50", "15.50"),
        ]
        assert (found.content.count, found.content.sum, found.content.unpriced) == (3, "39.50", 0)

    def test_says_the_same_in_every_form(self, facing: Facing, officer: Phone) -> None:
        three(facing.counter)
        go_to(facing.counter, DECEMBER)
        issue(facing.counter)
        page = officer.see(HERE).text
        assert "39.50 EUR" in page
        assert "Month: November 2026" in page
        told = [each.text("lv") for each in statement_sheets.told(issued(facing.counter))]
        assert {"Mēnesis: 2026. g. novembris", "Summa: 39,50 EUR"} <= set(told)
        table = list(csv.reader(StringIO(officer.get(f"{HERE}/csv").text.removeprefix(csv_lines.MARK)), delimiter=";"))
        assert [line[3:] for line in table[1:3]] == [["2", "12.00", "24.00"], ["1", "15.50", "15.50"]]
        book = openpyxl.load_workbook(BytesIO(officer.get(f"{HERE}/xlsx").body))
        rows = [row[3:] for row in list(book.worksheets[0].values)[1:3]]
        assert rows == [(2, 12, 24), (1, 15.5, 15.5)]
        paper = pypdf.PdfReader(BytesIO(officer.get(f"{HERE}/pdf").body))
        text_of = " ".join(each.extract_text() for each in paper.pages)
        for amount in ("24.00", "15.50", "39.50 EUR"):
            assert amount in text_of, amount
        content: dict[str, Any] = msgspec.json.decode(officer.get(f"{HERE}/json").body)
        assert [(each["count"], each["sum"]) for each in content["lines"]] == [(2, "24.00"), (1, "15.50")]

    def test_names_services_as_its_reader_and_their_cards_did_then(self, facing: Facing, officer: Phone) -> None:
        three(facing.counter)
        go_to(facing.counter, DECEMBER)
        cards = {"lv": {"title": "Slimības pabalsts"}, "en": {"title": "Sickness benefit"}}
        facing.counter.write(lambda conn: conn.execute(update(Service).values(cards=cards)))
        issue(facing.counter)
        (line, *_) = issued(facing.counter).content.lines
        assert (line.title, line.title_en) == ("Slimības pabalsts", "Sickness benefit")
        changed = {"lv": {"title": "Cits"}, "en": {"title": "Another"}}
        facing.counter.write(lambda conn: conn.execute(update(Service).values(cards=changed)))
        assert "Sickness benefit" in officer.see(HERE).text
        (sheet, *_) = statement_sheets.sheets(issued(facing.counter).content)
        with speaking("lv"):
            assert str(sheet.rows[0][1]) == "Slimības pabalsts"

    def test_of_before_has_the_bytes_that_it_had_and_says_latvian(self, counter: Counter) -> None:
        three(counter)
        go_to(counter, DECEMBER)
        issue(counter)
        said = msgspec.json.decode(statements.packed(issued(counter).content))
        assert "title_en" not in said["lines"][0]
        old = msgspec.convert(said, Content)
        assert msgspec.json.decode(statements.packed(old)) == said
        (sheet, *_) = statement_sheets.sheets(old)
        with speaking("en"):
            assert str(sheet.rows[0][1]) == "Slimības pabalsts"

    @pytest.mark.parametrize("form", ["csv", "xlsx", "pdf", "json"])
    def test_is_made_beside_the_event_loop_and_who_takes_it_is_on_record(
        self, facing: Facing, officer: Phone, monkeypatch: pytest.MonkeyPatch, form: str
    ) -> None:
        threads: list[str] = []

        def noted(*given: Any) -> tuple[str, bytes]:
            threads.append(threading.current_thread().name)
            return make(*given)

        make = holder_statements._FORMS[form]
        monkeypatch.setitem(holder_statements._FORMS, form, noted)
        assert officer.get(f"{HERE}/{form}").status == 200
        assert [name.startswith("making files") for name in threads] == [True]
        (event,) = recorded(facing, EventName.REPORT_EXPORTED)
        assert event["data"] == {"report": "statement", "as": form, "holder": OURS, "month": "2026-11"}

    def test_is_frozen_once_it_is_issued_and_the_next_one_corrects_it(self, facing: Facing, officer: Phone) -> None:
        counter = facing.counter
        three(counter)
        go_to(counter, DECEMBER)
        assert issue(counter) == "2026-11-001"
        before = officer.get(f"{HERE}/json").body
        learn(counter)
        assert officer.get(f"{HERE}/json").body == before
        found = issued(counter)
        assert hashlib.sha256(before).hexdigest() == found.sha256
        (event,) = recorded(facing, EventName.HOLDER_STATEMENT_ISSUED)
        assert event["data"]["sha256"] == found.sha256  # type: ignore[index]  # JSON
        following = issued(counter, DECEMBER).content
        assert following.lines == []
        assert [(each.month, each.count, each.sum) for each in following.corrections] == [("2026-11", 1, "15.50")]
        go_to(counter, Month(2027, 1))
        issue(counter, DECEMBER)
        assert issued(counter, Month(2027, 1)).content.corrections == [], "a correction is told once"

    def test_a_price_that_was_wrong_is_taken_back_and_told_anew(self, counter: Counter) -> None:
        three(counter)
        go_to(counter, DECEMBER)
        issue(counter)
        price(counter, "10.00", date(2026, 1, 1))
        corrections = issued(counter, DECEMBER).content.corrections
        assert [(each.count, each.price) for each in corrections] == [(2, "10.00"), (-2, "12.00")]
        assert issued(counter, DECEMBER).content.sum == "-4.00"

    def test_is_issued_once_and_not_before_the_month_is_over(self, counter: Counter) -> None:
        three(counter)
        with pytest.raises(MonthNotOverError):
            issue(counter)
        go_to(counter, DECEMBER)
        issue(counter)
        with pytest.raises(StatementIssuedError):
            issue(counter)

    def test_is_issued_by_itself_some_days_later_where_it_says_anything(self, counter: Counter) -> None:
        three(counter)
        go_to(counter, DECEMBER, 1)
        assert issuing.issue_due(counter.store) == 0
        go_to(counter, DECEMBER, issuing.AFTER.days)
        assert issuing.issue_due(counter.store) == 1
        assert issuing.issue_due(counter.store) == 0
        holders = counter.read(lambda conn: conn.execute(select(HolderStatement.holder)).scalars().all())
        assert holders == [OURS]

    def test_a_month_in_which_no_worker_ran_is_issued_later_and_in_order(self, counter: Counter) -> None:
        three(counter)
        go_to(counter, Month(2027, 2), issuing.AFTER.days)
        assert issuing.issue_due(counter.store) == 1
        assert issued(counter).content.number == "2026-11-001"

    def test_of_two_workers_that_both_find_it_due_one_issues_it(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        three(counter)
        go_to(counter, DECEMBER, issuing.AFTER.days)
        both_know, due, draft = threading.Barrier(2, timeout=10), issuing.due, statements.draft
        drafted: list[str] = []

        def known(conn: Connection, now: datetime) -> list[tuple[str, Month]]:
            found = due(conn, now)
            both_know.wait()
            return found

        def noted(conn: Connection, holder: str, month: Month, now: datetime) -> Content:
            drafted.append(holder)
            return draft(conn, holder, month, now)

        monkeypatch.setattr(issuing, "due", known)
        monkeypatch.setattr(statements, "draft", noted)
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(lambda _number: issuing.issue_due(counter.store), range(2))) == [0, 1]
        assert drafted == [OURS], "whoever comes second waits, and then knows that it was issued"

    def test_a_month_that_was_left_out_is_told_by_the_next_one_when_its_answer_comes_late(
        self, counter: Counter
    ) -> None:
        a_filing(counter, 1)
        counter.answer(unknown(counter.clock.now()))
        go_to(counter, DECEMBER, issuing.AFTER.days)
        assert issuing.issue_due(counter.store) == 0, "nothing is known of November yet"
        a_filing(counter, 2)
        counter.answer(filed(counter.clock.now()))
        counter.close()
        go_to(counter, JANUARY, issuing.AFTER.days)
        assert issuing.issue_due(counter.store) == 1
        learn(counter)
        go_to(counter, JANUARY.plus(1), issuing.AFTER.days)
        assert issuing.issue_due(counter.store) == 1
        found = issued(counter, JANUARY).content
        assert [(each.month, each.count) for each in found.corrections] == [("2026-11", 1)]
        go_to(counter, JANUARY.plus(2), issuing.AFTER.days)
        assert issuing.issue_due(counter.store) == 0, "it is told once"

    def test_a_month_that_another_has_told_of_is_not_told_twice(self, counter: Counter) -> None:
        three(counter)
        go_to(counter, DECEMBER)
        for month in (DECEMBER, JANUARY):
            go_to(counter, month.plus(1))
            issue(counter, month)
        assert issued(counter, JANUARY).content.count == 3
        issue(counter, NOVEMBER)
        assert issued(counter).content.count == 0

    def test_a_month_with_nothing_to_say_is_counted_again_only_once_something_changed(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_filing(counter, 1)
        counter.answer(unknown(counter.clock.now()))
        go_to(counter, DECEMBER, issuing.AFTER.days)
        drafted: list[str] = []
        draft = statements.draft

        def noted(conn: Connection, holder: str, month: Month, now: datetime) -> Content:
            drafted.append(str(month))
            return draft(conn, holder, month, now)

        monkeypatch.setattr(statements, "draft", noted)
        quiet = issuing.Quiet()
        for _ in range(3):
            assert issuing.issue_due(counter.store, quiet) == 0
            counter.clock.move(timedelta(minutes=10))
        assert drafted == ["2026-11"]
        counter.clock.move(timedelta(hours=2))
        assert issuing.issue_due(counter.store, quiet) == 0
        assert drafted == ["2026-11"]
        price(counter, "12.00", date(2026, 1, 1))
        assert issuing.issue_due(counter.store, quiet) == 0
        assert drafted == ["2026-11"] * 2
        counter.clock.move(timedelta(hours=1))
        assert issuing.issue_due(counter.store, quiet) == 0
        counter.clock.move(timedelta(days=2))
        learn(counter)
        assert issuing.issue_due(counter.store, quiet) == 1, "each day it is counted even so"

    def test_is_accepted_or_disputed_by_its_officer(self, facing: Facing, officer: Phone) -> None:
        counter = facing.counter
        three(counter)
        officer.see(HERE)
        assert officer.send(f"{HERE}/accept").status == 404, "a draft is not answered"
        go_to(counter, DECEMBER)
        issue(counter)
        officer = an_officer(facing, OURS, "later")
        officer.see(HERE)
        assert officer.send(f"{HERE}/dispute", lines="", reason="").status == 422
        assert officer.send(f"{HERE}/dispute", lines="9", reason="There were two").status == 422
        assert officer.send(f"{HERE}/dispute", lines="2", reason="There were two").status == 303
        found = issued(counter)
        assert (found.state, found.disputes) == (StatementState.DISPUTED, {"2": "There were two"})
        (event,) = recorded(facing, EventName.HOLDER_STATEMENT_DISPUTED)
        assert event["data"]["lines"] == ["2"]  # type: ignore[index]  # JSON
        assert "two" not in str(event)
        assert officer.send(f"{HERE}/accept").status == 303
        assert issued(counter).state is StatementState.ACCEPTED
        assert officer.send(f"{HERE}/dispute", lines="1", reason="After all").status == 409
        assert len(recorded(facing, EventName.HOLDER_STATEMENT_ACCEPTED)) == 1

    def test_a_dispute_is_answered_and_both_read_the_answer(self, facing: Facing, officer: Phone) -> None:
        counter = facing.counter
        three(counter)
        go_to(counter, DECEMBER)
        issue(counter)
        admin, officer = an_admin(facing), an_officer(facing, OURS, "later")
        asked = {"holder": OURS, "month": "2026-11", "reply": "It was sent at 16:40"}
        admin.see("/admin/holder-statements")
        assert admin.send("/admin/holder-statements/reply", **asked).status == 409, "nothing is disputed"
        officer.see(HERE)
        assert officer.send("/admin/holder-statements/reply", **asked).status == 403
        officer.see(HERE)
        officer.send(f"{HERE}/dispute", lines="2", reason="There were two")
        assert "has not answered yet" in officer.see(HERE).text
        assert admin.send("/admin/holder-statements/reply", **(asked | {"reply": " "})).status == 422
        assert admin.send("/admin/holder-statements/reply", **asked).status == 303
        for page in (officer.see(HERE), admin.see("/admin/holder-statements")):
            assert "It was sent at 16:40" in page.text
        (event,) = recorded(facing, EventName.HOLDER_STATEMENT_REPLIED)
        assert event["data"]["lines"] == ["2"]  # type: ignore[index]  # JSON
        assert "16:40" not in str(event)
        assert officer.send(f"{HERE}/dispute", lines="1", reason="Then the first").status == 303
        assert issued(counter).reply is None, "it was about another dispute"
        assert officer.send(f"{HERE}/accept").status == 303
        assert admin.send("/admin/holder-statements/reply", **asked).status == 409

    def test_is_nothing_that_another_institution_can_see_or_answer(self, facing: Facing, other: Phone) -> None:
        counter = facing.counter
        three(counter)
        go_to(counter, DECEMBER)
        issue(counter)
        assert "2026-11-001" not in other.see("/holder/statements").text
        for form in ("", "/csv", "/json"):
            said = other.get(f"{HERE}{form}").text
            assert BENEFIT not in said
            assert "Slim" not in said
        other.see(HERE)
        assert other.send(f"{HERE}/accept").status == 404
        assert other.send(f"{HERE}/dispute", lines="1", reason="Mine").status == 404
        assert issued(counter).state is StatementState.ISSUED

    def test_takes_few_statements_also_after_a_year(self, facing: Facing) -> None:
        counter = facing.counter
        three(counter)
        for months in range(1, 13):
            go_to(counter, NOVEMBER.plus(months))
            issue(counter, NOVEMBER.plus(months - 1))
        officer = an_officer(facing, OURS, "later")
        for path in ("/holder/statements", HERE, "/holder/statements/2027-11"):
            officer.get(path)
            with count_statements() as counted:
                assert officer.get(path).status == 200
            assert counted.total <= 6, path


def test_without_a_price_there_is_a_count_and_no_sum(counter: Counter) -> None:
    three(counter)
    content: Content = issued(counter).content
    assert [(each.count, each.price, each.sum) for each in content.lines] == [(3, None, None)]
    assert (content.count, content.sum, content.unpriced) == (3, "0.00", 3)


def test_months_that_have_not_begun_or_are_none_are_not_found(officer: Phone) -> None:
    for month in ("2026-12", "2026-13", "x"):
        assert officer.get(f"/holder/statements/{month}").status == 404
    assert officer.get(f"{HERE}/exe").status == 404
