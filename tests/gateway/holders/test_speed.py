"""However many filings a holder has: few statements, each by an index. Plans are read, no time is measured."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from gateway.database.counting import count_statements
from gateway.holders import figures, filings
from gateway.holders.figures import Narrowed
from gateway.holders.months import Month, Span
from gateway.visits.tables import Filing
from tests.gateway.holders.test_filings import a_filing
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter

MANY = 3_000
NOVEMBER = Narrowed(span=Span(Month(2026, 11), Month(2026, 11)))


@pytest.fixture
def much(counter: Counter) -> Counter:
    """A filing and thousands more of it, over ten years."""
    a_filing(counter)

    def work(conn: Connection) -> None:
        first = dict(conn.execute(select(Filing.__table__).limit(1)).one()._mapping)
        copies = [
            first
            | {
                "id": f"copy{number:06}",
                "service_key": number.to_bytes(32, "big"),
                "counted_at": first["counted_at"] - timedelta(days=number % 3650 + 40),
            }
            for number in range(MANY)
        ]
        conn.execute(insert(Filing), copies)

    counter.write(work)
    counter.store.database.write_now(lambda conn: conn.execute(text("ANALYZE filing")))
    return counter


def plan_of(conn: Connection, statement: Any) -> str:
    """How the database reads what a function asked last."""
    explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
    compiled = statement.compile(conn, compile_kwargs={"literal_binds": True})
    return "\n".join(str(row) for row in conn.execute(text(explain + str(compiled).replace(":", r"\:"))))


def test_counts_of_a_month_are_read_by_the_index(much: Counter) -> None:
    statement = select(Filing.id).where(*figures.conditions([BENEFIT, QUEUE], NOVEMBER))
    assert "ix_filing_counted" in much.read(lambda conn: plan_of(conn, statement))


def test_the_newest_of_a_service_are_read_by_the_index_and_not_sorted(much: Counter) -> None:
    statement = filings._of_service(BENEFIT, Narrowed(span=Span(Month(2024, 12), Month(2026, 11))), 51, None)
    plan = much.read(lambda conn: plan_of(conn, statement))
    assert "ix_filing_counted" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("path", ["/holder", "/holder/filings", "/holder/filings/list", "/holder/quality"])
def test_a_page_takes_as_few_statements_as_with_one_filing(
    much: Counter, facing: Facing, officer: Phone, path: str
) -> None:
    officer.get(path)
    with count_statements() as counted:
        assert officer.get(path).status == 200
    assert counted.total <= (8 if path == "/holder" else 6)
