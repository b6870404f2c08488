"""What tests of invitations by rule share: an institution, its officers, and people for whom something was filed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from delegation.filing import FilingState
from gateway.ids import new_id
from gateway.outreach import batches, rules
from gateway.outreach.rules import Wanted
from gateway.outreach.tables import OutreachReached, OutreachRule, RuleState
from gateway.people import preferences, residents, staff
from gateway.people.access import StaffSession
from gateway.people.preferences import How, Kind, Preferences
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.services import catalogue, life_events
from gateway.services.life_events import EventCard, LifeEvent
from gateway.services.tables import Service
from gateway.visits.tables import Filing
from tests.gateway.accounts import OLD, an_account
from tests.gateway.visits.counter import BENEFIT, Counter

MOVE = "lv.pmlp.residence_declaration"
"""Of another institution."""
OWN = "lv.vsaa.parental_benefit"
"""Of the same institution as the benefit."""
ALL_KINDS = Preferences(wanted=frozenset(Kind))


@pytest.fixture
def network(counter: Counter) -> Counter:
    """A filing was sent for somebody, and is copied for others as tests want."""
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.clock.move(datetime(2026, 12, 1, 10, 0, tzinfo=UTC) - counter.clock.now())
    for service, holder in ((MOVE, "PMLP"), (OWN, "VSAA")):
        (card,) = counter.read(lambda conn: conn.execute(select(Service.__table__).where(Service.id == BENEFIT)).all())
        row = dict(card._mapping) | {"id": service, "holder": holder}
        counter.write(lambda conn, row=row: conn.execute(insert(Service).values(row)))  # type: ignore[misc]  # mypy has no type for it
    return counter


def people(
    counter: Counter,
    number: int,
    *,
    wanted: Preferences = ALL_KINDS,
    first: int = 1,
    service: str = BENEFIT,
    state: FilingState = FilingState.FILED,
) -> list[str]:
    """So many residents for whom a service was filed yesterday, reached by e-mail, who want these messages."""
    now = counter.clock.now()
    (template,) = counter.read(lambda conn: conn.execute(select(Filing.__table__).limit(1)).all())

    def one(conn: Connection, n: int) -> str:
        profile = Profile(name=f"Nezināms {n}", code=f"32{n:04}-{n:05}", email=f"n{n}@piemers.example")
        made = residents.find_or_create(conn, counter.store, profile, now=now)
        own = {
            "id": new_id(),
            "principal_id": made.id,
            "service_id": service,
            "service_key": new_id().encode()[:22].ljust(32, b"k"),
        }
        sent = {"state": state, "sent_at": now - timedelta(days=1)}
        conn.execute(insert(Filing).values(dict(template._mapping) | own | sent))
        preferences.say(conn, made.id, wanted, by=counter.by.actor, how=How.OWN, now=now)
        return made.id

    return counter.write(lambda conn: [one(conn, n) for n in range(first, first + number)])


def officer(counter: Counter, name: str = "", holder: str | None = None, *, made: int = 2) -> StaffSession:
    """An officer of the benefit's institution, or of another; their account was made so many days ago."""
    own = counter.read(lambda conn: catalogue.find(conn, BENEFIT).holder)
    staff_id = counter.by.staff_id if not name else _another(counter, name, made)
    return replace(counter.by, role=Role.OFFICER, holder=holder or own, staff_id=staff_id)


def _another(counter: Counter, name: str, made: int) -> str:
    new = staff.NewStaff(
        centre_id=counter.by.centre_id, login=name, name=name, password="x" * 14, roles=(Role.OFFICER,), holder="VSAA"
    )
    at = counter.clock.now() + OLD - timedelta(days=made)
    return counter.write(lambda conn: an_account(conn, counter.store.sealer, new, now=at)).id


NOVEMBER: dict[str, Any] = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
OCTOBER: dict[str, Any] = {"since": date(2026, 10, 1), "until": date(2026, 10, 31)}


def wanted(**other: Any) -> Wanted:
    values = {"service_id": BENEFIT, "of_service": BENEFIT, "template": "invited_again"} | NOVEMBER
    return Wanted(**(values | other))


def propose(counter: Counter, by: StaffSession | None = None, **other: Any) -> str:
    """A rule that waits for a second person; its id."""
    made = _propose(counter, by, **other)
    assert made.state is RuleState.PROPOSED
    return made.rule_id


def _propose(counter: Counter, by: StaffSession | None = None, **other: Any) -> rules.Proposed:
    who = by or officer(counter)
    return counter.write(lambda conn: rules.propose(conn, counter.store, who, wanted(**other)))


def is_refused(counter: Counter, **other: Any) -> bool:
    """Whether too few people are meant."""
    return _propose(counter, **other).state is RuleState.REFUSED


def approve(counter: Counter, rule: str, by: StaffSession) -> None:
    counter.write(lambda conn: rules.approve(conn, counter.store, by, rule))


def send(counter: Counter, rule: str) -> Iterator[int]:
    """Portion by portion, as a worker does."""
    while found := counter.read(lambda conn: batches.find_portion(conn, rule)):
        yield counter.write(lambda conn, found=found: batches.send_portion(conn, counter.store, rule, found))  # type: ignore[misc]  # mypy has no type for it


def state(counter: Counter, rule: str) -> RuleState:
    return counter.read(
        lambda conn: conn.execute(select(OutreachRule.state).where(OutreachRule.id == rule)).scalar_one()
    )


def told(counter: Counter, rule: str) -> int | None:
    """How many the officer reads, at the end."""
    by = officer(counter)
    found: int | None = counter.read(lambda conn: rules.one(conn, by, rule).reached)
    return found


def reached(counter: Counter) -> set[str]:
    return counter.read(lambda conn: set(conn.execute(select(OutreachReached.resident_id)).scalars()))


def an_event(counter: Counter, *services: str) -> str:
    card = EventCard(title="Pārmaiņas", summary="Kas jādara")
    event = LifeEvent(id="changes", cards={"lv": card, "en": card}, services=services)
    counter.write(lambda conn: life_events.upsert(conn, event))
    return event.id


def followed(counter: Counter, ids: list[str], to: FilingState) -> None:
    """For these the benefit was sent too."""
    now = counter.clock.now()
    (template,) = counter.read(lambda conn: conn.execute(select(Filing.__table__).limit(1)).all())
    for each in ids:
        own = {"id": new_id(), "principal_id": each, "service_id": BENEFIT, "service_key": each.encode()[:32].ljust(32)}
        row = dict(template._mapping) | own | {"state": to, "sent_at": now}
        counter.write(lambda conn, row=row: conn.execute(insert(Filing).values(row)))  # type: ignore[misc]  # mypy has no type for it
