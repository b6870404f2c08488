"""The pages of costs, prices and counts: what a manager may, what only the owner may, what is refused kindly."""

from datetime import timedelta
from io import BytesIO
from typing import ClassVar

import openpyxl
import pytest

from gateway.people.roles import Role
from gateway.people.staff import add_centre
from tests.gateway.callers import Caller, Callers
from tests.gateway.pages.reports.conftest import events

FIVE_MINUTES = timedelta(minutes=5)
OWNER = Role.NETWORK_OWNER
SUBSIDY = {
    "kind": "upkeep", "euros": "1 234,50", "from": "2026-07-01", "until": "2026-09-30", "source": "Līgums 1-2/3",
}  # fmt: skip


@pytest.fixture
def manager(callers: Callers) -> Caller:
    return callers.staff(Role.MANAGER)


@pytest.fixture
def elsewhere(callers: Callers) -> str:
    """Another centre."""
    return callers.parts.database.write_now(
        lambda conn: add_centre(conn, name="Cits centrs", kind="vpvkac", municipality="Cits", now=callers.clock.now())
    )


class TestCosts:
    def test_without_subsidies_say_that_the_cost_is_not_known(self, manager: Caller) -> None:
        text = manager.get("/figures/costs?period=2026-Q3").text
        assert "No subsidies are written down yet" in text
        assert "not known" in text
        assert "0.00</td>" not in text

    def test_take_a_subsidy_of_the_own_centre_and_withdraw_it(self, callers: Callers, manager: Caller) -> None:
        assert manager.post("/figures/costs/subsidies", SUBSIDY | {"centre": callers.centre_id}).status == 303
        page = manager.get("/figures/costs?period=2026-Q3")
        assert "€1,234.50" in page.text
        assert "Līgums 1-2/3" in page.text
        assert events(callers, "manager:subsidy:set")[0]["cents"] == 123_450
        withdraw = page.text.split('action="/figures/costs/subsidies/')[1].split('"')[0]
        manager.post(f"/figures/costs/subsidies/{withdraw}")
        assert "No subsidies are written down yet" in manager.get("/figures/costs").text

    def test_refuse_a_managers_word_about_another_centre(self, manager: Caller, elsewhere: str) -> None:
        answer = manager.post("/figures/costs/subsidies", SUBSIDY | {"centre": elsewhere})
        assert answer.status == 422
        assert "No subsidies are written down yet" in answer.text
        assert "Cits centrs" not in answer.text

    @pytest.mark.parametrize(
        ("name", "typed", "says"),
        [
            ("kind", "", "Choose what it is paid for"),
            ("euros", "-3", "Write an amount"),
            ("euros", "1,234.5", "Write an amount"),
            ("from", "31.02.2026", "Write the first day"),
            ("until", "2026-06-30", "The last day is before the first"),
            ("source", "", "Write where it stands"),
        ],
    )
    def test_say_at_the_field_what_is_wrong_and_keep_what_was_typed(
        self, callers: Callers, manager: Caller, name: str, typed: str, says: str
    ) -> None:
        answer = manager.post("/figures/costs/subsidies", SUBSIDY | {"centre": callers.centre_id, name: typed})
        assert answer.status == 422
        assert f'href="#{name}"' in answer.text
        assert says in answer.text
        assert name == "source" or "Līgums 1-2/3" in answer.text

    def test_show_the_owner_all_centres_and_a_manager_the_own_one(
        self, callers: Callers, manager: Caller, elsewhere: str
    ) -> None:
        assert "Cits centrs" in callers.staff(OWNER).get("/figures/costs").text
        assert "Cits centrs" not in manager.get("/figures/costs").text
        book = manager.post("/figures/costs/file", {"as": "xlsx", "period": "2026-Q3"})
        names = {row[0].value for row in openpyxl.load_workbook(BytesIO(book.body)).worksheets[0].iter_rows(min_row=2)}
        assert len(names) == 1
        assert events(callers, "manager:report:exported") == [
            {"report": "costs-2026-Q3", "as": "xlsx", "period": "2026-Q3"}
        ]


