"""A holder's own list beside ours: every difference is found, a doubt is hinted at and never settled by it."""

import asyncio
import csv
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from audit.events import EventName
from delegation.filing import FilingState
from gateway.holders import comparing, differing, jobs, lists, reconciling
from gateway.holders.differing import Kind
from gateway.holders.lists import Row
from gateway.holders.reconciling import Result
from gateway.holders.tables import HolderList, ListState
from gateway.jobs.leases import Job
from gateway.jobs.runner import Handler, JobKind
from gateway.jobs.tables import JobRow
from gateway.sweeping import sweep
from gateway.visits import actors
from gateway.visits.tables import Filing
from gateway.web import csv_lines
from tests.gateway.answers import Answer
from tests.gateway.holders.conftest import OURS, THEIRS
from tests.gateway.holders.test_filings import a_filing
from tests.gateway.pages.audit.test_audit import recorded
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter
from tests.gateway.visits.played import filed, unknown

HERE = "/holder/reconciliations"


def arrived(counter: Counter, reference: str, days: int) -> datetime:
    """One more is filed under this number; when it was sent."""
    a_filing(counter, days)
    counter.answer(filed(counter.clock.now()))
    now = Filing.id == counter.filing_id
    counter.write(lambda conn: conn.execute(update(Filing).where(now).values(reference=reference)))
    sent_at: datetime = counter.filing().sent_at
    counter.close()
    return sent_at


def row(reference: str, at: datetime, service: str = "") -> Row:
    return Row(reference, at, at, service)


def compare(counter: Counter, *rows: Row, holder: str = OURS) -> Result:
    now = counter.clock.now()
    list_id = counter.write(
        lambda conn: reconciling.hand_in(conn, holder, rows, made_by="x", actor=actors.SYSTEM, now=now)
    )
    comparing.compare_now(counter.store, list_id)
    found = counter.read(lambda conn: reconciling.find(conn, holder, list_id))
    assert found
    assert found[1]
    return found[1]


def hand_in(officer: Phone, text: str) -> Answer:
    """By the form, as a browser sends a file."""
    mark = "----pilnvara"
    parts = (
        f'--{mark}\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n{officer.csrf}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="list"; filename="list.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{text}\r\n--{mark}--\r\n"
    )
    headers = {"content-type": f"multipart/form-data; boundary={mark}"}
    return officer.call("POST", HERE, headers=headers, body=parts.encode())


def noting(step: Callable[..., Any], threads: list[str]) -> Callable[..., Any]:
    """The same step, which also notes the thread that it runs in."""

    def noted(*given: Any) -> Any:
        threads.append(threading.current_thread().name)
        return step(*given)

    return noted


async def taken(handle: Handler, job: Job) -> None:
    await handle(job)


def kinds(result: Result) -> dict[str, Kind]:
    return {each.reference: each.kind for each in result.differences}


