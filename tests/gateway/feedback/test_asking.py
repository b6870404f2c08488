"""Feedback is asked at every ending, once, and no way leads back to the visit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select

from audit.events import EventName
from delegation.assurance import NumberSource
from gateway.feedback import asking
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from gateway.ids import digest
from gateway.jobs.tables import JobRow
from gateway.ledger.tables import AuditEvent
from gateway.notifications.tables import Channel as By
from gateway.notifications.tables import Message
from gateway.people import residents
from gateway.visits import opening
from gateway.visits.rows import find_visit
from gateway.visits.tables import Channel
from tests.gateway.visits.counter import ILZE, Counter


def invitations(counter: Counter) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(FeedbackInvitation.__table__)).all()))


def messages(counter: Counter) -> list[Any]:
    wanted = select(Message.__table__).where(Message.template == "feedback")
    return list(counter.read(lambda conn: conn.execute(wanted).all()))


def link_of(counter: Counter) -> str:
    link = counter.opened(lambda opened: opened.feedback_link())
    assert link is not None
    return link


def _abandoned(counter: Counter) -> None:
    counter.visit_id = counter.write(
        lambda conn: opening.open_visit(conn, counter.store, counter.by, channel=Channel.COUNTER, language="lv")
    )


def _chosen(counter: Counter) -> None:
    counter.open()


def _withdrawn(counter: Counter) -> None:
    counter.open().ask()


def _stopped(counter: Counter) -> None:
    counter.open().grant().stop()


def _filed(counter: Counter) -> None:
    counter.open().grant().fill()
    counter.send()


ENDINGS: dict[str, Callable[[Counter], None]] = {
    "abandoned": _abandoned,
    "chosen": _chosen,
    "withdrawn": _withdrawn,
    "stopped": _stopped,
    "filed": _filed,
}


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_every_ending_asks_once(counter: Counter, ending: str) -> None:
    ENDINGS[ending](counter)
    counter.close()
    assert counter.events().count(EventName.FEEDBACK_ASKED) == 1
    (invitation,) = invitations(counter)
    assert invitation.token_hash == digest(link_of(counter).rpartition("/")[2])


def test_asking_again_for_the_same_visit_changes_nothing(counter: Counter) -> None:
    counter.open().close()
    before = link_of(counter)
    visit = counter.read(lambda conn: find_visit(conn, counter.visit_id))
    counter.write(
        lambda conn: asking.ask(
            conn, counter.store, visit, ending="informed", principal_id=None, now=counter.clock.now()
        )
    )
    assert link_of(counter) == before
    assert len(invitations(counter)) == 1


def test_an_invitation_knows_centre_group_and_month_and_no_time(counter: Counter) -> None:
    counter.open().close()
    (invitation,) = invitations(counter)
    assert invitation.centre_id == counter.by.centre_id
    assert invitation.month == "2026-11"
    assert invitation.asked_on.isoformat() == "2026-11-02"
    assert not invitation.used
    tables = inspect(FeedbackInvitation).columns, inspect(FeedbackAnswer).columns
    for columns in tables:
        names = {column.name for column in columns}
        assert not names & {"visit_id", "resident_id", "principal_id", "staff_id", "assistant_id", "terminal_id"}
        assert not any(column.type.python_type.__name__ == "datetime" for column in columns)


def test_a_visit_without_a_service_counts_under_no_group(counter: Counter) -> None:
    _abandoned(counter)
    counter.close()
    (invitation,) = invitations(counter)
    assert invitation.service_group == asking.NO_GROUP


def test_a_visit_late_in_the_evening_belongs_to_its_day_in_riga(counter: Counter) -> None:
    counter.clock.move(timedelta(days=28, hours=13, minutes=30))  # 30 November, 22.30 UTC
    counter.open().close()
    (invitation,) = invitations(counter)
    assert invitation.month == "2026-12"
    assert invitation.asked_on.isoformat() == "2026-12-01"


def test_neither_the_trail_nor_a_job_holds_the_link(counter: Counter) -> None:
    counter.open().close()
    token = link_of(counter).rpartition("/")[2].encode()
    leaves = counter.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
    payloads = counter.read(lambda conn: conn.execute(select(JobRow.payload)).scalars().all())
    assert not any(token in leaf for leaf in leaves)
    assert token.decode() not in repr(payloads)


class TestContact:
    def _remember(self, counter: Counter, source: NumberSource, **known: Any) -> None:
        def step(conn: Any) -> None:
            resident = residents.find_or_create(conn, counter.store, ILZE, now=counter.clock.now())
            profile = residents.Profile(name=ILZE.name, code=ILZE.code, **known)
            residents.remember(conn, counter.store, resident.id, profile, source=source, now=counter.clock.now())

        counter.write(step)

    def _close_after_asking(self, counter: Counter) -> list[Any]:
        counter.open().ask()
        counter.close()
        return messages(counter)

    def test_a_known_number_gets_the_link_by_sms(self, counter: Counter) -> None:
        self._remember(counter, NumberSource.PROVIDER, phone="+371 2000 0001", email="ilze@piemers.example")
        (message,) = self._close_after_asking(counter)
        assert message.channel is By.SMS
        assert message.visit_id == counter.visit_id
        assert message.language == "lv"

    def test_an_address_gets_it_by_e_mail_where_no_number_is_known(self, counter: Counter) -> None:
        self._remember(counter, NumberSource.PROVIDER, email="ilze@piemers.example")
        (message,) = self._close_after_asking(counter)
        assert message.channel is By.EMAIL

    def test_a_number_typed_at_the_counter_gets_nothing(self, counter: Counter) -> None:
        self._remember(counter, NumberSource.TYPED_HERE, phone="+371 2000 0001")
        assert self._close_after_asking(counter) == []

    def test_nobody_is_written_to_when_nothing_is_known(self, counter: Counter) -> None:
        assert self._close_after_asking(counter) == []

    def test_the_link_waits_for_as_long_as_the_settings_say(self, counter: Counter) -> None:
        self._remember(counter, NumberSource.PROVIDER, phone="+371 2000 0001")
        self._close_after_asking(counter)
        (job,) = counter.read(
            lambda conn: conn.execute(select(JobRow.run_at).where(JobRow.kind == "message.later.sms")).all()
        )
        assert job.run_at == counter.clock.now() + counter.store.settings.feedback_delay
