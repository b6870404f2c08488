"""Two people change a security setting, after a delay; one alone changes nothing, but for what makes it stricter."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from audit.events import EventName
from gateway.changes import flow, network
from gateway.changes.errors import (
    ChangeFaultError,
    ChangeOverError,
    ChangeUnknownError,
    Fault,
    FreshAccountError,
    SamePersonError,
    SecretGoneError,
)
from gateway.changes.kinds import Plan
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.ledger import health, outbox
from gateway.ledger.errors import LogUnhealthyError
from gateway.oauth import clients, providers
from gateway.oauth.errors import ProviderUnknownError
from gateway.people.access import StaffSession
from gateway.people.errors import AccessRefusedError
from gateway.people.roles import Role
from gateway.people.staff import OPERATOR
from gateway.people.tables import Staff
from gateway.services import trainings
from gateway.services.tables import Portal, Service
from tests.gateway.callers import Callers
from tests.gateway.changes.conftest import PORTAL, PROVIDER, RULES, SERVICE, WHY, Office

BENEFIT = "lv.vsaa.sickness_benefit"


def rules(office: Office) -> tuple[int, int, list[str]]:
    row = office.read(
        lambda conn: conn.execute(
            select(Service.grant_least, Service.permit_least, Service.routes).where(Service.id == SERVICE)
        ).one()
    )
    return row.grant_least, row.permit_least, row.routes


class TestTwoPeople:
    def test_register_a_portal_after_the_delay(self, office: Office) -> None:
        change = office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL)
        assert office.read(lambda conn: clients.find(conn, "example-portal")) is None
        office.confirm(change)
        office.apply(change)
        assert office.read(lambda conn: clients.find(conn, "example-portal")) is None
        office.wait()
        office.apply(change)
        found = office.read(lambda conn: clients.find(conn, "example-portal"))
        assert found is not None
        assert found.redirect_uris == ("https://portal.example/callback",)
        assert found.par_required
        origin = office.read(
            lambda conn: conn.execute(select(Portal.origin).where(Portal.id == "example")).scalar_one()
        )
        assert origin == "https://portal.example"
        assert [each for each in office.events() if each.startswith("admin:")][-4:] == [
            EventName.SETTINGS_PROPOSED,
            EventName.SETTINGS_CONFIRMED,
            EventName.PORTAL_REGISTERED,
            EventName.SETTINGS_CHANGED,
        ]

    def test_add_a_provider_whose_secret_is_nowhere_in_the_open(self, office: Office) -> None:
        change = office.propose(ChangeKind.PROVIDER_ADD, "example", PROVIDER, secret="what the provider gave us")
        office.confirm(change)
        office.wait()
        office.apply(change)
        found = office.read(lambda conn: providers.find(conn, "example"))
        assert providers.secret_of(office.parts, found) == "what the provider gave us"
        row = office.read(
            lambda conn: conn.execute(select(SecurityChange.__table__).where(SecurityChange.id == change)).one()
        )
        assert "provider gave" not in repr(row)
        assert row.secret is None

    def test_lower_what_a_service_asks_for(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        office.confirm(change)
        assert rules(office)[0] == 2
        office.wait()
        office.apply(change)
        assert rules(office)[0] == 1

    def test_apply_once_however_often_the_job_runs(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"permit_least": 1})
        office.confirm(change)
        office.wait()
        for _ in range(3):
            office.apply(change)
        assert office.events().count(EventName.SETTINGS_CHANGED) == 1


class TestOneAlone:
    @pytest.mark.parametrize(
        ("kind", "target", "values"),
        [
            (ChangeKind.PROVIDER_ADD, "mine", PROVIDER),
            (ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1}),
            (ChangeKind.SERVICE_RULES, SERVICE, RULES | {"routes": ["display", "phone"]}),
            (ChangeKind.SERVICE_RULES, SERVICE, RULES | {"guarded": []}),
        ],
    )
    def test_has_no_effect_and_leaves_an_event(
        self, office: Office, kind: ChangeKind, target: str, values: dict[str, Any]
    ) -> None:
        before = rules(office)
        change = office.propose(kind, target, values, secret="a secret" if kind is ChangeKind.PROVIDER_ADD else None)
        with pytest.raises(SamePersonError):
            office.confirm(change, office.session())
        office.wait(timedelta(days=30))
        office.apply(change)
        assert rules(office) == before
        with pytest.raises(ProviderUnknownError):
            office.read(lambda conn: providers.find(conn, "mine"))
        assert EventName.SETTINGS_PROPOSED in office.events()
        assert EventName.SETTINGS_CHANGED not in office.events()

    def test_raises_what_a_service_asks_for_at_once(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 3})
        assert rules(office)[0] == 3
        assert office.state(change) is ChangeState.APPLIED
        assert office.last_event()["data"]["alone"] is True

    def test_suspends_a_portal_at_once_and_ends_what_was_confirmed_for_it(self, office: Office) -> None:
        made = office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL)
        office.confirm(made)
        office.wait()
        office.apply(made)
        altered = office.propose(ChangeKind.PORTAL_ALTER, "example-portal", PORTAL | {"par_required": False})
        office.confirm(altered)
        office.propose(ChangeKind.PORTAL_SUSPEND, "example-portal", {})
        assert office.read(lambda conn: clients.find(conn, "example-portal")) is None
        office.wait()
        office.apply(altered)
        assert office.state(altered) is ChangeState.LAPSED
        assert office.read(lambda conn: clients.find(conn, "example-portal")) is None

    def test_does_not_confirm_at_the_computer_where_it_was_proposed(self, office: Office) -> None:
        at_counter = office.callers.session_of(office.callers.staff(Role.ADMINISTRATOR).cookies["pilnvara_staff"])
        change = office.propose(ChangeKind.PROVIDER_ADD, "other", PROVIDER, secret="a secret", by=at_counter)
        theirs = office.second.session_of(office.second.staff(Role.ADMINISTRATOR).cookies["pilnvara_staff"])
        with pytest.raises(SamePersonError):
            office.confirm(change, theirs)

    @pytest.mark.parametrize("at_terminal", [True, False])
    def test_does_not_confirm_in_the_browser_where_it_was_proposed(self, office: Office, *, at_terminal: bool) -> None:
        def there(whose: Callers, *, at_terminal: bool = False) -> StaffSession:
            browser = whose.staff(Role.ADMINISTRATOR, at_terminal=at_terminal, browser="the one computer")
            found = whose.session_of(browser.cookies["pilnvara_staff"], at_terminal=at_terminal)
            assert found is not None
            return found

        mine = there(office.callers, at_terminal=at_terminal)
        change = office.propose(ChangeKind.PROVIDER_ADD, "other", PROVIDER, secret="a secret", by=mine)
        with pytest.raises(SamePersonError):
            office.confirm(change, there(office.second))
        office.confirm(change)
        assert office.state(change) is ChangeState.CONFIRMED

    def test_does_not_confirm_where_nothing_tells_two_computers_apart(self, office: Office) -> None:
        change = office.propose(ChangeKind.PROVIDER_ADD, "other", PROVIDER, secret="a secret")
        with pytest.raises(SamePersonError):
            office.confirm(change, replace(office.session(office.second), browser_hash=None))

    def test_does_not_confirm_in_the_browser_where_a_colleague_took_it_up(self, office: Office) -> None:
        plan = Plan(kind=ChangeKind.PROVIDER_ADD, target="other", values=PROVIDER, secret="a secret")
        change = office.write(lambda conn: flow.propose(conn, office.parts, plan, by=None, reason=WHY))
        first = office.session()
        office.confirm(change, first)
        with pytest.raises(SamePersonError):
            office.confirm(change, replace(office.session(office.second), browser_hash=first.browser_hash))
        office.confirm(change)
        assert office.state(change) is ChangeState.CONFIRMED

    def test_does_not_confirm_their_own_training(self, office: Office) -> None:
        office.write(lambda conn: trainings.define(conn, "gdpr", {"lv": "Datu aizsardzība"}))
        until = (office.clock.now() + timedelta(days=30)).isoformat()
        target = network.training_target(office.second.account.id, "gdpr")
        change = office.propose(ChangeKind.TRAINING_GRANT, target, {"valid_until": until})
        with pytest.raises(SamePersonError):
            office.confirm(change)

    @pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR, Role.ASSISTANT, Role.OFFICER])
    def test_in_another_role_neither_proposes_nor_decides(self, office: Office, role: Role) -> None:
        other = office.session(role=role)
        with pytest.raises(AccessRefusedError):
            office.propose(ChangeKind.PROVIDER_ADD, "mine", PROVIDER, secret="a secret", by=other)
        change = office.propose(
            ChangeKind.PROVIDER_ADD, "mine", PROVIDER, secret="a secret", by=office.session(office.second)
        )
        with pytest.raises(AccessRefusedError):
            office.confirm(change, other)
        with pytest.raises(AccessRefusedError):
            office.step(flow.refuse, other, change)


class TestFreshAccount:
    def test_neither_proposes_nor_confirms_within_a_day_of_being_made(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        now, second = office.clock.now(), office.second.account.id
        office.write(lambda conn: conn.execute(update(Staff).where(Staff.id == second).values(created_at=now)))
        fresh = office.session(office.second)
        with pytest.raises(FreshAccountError):
            office.confirm(change, fresh)
        with pytest.raises(FreshAccountError):
            office.propose(ChangeKind.PROVIDER_ADD, "mine", PROVIDER, secret="a secret", by=fresh)
        office.wait(timedelta(days=1, seconds=1))
        office.confirm(change)
        assert office.state(change) is ChangeState.CONFIRMED

    def test_that_was_recovered_does_not_confirm_within_a_day(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        second, now = office.second.account.id, office.clock.now()
        office.write(
            lambda conn: outbox.record(
                conn,
                chain=f"staff:{second}",
                type=EventName.STAFF_ACCOUNT_RECOVERED,
                actor=OPERATOR,
                data={"staff": second},
                at=now,
            )
        )
        with pytest.raises(FreshAccountError):
            office.confirm(change)


class TestNo:
    def test_of_any_administrator_before_it_takes_effect_is_final(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        office.confirm(change)
        office.step(flow.refuse, office.session(office.second), change)
        office.wait()
        office.apply(change)
        assert office.state(change) is ChangeState.REFUSED
        assert rules(office)[0] == 2
        with pytest.raises(ChangeOverError):
            office.confirm(change)

    def test_of_the_proposer_withdraws_it_and_of_nobody_else(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        with pytest.raises(ChangeUnknownError):
            office.step(flow.withdraw, office.session(office.second), change)
        office.step(flow.withdraw, office.session(), change)
        assert office.state(change) is ChangeState.WITHDRAWN

    def test_is_what_nobody_says_within_a_week(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        office.write(lambda conn: flow.lapse(conn, office.parts, change))
        assert office.state(change) is ChangeState.PROPOSED
        office.wait(flow.WAITS)
        with pytest.raises(ChangeOverError):
            office.confirm(change)
        office.write(lambda conn: flow.lapse(conn, office.parts, change))
        assert office.state(change) is ChangeState.LAPSED


class TestProposal:
    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"redirect_uris": ["http://portal.example/callback"]}, "redirect_uris"),
            ({"redirect_uris": []}, "redirect_uris"),
            ({"origin": "https://portal.example/"}, "origin"),
            ({"origin": "portal"}, "origin"),
            ({"origin": "https://p\u043ertal.example"}, "origin"),
            ({"redirect_uris": ["https://p\u043ertal.example/callback"]}, "redirect_uris"),
            ({"redirect_uris": ["https://portal.example@other.example/callback"]}, "redirect_uris"),
            ({"redirect_uris": ["https://other.example\\@portal.example/callback"]}, "redirect_uris"),
            ({"auth_method": "private_key_jwt"}, "jwks"),
            ({"services": ["no.such.service"]}, "services"),
            ({"logout_uri": "ftp://portal.example"}, "logout_uri"),
        ],
    )
    def test_of_a_portal_that_cannot_stand_is_refused_by_field(
        self, office: Office, changed: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(ChangeFaultError) as caught:
            office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL | changed)
        assert caught.value.field == field

    def test_of_a_live_portal_leaves_out_what_was_tried_with_made_up_people_alone(self, office: Office) -> None:
        with_benefit = PORTAL | {"services": [SERVICE, BENEFIT]}
        portal = {"id": "example", "name": "P", "origin": "https://portal.example", "client_id": "example-portal"}
        rules = {name: RULES[name] for name in ("grant_least", "permit_least", "routes")}
        benefit = {"id": BENEFIT, "holder": "VSAA", "portal_id": "example", "feedback_group": "x", "cards": {}, **rules}
        office.write(lambda conn: conn.execute(insert(Portal).values(**portal)))
        office.write(lambda conn: conn.execute(insert(Service).values(**benefit)))
        for services in ([SERVICE, BENEFIT], [BENEFIT], None):
            with pytest.raises(ChangeFaultError) as caught:
                office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", with_benefit | {"services": services})
            assert caught.value.all == {"services": Fault.UNPROVED}
        office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", with_benefit | {"services": [SERVICE]})

    def test_of_the_same_thing_waits_for_the_open_one(self, office: Office) -> None:
        office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        with pytest.raises(ChangeFaultError, match="pending"):
            office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"permit_least": 1})

    def test_that_changes_nothing_is_none(self, office: Office) -> None:
        with pytest.raises(ChangeFaultError, match="nothing"):
            office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES)

    def test_of_the_command_line_needs_two_administrators_as_well(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1}, by=None)
        office.confirm(change, office.session())
        assert office.state(change) is ChangeState.PROPOSED
        with pytest.raises(SamePersonError):
            office.confirm(change, office.session())
        office.confirm(change)
        assert office.state(change) is ChangeState.CONFIRMED

    def test_ends_when_something_else_was_changed_meanwhile(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        office.confirm(change)
        office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"permit_least": 3})
        office.wait()
        office.apply(change)
        assert office.state(change) is ChangeState.LAPSED
        assert rules(office)[:2] == (2, 3)

    def test_waits_while_the_log_is_refused(self, office: Office) -> None:
        change = office.propose(ChangeKind.SERVICE_RULES, SERVICE, RULES | {"grant_least": 1})
        office.confirm(change)
        office.wait()
        now = office.clock.now()
        office.write(lambda conn: health.refuse(conn, "another machine", "differs", now))
        with pytest.raises(LogUnhealthyError):
            office.apply(change)
        assert rules(office)[0] == 2


class TestSecretOfAPortal:
    def test_is_shown_once_and_to_its_proposer_alone(self, office: Office) -> None:
        change = office.propose(ChangeKind.PORTAL_REGISTER, "example-portal", PORTAL)
        with pytest.raises(SecretGoneError):
            office.step(flow.show_secret, office.session(office.second), change)
        secret = office.step(flow.show_secret, office.session(), change)
        with pytest.raises(SecretGoneError):
            office.step(flow.show_secret, office.session(), change)
        office.confirm(change)
        office.wait()
        office.apply(change)
        found = office.read(lambda conn: clients.find(conn, "example-portal"))
        assert found is not None
        assert clients.has_secret(office.parts, found, secret)
