"""Which messages a resident wants: said on their own page, at a counter, and by the link in a message."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from audit.entry import decode
from audit.events import EventName
from gateway.keys import store as keys
from gateway.ledger.tables import AuditEvent
from gateway.notifications import outbox
from gateway.notifications.reaching import Notice, queue_for
from gateway.notifications.tables import Message
from gateway.people import preferences, residents
from gateway.people.preference_tables import PreferenceLink, ResidentPreference
from gateway.people.preferences import How, Kind, Preferences, Way
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.retention import erasing
from gateway.retention.states import Why
from tests.gateway.pages.facing import Phone
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.stopping.conftest import Staff, signed_in
from tests.gateway.pages.stopping.test_staff import shown
from tests.gateway.visits.counter import ILZE, Counter

__all__ = ["signed_in"]

HERE = "/mine/messages"
SAID = {"feedback": "no", "news": "yes", "invitations": "yes", "way": "email"}


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """Somebody is known, by telephone and by e-mail."""
    counter.knows(Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001", email="ilze@piemers.example"))
    return counter.open().grant()


def ilze(counter: Counter) -> str:
    return str(counter.read(lambda conn: residents.find_id(conn, counter.store, ILZE.code)))


def wanted(counter: Counter) -> Preferences:
    return counter.read(lambda conn: preferences.read(conn, ilze(counter)))


def queue(counter: Counter, template: str) -> outbox.Channel | None:
    """Tell Ilze something."""
    notice = Notice(template=template, language="lv", values={"link": "https://x.example"}, visit_id=counter.visit_id)

    def step(conn: Connection) -> outbox.Channel | None:
        key = residents.open_resident(conn, counter.store, ilze(counter)).key
        return queue_for(conn, counter.store, key, ilze(counter), notice, now=counter.clock.now())

    return counter.write(step)


def link_in(counter: Counter, template: str) -> str:
    """The path of the link that ends messages like the last one of `template`."""

    def work(conn: Connection) -> str:
        row = conn.execute(
            select(Message.__table__).where(Message.template == template).order_by(Message.created_at.desc())
        ).one()
        key = keys.load(conn, counter.store.sealer, row.key_id)
        return counter.store.sealer.open(key, outbox.off_context(row.id), row.off_link).decode()

    return counter.read(work).removeprefix(counter.store.settings.public_url)


def said_in_the_trail(counter: Counter) -> list[dict[str, object]]:
    query = select(AuditEvent.leaf).where(AuditEvent.type == EventName.PREFERENCES_SAID.value).order_by(AuditEvent.n)
    return [decode(leaf).data for leaf in counter.read(lambda conn: conn.execute(query).scalars().all())]


class TestOnTheOwnPage:
    def test_nothing_was_said_at_first_and_nobody_is_invited_without_a_yes(self, own: Own) -> None:
        assert wanted(own.facing.counter) == Preferences(wanted=frozenset({Kind.FEEDBACK, Kind.NEWS}))
        page = own.sign_in().see(HERE)
        assert re.search(r'name="invitations"[^>]*value="no"[^>]*checked', page)

    def test_what_is_said_is_kept_and_recorded(self, own: Own) -> None:
        own.sign_in().see(HERE)
        assert own.phone.send(HERE, **SAID).location == f"{HERE}?saved=yes"
        counter = own.facing.counter
        assert wanted(counter) == Preferences(wanted=frozenset({Kind.NEWS, Kind.INVITATIONS}), way=Way.EMAIL)
        (event,) = said_in_the_trail(counter)
        assert event["said"] == {"feedback": "no", "invitations": "yes", "way": "email"}
        assert event["how"] == "own"

    def test_said_again_it_is_no_event(self, own: Own) -> None:
        own.sign_in().see(HERE)
        own.phone.send(HERE, **SAID)
        own.see(HERE)
        own.phone.send(HERE, **SAID)
        assert len(said_in_the_trail(own.facing.counter)) == 1

    def test_what_is_not_answered_changes_nothing(self, own: Own) -> None:
        own.sign_in().see(HERE)
        answer = own.phone.send(HERE, feedback="no")
        assert answer.status == 422
        assert "Izvēlieties „jā” vai „nē”" in answer.text
        assert said_in_the_trail(own.facing.counter) == []

    def test_it_says_what_cannot_be_switched_off(self, own: Own) -> None:
        assert "Kodi, jo bez tiem neko nevar atļaut." in own.sign_in().see(HERE)


class TestAtTheCounter:
    def test_whoever_reads_it_out_keeps_what_was_answered(self, signed_in: Staff, own: Own) -> None:
        counter = own.facing.counter
        assistant = signed_in(Role.ASSISTANT)
        here = f"{shown(assistant)}/messages"
        page = assistant.see(here).text
        assert "+371" not in page
        assert "piemers" not in page
        assert assistant.send(here, **SAID).location == f"{here}?saved=yes"
        assert wanted(counter).way is Way.EMAIL
        assert said_in_the_trail(counter)[0]["how"] == "counter"

    def test_it_is_over_with_the_quarter_of_an_hour(self, signed_in: Staff, own: Own) -> None:
        assistant = signed_in(Role.ASSISTANT)
        here = f"{shown(assistant)}/messages"
        assistant.see(here)
        own.facing.counter.clock.move(timedelta(minutes=15))
        assert assistant.send(here, **SAID).status == 404
        assert said_in_the_trail(own.facing.counter) == []


class TestMessages:
    def test_that_are_not_wanted_are_not_written(self, own: Own) -> None:
        counter = own.facing.counter
        assert queue(counter, "news") is outbox.Channel.SMS
        say(counter, Preferences(wanted=frozenset()))
        assert queue(counter, "news") is None
        assert queue(counter, "feedback") is None

    def test_that_warn_come_in_any_case(self, own: Own) -> None:
        counter = own.facing.counter
        say(counter, Preferences(wanted=frozenset(), way=Way.NONE))
        assert queue(counter, "not_arrived") is outbox.Channel.SMS

    def test_come_by_e_mail_to_those_who_said_so(self, own: Own) -> None:
        counter = own.facing.counter
        say(counter, Preferences(wanted=frozenset(Kind), way=Way.EMAIL))
        assert queue(counter, "news") is outbox.Channel.EMAIL

    def test_that_come_by_no_way_are_not_written(self, own: Own) -> None:
        counter = own.facing.counter
        say(counter, Preferences(wanted=frozenset(Kind), way=Way.NONE))
        assert queue(counter, "feedback") is None


class TestTheLinkInAMessage:
    def test_shows_a_button_and_the_press_ends_messages_of_its_kind_alone(self, own: Own) -> None:
        counter = own.facing.counter
        queue(counter, "feedback")
        stranger, link = own.facing.phone(), link_in(counter, "feedback")
        assert "Jautājums, kā jums palīdzēja" in stranger.see(link).text
        assert wanted(counter).takes(Kind.FEEDBACK)
        assert stranger.send(link).status == 200
        assert wanted(counter).wanted == {Kind.NEWS}
        assert said_in_the_trail(counter)[0]["how"] == "link"

    def test_takes_what_a_mail_program_sends_by_itself(self, own: Own) -> None:
        """RFC 8058, section 3.1: no cookie, no token, one field."""
        counter = own.facing.counter
        queue(counter, "news")
        answer = bare(own.facing.phone(), link_in(counter, "news"))
        assert answer == 200
        assert not wanted(counter).takes(Kind.NEWS)

    def test_pressed_twice_it_is_as_after_once(self, own: Own) -> None:
        counter = own.facing.counter
        queue(counter, "news")
        link = link_in(counter, "news")
        assert [bare(own.facing.phone(), link), bare(own.facing.phone(), link)] == [200, 200]
        assert len(said_in_the_trail(counter)) == 1

    def test_guessed_it_ends_nothing(self, own: Own) -> None:
        counter = own.facing.counter
        queue(counter, "news")
        link = link_in(counter, "news")
        for guess in (link[:-1] + ("0" if link[-1] != "0" else "1"), link[:-1], "/o/nothing"):
            own.facing.phone().see(guess, status=404)
            assert bare(own.facing.phone(), guess) == 404
        assert wanted(counter).takes(Kind.NEWS)

    def test_carries_128_random_bits_that_are_kept_as_their_hash(self, own: Own) -> None:
        counter = own.facing.counter
        queue(counter, "news")
        code = link_in(counter, "news").removeprefix("/o/")
        assert len(code) == 26
        (kept,) = counter.read(lambda conn: conn.execute(select(PreferenceLink.code_hash)).scalars().all())
        assert code.encode() not in kept

    def test_warnings_carry_none(self, own: Own) -> None:
        counter = own.facing.counter
        queue(counter, "not_arrived")
        query = select(Message.off_link).where(Message.template == "not_arrived")
        assert counter.read(lambda conn: conn.execute(query).scalar_one()) is None


def test_erasing_somebody_drops_what_they_said(own: Own) -> None:
    counter = own.facing.counter
    say(counter, Preferences(wanted=frozenset()))
    queue(counter, "not_arrived")
    person = ilze(counter)
    counter.write(lambda conn: preferences.new_link(conn, person, Kind.NEWS, counter.clock.now()))
    counter.close()
    counter.clock.move(timedelta(days=1))
    counter.write(lambda conn: erasing.erase_resident(conn, counter.store, person, Why.WISH))
    assert counter.read(lambda conn: conn.execute(select(ResidentPreference.__table__)).all()) == []
    assert counter.read(lambda conn: conn.execute(select(PreferenceLink.__table__)).all()) == []
    whose = select(Message.resident_id, Message.address_hash)
    assert {tuple(row) for row in counter.read(lambda conn: conn.execute(whose).all())} == {(None, None)}


def say(counter: Counter, what: Preferences) -> None:
    person = ilze(counter)
    by = counter.by.actor
    counter.write(lambda conn: preferences.say(conn, person, what, by=by, how=How.OWN, now=counter.clock.now()))


def bare(phone: Phone, path: str) -> int:
    """Send what no page of ours sends."""
    return phone.post(path, {"List-Unsubscribe": "One-Click"}).status
