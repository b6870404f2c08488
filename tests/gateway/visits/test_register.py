"""An auditor's search reads the newest by an index in their order: nothing is sorted, nothing unwanted met."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import CompoundSelect, Connection, Select, text

from gateway.visits import register
from gateway.visits.register import Search
from gateway.visits.signs import Period, Sign
from gateway.visits.tables import Ending
from tests.gateway.visits.counter import BENEFIT, Counter

TODAY = date(2026, 11, 2)
SEARCHES = {
    "ix_visit_opened": Search(first=date(2026, 10, 1), last=date(2026, 10, 31)),
    "ix_visit_by_centre": Search(centre="a-centre"),
    "ix_visit_by_assistant": Search(assistants=("somebody",)),
    "ix_visit_by_ending": Search(ending=Ending.STOPPED, first=date(2026, 10, 1)),
}


def plan(conn: Connection, *, search: Search) -> str:
    if conn.dialect.name != "sqlite":
        conn.execute(text("SET LOCAL enable_seqscan = off"))
    return explained(conn, register._LINES.where(*register._conditions(conn, search)).limit(26))


def explained(conn: Connection, query: Select[Any] | CompoundSelect[Any]) -> str:
    is_sqlite = conn.dialect.name == "sqlite"
    compiled = query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    return "\n".join(str(row) for row in conn.exec_driver_sql(explain + str(compiled)))


@pytest.mark.parametrize("index", SEARCHES)
def test_reads_by_its_index_and_sorts_nothing(counter: Counter, index: str) -> None:
    steps = counter.read(partial(plan, search=SEARCHES[index]))
    assert index in steps, steps
    assert "TEMP B-TREE" not in steps
    assert "Sort" not in steps


def test_asks_once_more_where_it_has_to_know_whether_there_are_few(counter: Counter) -> None:
    def asked(conn: Connection) -> str:
        if conn.dialect.name != "sqlite":
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        return explained(conn, register._about(BENEFIT).limit(1001))

    steps = counter.read(asked)
    assert "ix_filing_service" in steps
    assert "ix_visit_by_service" in steps


@pytest.mark.parametrize("search", [Search(service=BENEFIT), Search(sign=Sign.HASTE, period=Period.until(TODAY))])
def test_names_a_few_one_by_one_so_that_no_database_walks_through_all_for_them(
    counter: Counter, search: Search
) -> None:
    conditions = counter.read(lambda conn: list(register._conditions(conn, search)))
    assert not any("SELECT" in str(each) for each in conditions)
