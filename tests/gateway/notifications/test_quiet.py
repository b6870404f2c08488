"""Residents are left in peace at night and on holidays; what somebody waits for comes at any hour."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.runner import JobRunner
from gateway.notifications import quiet, sending
from gateway.notifications.senders import Outgoing
from gateway.notifications.tables import Channel, MessageState
from gateway.parts import Parts
from tests.gateway.notifications.conftest import SmsGateway
from tests.gateway.notifications.test_sending import draft, queue, row, work
from tests.gateway.visits.counter import Counter

RIGA = ZoneInfo("Europe/Riga")


def riga(*at: int) -> datetime:
    return datetime(*at, tzinfo=RIGA).astimezone(UTC)  # type: ignore[misc,arg-type]  # the parts of a moment


@pytest.fixture
def opened(counter: Counter, parts: Parts) -> Counter:
    assert counter.store is parts
    return counter.open()


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        ((2026, 11, 3, 20, 59), (2026, 11, 3, 20, 59)),
        ((2026, 11, 3, 21, 0), (2026, 11, 4, 8, 0)),
        ((2026, 11, 4, 7, 59), (2026, 11, 4, 8, 0)),
        ((2026, 11, 4, 8, 0), (2026, 11, 4, 8, 0)),
        ((2026, 11, 17, 21, 30), (2026, 11, 19, 8, 0)),
        ((2026, 11, 18, 12, 0), (2026, 11, 19, 8, 0)),
        ((2026, 12, 23, 22, 0), (2026, 12, 27, 8, 0)),
    ],
    ids=["evening", "night begins", "night ends", "morning", "eve of a holiday", "holiday", "Christmas"],
)
def test_what_can_wait_waits_for_the_morning(parts: Parts, at: tuple[int, ...], sent: tuple[int, ...]) -> None:
    assert quiet.earliest(parts.settings, riga(*at)) == riga(*sent)


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (datetime(2028, 3, 25, 19, 30, tzinfo=UTC), datetime(2028, 3, 26, 5, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 18, 30, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
    ],
    ids=["the clock goes forward", "the clock goes back"],
)
def test_the_morning_begins_by_the_clock_on_the_wall(parts: Parts, evening: datetime, morning: datetime) -> None:
    assert quiet.earliest(parts.settings, evening) == morning
    assert morning.astimezone(RIGA).hour == 8


def test_hours_within_one_day_and_none_at_all(parts: Parts) -> None:
    midday = replace(parts.settings, quiet_hours=(time(12), time(14)))
    assert quiet.earliest(midday, riga(2026, 11, 3, 12, 30)) == riga(2026, 11, 3, 14, 0)
    assert quiet.earliest(midday, riga(2026, 11, 3, 23, 0)) == riga(2026, 11, 3, 23, 0)
    never = replace(parts.settings, quiet_hours=(time(0), time(0)))
    assert quiet.earliest(never, riga(2026, 12, 25, 3, 0)) == riga(2026, 12, 25, 3, 0)


def at_night(counter: Counter) -> None:
    counter.clock.move(riga(2026, 12, 1, 22, 0) - counter.clock.now())


def test_a_code_goes_at_night_and_a_question_in_the_morning(opened: Counter, sms_gateway: SmsGateway) -> None:
    at_night(opened)
    code, question = queue(opened, draft(opened)), queue(opened, draft(opened, template="feedback"))
    work(opened.store)
    assert [call.body["id"] for call in sms_gateway.calls] == [code]
    opened.clock.move(timedelta(hours=9, minutes=59))
    work(opened.store)
    assert row(opened, question).state is MessageState.QUEUED
    opened.clock.move(timedelta(minutes=1))
    work(opened.store)
    assert [call.body["id"] for call in sms_gateway.calls] == [code, question]


def test_a_try_that_falls_into_the_night_is_put_off_and_not_counted(opened: Counter, sms_gateway: SmsGateway) -> None:
    opened.clock.move(riga(2026, 12, 1, 20, 59) - opened.clock.now())
    question = queue(opened, draft(opened, template="feedback"))
    sms_gateway.answers = [503]
    work(opened.store)
    opened.clock.move(timedelta(minutes=2))
    work(opened.store)
    assert len(sms_gateway.calls) == 1
    opened.clock.move(timedelta(hours=11, minutes=10))
    work(opened.store)
    assert row(opened, question).state is MessageState.SENT
    assert row(opened, question).attempts == 2


class TestTries:
    def test_come_twice_as_late_each_time_up_to_an_hour(self, parts: Parts) -> None:
        waits = sending.MessageSending(parts, {}, chance=lambda: 0.5)
        assert [waits.wait(n).total_seconds() for n in (1, 2, 3, 4, 11, 300)] == [4, 8, 16, 32, 3600, 3600]

    def test_are_spread_by_chance(self, parts: Parts) -> None:
        least, most = (sending.MessageSending(parts, {}, chance=lambda at=at: at).wait(3) for at in (0.0, 1.0))  # type: ignore[misc]  # mypy has no type for it
        assert (least.total_seconds(), most.total_seconds()) == (12, 20)


class Silent:
    """A server that takes a connection and never answers."""

    def __init__(self) -> None:
        self.entered = 0
        self.gone = asyncio.Event()

    async def send(self, _message: Outgoing) -> None:
        self.entered += 1
        self.gone.set()
        await asyncio.Event().wait()


class Taken(Silent):
    async def send(self, _message: Outgoing) -> None:
        self.gone.set()


def test_a_mail_server_that_does_not_answer_holds_up_no_code(opened: Counter) -> None:
    """Four e-mails that came first, and one worker with four places: one of them waits, and the code goes."""
    for _ in range(4):
        queue(opened, draft(opened, Channel.EMAIL, "anna@piemers.example", "granted"))
    queue(opened, draft(opened))

    async def until_the_code_is_gone() -> int:
        mail, sms = Silent(), Taken()
        handlers = sending.make_handlers(opened.store, {Channel.EMAIL: mail, Channel.SMS: sms})
        runner = JobRunner(opened.store.database, opened.clock, handlers, "worker", 4)
        working = asyncio.create_task(runner.run())
        await asyncio.wait_for(asyncio.gather(sms.gone.wait(), mail.gone.wait()), 20)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return mail.entered

    assert asyncio.run(until_the_code_is_gone()) == 1
