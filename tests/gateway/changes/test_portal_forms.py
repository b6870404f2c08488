"""A connector's changed forms count once two administrators have accepted exactly how they differ."""

import html
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, insert, select

from audit.events import EventName
from connectors.sdk import fingerprints, registry
from connectors.sdk.connector import Connector
from connectors.sdk.words import Words
from gateway.changes import flow, offering
from gateway.changes.errors import SamePersonError
from gateway.changes.tables import ChangeKind, ChangeState, SecurityChange
from gateway.ledger.tables import AuditEvent
from gateway.services import catalogue, forms
from gateway.services.tables import Portal, Service
from gateway.visits import drift, troubles
from tests.gateway.changes.conftest import RULES, Office

BENEFIT = "lv.vsaa.sickness_benefit"
OLD = registry.find(BENEFIT)


def changed() -> Connector:
    """The next version, whose second page lost a question."""
    page = OLD.pages[1].name
    shape = OLD.fingerprints[page]
    fewer = msgspec.structs.replace(shape, fields=shape.fields[1:])
    return replace(OLD, manifest=replace(OLD.manifest, version="9.9.0"), fingerprints={**OLD.fingerprints, page: fewer})


NEW = changed()


@pytest.fixture
def gateway(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A gateway that has filed with the version before, and whose machine has the new one."""

    def add(conn: Connection) -> None:
        conn.execute(insert(Portal).values(id="latvija", name="L", origin="https://l.example", client_id="l"))
        rules = {name: RULES[name] for name in ("grant_least", "permit_least", "routes", "guarded")}
        cards = {"lv": {"title": "Slimības pabalsts", "summary": "Pabalsts"}}
        conn.execute(
            insert(Service).values(
                id=BENEFIT, holder="VSAA", portal_id="latvija", feedback_group="x", cards=cards, **rules
            )
        )

    office.write(add)
    offer(office)
    monkeypatch.setattr(registry, "find", lambda _: NEW)
    return office


def offer(office: Office) -> None:
    """A worker starts."""
    office.write(lambda conn: offering.offer_installed(conn, office.parts))


def proposal(office: Office) -> str:
    of_form = select(SecurityChange.id).where(SecurityChange.kind == ChangeKind.FORM_ACCEPT)
    return office.read(lambda conn: conn.execute(of_form).scalar_one())


def counts(office: Office, connector: Connector = NEW) -> bool:
    return office.write(lambda conn: forms.count(conn, office.parts.settings, connector, office.clock.now()))


def waiting(office: Office) -> dict[str, str]:
    return {each.subject: each.reason for each in office.read(troubles.open_ones)}


def test_the_first_forms_that_a_service_has_count_at_once(gateway: Office) -> None:
    assert counts(gateway, OLD)


def test_two_workers_that_see_them_first_in_one_moment_keep_them_once(gateway: Office) -> None:
    for _ in range(2):
        gateway.write(lambda conn: forms.offer(conn, NEW, gateway.clock.now()))
        gateway.write(lambda conn: forms._keep(conn, NEW, gateway.clock.now()))
    assert not counts(gateway)


def test_of_others_two_people_are_asked_and_nothing_is_filed_until_they_said_yes(gateway: Office) -> None:
    offer(gateway)
    change = proposal(gateway)
    assert not counts(gateway)
    assert waiting(gateway) == {BENEFIT: "form.unaccepted"}
    taking_up = gateway.session()
    gateway.confirm(change, taking_up)
    with pytest.raises(SamePersonError):
        gateway.confirm(change, taking_up)
    assert not counts(gateway)
    gateway.confirm(change)
    gateway.apply(change)
    assert counts(gateway)
    assert counts(gateway, OLD)
    assert waiting(gateway) == {}
    accepted = _data(gateway, EventName.CONNECTOR_DRIFT_ACCEPTED)
    assert (accepted["service"], accepted["forms"]) == (BENEFIT, fingerprints.of_all(NEW))


def _data(office: Office, event: EventName) -> dict[str, Any]:
    found = select(AuditEvent.leaf).where(AuditEvent.type == event.value)
    leaf = office.read(lambda conn: conn.execute(found).scalar_one())
    return dict(msgspec.json.decode(leaf)["data"])


def test_what_is_accepted_is_the_difference_that_was_shown(gateway: Office) -> None:
    offer(gateway)
    change = proposal(gateway)
    page = gateway.page().get(f"/admin/changes/{change}").text
    gone = OLD.fingerprints[OLD.pages[1].name].fields[0]
    assert (gone.legend or gone.label) in page
    assert "Slimības pabalsts" in page
    assert "9.9.0" in page
    assert fingerprints.of_all(NEW)[:12] in page
    assert OLD.manifest.version in page


def test_the_page_says_who_asks_and_why_in_one_language_and_when_it_counts(gateway: Office) -> None:
    offer(gateway)
    path = f"/admin/changes/{proposal(gateway)}"
    reader = gateway.page()
    page = html.unescape(reader.get(path).text)
    assert "A version of the connector was installed that fills in other forms than the one before." in page
    assert "The gateway itself, when it met the installed version" in page
    assert "connector.installed" not in page + reader.get("/admin").text
    assert "Another administrator confirms at another computer, and then it counts at once." in page
    gateway.confirm(proposal(gateway), gateway.session())
    second = html.unescape(gateway.page(gateway.second).get(path).text)
    assert "When you confirm, it counts at once" in second
    assert "The gateway itself" not in second


def test_another_start_asks_nobody_again_and_a_no_stands(gateway: Office) -> None:
    offer(gateway)
    offer(gateway)
    gateway.step(flow.refuse, gateway.session(), proposal(gateway))
    offer(gateway)
    assert gateway.state(proposal(gateway)) is ChangeState.REFUSED
    assert waiting(gateway) == {BENEFIT: "form.unaccepted"}


def test_a_proposal_that_nobody_answered_in_time_is_made_again_by_the_next_look(gateway: Office) -> None:
    offer(gateway)
    first = proposal(gateway)
    gateway.wait(flow.WAITS)
    gateway.write(lambda conn: flow.lapse(conn, gateway.parts, first))
    assert gateway.state(first) is ChangeState.LAPSED
    offer(gateway)
    offer(gateway)
    of_form = select(SecurityChange.id, SecurityChange.state).where(SecurityChange.kind == ChangeKind.FORM_ACCEPT)
    states = {row.id: row.state for row in gateway.read(lambda conn: conn.execute(of_form).all())}
    assert states.pop(first) is ChangeState.LAPSED
    assert list(states.values()) == [ChangeState.PROPOSED]


def test_in_a_demonstration_one_person_is_enough(gateway: Office) -> None:
    settings = replace(gateway.parts.settings, mode="demo")
    assert gateway.write(lambda conn: forms.count(conn, settings, NEW, gateway.clock.now()))


def test_a_version_that_comes_while_another_waits_is_asked_about_once_that_one_is_decided(
    gateway: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(gateway)
    first = proposal(gateway)
    page = OLD.pages[2].name
    third = replace(NEW, fingerprints={**NEW.fingerprints, page: NEW.fingerprints[OLD.pages[1].name]})
    monkeypatch.setattr(registry, "find", lambda _: third)
    offer(gateway)
    assert proposal(gateway) == first
    gateway.step(flow.refuse, gateway.session(), first)
    offer(gateway)
    of_form = select(SecurityChange.state).where(SecurityChange.kind == ChangeKind.FORM_ACCEPT)
    states = gateway.read(lambda conn: conn.execute(of_form).scalars().all())
    assert sorted(states) == [ChangeState.PROPOSED, ChangeState.REFUSED]


def test_a_look_that_finds_the_portal_as_the_new_version_says_accepts_nothing(gateway: Office) -> None:
    offer(gateway)
    service, now = gateway.read(lambda conn: catalogue.find(conn, BENEFIT)), gateway.clock.now()
    gateway.write(lambda conn: drift.found(conn, service, (Words("Cita poga.", "Another button."),), now))
    gateway.write(lambda conn: drift.fits(conn, service, now))
    assert waiting(gateway) == {BENEFIT: "form.unaccepted"}
    gateway.confirm(proposal(gateway), gateway.session())
    gateway.confirm(proposal(gateway))
    gateway.apply(proposal(gateway))
    assert waiting(gateway) == {}
