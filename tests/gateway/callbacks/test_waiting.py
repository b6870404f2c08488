"""Who wants to be called is asked by a call alone, once it is due, and only where they have not answered before."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, update

from audit.entry import decode
from audit.events import EventName
from delegation.assurance import NumberSource
from gateway.callbacks import sealed, waiting
from gateway.callbacks.tables import Callback
from gateway.feedback import answers, wishes
from gateway.feedback.answers import Answer, Degree
from gateway.feedback.tables import Reach
from gateway.jobs.tables import JobRow
from gateway.keys.tables import DataKeyRow
from gateway.ledger.tables import AuditEvent
from gateway.people import residents
from gateway.people.preferences import Kind, Preferences, Way
from gateway.terminals.tables import Display
from tests.gateway.callbacks.owed import (
    CALL_ME,
    KNOWN,
    NUMBER,
    calls,
    ends,
    falls_due,
    ilze,
    invitations,
    messages,
    owes,
    says,
)
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import ILZE, Counter

GOOD = Answer(satisfaction=5, done=Degree.YES, clear=Degree.YES)
FIXED = residents.Profile(name=ILZE.name, code=ILZE.code, phone="+371 6000 0001")
BOTH = residents.Profile(name=ILZE.name, code=ILZE.code, phone="+371 6000 0001", email="ilze@piemers.example")


def test_whoever_wants_a_call_gets_one_invitation_and_no_message(counter: Counter) -> None:
    owes(counter)
    (invitation,) = invitations(counter)
    assert invitation.reach is Reach.CALL
    assert messages(counter) == []
    (row,) = calls(counter)
    assert row.is_due
    assert (row.centre_id, row.month, row.tries) == (counter.by.centre_id, "2026-11", 0)
    assert counter.events()[-1] is EventName.FEEDBACK_ASKED


def test_before_the_delay_is_over_nobody_is_on_the_list(counter: Counter) -> None:
    counter.knows(KNOWN)
    says(counter)
    ends(counter)
    (row,) = calls(counter)
    assert not row.is_due
    (job,) = counter.read(lambda conn: conn.execute(select(JobRow).where(JobRow.kind == waiting.JOB)).all())
    assert job.payload == {"callback": row.id}
    assert job.run_at - counter.clock.now() == counter.store.settings.feedback_delay


@pytest.mark.parametrize(
    ("known", "source", "wanted", "reach"),
    [
        (KNOWN, NumberSource.TYPED_HERE, CALL_ME, Reach.DISPLAY),
        (KNOWN, NumberSource.REGISTER, None, Reach.DISPLAY_AND_MESSAGE),
        (FIXED, NumberSource.REGISTER, None, Reach.CALL),
        (BOTH, NumberSource.REGISTER, None, Reach.DISPLAY_AND_MESSAGE),
        (BOTH, NumberSource.REGISTER, CALL_ME, Reach.CALL),
        (FIXED, NumberSource.REGISTER, Preferences(wanted=frozenset(Kind), way=Way.NONE), Reach.DISPLAY),
        (KNOWN, NumberSource.REGISTER, Preferences(wanted=frozenset(), way=Way.CALL), Reach.OPTED_OUT),
    ],
    ids=[
        "typed at the counter",
        "a mobile number",
        "a fixed line alone",
        "and an e-mail",
        "and a wish",
        "no messages",
        "never asked",
    ],
)
def test_who_is_called_follows_from_number_and_wish(
    counter: Counter,
    known: residents.Profile,
    source: NumberSource,
    wanted: Preferences | None,
    reach: Reach,
) -> None:
    counter.knows(known, source)
    if wanted is not None:
        says(counter, wanted)
    ends(counter)
    (invitation,) = invitations(counter)
    assert invitation.reach is reach
    assert len(calls(counter)) == (reach is Reach.CALL)


def test_a_message_counts_as_such_alone_only_where_no_display_asked_before(counter: Counter) -> None:
    counter.knows(KNOWN)
    counter.write(lambda conn: conn.execute(update(Display).values(revoked_at=counter.clock.now())))
    ends(counter)
    assert [each.reach for each in invitations(counter)] == [Reach.SMS]


@pytest.mark.parametrize(
    ("ending", "wants"),
    [("withdrawn", True), ("refused", False), ("refused", True), ("stopped", False), ("filed", True), ("filed", False)],
)
def test_every_ending_calls_once_and_nobody_who_said_no(counter: Counter, ending: str, wants: bool) -> None:
    counter.knows(KNOWN)
    says(counter, CALL_ME if wants else Preferences(wanted=frozenset({Kind.NEWS}), way=Way.CALL))
    counter.open()
    if ending in {"withdrawn", "refused"}:
        counter.ask()
        if ending == "refused":
            counter.enter_code()
            counter.refuse()
    else:
        counter.grant()
        if ending == "filed":
            counter.fill()
            counter.send()
        else:
            counter.stop()
    counter.close()
    assert [each.reach for each in invitations(counter)] == [Reach.CALL if wants else Reach.OPTED_OUT]
    assert len(calls(counter)) == wants
    assert messages(counter) == []


@pytest.mark.parametrize("how", ["answered", "rated", "declined"])
def test_whoever_answered_before_it_is_due_is_not_called(counter: Counter, how: str) -> None:
    counter.knows(KNOWN)
    says(counter)
    code = ends(counter)
    (key_id,) = {row.key_id for row in calls(counter)}
    if how == "answered":
        counter.write(lambda conn: answers.give(conn, counter.store, code, GOOD))
    elif how == "rated":
        counter.write(lambda conn: answers.rate(conn, counter.store, code, 4))
    else:
        counter.write(lambda conn: wishes.decline(conn, counter.store, code))
    falls_due(counter)
    assert calls(counter) == []
    assert [each.reach for each in invitations(counter)] == [Reach.DISPLAY if how == "rated" else Reach.CALL]
    key = counter.read(lambda conn: conn.execute(select(DataKeyRow).where(DataKeyRow.id == key_id)).one())
    assert key.wrapped is None


def test_a_job_that_runs_twice_puts_one_call_on_the_list(counter: Counter) -> None:
    owes(counter)
    (row,) = calls(counter)
    assert not counter.write(lambda conn: waiting.fall_due(conn, counter.store, row.id))
    assert len(calls(counter)) == 1


def test_no_way_leads_from_a_row_to_visit_resident_or_assistant(counter: Counter) -> None:
    code = owes(counter)
    (row,) = calls(counter)
    told = {column.name for column in inspect(Callback).columns}
    assert not told & {"visit_id", "resident_id", "principal_id", "assistant_id", "terminal_id", "token_hash"}
    shown = repr(dict(row._mapping)).replace(" ", "")
    whose = ilze(counter)
    for secret in (counter.visit_id, whose, counter.by.staff_id, code, NUMBER.replace(" ", "")):
        assert secret not in shown
    leaves = counter.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
    assert not any(row.id in repr(decode(leaf)) for leaf in leaves)
    key = counter.read(lambda conn: conn.execute(select(DataKeyRow).where(DataKeyRow.id == row.key_id)).one())
    assert key.under is None, "no key of hers stands above it"


def test_a_mark_of_one_row_is_none_in_another(counter: Counter) -> None:
    owes(counter, 2)
    first, second = calls(counter)
    assert first.served != second.served
    assert sealed.is_marked(counter.store, first, counter.by.staff_id)
    assert not sealed.is_marked(counter.store, first, a_colleague(counter).staff_id)


def test_it_is_over_after_as_many_days_as_the_setting_says(counter: Counter) -> None:
    owes(counter)
    (row,) = calls(counter)
    assert row.expires_on - row.asked_on == timedelta(days=21)
