"""An officer counts and lists the filings of the own institution, and finds nothing of anybody else's."""

import csv
from datetime import timedelta
from io import StringIO

from sqlalchemy import Connection, insert, select, text

from audit.events import EventName
from connectors.runner.api import Found
from connectors.runner.errors import ValuesRefusedError
from delegation.filing import FilingState
from gateway.database.counting import count_statements
from gateway.holders import figures, filings
from gateway.holders.figures import Narrowed
from gateway.holders.filings import Line
from gateway.holders.months import Month, Span
from gateway.holders.outcomes import OUTCOME, Outcome, of
from gateway.paging import Key
from gateway.visits import running, sending
from gateway.visits.refusal_tables import RefusedAt, RefusedInput
from gateway.visits.tables import Filing, RunKind
from gateway.web import csv_lines
from tests.gateway.pages.audit.test_audit import recorded
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE, Counter
from tests.gateway.visits.played import declined, filed, unknown

NOVEMBER = Month(2026, 11)
PAGES = ("/holder", "/holder/filings", "/holder/filings/list", "/holder/quality")
FILES = ("/holder/filings.csv", "/holder/filings/list.csv")


def a_filing(counter: Counter, days_ago: int = 0) -> None:
    """One more is filled in, confirmed and about to be sent."""
    counter.open().grant()
    counter.fill(days_ago)
    assert counter.prepare()
    counter.sign_in()
    assert counter.press().allowed


def one_of_each(counter: Counter) -> None:
    """One filing of each outcome; only the third stays in doubt, and the last is under way."""
    now = counter.clock.now()
    for number, answer in enumerate((filed(now), declined(now), unknown(now))):
        a_filing(counter, number)
        counter.answer(answer)
        counter.close()
    counter.open().grant()
    counter.fill(10)
    counter.stop()
    counter.close()
    counter.open().grant()
    counter.fill(20)


def to_state(counter: Counter, state: FilingState) -> None:
    moved = text("UPDATE filing SET state = :to").bindparams(to=state.value)
    counter.write(lambda conn: conn.execute(moved))


def after(counter: Counter, narrowed: Narrowed, key: Key | None) -> list[Line]:
    """Two lines of the list, after this one."""
    return counter.read(lambda conn: filings.newest(conn, [BENEFIT, QUEUE], narrowed, most=2, after=key))


def lines_of(answer_text: str) -> list[list[str]]:
    assert answer_text.startswith(csv_lines.MARK)
    return list(csv.reader(StringIO(answer_text.removeprefix(csv_lines.MARK)), delimiter=";"))


def refuse(counter: Counter, *names: str) -> None:
    """The portal does not take these answers while the form is filled in."""
    counter.begin()
    run = counter.run_of(RunKind.PREPARE)
    error = ValuesRefusedError(dict.fromkeys(names, "LV97HABA0012345678910 is not taken"))
    counter.write(lambda conn: running.failed(conn, counter.store, run.id, error))


class TestFigures:
    def test_each_filing_counts_once_by_what_became_of_it(self, facing: Facing, officer: Phone) -> None:
        one_of_each(facing.counter)
        head, *lines = lines_of(officer.get("/holder/filings.csv").text)
        assert head == ["month", "service", "centre_id", "centre", "outcome", "count"]
        assert {(line[0], line[1], line[4]): line[5] for line in lines} == {
            ("2026-11", BENEFIT, outcome): "1" for outcome in ("filed", "declined", "in_doubt", "stopped", "open")
        }
        page = officer.see("/holder/filings").text
        assert "5 applications" in page
        assert "Slimības pabalsts" in page
        assert "Paraugu centrs" in page

    def test_the_home_page_says_how_the_month_goes(self, facing: Facing, officer: Phone) -> None:
        assert "There is no application in this month yet." in officer.see("/holder").text
        one_of_each(facing.counter)
        assert "In doubt" in officer.see("/holder").text

    def test_a_month_is_latvias_and_that_of_the_sending(self, counter: Counter) -> None:
        counter.clock.move(Month(2026, 12).begins_at - counter.clock.now() - timedelta(minutes=2))
        counter.open().grant()
        counter.fill()
        assert counter.prepare()
        counter.sign_in()
        counter.clock.move(Month(2026, 12).begins_at - counter.clock.now())
        assert counter.press().allowed
        span = Span(Month(2026, 11), Month(2026, 12))
        (cell,) = counter.read(lambda conn: figures.cells(conn, [BENEFIT], Narrowed(span=span)))
        assert (cell.month, cell.outcome, cell.count) == (Month(2026, 12), Outcome.IN_DOUBT, 1)
        assert counter.filing().drafted_at < span.last.begins_at <= counter.filing().sent_at

    def test_state_and_column_agree_on_every_outcome(self, counter: Counter) -> None:
        a_filing(counter)
        for state in FilingState:
            to_state(counter, state)
            said = counter.read(lambda conn: conn.execute(select(OUTCOME)).scalar_one())
            assert said == of(state, was_sent=True), state

    def test_months_are_read_or_become_the_last_twelve(self, counter: Counter) -> None:
        now = counter.clock.now()
        assert Span.read("", "", now) == Span(Month(2025, 12), NOVEMBER)
        assert Span.read("2026-13", "nonsense", now) == Span(Month(2025, 12), NOVEMBER)
        assert len(Span.read("2001-01", "2026-11", now).months) == 24
        assert Span.read("2027-01", "2026-11", now).months == [NOVEMBER]
        assert [str(each) for each in Span.read("2025-11", "2026-02", now).months] == [
            "2025-11",
            "2025-12",
            "2026-01",
            "2026-02",
        ]