class TestPrices:
    def test_are_set_by_the_owner_alone(self, callers: Callers, manager: Caller) -> None:
        price = {"service": "nothing", "euros": "3,50", "since": "2026-01-01"}
        assert "No prices were set yet" in manager.get("/figures/costs/prices").text
        assert manager.post("/figures/costs/prices", price).status == 403
        assert "Choose the service" in callers.staff(OWNER).post("/figures/costs/prices", price).text

    @pytest.mark.parametrize(("name", "typed"), [("euros", "abc"), ("since", ""), ("service", "")])
    def test_that_are_none_are_refused_at_their_field(self, callers: Callers, name: str, typed: str) -> None:
        price = {"service": "nothing", "euros": "3,50", "since": "2026-01-01"}
        answer = callers.staff(OWNER).post("/figures/costs/prices", price | {name: typed})
        assert answer.status == 422
        assert f'href="#{name}"' in answer.text

    def test_that_are_not_filled_in_are_told_everything_at_once(self, callers: Callers) -> None:
        empty = callers.staff(OWNER).post("/figures/costs/prices", {"service": "", "euros": "", "since": ""}).text
        assert all(f'href="#{name}"' in empty for name in ("service", "since"))


class TestWeights:
    WEIGHT: ClassVar = {"way": "counter", "weight": "40", "since": "2026-06-01"}

    def test_of_the_published_comparison_hold_until_the_owner_sets_others(
        self, callers: Callers, manager: Caller
    ) -> None:
        here = "/figures/costs/weights"
        assert "No other weights were set" in manager.get(here).text
        assert manager.post(here, self.WEIGHT).status == 403
        owner = callers.staff(OWNER)
        assert owner.post(here, self.WEIGHT).status == 303
        text = manager.get(here).text
        assert "01.06.2026" in text
        assert ">40<" in text
        assert events(callers, "manager:weight:set")[0]["weight"] == 40
        again = owner.post(here, self.WEIGHT | {"weight": "30"})
        assert again.status == 422
        assert 'href="#since"' in again.text

    @pytest.mark.parametrize(
        ("name", "typed"),
        [("way", "by pigeon"), ("weight", "0"), ("weight", "1001"), ("weight", "4,5"), ("since", "soon")],
    )
    def test_that_are_none_are_refused_at_their_field(self, callers: Callers, name: str, typed: str) -> None:
        answer = callers.staff(OWNER).post("/figures/costs/weights", self.WEIGHT | {name: typed})
        assert answer.status == 422
        assert f'href="#{name}"' in answer.text


class TestCounts:
    def test_are_kept_corrected_and_taken_back(self, callers: Callers, manager: Caller) -> None:
        here = "/figures/costs/counts?month=2026-09"
        assert manager.post("/figures/costs/counts", {"month": "2026-09", "call": "12", "email": "0"}).status == 303
        assert 'value="12"' in manager.get(here).text
        assert events(callers, "manager:counts:typed")[0]["counts"] == {"call": 12, "email": 0}
        callers.clock.move(FIVE_MINUTES)
        manager.post("/figures/costs/counts", {"month": "2026-09", "call": "1200", "email": "0"})
        assert 'value="1200"' in manager.get(here).text
        callers.clock.move(FIVE_MINUTES)
        manager.post("/figures/costs/counts/take-back", {"month": "2026-09"})
        text = manager.get(here).text
        assert 'value="12"' in text
        assert text.count("replaced") == 2

    def test_of_a_month_that_has_not_begun_are_refused(self, callers: Callers, manager: Caller) -> None:
        answer = manager.post("/figures/costs/counts", {"month": "2199-01", "call": "12"})
        assert answer.status == 422
        assert "has not begun" in answer.text
        assert events(callers, "manager:counts:typed") == []

    def test_that_are_no_numbers_are_refused_at_their_field(self, manager: Caller) -> None:
        answer = manager.post("/figures/costs/counts", {"month": "2026-09", "call": "many"})
        assert answer.status == 422
        assert 'href="#call"' in answer.text

    def test_of_another_centre_are_never_a_managers(self, callers: Callers, manager: Caller, elsewhere: str) -> None:
        manager.post("/figures/costs/counts", {"month": "2026-09", "call": "12", "centre": elsewhere})
        assert {event["centre"] for event in events(callers, "manager:counts:typed")} == {callers.centre_id}
