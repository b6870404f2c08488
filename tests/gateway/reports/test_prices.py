"""A price holds from its day until the next one's; what was never agreed is no price, and not nought."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from audit.entry import Actor, ActorKind
from gateway.database.engine import Database
from gateway.reports import prices
from gateway.reports.errors import NotInForceError
from gateway.reports.prices import PriceError
from gateway.services.tables import Service

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BY = Actor(kind=ActorKind.SYSTEM, id="command line")
Set = Callable[..., str]


@pytest.fixture
def set_price(database: Database) -> Set:
    def step(service: str, euros: str | None, since: str) -> str:
        amount = None if euros is None else Decimal(euros)
        day = date.fromisoformat(since)
        return database.write_now(lambda conn: prices.set_price(conn, service, amount, since=day, by=BY, now=NOW))

    rules: dict[str, Any] = {"grant_least": 1, "permit_least": 1, "routes": [], "feedback_group": "x"}
    cards = {"lv": {"title": "Pabalsts", "summary": ""}}
    values = [{"id": name, "holder": "VSAA", "cards": cards} | rules for name in ("benefit", "queue")]
    database.write_now(lambda conn: conn.execute(insert(Service), values))
    return step


def on(database: Database, day: str, service: str = "benefit") -> Decimal | None:
    steps = database.read_now(lambda conn: prices.steps_of(conn, [service]))
    return prices.price_on(steps, service, date.fromisoformat(day))


class TestAPrice:
    def test_holds_from_its_day_until_the_next_ones(self, database: Database, set_price: Set) -> None:
        set_price("benefit", "3.50", "2026-01-01")
        set_price("benefit", "4.20", "2026-07-01")
        set_price("benefit", None, "2027-01-01")
        found = [on(database, day) for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2027-01-01")]
        assert found == [None, Decimal("3.50"), Decimal("3.50"), Decimal("4.20"), None]
        assert on(database, "2026-07-01", "queue") is None

    def test_of_all_services_on_a_day_is_that_of_each(self, database: Database, set_price: Set) -> None:
        set_price("benefit", "3.50", "2026-01-01")
        set_price("benefit", "4.20", "2026-07-01")
        set_price("queue", "0", "2026-03-01")
        steps = database.read_now(lambda conn: prices.steps_of(conn, ["benefit", "queue"]))
        found = {service: prices.price_on(steps, service, date(2026, 8, 1)) for service in ("benefit", "queue")}
        assert found == {"benefit": Decimal("4.20"), "queue": Decimal(0)}

    def test_set_again_for_the_same_day_replaces_and_withdrawn_leaves_the_one_before(
        self, database: Database, set_price: Set
    ) -> None:
        set_price("benefit", "3.50", "2026-01-01")
        set_price("benefit", "9.99", "2026-07-01")
        later = set_price("benefit", "4.20", "2026-07-01")
        assert on(database, "2026-07-02") == Decimal("4.20")
        database.write_now(lambda conn: prices.withdraw(conn, later, by=BY, now=NOW))
        assert on(database, "2026-07-02") == Decimal("3.50")
        with pytest.raises(NotInForceError):
            database.write_now(lambda conn: prices.withdraw(conn, later, by=BY, now=NOW))

    @pytest.mark.parametrize("euros", ["-0.01", "1.005", "100000.01"])
    def test_that_is_none_is_refused(self, database: Database, set_price: Set, euros: str) -> None:
        with pytest.raises(PriceError):
            set_price("benefit", euros, "2026-01-01")
        assert on(database, "2026-07-01") is None

    def test_of_no_service_is_refused(self, set_price: Set) -> None:
        with pytest.raises(PriceError):
            set_price("nothing", "1", "2026-01-01")