class TestList:
    def test_says_how_each_was_permitted_and_nothing_of_its_resident(self, facing: Facing, officer: Phone) -> None:
        one_of_each(facing.counter)
        head, *lines = lines_of(officer.get("/holder/filings/list.csv").text)
        found = {line[head.index("outcome")]: dict(zip(head, line, strict=True)) for line in lines}
        assert found["filed"] | {"filing": "", "counted_at": "", "sent_at": "", "connector_version": ""} == {
            "filing": "",
            "reference": "SP-2026-000001",
            "service": BENEFIT,
            "counted_at": "",
            "sent_at": "",
            "outcome": "filed",
            "centre": "Paraugu centrs",
            "route": "phone",
            "assurance": "substantial",
            "second_look": "no",
            "connector_version": "",
        }
        assert found["stopped"]["sent_at"] == ""
        page = officer.see("/holder/filings/list").text
        for text_of in (page, officer.get("/holder/filings/list.csv").text):
            assert "SP-2026-000001" in text_of
            for value in (ILZE.name, ILZE.code, "LV97HABA", "Anna"):
                assert value not in text_of

    def test_is_narrowed_by_month_service_centre_and_outcome(self, facing: Facing, officer: Phone) -> None:
        one_of_each(facing.counter)
        centre = facing.counter.by.centre_id
        for query, count in (
            ("outcome=filed", 1),
            (f"service={BENEFIT}", 5),
            (f"service={QUEUE}", 5),  # not theirs: left out, as anything that cannot be meant
            (f"centre={centre}", 5),
            ("from=2026-09&to=2026-10", 0),
        ):
            assert len(lines_of(officer.get(f"/holder/filings/list.csv?{query}").text)) == count + 1, query

    def test_is_read_a_page_at_a_time_without_a_gap(self, facing: Facing, counter: Counter) -> None:
        one_of_each(counter)
        span = Narrowed(span=Span(NOVEMBER, NOVEMBER))
        everything = counter.read(lambda conn: filings.newest(conn, [BENEFIT, QUEUE], span, most=10))
        walked: list[Line] = []
        while len(page := after(counter, span, walked[-1].key if walked else None)) == 2:
            walked += page
        walked += page
        assert [each.id for each in walked] == [each.id for each in everything]
        assert len(walked) == 5

    def test_a_number_is_looked_for_by_a_form(self, facing: Facing, officer: Phone) -> None:
        one_of_each(facing.counter)
        officer.see("/holder/filings/list")
        assert "Filed" in officer.send("/holder/filings/list", reference="sp-2026-000001").text
        assert (
            "No application of your services has this number"
            in officer.send("/holder/filings/list", reference="SP-1").text
        )
        assert officer.send("/holder/filings/list", reference=" ").status == 422


def test_who_takes_counts_and_lists_home_is_on_record(facing: Facing, officer: Phone) -> None:
    one_of_each(facing.counter)
    for path in FILES:
        officer.get(path)
    said = [each["data"] for each in recorded(facing, EventName.REPORT_EXPORTED)]
    assert said == [{"report": name, "as": "csv", "holder": "VSAA"} for name in ("filings", "filings-list")]


