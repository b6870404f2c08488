"""Whoever answers for connectors is told of each change of a form, once."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from connectors.sdk.words import Words
from gateway.jobs.errors import TryLaterError
from gateway.jobs.leases import Job
from gateway.jobs.tables import JobRow
from gateway.notifications.errors import NotSentError
from gateway.notifications.senders import Outgoing
from gateway.portal_mail import Telling
from gateway.services import catalogue
from gateway.visits import drift
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import BENEFIT, Counter

__all__ = ["counter", "renderer"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

GONE = Words("2. solī “Dati” vairs nav jautājuma “Konts”.", "In step 2 “Data” the question “Konts” is gone.")
MORE = Words("2. solī “Dati” ir jauns jautājums “Banka”.", "In step 2 “Data” there is a new question “Banka”.")


class Postbox:
    """Keeps what it is given as long as it `takes` any, and refuses the rest for now."""

    def __init__(self) -> None:
        self.got: list[Outgoing] = []
        self.takes = 100

    async def send(self, message: Outgoing) -> None:
        if self.takes == 0:
            raise NotSentError("later")
        self.takes -= 1
        self.got.append(message)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def look(counter: Counter, *changes: Words) -> None:
    """A look finds these, or none."""
    benefit, now = counter.read(lambda conn: catalogue.find(conn, BENEFIT)), counter.clock.now()
    if changes:
        counter.write(lambda conn: drift.found(conn, benefit, changes, now))
    else:
        counter.write(lambda conn: drift.fits(conn, benefit, now))


def post(counter: Counter, postbox: Postbox) -> None:
    """A worker does what is asked for."""
    settings = replace(counter.store.settings, portal_mail=("owner@example.lv", "network@example.lv"))
    of_mail = select(JobRow.__table__).where(JobRow.kind == drift.TELL)
    rows: list[Any] = list(counter.read(lambda conn: conn.execute(of_mail).all()))
    for row in rows:
        telling = Telling(replace(counter.store, settings=settings), postbox)
        asyncio.run(telling.tell(Job(row.id, row.kind, row.payload, row.key, 1)))
        counter.write(lambda conn: conn.execute(delete(JobRow).where(JobRow.kind == drift.TELL)))


def test_each_address_is_told_what_changed_in_both_languages(counter: Counter, postbox: Postbox) -> None:
    look(counter, GONE)
    post(counter, postbox)
    assert [letter.to for letter in postbox.got] == ["owner@example.lv", "network@example.lv"]
    letter = postbox.got[0]
    assert "Slimības pabalsts" in letter.subject
    assert GONE.lv in letter.text
    assert GONE.en in letter.text
    assert f"{counter.store.settings.url}/portals" in letter.text


def test_the_same_change_is_told_once_and_another_again(counter: Counter, postbox: Postbox) -> None:
    for changes in ((GONE,), (GONE,), (GONE, MORE), (GONE, MORE)):
        look(counter, *changes)
        post(counter, postbox)
    assert [MORE.lv in letter.text for letter in postbox.got[::2]] == [False, True]


def test_what_is_over_by_then_is_not_told(counter: Counter, postbox: Postbox) -> None:
    look(counter, GONE)
    look(counter)
    post(counter, postbox)
    assert postbox.got == []


def test_what_the_mail_server_does_not_take_is_told_later_under_the_same_number(
    counter: Counter, postbox: Postbox
) -> None:
    look(counter, GONE)
    postbox.takes = 1
    with pytest.raises(TryLaterError):
        post(counter, postbox)
    postbox.takes = 2
    post(counter, postbox)
    assert [letter.to for letter in postbox.got] == ["owner@example.lv", "owner@example.lv", "network@example.lv"]
    first, again, other = (letter.id for letter in postbox.got)
    assert first == again != other