class TestCompared:
    def test_every_kind_of_difference_is_found(self, counter: Counter) -> None:
        sent = [arrived(counter, f"SP-{number}", number) for number in range(1, 5)]
        last = sent[-1] + timedelta(minutes=5)
        counter.clock.move(timedelta(days=3))
        result = compare(
            counter,
            row("sp-1", sent[0] - timedelta(hours=1), BENEFIT),
            row("SP-2", sent[1] + timedelta(days=2)),
            row("SP-9", last),
            row("SP-9", last),
        )
        assert [(each.kind, each.reference) for each in result.differences] == [
            (Kind.ONLY_OURS, "SP-3"),
            (Kind.ONLY_OURS, "SP-4"),
            (Kind.ONLY_THEIRS, "SP-9"),
            (Kind.OTHER_TIME, "SP-2"),
            (Kind.TWICE, "SP-9"),
        ]
        assert result.counts == {
            Kind.ONLY_OURS: 2,
            Kind.ONLY_THEIRS: 1,
            Kind.OTHER_TIME: 1,
            Kind.OTHER_SERVICE: 0,
            Kind.TWICE: 1,
        }
        assert result.both == 1
        assert not result.is_clean

    def test_lists_that_agree_are_clean_whatever_lies_outside_their_time(self, counter: Counter) -> None:
        before = arrived(counter, "SP-1", 1)
        counter.clock.move(timedelta(days=5))
        sent = arrived(counter, "SP-2", 2)
        counter.clock.move(timedelta(days=5))
        arrived(counter, "SP-3", 3)
        assert compare(counter, row("SP-2", sent)).is_clean
        assert not compare(counter, row("SP-2", sent), row("SP-1", before), row("SP-3", sent)).is_clean

    def test_another_service_under_the_number_is_told(self, counter: Counter) -> None:
        sent = arrived(counter, "SP-1", 1)
        assert kinds(compare(counter, row("SP-1", sent, "lv.vsaa.other"))) == {"SP-1": Kind.OTHER_SERVICE}

    def test_counts_are_whole_where_only_the_first_differences_are_kept(
        self, counter: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reconciling, "_MOST_SHOWN", 2)
        now = counter.clock.now()
        result = compare(counter, *(row(f"SP-{number}", now) for number in (3, 1, 2)))
        assert result.counts[Kind.ONLY_THEIRS] == 3
        assert [each.reference for each in result.differences] == ["SP-1", "SP-2"]

    def test_a_doubt_is_hinted_at_and_stays_one(self, facing: Facing) -> None:
        counter = facing.counter
        a_filing(counter)
        counter.answer(unknown(counter.clock.now()))
        doubt = counter.filing()
        result = compare(counter, row("SP-7", doubt.sent_at + timedelta(minutes=1)))
        (only,) = result.differences
        assert (only.kind, only.doubt, only.centre) == (Kind.ONLY_THEIRS, doubt.id, "Paraugu centrs")
        assert counter.filing().state in {FilingState.UNKNOWN, FilingState.NEEDS_HUMAN}
        other = compare(counter, row("SP-7", doubt.sent_at, QUEUE))
        assert other.differences[0].doubt == "", "it is of another service"
        edge = compare(counter, row("SP-7", doubt.sent_at - differing.TOLERANCE, BENEFIT))
        assert edge.differences[0].doubt == doubt.id
        far = compare(counter, row("SP-7", doubt.sent_at + timedelta(days=2)))
        assert far.differences[0].doubt == ""

    def test_what_was_erased_here_is_counted_and_not_called_missing(self, counter: Counter) -> None:
        sent = arrived(counter, "SP-1", 1)
        counter.write(lambda conn: conn.execute(update(Filing).values(reference=None)))
        result = compare(counter, row("SP-1", sent))
        assert (result.erased, kinds(result)) == (1, {"SP-1": Kind.ONLY_THEIRS})

    def test_another_institutions_filings_take_no_part(self, counter: Counter) -> None:
        sent = arrived(counter, "SP-1", 1)
        result = compare(counter, row("SP-1", sent), holder=THEIRS)
        assert kinds(result) == {"SP-1": Kind.ONLY_THEIRS}

    def test_the_log_has_the_counts_and_no_number(self, facing: Facing) -> None:
        sent = arrived(facing.counter, "SP-1", 1)
        compare(facing.counter, row("SP-1", sent), row("SP-99", sent))
        (event,) = recorded(facing, EventName.HOLDER_LIST_COMPARED)
        assert (event["data"]["both"], event["data"]["only_theirs"]) == (1, 1)  # type: ignore[index]  # JSON
        assert "SP-" not in str(event)


