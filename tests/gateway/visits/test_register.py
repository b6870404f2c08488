"""An auditor's search reads the newest by an index in their order: nothing is sorted, nothing unwanted met."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import Connection, text

from gateway.visits import register
from gateway.visits.register import Search
from gateway.visits.tables import Ending
from tests.gateway.visits.counter import BENEFIT, Counter

SEARCHES = {
    "ix_visit_opened": Search(first=date(2026, 10, 1), last=date(2026, 10, 31)),
    "ix_visit_by_centre": Search(centre="a-centre"),
    "ix_visit_by_assistant": Search(assistants=("somebody",)),
    "ix_visit_by_ending": Search(ending=Ending.STOPPED, first=date(2026, 10, 1)),
}


def plan(conn: Connection, *, search: Search) -> str:
    is_sqlite = conn.dialect.name == "sqlite"
    if not is_sqlite:
        conn.execute(text("SET LOCAL enable_seqscan = off"))
    query = register._LINES.where(*register._conditions(conn, search)).limit(26)
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
    steps = counter.read(partial(plan, search=Search(service=BENEFIT)))
    assert "ix_filing_service" in steps
    assert "ix_visit_by_service" in steps
