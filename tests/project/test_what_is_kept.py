"""The page of what is kept names every column that holds bytes or leads to a resident, and no other."""

import re
from collections import Counter

from sqlalchemy import LargeBinary

from gateway.database.models import METADATA
from gateway.retention.schedule import SCHEDULE
from tests.postgresql import PROJECT

PAGE = PROJECT / "docs" / "what-is-kept.md"


def test_every_such_column_has_its_line() -> None:
    leading = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        or any(key.target_fullname == "resident.id" for key in column.foreign_keys)
    }
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    named = [name for line in lines for name in re.findall(r"`(\w+\.\w+)`", line.split("|")[1])]
    assert sorted(named) == sorted(leading)


def test_every_table_stands_in_the_schedule_once() -> None:
    told = Counter(name for record in SCHEDULE.values() for name in record.tables)
    assert {name for name, count in told.items() if count > 1} == set()
    assert sorted(set(METADATA.tables) - told.keys()) == [], "say in gateway/retention/schedule.py how long it is kept"
    assert sorted(told.keys() - set(METADATA.tables)) == [], "no such table"