class TestPage:
    def test_leads_from_the_file_to_what_differs(self, facing: Facing, officer: Phone) -> None:
        counter = facing.counter
        sent = arrived(counter, "SP-1", 1)
        officer.see(HERE)
        answer = hand_in(officer, f"reference;received_at\nSP-1;{sent.isoformat()}\n<b>SP-2;{sent.isoformat()}\n")
        assert answer.status == 303
        page = officer.see(answer.location).text
        assert "Only with you" in page
        assert "&lt;b&gt;SP-2" in page
        assert "pilnvara audit reconcile" in page
        taken = officer.get(f"{answer.location}/csv").text
        assert [line[:2] for line in csv.reader(StringIO(taken.removeprefix(csv_lines.MARK)), delimiter=";")] == [
            ["kind", "reference"],
            ["only_theirs", "<b>SP-2"],
        ]
        assert answer.location in officer.see(HERE).text

    def test_names_the_line_that_is_wrong(self, officer: Phone) -> None:
        officer.see(HERE)
        answer = hand_in(officer, "reference;received_at\nSP-1;now\n")
        assert answer.status == 422
        assert "Line 2: The time cannot be read" in answer.text
        assert "Choose the file" in officer.send(HERE).text

    def test_is_nobody_elses(self, facing: Facing, officer: Phone, other: Phone) -> None:
        sent = arrived(facing.counter, "SP-1", 1)
        officer.see(HERE)
        here = hand_in(officer, f"reference;received_at\nSP-1;{sent.isoformat()}\n").location
        for path in (here, f"{here}/csv"):
            assert officer.get(path).status == 200
            assert other.get(path).status == 404
        assert here not in other.see(HERE).text

    def test_a_long_list_is_compared_by_a_worker(
        self, facing: Facing, officer: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counter = facing.counter
        sent = arrived(counter, "SP-1", 1)
        monkeypatch.setattr(reconciling, "_AT_ONCE", 1)
        officer.see(HERE)
        here = hand_in(officer, f"reference;received_at\nSP-1;{sent.isoformat()}\nSP-2;{sent.isoformat()}\n").location
        assert "It is being compared" in officer.see(here).text
        found = counter.read(
            lambda conn: conn.execute(select(JobRow.__table__).where(JobRow.kind == reconciling.JOB)).one()
        )
        kind = jobs.make_handlers(counter.store)[reconciling.JOB]
        assert isinstance(kind, JobKind)
        handle = kind.handle
        job = Job(id=found.id, kind=found.kind, payload=found.payload, key=found.key, attempt=1)
        for _again in range(2):
            asyncio.run(taken(handle, job))
        assert "Only with you" in officer.see(here).text
        assert len(recorded(facing, EventName.HOLDER_LIST_COMPARED)) == 1
        assert re.search(r"2 lines", officer.see(here).text)

    def test_a_span_of_more_than_two_years_is_refused_however_few_lines_there_are(self, officer: Phone) -> None:
        officer.see(HERE)
        answer = hand_in(officer, "reference;received_at\nSP-1;02.01.2000\nSP-2;30.12.2198\n")
        assert answer.status == 422
        assert "More than 24 months lie between" in answer.text
        assert hand_in(officer, "reference;received_at\nSP-1;01.12.2024\nSP-2;30.11.2026\n").status == 303

    def test_few_lines_over_many_months_are_left_to_a_worker(self, officer: Phone) -> None:
        officer.see(HERE)
        here = hand_in(officer, "reference;received_at\nSP-1;01.01.2026\nSP-2;30.11.2026\n").location
        assert "It is being compared" in officer.see(here).text

    def test_of_a_long_list_the_page_says_how_far_it_is(
        self, facing: Facing, officer: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counter = facing.counter
        for days in (1, 2, 3):
            arrived(counter, f"SP-{days}0", days)
        officer.see(HERE)
        here = hand_in(officer, "reference;received_at\nSP-1;01.01.2026\nSP-2;30.11.2026\n").location
        assert "<progress" not in officer.see(here).text, "nobody has begun"
        shown: list[str] = []
        keep = reconciling.note_progress

        def noted(conn: Connection, list_id: str, seen: int, ours: int) -> None:
            keep(conn, list_id, seen, ours)
            shown.append(f"{seen}/{ours}")

        monkeypatch.setattr(reconciling, "note_progress", noted)
        monkeypatch.setattr(reconciling, "_TELL_EVERY", 2)
        list_id, store = here.rpartition("/")[2], counter.store
        counter.read(lambda conn: reconciling.compare(conn, list_id, comparing._telling(store, list_id)))
        assert shown == ["0/3", "2/3"]
        assert '<progress class="app-progress" id="compared" max="3" value="2">' in officer.see(here).text
        comparing.compare_now(store, list_id)
        counter.write(lambda conn: keep(conn, list_id, 1, 9))
        assert "<progress" not in officer.see(here).text
        found = counter.read(lambda conn: conn.execute(select(HolderList.seen, HolderList.ours)).one())
        assert tuple(found) == (2, 3), "what is compared stays"

    def test_nobody_is_told_how_far_a_short_list_is(self, officer: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reconciling, "note_progress", None)
        officer.see(HERE)
        assert hand_in(officer, "reference;received_at\nSP-1;02.11.2026\n").status == 303

    def test_no_more_than_three_lists_of_an_institution_wait(
        self, facing: Facing, officer: Phone, other: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reconciling, "_AT_ONCE", 0)
        text = "reference;received_at\nSP-1;02.11.2026\n"
        for each in (officer, other):
            each.see(HERE)
        statuses = [hand_in(officer, text).status for _each in range(reconciling.MOST_WAITING)]
        refused = hand_in(officer, text)
        assert (set(statuses), refused.status) == ({303}, 429)
        assert "Three of your lists are being compared" in refused.text
        assert hand_in(other, text).status == 303, "another institution's do not count"
        counter = facing.counter
        waiting = counter.read(lambda conn: conn.execute(select(HolderList.id).where(HolderList.holder == OURS)).all())
        assert len(waiting) == reconciling.MOST_WAITING
        comparing.compare_now(counter.store, waiting[0].id)
        assert hand_in(officer, text).status == 303

    def test_a_list_is_read_and_compared_without_holding_the_writer(
        self, officer: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held: list[str] = []
        for module, name in ((lists, "read"), (reconciling, "_compared")):
            monkeypatch.setattr(module, name, noting(getattr(module, name), held))
        officer.see(HERE)
        here = hand_in(officer, "reference;received_at\nSP-1;02.11.2026\n").location
        assert "Only with you" in officer.see(here).text
        assert len(held) == 2
        assert not [name for name in held if name.startswith("database writer")]

    def test_is_gone_after_its_days(self, facing: Facing) -> None:
        counter = facing.counter
        sent = arrived(counter, "SP-1", 1)
        compare(counter, row("SP-1", sent))
        counter.clock.move(reconciling.KEPT - timedelta(minutes=1))
        assert counter.write(lambda conn: sweep(conn, "holder_list", counter.clock.now())) == 0
        counter.clock.move(timedelta(minutes=2))
        assert counter.write(lambda conn: sweep(conn, "holder_list", counter.clock.now())) == 1


def test_a_list_that_waits_is_kept_until_it_is_compared_and_then_only_what_differs(counter: Counter) -> None:
    compare(counter, row("SP-1", arrived(counter, "SP-1", 1)))
    kept = counter.read(lambda conn: conn.execute(select(HolderList.__table__)).one())
    assert (kept.state, kept.given) == (ListState.COMPARED, None)
    assert b"SP-1" not in kept.result