class TestNobodyElses:
    def test_another_institutions_officer_finds_nothing(self, facing: Facing, officer: Phone, other: Phone) -> None:
        counter = facing.counter
        one_of_each(counter)
        refuse(counter, "account")
        for path in PAGES:
            page = other.see(path).text
            for theirs in ("Slimības", "VSAA", "SP-2026", ">account<", BENEFIT):
                assert theirs not in page, f"{path}: {theirs}"
        for path in FILES:
            assert len(lines_of(other.get(path).text)) == 1
            assert len(lines_of(other.get(f"{path}?service={BENEFIT}").text)) == 1
        other.see("/holder/filings/list")
        found = other.send("/holder/filings/list", reference="SP-2026-000001").text
        assert "No application of your services has this number" in found
        assert officer.send("/holder/filings/list", reference="SP-2026-000001").status in {200, 403}

    def test_a_service_that_goes_to_another_takes_its_filings_along(self, facing: Facing, other: Phone) -> None:
        counter = facing.counter
        one_of_each(counter)
        counter.write(
            lambda conn: conn.execute(text("UPDATE service SET holder = 'Ziemeļu novads' WHERE holder = 'VSAA'"))
        )
        assert len(lines_of(other.get("/holder/filings/list.csv").text)) == 6


class TestRefusals:
    def test_a_refused_question_is_counted_by_its_name_and_never_by_its_answer(
        self, facing: Facing, officer: Phone
    ) -> None:
        counter = facing.counter
        counter.open().grant()
        counter.fill()
        refuse(counter, "account", "phone")
        assert counter.said(EventName.RUN_REFUSED_BY_PORTAL)["inputs"] == ["account", "phone"]
        counter.fill()
        refuse(counter, "account")
        kept = counter.read(lambda conn: conn.execute(select(RefusedInput.__table__)).all())
        assert sorted((row.attempt, row.input, row.stage) for row in kept) == [
            (1, "account", RefusedAt.FILLING),
            (1, "phone", RefusedAt.FILLING),
            (2, "account", RefusedAt.FILLING),
        ]
        assert "LV97" not in str(kept)
        page = officer.see("/holder/quality").text
        assert "1 of 1 (100 %)" in page
        assert "LV97" not in page

    def test_a_decline_is_told_apart_and_one_without_a_question_counts_too(
        self, facing: Facing, officer: Phone
    ) -> None:
        counter = facing.counter
        a_filing(counter)
        counter.answer(declined(counter.clock.now()))
        (row,) = counter.read(lambda conn: conn.execute(select(RefusedInput.__table__)).all())
        assert (row.input, row.stage) == ("account", RefusedAt.SENDING)
        counter.close()
        counter.open().grant()
        counter.fill(3)
        refuse(counter)
        assert "The portal did not say which" in officer.see("/holder/quality").text

    def test_a_doubt_counts_with_its_length(self, facing: Facing, officer: Phone) -> None:
        counter = facing.counter
        a_filing(counter)
        counter.answer(unknown(counter.clock.now()))
        counter.clock.move(timedelta(hours=3))
        run = counter.run_of(RunKind.LOOK_UP)
        assert run
        assert "1 of 1 (100 %)" in officer.see("/holder/quality").text
        counter.write(
            lambda conn: sending.looked_up(conn, counter.store, run.id, Found(reference="SP-2026-000009", pdf=None))
        )
        assert "longest: 3 hours" in officer.see("/holder/quality").text


def test_every_page_takes_few_statements_and_reads_by_the_index(facing: Facing, officer: Phone) -> None:
    counter = facing.counter
    one_of_each(counter)
    many(counter, 300)
    for path in PAGES[1:]:
        officer.get(path)
        with count_statements() as counted:
            assert officer.get(path).status == 200
        assert counted.total <= 6, f"{path}: {counted.total}"


def many(counter: Counter, copies: int) -> None:
    """So many filings more, as the first one."""

    def work(conn: Connection) -> None:
        first = dict(conn.execute(select(Filing.__table__).limit(1)).one()._mapping)
        conn.execute(
            insert(Filing),
            [first | {"id": f"copy{n:06}", "service_key": n.to_bytes(32, "big")} for n in range(copies)],
        )

    counter.write(work)
