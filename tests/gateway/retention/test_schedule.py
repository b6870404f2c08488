"""Each kind of record goes when the schedule says so, and not a day before; no table is without a line."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from gateway.feedback.tables import FeedbackAnswer
from gateway.ids import new_id
from gateway.jobs.tables import JobRow, JobState
from gateway.keys.tables import DataKeyRow
from gateway.notifications.tables import Channel, Message, MessageState
from gateway.outreach.tables import OutreachReached, OutreachRule, RuleState
from gateway.people.access import SessionKind
from gateway.people.preference_tables import PreferenceLink
from gateway.people.tables import AccountSignIn, Session
from gateway.retention import schedule
from gateway.retention.schedule import SCHEDULE, End, days
from gateway.sweeping import SWEEPS, sweep_all
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import Counter
from tests.postgresql import PROJECT

__all__ = ["counter", "renderer"]

DAY = timedelta(days=1)
PAGE = PROJECT / "docs" / "what-is-kept.md"


def test_what_is_swept_is_said_to_be() -> None:
    """A sweep empties tables whose line says so; of a session, a part."""
    ends = {name: record.end for record in SCHEDULE.values() for name in record.tables}
    apart = {"session", "feedback_link", "feedback_comment", "rating_comment", "callback_key"}
    assert {name: ends[name] for name in SWEEPS if name not in apart} == dict.fromkeys(
        SWEEPS.keys() - apart, End.DELETED
    )


def test_the_page_of_what_is_kept_says_the_same_days(counter: Counter) -> None:
    lines = dict(re.findall(r"^\| ([a-z_]+) \| ([\d,]+ days|kept) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    told = {name: days(record, counter.store.settings) for name, record in SCHEDULE.items()}
    assert lines == {name: "kept" if count is None else f"{count:,} days" for name, count in told.items()}


def a_message(conn: Connection, _counter: Counter, now: datetime) -> None:
    fields = {"channel": Channel.SMS, "template": "news", "language": "lv", "state": MessageState.SENT, "attempts": 1}
    key = conn.execute(select(DataKeyRow.id).limit(1)).scalar_one()
    conn.execute(insert(Message).values(id=new_id(), key_id=key, created_at=now, sent_at=now, **fields))


def a_link(conn: Connection, counter: Counter, now: datetime) -> None:
    person = counter.delegation().principal_id
    conn.execute(insert(PreferenceLink).values(code_hash=b"l" * 32, resident_id=person, what="news", made_at=now))


def a_sign_in(conn: Connection, _counter: Counter, now: datetime) -> None:
    fields = {"provider": "p", "nonce": "n", "epoch": 1, "verifier": b"v", "return_to": "/mine"}
    conn.execute(
        insert(AccountSignIn).values(state_hash=b"s" * 32, id=new_id(), browser_hash=b"b", begun_at=now, **fields)
    )


def a_dead_job(conn: Connection, _counter: Counter, now: datetime) -> None:
    fields = {"kind": "k", "payload": {}, "state": JobState.DEAD, "again": False, "attempts": 7}
    conn.execute(insert(JobRow).values(id=new_id(), run_at=now, created_at=now, **fields))


def a_comment(conn: Connection, counter: Counter, now: datetime) -> None:
    fields = {"centre_id": counter.by.centre_id, "service_group": "g", "month": "2026-11", "satisfaction": 5}
    conn.execute(insert(FeedbackAnswer).values(id=new_id(), comment="Paldies!", given_on=now.date(), **fields))


def a_reached_one(conn: Connection, counter: Counter, now: datetime) -> None:
    today, staff_id = now.date(), counter.by.staff_id
    fields = {"holder": "VSAA", "service_id": "s", "since": today, "until": today, "template": "invited_again"}
    fields |= {"group_services": ["s"]}
    conn.execute(
        insert(OutreachRule).values(id="r", state=RuleState.PROPOSED, proposed_by=staff_id, proposed_at=now, **fields)
    )
    person = counter.delegation().principal_id
    conn.execute(insert(OutreachReached).values(rule_id="r", resident_id=person, at=now))


KINDS: dict[str, tuple[Callable[[Connection, Counter, datetime], None], Any, timedelta]] = {
    "message": (a_message, Message.state == MessageState.SENT, schedule.MESSAGES),
    "preference_link": (a_link, PreferenceLink.code_hash.is_not(None), schedule.MESSAGE_LINKS),
    "account_sign_in": (a_sign_in, AccountSignIn.id.is_not(None), schedule.RESIDENTS_SESSIONS),
    "outreach_reached": (a_reached_one, OutreachReached.rule_id == "r", schedule.MESSAGE_LINKS),
    "job": (a_dead_job, JobRow.state == JobState.DEAD, schedule.DEAD_JOBS),
    "feedback_comment": (a_comment, FeedbackAnswer.comment.is_not(None), schedule.COMMENTS),
}


def left(counter: Counter, where: Any) -> int:
    return counter.read(lambda conn: int(conn.execute(select(func.count()).where(where)).scalar_one()))


def sweep_now(counter: Counter) -> None:
    asyncio.run(sweep_all(counter.store.database, counter.clock))


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_before_it_is_there_and_a_day_after_it_is_gone(counter: Counter, kind: str) -> None:
    make, where, time = KINDS[kind]
    counter.open().grant()
    counter.write(lambda conn: make(conn, counter, counter.clock.now()))
    had = left(counter, where)
    counter.clock.move(time - DAY)
    sweep_now(counter)
    assert left(counter, where) == had >= 1
    counter.clock.move(2 * DAY)
    sweep_now(counter)
    assert left(counter, where) == 0


def test_what_waits_is_never_swept(counter: Counter) -> None:
    """A message that was not sent yet, a job that is to run, a session of staff."""
    counter.open().grant()
    now = counter.clock.now()
    fields = {"kind": "k", "payload": {}, "state": JobState.READY, "again": False, "attempts": 0}
    counter.write(lambda conn: conn.execute(insert(JobRow).values(id="waits", run_at=now, created_at=now, **fields)))
    counter.clock.move(timedelta(days=4000))
    sweep_now(counter)
    assert left(counter, JobRow.id == "waits") == 1
    assert left(counter, Session.kind == SessionKind.RESIDENT) == 0


def test_an_answer_keeps_its_number_when_its_comment_goes(counter: Counter) -> None:
    counter.write(lambda conn: a_comment(conn, counter, counter.clock.now()))
    counter.clock.move(schedule.COMMENTS + 2 * DAY)
    sweep_now(counter)
    kept = counter.read(lambda conn: conn.execute(select(FeedbackAnswer.satisfaction, FeedbackAnswer.comment)).one())
    assert tuple(kept) == (5, None)
