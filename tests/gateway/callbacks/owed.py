"""Calls that a centre owes: residents who want to be called, visits that end, rows that fall due."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from audit.entry import Actor, ActorKind
from gateway.callbacks import claiming, waiting
from gateway.callbacks.claiming import Taken
from gateway.callbacks.tables import Callback
from gateway.feedback.tables import FeedbackAnswer, FeedbackInvitation
from gateway.notifications.tables import Message
from gateway.people import preferences, residents
from gateway.people.access import StaffSession
from gateway.people.preferences import How, Kind, Preferences, Way
from tests.gateway.visits.counter import ILZE, Counter

NUMBER = "+371 2000 0001"
KNOWN = residents.Profile(name=ILZE.name, code=ILZE.code, phone=NUMBER)
CALL_ME = Preferences(wanted=frozenset({Kind.FEEDBACK, Kind.NEWS}), way=Way.CALL)


def rows(counter: Counter, table: Any) -> list[Any]:
    return list(counter.read(lambda conn: conn.execute(select(table.__table__)).all()))


def calls(counter: Counter) -> list[Any]:
    return rows(counter, Callback)


def invitations(counter: Counter) -> list[Any]:
    return rows(counter, FeedbackInvitation)


def given(counter: Counter) -> list[Any]:
    return rows(counter, FeedbackAnswer)


def messages(counter: Counter) -> list[Any]:
    return [row for row in rows(counter, Message) if row.template == "feedback"]


def ilze(counter: Counter) -> str:
    found = counter.read(lambda conn: residents.find_id(conn, counter.store, ILZE.code))
    assert found is not None
    return found


def says(counter: Counter, wanted: Preferences = CALL_ME) -> None:
    """Ilze says how she wants to be asked."""
    whose, now = ilze(counter), counter.clock.now()
    by = Actor(ActorKind.RESIDENT, whose)
    counter.write(lambda conn: preferences.say(conn, whose, wanted, by=by, how=How.OWN, now=now))


def ends(counter: Counter) -> str:
    """A visit of hers is over; the code of its link, or nothing."""
    counter.open().ask()
    counter.close()
    link = counter.opened(lambda opened: opened.feedback_link())
    return (link or "").rpartition("/")[2]


def falls_due(counter: Counter) -> None:
    """The delay of all invitations is over."""
    counter.clock.move(counter.store.settings.feedback_delay)
    for row in calls(counter):
        callback_id = row.id
        counter.write(lambda conn, one=callback_id: waiting.fall_due(conn, counter.store, one))  # type: ignore[misc]  # a lambda cannot type its default


def owes(counter: Counter, count: int = 1) -> str:
    """So many calls are on the list, all to Ilze; the code of the last invitation."""
    counter.knows(KNOWN)
    says(counter)
    code = ""
    for _ in range(count):
        code = ends(counter)
    falls_due(counter)
    return code


def takes(counter: Counter, by: StaffSession) -> Taken:
    return counter.write(lambda conn: claiming.take(conn, counter.store, by))


def next_day(counter: Counter) -> None:
    counter.clock.move(timedelta(days=1))
