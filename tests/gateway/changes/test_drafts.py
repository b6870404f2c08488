"""Cards by versions: who writes, whose yes it needs, when it is in force, and that nothing of it is ever rewritten."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from operator import methodcaller
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import DBAPIError

from audit.events import EventName
from gateway.changes import drafts
from gateway.changes.errors import (
    ChangeFaultError,
    ChangeOverError,
    ChangeUnknownError,
    Fault,
    FreshAccountError,
    SamePersonError,
)
from gateway.changes.turning import Turning
from gateway.database.counting import count_statements
from gateway.days import beginning_of, day_of
from gateway.parts import GATEWAY
from gateway.people import staff
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.people.tables import Staff
from gateway.services import catalogue, keeping, search, versions
from gateway.services.catalogue import Card
from gateway.services.sides import Side
from gateway.services.tables import Service, ServiceVersion
from tests.gateway.accounts import an_account
from tests.gateway.callers import HOLDER, PASSWORD, Callers, fitted
from tests.gateway.changes.conftest import SERVICE, Office

WHY = "Mainījās noteikumi"


@pytest.fixture
def ods(office: Office) -> Callers:
    """Ods, the only officer of the institution that holds the service."""
    new = NewStaff(
        login="ods",
        name="Ods Pārstāvis",
        password=PASSWORD,
        centre_id=office.callers.centre_id,
        roles=(Role.OFFICER,),
        holder=HOLDER,
    )
    made = office.write(lambda conn: an_account(conn, office.parts.sealer, new, now=office.clock.now()))
    nobodys = update(Staff).where(Staff.id == office.callers.account.id).values(holder=None)
    office.write(lambda conn: conn.execute(nobodys))
    office.clock.move(timedelta(days=2))
    return replace(office.callers, account=made)


def officer(office: Office, ods: Callers) -> StaffSession:
    browser = ods.staff(Role.OFFICER, at_terminal=False)
    found = ods.session_of(browser.cookies["pilnvara_staff"], at_terminal=False)
    assert found is not None
    return found


def now_card(office: Office) -> Card:
    return office.read(lambda conn: catalogue.find(conn, SERVICE)).card("lv")


def write(office: Office, by: StaffSession, *, hand_in: bool = True, on: date | None = None, **words: Any) -> None:
    """Write a draft that changes some words of the Latvian card, and hand it in."""
    card = replace(now_card(office), **words)

    def work(conn: Connection) -> None:
        drafts.begin(conn, office.parts, by, SERVICE)
        drafts.keep(conn, office.parts, by, SERVICE, "lv", card)
        if hand_in:
            drafts.submit(conn, office.parts, by, SERVICE, valid_from=on, review_on=None, because=WHY)

    office.write(work)


def approve(office: Office, by: StaffSession) -> None:
    mark = office.read(lambda conn: drafts.mark_of(drafts.find(conn, SERVICE)))
    office.write(lambda conn: drafts.approve(conn, office.parts, by, SERVICE, mark))


def step(office: Office, step: Callable[..., None], by: StaffSession, *more: Any) -> None:
    office.write(lambda conn: step(conn, office.parts, by, SERVICE, *more))


class TestTheNetworksWords:
    def test_are_in_force_once_an_administrator_has_handed_them_in(self, office: Office) -> None:
        write(office, office.session(), title="Jauns nosaukums")
        assert now_card(office).title == "Jauns nosaukums"
        assert office.events()[-4:] == [
            EventName.CARD_DRAFTED,
            EventName.CARD_SUBMITTED,
            EventName.CARD_PUBLISHED,
            EventName.CARD_SWITCHED,
        ]

    def test_written_by_an_officer_wait_for_an_administrator(self, office: Office, ods: Callers) -> None:
        write(office, officer(office, ods), title="Pārstāvja nosaukums")
        assert now_card(office).title == "Parauga pabalsts"
        approve(office, office.session())
        assert now_card(office).title == "Pārstāvja nosaukums"

    def test_are_found_by_the_search_from_the_switch_on(self, office: Office) -> None:
        assert office.read(lambda conn: search.search(conn, "zvejas")).total == 0
        write(office, office.session(), synonyms=("zvejas karte",))
        assert office.read(lambda conn: search.search(conn, "zvejas")).services[0].id == SERVICE


class TestTheHoldersWords:
    def test_wait_for_the_holders_officer(self, office: Office, ods: Callers) -> None:
        write(office, office.session(), costs="10 EUR")
        assert now_card(office).costs == ""
        with pytest.raises(SamePersonError):
            approve(office, office.session(office.second))
        approve(office, officer(office, ods))
        assert now_card(office).costs == "10 EUR"

    def test_written_by_the_only_officer_are_nobodys_to_approve_but_an_administrators(
        self, office: Office, ods: Callers
    ) -> None:
        """Their own yes counts for no side; another holder's officer does not even see it; an administrator's does."""
        by, other = officer(office, ods), office.callers
        write(office, by, costs="10 EUR")
        row = office.read(lambda conn: drafts.find(conn, SERVICE))
        whose = {
            "their own": by,
            "another holder's officer": replace(by, staff_id=other.account.id, holder="Cita iestāde"),
            "an administrator": office.session(),
        }
        counts = {name: office.read(partial(drafts.may_approve, by=who, row=row)) for name, who in whose.items()}
        assert counts == {
            "their own": frozenset(),
            "another holder's officer": frozenset(),
            "an administrator": {Side.HOLDER},
        }
        for name, refused in (("their own", SamePersonError), ("another holder's officer", ChangeUnknownError)):
            with pytest.raises(refused):
                approve(office, whose[name])
        assert now_card(office).costs == ""

    def test_written_by_an_administrator_wait_for_an_officer_of_this_holder_and_no_other(
        self, office: Office, ods: Callers
    ) -> None:
        by = office.session()
        write(office, by, title="Cits", costs="10 EUR")
        row = office.read(lambda conn: drafts.find(conn, SERVICE))
        own, second = officer(office, ods), office.session(office.second)
        other = replace(own, holder="Cita iestāde")
        counts = [office.read(partial(drafts.may_approve, by=who, row=row)) for who in (by, second, other)]
        assert counts == [frozenset()] * 3
        assert office.read(lambda conn: drafts.may_approve(conn, own, row)) == {Side.HOLDER}

    def test_are_never_approved_by_their_author_alone(self, office: Office, ods: Callers) -> None:
        by = officer(office, ods)
        write(office, by, costs="10 EUR")
        with pytest.raises(SamePersonError):
            approve(office, by)
        approve(office, office.session())
        assert now_card(office).costs == "10 EUR"

    def test_of_a_holder_without_an_officer_take_a_second_administrator(self, office: Office) -> None:
        write(office, office.session(), costs="10 EUR")
        with pytest.raises(SamePersonError):
            approve(office, office.session())
        approve(office, office.session(office.second))
        assert now_card(office).costs == "10 EUR"

    def test_and_the_networks_take_both(self, office: Office, ods: Callers) -> None:
        write(office, officer(office, ods), title="Cits", costs="10 EUR")
        approve(office, office.session())
        assert now_card(office) == replace(now_card(office), title="Cits", costs="10 EUR")

    def test_are_nothing_to_another_holders_officer(self, office: Office, ods: Callers) -> None:
        office.write(lambda conn: conn.execute(update(Service).values(holder="Cita iestāde")))
        with pytest.raises(ChangeUnknownError):
            write(office, officer(office, ods), costs="10 EUR")

    def test_are_not_approved_by_an_account_of_today(self, office: Office) -> None:
        write(office, office.session(), costs="10 EUR")
        new = NewStaff(
            login="jauna",
            name="Jauna Jaunā",
            password=PASSWORD,
            centre_id=office.callers.centre_id,
            roles=(Role.ADMINISTRATOR,),
        )
        made = office.write(lambda conn: staff.create(conn, office.parts.sealer, new, now=office.clock.now()))
        with pytest.raises(FreshAccountError):
            approve(office, office.session(replace(office.callers, account=made)))


class TestTheNetworksOwner:
    def test_writes_the_networks_words_which_count_once_handed_in(self, office: Office) -> None:
        write(office, office.session(role=Role.NETWORK_OWNER), title="Tīkla nosaukums")
        assert now_card(office).title == "Tīkla nosaukums"

    def test_says_yes_to_the_networks_words_and_never_to_a_holders(self, office: Office, ods: Callers) -> None:
        write(office, officer(office, ods), title="Pārstāvja nosaukums", costs="10 EUR")
        row = office.read(lambda conn: drafts.find(conn, SERVICE))
        owner = office.session(role=Role.NETWORK_OWNER)
        assert office.read(lambda conn: drafts.may_approve(conn, owner, row)) == {Side.CENTRE}
        approve(office, owner)
        assert now_card(office).costs == "", "that is still the holder's, by whom it was written, or an administrator's"

    def test_does_not_stand_in_for_a_holder_without_an_officer(self, office: Office) -> None:
        write(office, office.session(office.second), costs="10 EUR")
        row, owner = office.read(lambda conn: drafts.find(conn, SERVICE)), office.session(role=Role.NETWORK_OWNER)
        assert office.read(lambda conn: drafts.may_approve(conn, owner, row)) == frozenset()
        with pytest.raises(SamePersonError):
            approve(office, owner)
        assert now_card(office).costs == ""

    def test_reads_every_card_and_vouches_for_none(self, office: Office) -> None:
        owner = office.page(role=Role.NETWORK_OWNER)
        assert f'href="/cards/{SERVICE}"' in owner.get("/cards").text
        assert "It is still true" not in owner.get(f"/cards/{SERVICE}").text
        assert owner.post(f"/cards/{SERVICE}/reviewed", {"review_on": "2027-12-01"}).status == 403
        assert 'href="/cards"' in owner.get("/figures").text


class TestWhatWasRead:
    def test_is_what_is_approved_and_nothing_that_was_written_since(self, office: Office) -> None:
        by = office.session()
        write(office, by, costs="10 EUR")
        mark = office.read(lambda conn: drafts.mark_of(drafts.find(conn, SERVICE)))
        office.clock.move(timedelta(minutes=1))
        step(office, drafts.reopen, by)
        office.write(
            lambda conn: drafts.keep(conn, office.parts, by, SERVICE, "lv", replace(now_card(office), costs="99 EUR"))
        )
        office.write(
            lambda conn: drafts.submit(conn, office.parts, by, SERVICE, valid_from=None, review_on=None, because=WHY)
        )
        second = office.session(office.second)
        with pytest.raises(ChangeOverError):
            office.write(lambda conn: drafts.approve(conn, office.parts, second, SERVICE, mark))
        assert now_card(office).costs == ""


class TestADay:
    def test_that_is_to_come_is_waited_for(self, office: Office) -> None:
        today = office.clock.now().date()
        write(office, office.session(), on=today + timedelta(days=3), title="Rītdienas nosaukums")
        assert now_card(office).title == "Parauga pabalsts"
        office.write(lambda conn: drafts.switch(conn, office.parts, SERVICE, GATEWAY))
        assert now_card(office).title == "Parauga pabalsts"
        office.clock.move(timedelta(days=3))
        office.write(lambda conn: drafts.switch(conn, office.parts, SERVICE, GATEWAY))
        assert now_card(office).title == "Rītdienas nosaukums"
        assert office.events()[-1] is EventName.CARD_SWITCHED

    def test_comes_for_whoever_reads_where_no_worker_runs(self, office: Office) -> None:
        on = day_of(office.clock.now()) + timedelta(days=3)
        write(office, office.session(), on=on, title="Rītdienas nosaukums", synonyms=("rītdienas vārds",))
        reader = office.callers.nobody()
        office.clock.move(beginning_of(on) - office.clock.now() - timedelta(seconds=1))
        assert "Rītdienas nosaukums" not in reader.get(f"/services/{SERVICE}").text
        office.clock.move(timedelta(seconds=1))
        assert "Rītdienas nosaukums" in reader.get(f"/services/{SERVICE}").text
        assert "Rītdienas nosaukums" in reader.get("/services?q=rītdienas vārds").text
        assert office.events().count(EventName.CARD_SWITCHED) == 1
        office.write(lambda conn: drafts.switch(conn, office.parts, SERVICE, GATEWAY))
        assert office.events().count(EventName.CARD_SWITCHED) == 1, "a worker that comes later finds it done"

    def test_that_came_while_nothing_ran_is_seen_by_the_first_who_reads(self, office: Office) -> None:
        on = day_of(office.clock.now()) + timedelta(days=3)
        write(office, office.session(), on=on, title="Rītdienas nosaukums")
        office.clock.move(timedelta(days=9))
        reader, app = office.callers.nobody(), fitted(office.parts)
        assert "Rītdienas nosaukums" not in reader.get(f"/services/{SERVICE}").text, "this process began today"

        async def start() -> None:
            async with app.lifespan():
                pass

        asyncio.run(start())
        assert "Rītdienas nosaukums" in reader.get(f"/services/{SERVICE}").text

    def test_is_looked_at_once_and_then_costs_no_statement(self, office: Office) -> None:
        turning = Turning(office.parts)
        turning.begin()
        with count_statements() as counted:
            asyncio.run(turning.look())
        assert counted.total == 1
        with count_statements() as counted:
            asyncio.run(turning.look())
        assert counted.total == 0

    def test_that_is_over_is_refused_with_all_else_that_is_wrong(self, office: Office) -> None:
        by, past = office.session(), office.clock.now().date() - timedelta(days=1)
        write(office, by, hand_in=False, title="Cits")
        with pytest.raises(ChangeFaultError) as caught:
            office.write(
                lambda conn: drafts.submit(conn, office.parts, by, SERVICE, valid_from=past, review_on=past, because="")
            )
        assert caught.value.all == {
            "because": Fault.REASON,
            "valid_from": Fault.DATE,
            "review_on": Fault.DATE,
        }


class TestADraft:
    def test_that_changes_nothing_is_not_handed_in(self, office: Office) -> None:
        with pytest.raises(ChangeFaultError):
            write(office, office.session())

    def test_that_was_refused_says_why_and_leaves_the_card_alone(self, office: Office) -> None:
        write(office, office.session(), costs="10 EUR")
        step(office, drafts.refuse, office.session(office.second), "Nav tiesa")
        assert now_card(office).costs == ""
        assert "Nav tiesa" in office.page().get(f"/cards/{SERVICE}").text

    def test_is_one_at_a_time_and_is_taken_back_by_any_administrator(self, office: Office) -> None:
        write(office, office.session(), hand_in=False, title="Cits")
        with pytest.raises(ChangeFaultError):
            step(office, drafts.begin, office.session(office.second))
        step(office, drafts.take_back, office.session(office.second))
        step(office, drafts.begin, office.session(office.second))

    def test_is_written_in_by_its_author_alone(self, office: Office) -> None:
        write(office, office.session(), hand_in=False, title="Cits")
        with pytest.raises(ChangeUnknownError):
            step(office, drafts.keep, office.session(office.second), "lv", replace(now_card(office), title="Svešs"))


class TestAVersion:
    def test_is_never_changed_or_deleted(self, office: Office) -> None:
        write(office, office.session(), title="Jauns nosaukums")
        for statement in (update(ServiceVersion).values(because="cits"), delete(ServiceVersion)):
            with pytest.raises(DBAPIError, match="insert-only"):
                office.write(methodcaller("execute", statement))

    def test_stays_when_the_file_that_it_came_from_is_read_again(self, office: Office) -> None:
        service = office.read(lambda conn: catalogue.find(conn, SERVICE))
        office.write(lambda conn: keeping.upsert(conn, service))
        office.write(lambda conn: keeping.upsert(conn, service))
        assert [each.number for each in office.read(lambda conn: versions.of_service(conn, SERVICE))] == [1]
        write(office, office.session(), title="Cilvēku nosaukums")
        office.write(lambda conn: keeping.upsert(conn, service))
        assert now_card(office).title == "Cilvēku nosaukums"
        assert office.read(lambda conn: catalogue.find(conn, SERVICE)).card_version == 2

    def test_of_a_service_that_was_written_before_versions_begins_the_count(self, office: Office) -> None:
        write(office, office.session(), title="Jauns nosaukums")
        assert [each.number for each in office.read(lambda conn: versions.of_service(conn, SERVICE))] == [1]


class TestPages:
    def test_list_first_what_has_to_be_looked_at_again(self, office: Office) -> None:
        card = {"title": "Aizmirsts pakalpojums", "summary": "Sen neskatīts"}
        rules = {"grant_least": 2, "permit_least": 2, "routes": ["phone"]}
        values = {"id": "lv.example.old", "holder": HOLDER, "feedback_group": "x", "cards": {"lv": card}}
        due = {"review_on": office.clock.now().date()}
        office.write(lambda conn: conn.execute(insert(Service).values(values | rules | due)))
        page = office.page().get("/cards").text
        assert page.index("Aizmirsts pakalpojums") < page.index("Parauga pabalsts")
        again = (office.clock.now().date() + timedelta(days=300)).isoformat()
        office.page().post("/cards/lv.example.old/reviewed", {"review_on": again})
        assert office.events()[-1] is EventName.CARD_REVIEWED

    def test_lead_from_a_draft_to_what_everybody_reads(self, office: Office, ods: Callers) -> None:
        ada = office.page()
        assert ada.post(f"/cards/{SERVICE}/draft").location.endswith("/draft/lv")
        typed = {
            "title": "Parauga pabalsts",
            "summary": "Pabalsts",
            "needed": "Pase\nKonts",
            "in_person-where": "Nodaļā",
        }
        assert ada.post(f"/cards/{SERVICE}/draft/lv", typed).status == 303
        assert ada.post(f"/cards/{SERVICE}/submit", {"because": WHY}).status == 303
        ods_page = ods.staff(Role.OFFICER, at_terminal=False)
        shown = ods_page.get(f"/cards/{SERVICE}").text
        assert "Konts" in shown
        mark = shown.partition('name="mark" value="')[2].partition('"')[0]
        assert ods_page.post(f"/cards/{SERVICE}/approve", {"mark": mark}).status == 303
        assert "Nodaļā" in office.callers.nobody().get(f"/services/{SERVICE}").text
