"""Somebody who lost password or codes gets back into their account by two people, neither of whom can get in alone."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from audit.entry import decode
from audit.events import EventName
from gateway.changes import recoveries
from gateway.changes.errors import (
    ChangeFaultError,
    ChangeOverError,
    ChangeUnknownError,
    Fault,
    FreshAccountError,
    SamePersonError,
    SecretGoneError,
)
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.ledger.tables import AuditEvent
from gateway.people import passwords, recovery, staff
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.staff import Created, NewStaff
from gateway.people.tables import StaffRecovery
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller, Callers
from tests.gateway.changes.conftest import RULES, SERVICE, Office
from tests.gateway.people.staff_keys import a_key, come_in

NEW_PASSWORD = "another long password"


@dataclass
class Lost:
    """Cilda lost her phone; Ada, her manager, and Bille, an administrator, help her back."""

    office: Office
    account: Created

    def propose(self, of: str | None = None) -> str:
        manager = self.office.session(role=Role.MANAGER)
        return self.office.propose(ChangeKind.ACCOUNT_RECOVER, of or self.account.id, {}, by=manager)

    def opened(self) -> str:
        """Two people agreed, and the delay is over."""
        change = self.propose()
        self.office.confirm(change)
        self.office.wait()
        self.office.apply(change)
        return change

    def halves(self, change: str) -> tuple[str, str]:
        office = self.office
        shown = [
            office.step(recoveries.show_half, who, change) for who in (office.session(), office.session(office.second))
        ]
        return shown[0], shown[1]

    def browser(self) -> Caller:
        caller = self.office.callers.nobody(at_terminal=True)
        caller.csrf = caller.get("/recover").csrf
        return caller

    def bring(self, halves: tuple[str, str], browser: Caller | None = None, login: str = "cilda") -> Answer:
        return (browser or self.browser()).post("/recover", {"login": login, "first": halves[0], "second": halves[1]})

    def finish(self, halves: tuple[str, str], **typed: str) -> Answer:
        browser = self.browser()
        page = self.bring(halves, browser)
        secret = secret_on(page)
        fields = {
            "login": "cilda",
            "first": halves[0],
            "second": halves[1],
            "password": NEW_PASSWORD,
            "again": NEW_PASSWORD,
            "code": pyotp.TOTP(secret).at(self.office.clock.now()),
        }
        return browser.post("/recover/finish", fields | typed)

    def sign_in(self, password: str, secret: str) -> Answer:
        browser = self.office.callers.nobody(at_terminal=True)
        browser.csrf = browser.get("/sign-in").csrf
        code = pyotp.TOTP(secret).at(self.office.clock.now())
        return browser.post("/sign-in", {"login": "cilda", "password": password, "code": code})

    def session(self) -> StaffSession:
        """Cilda is signed in, wherever she was."""
        return self.office.session(self.place, Role.ASSISTANT)

    @property
    def place(self) -> Callers:
        return replace(self.office.callers, account=self.account)

    def data_of(self, event: EventName) -> dict[str, Any]:
        """What the trail says of the only event of its kind."""
        said = select(AuditEvent.leaf).where(AuditEvent.type == event.value)
        return decode(self.office.read(lambda conn: conn.execute(said).scalar_one())).data

    def events(self) -> list[str]:
        said = select(AuditEvent.type).where(AuditEvent.chain == f"staff:{self.account.id}").order_by(AuditEvent.n)
        return list(self.office.read(lambda conn: conn.execute(said).scalars().all()))


def secret_on(page: Answer) -> str:
    """What the app is given, as it stands beside the picture."""
    assert page.status == 200, page.text
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)
    assert found
    return found[0].replace(" ", "")


def test_whoever_agreed_is_told_to_come_back_for_their_half(lost: Lost) -> None:
    office, change = lost.office, lost.propose()
    said = "you are shown your half of a code here"
    assert said not in office.page(office.second).get(f"/admin/changes/{change}").text, "nothing is agreed yet"
    office.confirm(change)
    for each in (office.page(role=Role.MANAGER), office.page(office.second)):
        assert said in each.get(f"/admin/changes/{change}").text
    office.wait()
    office.apply(change)
    assert said not in office.page(office.second).get(f"/admin/changes/{change}").text, "the button stands there now"


@pytest.fixture
def lost(office: Office) -> Lost:
    """Her account was made long ago."""
    new = NewStaff(
        login="cilda",
        name="Cilda Aizmirse",
        password=PASSWORD,
        centre_id=office.callers.centre_id,
        roles=(Role.ASSISTANT,),
    )
    made = office.write(lambda conn: staff.create(conn, office.parts.sealer, new, now=office.clock.now()))
    office.wait(timedelta(days=2))
    return Lost(office, made)


class TestTwoPeople:
    def test_let_somebody_set_password_and_codes_anew(self, lost: Lost) -> None:
        change = lost.opened()
        answer = lost.finish(lost.halves(change))
        assert (answer.status, answer.location) == (303, "/sign-in?why=recovered"), answer.text
        assert "Jūsu parole un kodi ir iestatīti" in lost.browser().get(answer.location).text
        assert lost.events()[-3:] == [
            EventName.STAFF_FACTOR_REMOVED.value,
            EventName.STAFF_FACTOR_ADDED.value,
            EventName.STAFF_ACCOUNT_RECOVERED.value,
        ]
        assert lost.sign_in(PASSWORD, lost.account.totp_secret).status == 403

    def test_are_both_named_to_the_holder_who_signs_in_with_what_is_new(self, lost: Lost) -> None:
        change = lost.opened()
        halves = lost.halves(change)
        secret = secret_on(lost.bring(halves))
        lost.finish(halves)
        assert lost.sign_in(NEW_PASSWORD, secret).status == 403, "the code that was typed counts once"
        lost.office.wait(timedelta(minutes=1))
        assert lost.sign_in(NEW_PASSWORD, secret).location == "/"
        page = lost.place.staff(Role.ASSISTANT).get("/account").text
        assert "Anna Paraudziņa asked for it, Bille Otrā confirmed it" in page

    def test_end_every_session_of_the_account(self, lost: Lost) -> None:
        change = lost.opened()
        browser = lost.place.staff(Role.ASSISTANT)
        assert browser.get("/account").status == 200
        lost.finish(lost.halves(change))
        assert browser.get("/account").status == 303

    def test_remove_every_passkey_of_the_account(self, lost: Lost) -> None:
        key = a_key(lost.place.staff(Role.ASSISTANT))
        a_key(lost.place.staff(Role.ASSISTANT))
        halves = lost.halves(lost.opened())
        secret = secret_on(lost.bring(halves))
        lost.finish(halves)
        removed = lost.data_of(EventName.STAFF_FACTOR_REMOVED)
        assert (removed["factors"], len(removed["passkeys"])) == (["password", "code", "passkey"], 2)
        answer = come_in(lost.office.callers.nobody(at_terminal=True), key)
        assert answer.status == 403
        assert "pilnvara_staff" not in answer.cookies
        lost.office.wait(timedelta(minutes=1))
        assert lost.sign_in(NEW_PASSWORD, secret).location == "/account", "who comes back is told that they are gone"

    def test_leave_no_half_and_no_secret_in_the_open(self, lost: Lost) -> None:
        halves = lost.halves(lost.opened())
        lost.finish(halves)
        leaves = lost.office.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        rows = lost.office.read(lambda conn: conn.execute(select(StaffRecovery.__table__)).all())
        for half in halves:
            digits = half.replace(" ", "")
            assert not any(digits.encode() in bytes(leaf) for leaf in leaves)
            assert digits not in repr(rows)


class TestNobodyAlone:
    def test_gets_in_with_one_half(self, lost: Lost) -> None:
        first, second = lost.halves(lost.opened())
        for halves in ((first, first), (second, second), (first, "00000 00000"), ("", second)):
            assert lost.bring(halves).status == 403
        assert lost.bring((second, first)).status == 200, "in either order"

    def test_is_shown_a_half_twice_or_somebody_elses(self, lost: Lost) -> None:
        change = lost.opened()
        lost.halves(change)
        for who in (lost.office.session(), lost.office.session(lost.office.second), lost.session()):
            with pytest.raises(SecretGoneError):
                lost.office.step(recoveries.show_half, who, change)

    def test_is_shown_anything_before_the_delay_is_over(self, lost: Lost) -> None:
        change = lost.propose()
        lost.office.confirm(change)
        with pytest.raises(SecretGoneError):
            lost.office.step(recoveries.show_half, lost.office.session(), change)

    def test_proposes_for_themselves_or_confirms_for_themselves(self, lost: Lost) -> None:
        office = lost.office
        with pytest.raises(ChangeFaultError) as own:
            lost.propose(office.callers.account.id)
        assert own.value.fault is Fault.OWN
        change = office.propose(ChangeKind.ACCOUNT_RECOVER, office.second.account.id, {}, by=office.session())
        with pytest.raises(SamePersonError):
            office.confirm(change)

    def test_proposes_as_a_manager_for_another_centre(self, lost: Lost) -> None:
        office = lost.office
        there = office.write(
            lambda conn: staff.add_centre(
                conn, name="Cits", kind="vpvkac", municipality="Citur", now=office.clock.now()
            )
        )
        new = NewStaff(login="dace", name="Dace", password=PASSWORD, centre_id=there, roles=(Role.ASSISTANT,))
        dace = office.write(lambda conn: staff.create(conn, office.parts.sealer, new, now=office.clock.now()))
        with pytest.raises(ChangeFaultError):
            lost.propose(dace.id)

    def test_guesses_more_than_five_times(self, lost: Lost) -> None:
        halves = lost.halves(lost.opened())
        for _ in range(5):
            assert lost.bring((halves[0], "00000 00000")).status == 403
        assert lost.bring(halves).status == 429


class TestTheHolder:
    def test_is_told_at_the_next_sign_in_and_can_end_it_before_it_is_decided(self, lost: Lost) -> None:
        change = lost.propose()
        assert lost.sign_in(PASSWORD, lost.account.totp_secret).location == "/account"
        browser = lost.place.staff(Role.ASSISTANT)
        page = browser.get("/account")
        assert "Anna Paraudziņa asked on" in page.text
        assert browser.post(f"/account/recoveries/{change}/end", {"_csrf": page.csrf}).location == "/account"
        assert lost.office.state(change) is ChangeState.REFUSED

    def test_can_end_it_while_the_halves_are_out(self, lost: Lost) -> None:
        change = lost.opened()
        halves = lost.halves(change)
        lost.office.step(recoveries.object_to, lost.session(), change)
        assert lost.office.last_event()["type"] == EventName.SETTINGS_REFUSED.value
        assert lost.bring(halves).status == 403
        with pytest.raises(ChangeOverError):
            lost.office.step(recoveries.object_to, lost.session(), change)

    def test_of_another_account_cannot_end_it(self, lost: Lost) -> None:
        change = lost.propose()
        with pytest.raises(ChangeUnknownError):
            lost.office.step(recoveries.object_to, lost.office.session(), change)

    def test_is_nobodys_second_person_for_a_day_afterwards(self, lost: Lost) -> None:
        office = lost.office
        change = office.propose(ChangeKind.ACCOUNT_RECOVER, office.second.account.id, {})
        third = NewStaff(
            login="elza",
            name="Elza",
            password=PASSWORD,
            centre_id=office.callers.centre_id,
            roles=(Role.ADMINISTRATOR,),
        )
        made = office.write(lambda conn: staff.create(conn, office.parts.sealer, third, now=office.clock.now()))
        office.wait(timedelta(days=2))
        elza = replace(office.callers, account=made)
        office.confirm(change, office.session(elza))
        office.wait()
        office.apply(change)
        halves = tuple(office.step(recoveries.show_half, office.session(each), change) for each in (None, elza))
        page = lost.bring((halves[0], halves[1]), login="bille")
        secret = secret_on(page)
        code = pyotp.TOTP(secret).at(office.clock.now())
        made_hash = passwords.hash_password(NEW_PASSWORD)
        office.write(lambda conn: recovery.finish(conn, office.parts, "bille", halves, made_hash, code))
        lowered = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        with pytest.raises(FreshAccountError):
            office.confirm(lowered)


class TestTheForm:
    def test_says_what_is_wrong_with_password_or_code_and_sets_nothing(self, lost: Lost) -> None:
        halves = lost.halves(lost.opened())
        assert 'href="#password"' in lost.finish(halves, password="short", again="short").text
        assert 'href="#again"' in lost.finish(halves, again="something else").text
        assert 'href="#code"' in lost.finish(halves, code="000000").text
        assert lost.sign_in(PASSWORD, lost.account.totp_secret).status == 303

    def test_opens_nothing_once_its_days_are_over_or_a_later_one_was_opened(self, lost: Lost) -> None:
        old = lost.halves(lost.opened())
        new = lost.halves(lost.opened())
        assert lost.bring(old).status == 403
        assert lost.bring(new).status == 200
        lost.office.wait(recovery.LASTS)
        assert lost.bring(new).status == 403

    def test_says_the_same_of_an_account_that_is_not_there(self, lost: Lost) -> None:
        assert lost.bring(("1", "2"), login="nobody").status == 403

    def test_of_the_change_shows_each_of_the_two_their_half_once(self, lost: Lost) -> None:
        change = lost.opened()
        path = f"/admin/changes/{change}"
        for page in (lost.office.page(role=Role.MANAGER), lost.office.page(lost.office.second)):
            shown = page.get(path).text
            assert f"{path}/half" in shown
            assert "Cilda Aizmirse" in shown
            assert re.search(r"\d{5} \d{5}", page.post(f"{path}/half").text)
            assert f"{path}/half" not in page.get(path).text
