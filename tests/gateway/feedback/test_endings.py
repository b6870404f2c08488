"""A visit of each ending asks once, and leads to one right answer in the rows."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit.events import EventName
from connectors.runner import errors as run_errors
from gateway.feedback import answers
from gateway.feedback.answers import Answer, Degree
from gateway.feedback.asking import NO_GROUP
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation, Reach
from gateway.visits import abandoning, closing, opening, running
from gateway.visits.closing import HELPED, Said
from gateway.visits.tables import Channel, Ending, HelpReason, RunKind
from tests.gateway.visits.counter import Counter
from tests.gateway.visits.played import declined, filed, unknown
from tests.gateway.visits.test_setting_aside import half_done, set_aside

MINUTE = timedelta(minutes=1)


def _only_talk(counter: Counter, channel: Channel = Channel.COUNTER) -> None:
    counter.visit_id = counter.write(
        lambda conn: opening.open_visit(conn, counter.store, counter.by, channel=channel, language="lv")
    )


def _said(ending: Ending) -> Callable[[Counter], None]:
    def play(counter: Counter) -> None:
        channel = Channel.SHARED_COMPUTER if ending is Ending.SELF_SERVED else Channel.COUNTER
        _only_talk(counter, channel)
        counter.close(Said(ending, HelpReason.OTHER))

    return play


def _sent(answer: Callable[[Counter], Any]) -> Callable[[Counter], None]:
    """To the portal's answer."""

    def play(counter: Counter) -> None:
        counter.open().grant().fill()
        assert counter.prepare()
        counter.sign_in()
        assert counter.press().allowed
        counter.answer(answer(counter))
        counter.close()

    return play


def _refused(counter: Counter) -> None:
    counter.open().ask()
    counter.enter_code()
    counter.refuse()
    counter.close()


def _lapsed(counter: Counter) -> None:
    counter.open().ask()
    counter.lapse()
    counter.close()


def _expired(counter: Counter) -> None:
    counter.open().grant()
    counter.clock.move(counter.store.settings.visit_idle + MINUTE)
    assert asyncio.run(abandoning.close_left(counter.store)) == 1


def _stopped(counter: Counter) -> None:
    counter.open().grant().stop()
    counter.close()


def _failed(counter: Counter) -> None:
    counter.open().grant().fill()
    counter.begin()
    run = counter.run_of(RunKind.PREPARE)
    error = run_errors.FormChangedError(("another field",))
    counter.write(lambda conn: running.failed(conn, counter.store, run.id, error))
    counter.close()


def _left(counter: Counter) -> None:
    counter.open()
    counter.clock.move(counter.store.settings.visit_idle + MINUTE)
    assert asyncio.run(abandoning.close_left(counter.store)) == 1


def _set_aside(counter: Counter) -> None:
    half_done(counter)
    set_aside(counter)
    counter.clock.move(timedelta(days=15))
    assert asyncio.run(abandoning.close_set_aside(counter.store)) == 1


PLAYED: dict[str, tuple[Callable[[Counter], None], Ending]] = {
    "filed": (_sent(lambda counter: filed(counter.clock.now())), Ending.FILED),
    "declined by the portal": (_sent(lambda counter: declined(counter.clock.now())), Ending.DECLINED),
    "nobody knows whether it arrived": (_sent(lambda counter: unknown(counter.clock.now())), Ending.UNKNOWN),
    "refused": (_refused, Ending.REFUSED),
    "nobody answered": (_lapsed, Ending.LAPSED),
    "its time was over": (_expired, Ending.EXPIRED),
    "stopped": (_stopped, Ending.STOPPED),
    "failed": (_failed, Ending.FAILED),
    "left without a word": (_left, Ending.ABANDONED),
    "set aside and never taken up": (_set_aside, Ending.FILED),
    "told": (_said(Ending.INFORMED), Ending.INFORMED),
    "sent on, with nothing filed": (_said(Ending.REFERRED), Ending.REFERRED),
    "a guest who did it alone": (_said(Ending.SELF_SERVED), Ending.SELF_SERVED),
}


def rows(counter: Counter, table: Any) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(table.__table__)).all()))


def token_of(counter: Counter) -> str:
    link = counter.opened(lambda opened: opened.feedback_link())
    assert link
    return link.rpartition("/")[2]


def test_no_ending_is_left_out_here() -> None:
    assert {ending for _, ending in PLAYED.values()} == set(Ending)
    assert set(HELPED) <= {ending for _, ending in PLAYED.values()}


@pytest.mark.parametrize("name", sorted(PLAYED))
def test_each_ending_asks_once_and_leads_to_one_right_answer(counter: Counter, name: str) -> None:
    play, ending = PLAYED[name]
    play(counter)
    visit = counter.view().visit
    assert visit["ending"] is ending
    assert counter.events().count(EventName.FEEDBACK_ASKED) == 1
    assert counter.said(EventName.FEEDBACK_ASKED)["ending"] == ending.value
    (invitation,) = rows(counter, FeedbackInvitation)
    group = NO_GROUP if visit["service_id"] is None else invitation.service_group
    assert (invitation.centre_id, invitation.service_group) == (counter.by.centre_id, group)
    assert (invitation.used, invitation.declined) == (False, False)
    given = Answer(satisfaction=2, done=Degree.PARTLY, clear=Degree.YES)
    counter.write(lambda conn: answers.give(conn, counter.store, token_of(counter), given))
    (answer,) = rows(counter, FeedbackAnswer)
    assert (answer.centre_id, answer.service_group, answer.month) == (
        invitation.centre_id,
        invitation.service_group,
        invitation.month,
    )
    assert (answer.satisfaction, answer.done, answer.clear) == (2, "partly", "yes")
    (invitation,) = rows(counter, FeedbackInvitation)
    assert invitation.used


@pytest.mark.parametrize(
    ("channel", "reach"),
    [
        (Channel.COUNTER, Reach.DISPLAY),
        (Channel.MOBILE, Reach.DISPLAY),
        (Channel.PHONE, Reach.PAGE),
        (Channel.SHARED_COMPUTER, Reach.PAGE),
    ],
)
def test_how_it_went_to_them_is_counted_in_the_row(counter: Counter, channel: Channel, reach: Reach) -> None:
    _only_talk(counter, channel)
    counter.write(lambda conn: closing.close_visit(conn, counter.store, counter.by, counter.visit_id))
    (invitation,) = rows(counter, FeedbackInvitation)
    assert invitation.reach is reach
    assert counter.said(EventName.FEEDBACK_ASKED)["by"] == reach.value
