"""Whoever does not want to be asked is not, is counted as such, and what they answered before stays."""

from typing import Any

import pytest
from sqlalchemy import select

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.feedback import answers, wishes
from gateway.feedback.answers import Answer, Degree
from gateway.feedback.errors import InvitationUsedError
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation, Reach
from gateway.notifications.tables import Message
from gateway.people import preferences, residents
from gateway.people.preferences import How, Kind, Preferences, Way
from tests.gateway.feedback.conftest import Phones
from tests.gateway.visits.counter import ILZE, Counter

KNOWN = residents.Profile(name=ILZE.name, code=ILZE.code, phone="+371 2000 0001")
GOOD = Answer(satisfaction=5, done=Degree.YES, clear=Degree.YES)


def rows(counter: Counter, table: Any) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(table.__table__)).all()))


def close_one(counter: Counter) -> str:
    """A visit of a resident who is known is over; the token of its link, or nothing."""
    counter.open().ask()
    counter.close()
    link = counter.opened(lambda opened: opened.feedback_link())
    return (link or "").rpartition("/")[2]


def stop(counter: Counter) -> None:
    whose = counter.delegation().approver_id
    by = Actor(ActorKind.RESIDENT, whose)
    counter.write(lambda conn: wishes.stop(conn, counter.store, whose, by=by))


@pytest.fixture
def token(counter: Counter) -> str:
    counter.knows(KNOWN)
    return close_one(counter)


def test_whoever_said_so_is_asked_after_no_later_visit_and_is_counted(counter: Counter, token: str) -> None:
    assert token
    stop(counter)
    assert close_one(counter) == "", "no page shows a link"
    assert EventName.FEEDBACK_ASKED not in counter.events()
    assert counter.events()[-1] is EventName.FEEDBACK_NOT_ASKED
    reaches = sorted(row.reach for row in rows(counter, FeedbackInvitation))
    assert reaches == [Reach.DISPLAY_AND_MESSAGE, Reach.OPTED_OUT]
    messages = [row for row in rows(counter, Message) if row.template == "feedback"]
    assert len(messages) == 1, "of the first visit alone"


def test_whoever_wants_no_messages_at_all_is_still_asked_on_the_display(counter: Counter, token: str) -> None:
    whose, now = counter.delegation().approver_id, counter.clock.now()
    by = Actor(ActorKind.RESIDENT, whose)
    silent = Preferences(wanted=frozenset(Kind), way=Way.NONE)
    counter.write(lambda conn: preferences.say(conn, whose, silent, by=by, how=How.OWN, now=now))
    assert close_one(counter) != token
    reaches = sorted(row.reach for row in rows(counter, FeedbackInvitation))
    assert reaches == [Reach.DISPLAY, Reach.DISPLAY_AND_MESSAGE]


def test_what_is_declined_takes_no_answer_and_says_so(counter: Counter, phones: Phones, token: str) -> None:
    counter.write(lambda conn: wishes.decline(conn, counter.store, token))
    (invitation,) = rows(counter, FeedbackInvitation)
    assert (invitation.used, invitation.declined) == (True, True)
    phone = phones.one()
    shown = phone.get(f"/f/{token}")
    assert shown.status == 200, "whoever saw the code learns nothing by looking"
    phone.csrf = shown.csrf
    late = phone.post(f"/f/{token}", {"satisfaction": "4", "done": "yes", "clear": "no", "comment": ""})
    assert late.status == 410
    assert "takes no more answers" in late.text, "in the same words as one that was answered"
    with pytest.raises(InvitationUsedError):
        counter.write(lambda conn: answers.give(conn, counter.store, token, GOOD))
    assert rows(counter, FeedbackAnswer) == []


def test_what_was_answered_before_stays(counter: Counter, token: str) -> None:
    counter.write(lambda conn: answers.give(conn, counter.store, token, GOOD))
    counter.write(lambda conn: wishes.decline(conn, counter.store, token))
    (invitation,) = rows(counter, FeedbackInvitation)
    assert (invitation.used, invitation.declined) == (True, False)
    assert len(rows(counter, FeedbackAnswer)) == 1


def test_all_else_that_they_said_of_messages_stays(counter: Counter, token: str) -> None:
    whose, now = counter.delegation().approver_id, counter.clock.now()
    by = Actor(ActorKind.RESIDENT, whose)
    said = Preferences(wanted=frozenset(Kind), way=Way.EMAIL)
    counter.write(lambda conn: preferences.say(conn, whose, said, by=by, how=How.OWN, now=now))
    stop(counter)
    kept = counter.read(lambda conn: preferences.read(conn, whose))
    assert kept == Preferences(wanted=frozenset(Kind) - {Kind.FEEDBACK}, way=Way.EMAIL)
