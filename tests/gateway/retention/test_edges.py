"""What is swept goes at its own edge: at the last moment of its time it is there, a moment later it is not.

Each sweep has a row of its own kind here, so that a new one cannot be added without its edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any, Final

from sqlalchemy import JSON, Column, Connection, Table, func, insert, select

from gateway.database.base import UtcDateTime
from gateway.database.models import METADATA
from gateway.holders.tables import ListState
from gateway.jobs.tables import JobState
from gateway.notifications.tables import MessageState
from gateway.people import kept_forms
from gateway.people.access import SessionKind
from gateway.retention import schedule
from gateway.sweeping import SWEEPS, sweep
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter

__all__ = ["counter", "renderer"]

DAY: Final = timedelta(days=1)
MOMENT: Final = timedelta(microseconds=1)
_FILLED: Final[Mapping[type, Any]] = {str: "x", bytes: b"x" * 32, int: 1, bool: False}


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One kind of row, and how long it is kept."""

    ends: str
    """The column from which the time runs."""
    kept: timedelta = DAY
    table: str = ""
    """Where the sweep has another name."""
    given: Mapping[str, Any] = field(default_factory=dict)
    empties: str | None = None
    """The column that is emptied, where the row stays."""
    step: timedelta = MOMENT


EDGES: Final = {
    "client_assertion": Edge(ends="expires_at", kept=timedelta(0)),
    "pushed_request": Edge(ends="expires_at"),
    "run_ticket": Edge(ends="expires_at"),
    "access_token": Edge(ends="expires_at"),
    "authorization_code": Edge(ends="expires_at"),
    "passkey_challenge": Edge(ends="begun_at"),
    "terminal_challenge": Edge(ends="begun_at"),
    "kept_form": Edge(ends="kept_at", kept=kept_forms.LIFE),
    "feedback_link": Edge(table="sealed_record", ends="stored_at", given={"kind": "feedback"}),
    "holder_list": Edge(
        ends="made_at", kept=schedule.HOLDERS_LISTS, given={"state": ListState.WAITING, "given": b"x", "result": None}
    ),
    "rating_invitation": Edge(ends="ends_at"),
    "throttle": Edge(ends="since", kept=2 * DAY),
    "message": Edge(ends="created_at", kept=schedule.MESSAGES, given={"state": MessageState.FAILED, "reason": "x"}),
    "preference_link": Edge(ends="made_at", kept=schedule.MESSAGE_LINKS),
    "outreach_reached": Edge(ends="at", kept=schedule.MESSAGE_LINKS),
    "account_sign_in": Edge(ends="begun_at", kept=schedule.RESIDENTS_SESSIONS),
    "session": Edge(ends="ends_at", kept=schedule.RESIDENTS_SESSIONS, given={"kind": SessionKind.ACCOUNT}),
    "job": Edge(ends="created_at", kept=schedule.DEAD_JOBS, given={"state": JobState.DEAD}),
    "callback": Edge(ends="expires_on", kept=timedelta(0), given={"tries": 0}, step=DAY),
    "feedback_comment": Edge(
        table="feedback_answer",
        ends="given_on",
        kept=schedule.COMMENTS,
        given={"comment": "Paldies!"},
        empties="comment",
        step=DAY,
    ),
    "rating_comment": Edge(
        table="rating_answer",
        ends="month",
        kept=schedule.COMMENTS,
        given={"comment": "Paldies!", "month": "2026-11", "satisfaction": 5},
        empties="comment",
        step=30 * DAY,
    ),
}
ELSEWHERE: Final = {
    "callback_key": "a key, and goes with its row",
}


def test_every_sweep_has_its_edge() -> None:
    assert EDGES.keys() | ELSEWHERE.keys() == SWEEPS.keys()


def test_the_last_moment_it_is_there_and_a_moment_later_it_is_not(counter: Counter) -> None:
    """All of them in one visit's database: what is made for each costs more than what is asked of it."""
    counter.open().grant()
    ends = counter.clock.now().replace(hour=12)
    found = {name: counter.write(partial(left_at_edge, name=name, ends=ends)) for name in EDGES}
    assert found == dict.fromkeys(EDGES, (1, 0))


def left_at_edge(conn: Connection, name: str, ends: datetime) -> tuple[int, int]:
    """How many rows that end at `ends` are left at the last moment of their time, and a moment later."""
    edge = EDGES[name]
    table = METADATA.tables[edge.table or name]
    with conn.begin_nested() as step:
        row = a_row(conn, table, ends, **edge.given)
        there = [table.c[edge.ends] == row[edge.ends]]
        if edge.empties:
            there.append(table.c[edge.empties].is_not(None))
        count = select(func.count()).select_from(table).where(*there)
        sweep(conn, name, ends + edge.kept)
        last = conn.execute(count).scalar_one()
        sweep(conn, name, ends + edge.kept + edge.step)
        after = conn.execute(count).scalar_one()
        step.rollback()  # what it needed beside it must not stand for the next
    return last, after


def a_row(conn: Connection, table: Table, at: datetime, **given: Any) -> dict[str, Any]:
    """Put a row into `table`, with something in each column that needs something; return it."""
    row: dict[str, Any] = dict(given)
    for each in table.columns:
        if each.name not in row and not each.nullable:
            row[each.name] = _something(conn, each, at)
    conn.execute(insert(table).values(row))
    return row


def _something(conn: Connection, column: Column[Any], at: datetime) -> Any:
    for key in column.foreign_keys:
        found = conn.execute(select(key.column).limit(1)).scalar()
        return a_row(conn, key.column.table, at)[key.column.name] if found is None else found
    if isinstance(column.type, UtcDateTime):
        return at
    if isinstance(column.type, JSON):
        return {}
    kind = column.type.python_type
    if kind is date:
        return at.date()
    return next(iter(kind)) if issubclass(kind, Enum) else _FILLED[kind]
