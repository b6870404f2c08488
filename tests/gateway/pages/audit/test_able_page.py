"""An auditor sees who could act for which holder on a day, and takes it as a file of ids."""

import csv
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import Connection, update

from audit.events import EventName
from gateway.days import beginning_of, day_of
from gateway.people import staff
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.services import able, agreements, keeping
from gateway.services.tables import Agreement
from gateway.services.tables import Service as ServiceRow
from tests.gateway.callers import PASSWORD
from tests.gateway.pages.audit.test_audit import auditor, recorded
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import AGREEMENT, Counter

__all__ = ["auditor"]

DAY = timedelta(days=1)


def settle(counter: Counter) -> None:
    counter.write(lambda conn: able.settle(conn, counter.clock.now()))


def today(counter: Counter) -> date:
    return day_of(counter.clock.now())


def rows_of(page: str) -> list[list[str]]:
    found = re.findall(r"<tr.*?</tr>", page.partition('id="able-caption"')[2], re.DOTALL)
    texts = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in found]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in texts if row]


def table_of(auditor: Phone, **asked: str) -> list[dict[str, str]]:
    auditor.see("/audit/able")
    answer = auditor.post("/audit/able.csv", asked)
    assert answer.status == 200
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


def at_another_centre(counter: Counter) -> str:
    """An assistant of a centre of the same kind, elsewhere; the institution's agreement becomes the first centre's."""
    now = counter.clock.now()

    def work(conn: Connection) -> str:
        there = staff.add_centre(conn, name="Centrs citur", kind="vpvkac", municipality="Citur", now=now)
        new = NewStaff(login="citur", name="Cilda Citur", password=PASSWORD, centre_id=there, roles=(Role.ASSISTANT,))
        only_here = update(Agreement).where(Agreement.id == AGREEMENT)
        conn.execute(only_here.values(centre_id=counter.by.centre_id))
        return staff.create(conn, counter.store.sealer, new, now=now).id

    return counter.write(work)


class TestADay:
    def test_names_person_centre_and_agreement(self, facing: Facing, auditor: Phone) -> None:
        settle(facing.counter)
        rows = rows_of(auditor.see("/audit/able?holder=VSAA").text)
        assert rows
        assert {(row[0], row[3]) for row in rows} == {("VSAA", facing.counter.by.name)}
        assert all("without an end" in row[6] for row in rows)

    def test_leaves_out_a_centre_that_no_agreement_is_with(self, facing: Facing, auditor: Phone) -> None:
        other = at_another_centre(facing.counter)
        settle(facing.counter)
        page = auditor.see("/audit/able?holder=VSAA").text
        assert "Cilda Citur" not in page
        assert facing.counter.by.name in page
        assert "Cilda Citur" in auditor.see("/audit/able").text, "for institutions whose agreement is with every centre"
        assert other not in {row["staff_id"] for row in table_of(auditor, holder="VSAA")}

    def test_on_which_an_agreement_was_suspended_has_nobody(
        self, facing: Facing, request: pytest.FixtureRequest
    ) -> None:
        counter, first = facing.counter, today(facing.counter)
        settle(counter)
        counter.write(lambda conn: agreements.suspend(conn, AGREEMENT, beginning_of(first + DAY)))
        counter.write(lambda conn: agreements.lift(conn, AGREEMENT, beginning_of(first + 2 * DAY)))
        counter.clock.move(3 * DAY)
        settle(counter)
        auditor: Phone = request.getfixturevalue("auditor")
        named = [
            counter.by.name in auditor.see(f"/audit/able?holder=VSAA&on={first + number * DAY}").text
            for number in range(4)
        ]
        assert named == [True, False, True, True]
        assert [bool(table_of(auditor, holder="VSAA", on=str(first + number * DAY))) for number in range(4)] == named

    def test_after_an_agreement_ran_out_has_nobody(self, facing: Facing, request: pytest.FixtureRequest) -> None:
        counter, first = facing.counter, today(facing.counter)
        settle(counter)
        counter.write(lambda conn: agreements.end(conn, AGREEMENT, beginning_of(first + 2 * DAY)))
        counter.clock.move(4 * DAY)
        settle(counter)
        auditor: Phone = request.getfixturevalue("auditor")
        last = rows_of(auditor.see(f"/audit/able?holder=VSAA&on={first + DAY}").text)
        assert {row[5] for row in last} == {f"{first + 2 * DAY:%d.%m.%Y} 00:00"}
        assert "Nobody could act on that day" in auditor.see(f"/audit/able?holder=VSAA&on={first + 2 * DAY}").text

    @pytest.mark.parametrize("on", ["tomorrow", "1999-12-31", "9999-01-01"])
    def test_that_is_none_or_to_come_is_said(self, auditor: Phone, on: str) -> None:
        assert "Give a day that is not to come" in auditor.see(f"/audit/able?on={on}", status=422).text

    def test_before_the_record_shows_the_agreements_alone(self, facing: Facing, auditor: Phone) -> None:
        settle(facing.counter)
        page = auditor.see(f"/audit/able?on={today(facing.counter) - 30 * DAY}").text
        assert "The record begins on" in page
        assert facing.counter.by.name not in page
        assert "Agreements in force on that day" in page


class TestTheFile:
    def test_holds_ids_and_no_names_of_people(self, facing: Facing, auditor: Phone) -> None:
        settle(facing.counter)
        rows = table_of(auditor, on=str(today(facing.counter)), holder="VSAA")
        assert {row["staff_id"] for row in rows} == {facing.counter.by.staff_id}
        assert {row["agreement"] for row in rows} == {AGREEMENT}
        assert facing.counter.by.name not in str(rows)
        assert {row["until"] for row in rows} == {""}

    def test_that_was_taken_stands_in_the_log(self, facing: Facing, auditor: Phone) -> None:
        table_of(auditor, holder="VSAA")
        said = recorded(facing, EventName.TRAIL_EXPORTED)[0]["data"]
        assert said == {"of": "able", "day": str(today(facing.counter)), "holder": "VSAA"}

    def test_has_everybody_where_there_are_more_than_are_read_at_a_time(
        self, facing: Facing, auditor: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settle(facing.counter)
        whole = table_of(auditor)
        assert len(whole) > 1
        monkeypatch.setattr("gateway.pages.audit_able._AT_A_TIME", 1)
        assert table_of(auditor) == whole

    def test_has_no_formulas(self, facing: Facing, auditor: Phone) -> None:
        def work(conn: Connection) -> None:
            conn.execute(update(ServiceRow).where(ServiceRow.holder == "VSAA").values(holder="=VSAA"))
            conn.execute(update(Agreement).where(Agreement.holder == "VSAA").values(holder="=VSAA"))
            keeping.count_on(conn)

        facing.counter.write(work)
        settle(facing.counter)
        assert {row["holder"] for row in table_of(auditor, holder="=VSAA")} == {"'=VSAA"}
