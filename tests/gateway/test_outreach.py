"""An institution invites by rule: two people, at least twenty, only who said yes, once, and stopped half way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from audit.entry import decode
from audit.events import EventName
from delegation.filing import FilingState
from gateway.days import day_of
from gateway.ids import new_id
from gateway.ledger.tables import AuditEvent
from gateway.notifications.tables import Message, MessageState
from gateway.outreach import batches, rules
from gateway.outreach.errors import (
    FreshAccountError,
    RuleFaultError,
    RuleOverError,
    RuleUnknownError,
    SamePersonError,
    TooFewError,
)
from gateway.outreach.rules import FEWEST, Counts, Wanted
from gateway.outreach.tables import OutreachReached, OutreachRule, RuleState
from gateway.people import preferences, residents, staff
from gateway.people.access import StaffSession
from gateway.people.preferences import How, Kind, Preferences
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.people.tables import Staff, StaffInvitation
from gateway.retention import erasing
from gateway.retention.states import Why
from gateway.services import catalogue
from gateway.visits.tables import Filing
from tests.gateway.accounts import OLD, an_account
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import BENEFIT, Counter

__all__ = ["counter", "renderer"]

ALL_KINDS = Preferences(wanted=frozenset(Kind))


@pytest.fixture
def network(counter: Counter) -> Counter:
    """A filing was sent for somebody, and is copied for others as tests want."""
    counter.open().grant()
    counter.fill()
    counter.send()
    counter.clock.move(datetime(2026, 12, 1, 10, 0, tzinfo=UTC) - counter.clock.now())
    return counter


def people(counter: Counter, number: int, *, wanted: Preferences = ALL_KINDS, first: int = 1) -> list[str]:
    """So many residents for whom the benefit was filed, reached by e-mail, who said which messages they want."""
    now = counter.clock.now()
    (template,) = counter.read(lambda conn: conn.execute(select(Filing.__table__).limit(1)).all())

    def one(conn: Connection, n: int) -> str:
        profile = Profile(name=f"Nezināms {n}", code=f"32{n:04}-{n:05}", email=f"n{n}@piemers.example")
        made = residents.find_or_create(conn, counter.store, profile, now=now)
        own = {
            "id": new_id(),
            "principal_id": made.id,
            "service_id": BENEFIT,
            "service_key": new_id().encode()[:22].ljust(32, b"k"),
        }
        sent = {"state": FilingState.FILED, "sent_at": now - timedelta(days=1)}
        conn.execute(insert(Filing).values(dict(template._mapping) | own | sent))
        preferences.say(conn, made.id, wanted, by=counter.by.actor, how=How.OWN, now=now)
        return made.id

    return [counter.write(lambda conn, n=n: one(conn, n)) for n in range(first, first + number)]  # type: ignore[misc]  # mypy has no type for it


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


def wanted(counter: Counter, **other: Any) -> Wanted:
    today = day_of(counter.clock.now())
    values: dict[str, Any] = {
        "service_id": BENEFIT,
        "since": today - timedelta(days=30),
        "until": today,
        "template": "invited_again",
    }
    return Wanted(**(values | other))


def propose(counter: Counter, by: StaffSession | None = None, **other: Any) -> str:
    who = by or officer(counter)
    return counter.write(lambda conn: rules.propose(conn, counter.store, who, wanted(counter, **other)))


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


def counts(counter: Counter, rule: str) -> Counts:
    return counter.read(lambda conn: rules.counts(conn, rule))


def reached(counter: Counter) -> set[str]:
    return counter.read(lambda conn: set(conn.execute(select(OutreachReached.resident_id)).scalars()))


class TestARule:
    def test_needs_two_people(self, network: Counter) -> None:
        people(network, FEWEST)
        rule = propose(network)
        with pytest.raises(SamePersonError):
            approve(network, rule, officer(network))
        assert list(send(network, rule)) == []
        approve(network, rule, officer(network, "ozola"))
        assert sum(send(network, rule)) == FEWEST

    @pytest.mark.parametrize("proposer_invites", [True, False], ids=["by whoever proposed", "who proposed"])
    def test_is_not_approved_by_whom_one_invited(self, network: Counter, *, proposer_invites: bool) -> None:
        people(network, FEWEST)
        rule, other, now = propose(network), officer(network, "ozola"), network.clock.now()
        pair = (officer(network).staff_id, other.staff_id)
        inviter, invited = pair if proposer_invites else pair[::-1]
        account = network.read(lambda conn: conn.execute(select(Staff.__table__).where(Staff.id == invited)).one())
        taken = {name: getattr(account, name) for name in ("centre_id", "login", "display_name", "folded", "language")}
        sealed = {"key_id": account.key_id, "totp": b"1", "roles": ["officer"], "made_at": now, "ends_at": now}
        invitation = {"id": new_id(), "staff_id": invited, "invited_by": inviter} | taken | sealed
        network.write(lambda conn: conn.execute(insert(StaffInvitation).values(invitation)))
        with pytest.raises(SamePersonError):
            approve(network, rule, other)

    def test_is_neither_proposed_nor_approved_from_an_account_of_today(self, network: Counter) -> None:
        people(network, FEWEST)
        today = officer(network, "ozola", made=0)
        with pytest.raises(FreshAccountError):
            propose(network, today)
        rule = propose(network)
        with pytest.raises(FreshAccountError):
            approve(network, rule, today)
        network.clock.move(timedelta(days=1, seconds=1))
        approve(network, rule, today)

    def test_for_fewer_than_twenty_is_refused(self, network: Counter) -> None:
        people(network, FEWEST - 1)
        with pytest.raises(TooFewError):
            propose(network)

    def test_counts_only_those_who_said_yes(self, network: Counter) -> None:
        people(network, FEWEST - 1)
        people(network, 5, wanted=Preferences(wanted=frozenset({Kind.NEWS})), first=100)
        with pytest.raises(TooFewError):
            propose(network)

    def test_that_lost_its_people_before_the_approval_is_refused(self, network: Counter) -> None:
        first, *_ = people(network, FEWEST)
        rule, now = propose(network), network.clock.now()
        nothing = Preferences(wanted=frozenset())
        network.write(lambda conn: preferences.say(conn, first, nothing, by=network.by.actor, how=How.OWN, now=now))
        with pytest.raises(TooFewError):
            approve(network, rule, officer(network, "ozola"))

    @pytest.mark.parametrize(
        "other",
        [
            {"service_id": "lv.nobody.nothing"},
            {"since": date(2026, 12, 1), "until": date(2026, 11, 1)},
            {"until": date(2027, 1, 1)},
            {"template": "grant_code"},
        ],
        ids=["no such service", "days the wrong way round", "days to come", "no approved text"],
    )
    def test_that_is_none_is_refused(self, network: Counter, other: dict[str, Any]) -> None:
        people(network, FEWEST)
        with pytest.raises(RuleFaultError):
            propose(network, **other)

    def test_of_another_institution_is_refused_and_not_seen(self, network: Counter) -> None:
        people(network, FEWEST)
        stranger = officer(network, holder="VID")
        with pytest.raises(RuleFaultError):
            propose(network, stranger)
        rule = propose(network)
        with pytest.raises(RuleUnknownError):
            network.read(lambda conn: rules.one(conn, stranger, rule))
        with pytest.raises(RuleUnknownError):
            network.write(lambda conn: rules.stop(conn, network.store, stranger, rule))
        assert network.read(lambda conn: rules.listed(conn, stranger)) == []

    def test_is_in_the_trail_without_anybody(self, network: Counter) -> None:
        ids = people(network, FEWEST)
        rule = propose(network)
        approve(network, rule, officer(network, "ozola"))
        list(send(network, rule))
        types = [each.value for each in EventName if each.name.startswith("OUTREACH_")]
        leaves = network.read(
            lambda conn: (
                conn.execute(select(AuditEvent.leaf).where(AuditEvent.type.in_(types)).order_by(AuditEvent.n))
                .scalars()
                .all()
            )
        )
        assert [decode(leaf).type.rpartition(":")[2] for leaf in leaves] == ["proposed", "approved", "done"]
        assert not any(person.encode() in leaf for person in ids for leaf in leaves)


class TestSending:
    @pytest.fixture
    def approved(self, network: Counter) -> str:
        people(network, batches.PORTION + 5)
        people(network, 3, wanted=Preferences(wanted=frozenset({Kind.NEWS})), first=100)
        rule = propose(network)
        approve(network, rule, officer(network, "ozola"))
        return rule

    def test_goes_in_portions_to_each_once(self, network: Counter, approved: str) -> None:
        assert list(send(network, approved)) == [batches.PORTION, 5]
        assert state(network, approved) is RuleState.DONE
        assert len(reached(network)) == batches.PORTION + 5
        assert network.read(lambda conn: batches.find_portion(conn, approved)) is None
        texts = network.read(lambda conn: conn.execute(select(Message.template, Message.state)).all())
        assert [tuple(each) for each in texts if each.template == "invited_again"] == [
            ("invited_again", MessageState.QUEUED)
        ] * (batches.PORTION + 5)

    def test_of_two_workers_that_found_the_same_portion_one_sends_it(self, network: Counter, approved: str) -> None:
        found = network.read(lambda conn: batches.find_portion(conn, approved))
        assert found is not None
        sent = [
            network.write(lambda conn: batches.send_portion(conn, network.store, approved, found)) for _ in range(2)
        ]
        assert sent == [batches.PORTION, 0]

    def test_finds_people_by_those_who_want_it_and_never_walks_all_residents_or_filings(
        self, network: Counter, approved: str
    ) -> None:
        values = {"rule": approved, "after": ""} | rules.bound(BENEFIT, date(2026, 11, 1), date(2026, 11, 30))

        def plan(conn: Connection) -> list[str]:
            if conn.dialect.name != "sqlite":  # another planner walks tables of few rows whatever indexes there are
                return ["ix_resident_preference_said", "ix_filing_of_principal"]
            sql = batches._NEXT.compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True})
            given = sql.construct_params(values)
            return [
                row.detail
                for row in conn.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {sql}", tuple(str(given[name]) for name in sql.positiontup or ())
                )
            ]

        steps = network.read(plan)
        assert not any(step.startswith("SCAN") for step in steps), steps
        assert any("ix_resident_preference_said" in step for step in steps)
        assert any("ix_filing_of_principal" in step for step in steps)

    def test_stopped_half_way_sends_nothing_more(self, network: Counter, approved: str) -> None:
        assert next(send(network, approved)) == batches.PORTION
        gone = network.read(lambda conn: rules.waiting(conn, approved))[0]
        ended = {
            "state": MessageState.SENT,
            "sent_at": network.clock.now(),
            "address": None,
            "body": None,
            "off_link": None,
        }
        network.write(lambda conn: conn.execute(update(Message).where(Message.id == gone).values(ended)))
        network.write(lambda conn: rules.stop(conn, network.store, officer(network), approved))
        assert list(send(network, approved)) == []
        assert state(network, approved) is RuleState.STOPPED
        assert counts(network, approved) == Counts(sent=1, waiting=0, failed=batches.PORTION - 1)
        with pytest.raises(RuleOverError):
            network.write(lambda conn: rules.stop(conn, network.store, officer(network), approved))

    def test_after_the_last_portion_can_still_be_stopped_while_messages_wait(
        self, network: Counter, approved: str
    ) -> None:
        list(send(network, approved))
        network.write(lambda conn: rules.stop(conn, network.store, officer(network), approved))
        assert counts(network, approved).waiting == 0

    def test_forgets_whom_it_reached_when_they_are_erased(self, network: Counter, approved: str) -> None:
        list(send(network, approved))
        somebody = min(reached(network))
        network.clock.move(timedelta(days=100))
        network.write(lambda conn: erasing.erase_resident(conn, network.store, somebody, Why.WISH))
        assert somebody not in reached(network)
