"""What somebody puts right of what is known of them, on their own page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audit.entry import decode
from audit.events import EventName
from delegation.assurance import NumberSource
from gateway.ledger.tables import AuditEvent
from gateway.people import residents
from gateway.people.residents import OWN_NUMBER_RESTS, Resident
from gateway.visits import own_details
from gateway.visits.tables import DelegationRow
from tests.gateway.answers import Answer
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.mine.test_own_page import erase
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.messages import messages

HERE = "/mine/details"
FORM = f"{HERE}/correct"
OLD_NUMBER = "+37120000001"
NEW = {"phone": "20 000 077", "email": "jauna@piemers.example", "language": "en-plain"}


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """A delegation was granted, so somebody is known."""
    return counter.open().grant()


def known(own: Own) -> Resident:
    counter = own.facing.counter
    return counter.read(lambda conn: residents.open_resident(conn, counter.store, counter.delegation().principal_id))


def change(own: Own, **fields: str) -> Answer:
    own.see(FORM)
    return own.phone.send(FORM, **(NEW | fields))


class TestACorrection:
    def test_is_kept_told_to_the_old_addresses_and_recorded_without_a_value(self, own: Own) -> None:
        counter = own.facing.counter
        own.sign_in()
        assert change(own).location == f"{HERE}?saved=yes"
        now = known(own)
        assert (now.profile.phone, now.profile.email) == ("+37120000077", "jauna@piemers.example")
        assert (now.profile.language, now.number_source) == ("en-plain", NumberSource.OWN_PAGE)
        assert [to for to, _text in messages(counter, "contact_changed")] == [OLD_NUMBER]
        assert own.events()[-1] == EventName.RESIDENT_CORRECTED.value
        query = select(AuditEvent.leaf).where(AuditEvent.type == EventName.RESIDENT_CORRECTED.value)
        leaf = bytes(counter.read(lambda conn: conn.execute(query).scalar_one()))
        assert decode(leaf).data["fields"] == ["email", "language", "phone"]
        assert b"20000077" not in leaf
        page = own.see(f"{HERE}?saved=yes")
        assert "+37120000077 (jūsu norādīts)" in page
        assert "Easy English" in page

    def test_outlives_what_the_provider_says_at_the_next_sign_in(self, own: Own) -> None:
        own.sign_in()
        change(own)
        own.facing.counter.clock.move(timedelta(minutes=1))
        own.sign_in()
        assert known(own).profile.phone == "+37120000077"
        assert known(own).profile.email == "jauna@piemers.example"

    def test_left_empty_gives_way_to_the_provider_again(self, own: Own) -> None:
        own.sign_in()
        change(own)
        change(own, phone="", email="")
        assert (known(own).profile.phone, known(own).profile.email) == (None, None)
        own.facing.counter.clock.move(timedelta(minutes=1))
        own.sign_in()
        assert (known(own).known_number, known(own).number_source) == (OLD_NUMBER, NumberSource.PROVIDER)

    def test_of_the_number_is_good_for_a_code_only_after_a_day(self, own: Own) -> None:
        own.sign_in()
        change(own)
        assert known(own).known_number is None
        assert "Dienu uz to netiek sūtīti kodi" in own.see(HERE)
        own.facing.counter.clock.move(OWN_NUMBER_RESTS)
        assert known(own).known_number == "+37120000077"

    def test_of_nothing_tells_and_records_nothing(self, own: Own) -> None:
        own.sign_in()
        change(own)
        told, events = messages(own.facing.counter, "contact_changed"), own.events()
        assert change(own).status == 303
        assert (messages(own.facing.counter, "contact_changed"), own.events()) == (told, events)

    def test_of_the_language_alone_is_told_to_nobody_and_holds_for_later_messages(self, own: Own) -> None:
        own.sign_in()
        profile = known(own).profile
        change(own, phone=str(profile.phone), email="")
        assert known(own).profile.language == "en-plain"
        assert messages(own.facing.counter, "contact_changed") == []
        change(own)
        assert ["is new now" in text for _to, text in messages(own.facing.counter, "contact_changed")] == [True]

    def test_of_the_e_mail_is_told_to_the_e_mail_of_before(self, own: Own) -> None:
        own.sign_in()
        change(own)
        change(own, email="cita@piemers.example")
        assert messages(own.facing.counter, "contact_changed")[-1][0] == "jauna@piemers.example"

    def test_of_what_is_no_number_says_so_and_keeps_what_was_typed(self, own: Own) -> None:
        own.sign_in()
        answer = change(own, phone="12", email="nav")
        assert answer.status == 422
        assert 'href="#phone"' in answer.text
        assert 'href="#email"' in answer.text
        assert 'value="nav"' in answer.text
        assert known(own).profile.phone == OLD_NUMBER


class TestIsRefused:
    def test_when_the_sign_in_is_not_fresh(self, own: Own) -> None:
        own.sign_in().see(FORM)
        own.facing.counter.clock.move(own_details.FRESH + timedelta(seconds=1))
        assert own.phone.send(FORM, **NEW).status == 403
        assert known(own).profile.phone == OLD_NUMBER
        page = own.see(FORM)
        assert 'name="phone"' not in page
        assert "/mine/sign-in?next=/mine/details/correct" in page

    def test_when_it_was_changed_too_often(self, own: Own) -> None:
        own.sign_in()
        for number in range(own_details.IN_A_DAY):
            assert change(own, phone=f"2000010{number}").status == 303
        assert change(own, phone="20000200").status == 429
        assert known(own).profile.phone == f"+3712000010{own_details.IN_A_DAY - 1}"

    def test_when_nothing_is_kept_of_them_any_more(self, own: Own) -> None:
        own.sign_in().see(FORM)
        erase(own.facing.counter)
        assert own.phone.send(FORM, **NEW).location == HERE
        assert own.phone.get(FORM).location == HERE


def test_somebody_elses_page_shows_and_changes_only_their_own(own: Own) -> None:
    counter = own.facing.counter
    other = residents.Profile(name="Cits Cilvēks", code="329999-00002")
    counter.write(lambda conn: residents.find_or_create(conn, counter.store, other, now=counter.clock.now()))
    own.sign_in("329999-00002")
    change(own)
    assert known(own).profile.phone == OLD_NUMBER
    assert counter.read(lambda conn: conn.execute(select(DelegationRow.principal_id)).scalar_one()) == known(own).id
    assert EventName.RESIDENT_CORRECTED.value not in own.events(ILZE.code)
