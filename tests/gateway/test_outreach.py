"""An institution invites by rule: two people, at least twenty, only who said yes, once, and stopped half way."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from audit.entry import decode
from audit.events import EventName
from delegation.filing import FilingState
from gateway.ids import new_id
from gateway.ledger.tables import AuditEvent
from gateway.notifications.tables import Message, MessageState
from gateway.outreach import audience, batches, rules
from gateway.outreach.audience import FEWEST, Group
from gateway.outreach.errors import (
    FreshAccountError,
    OverlapError,
    RuleFaultError,
    RuleOverError,
    RuleUnknownError,
    SamePersonError,
    TooOftenError,
)
from gateway.outreach.tables import RuleState
from gateway.people import preferences
from gateway.people.preferences import How, Kind, Preferences
from gateway.people.tables import Staff, StaffInvitation
from gateway.retention import erasing
from gateway.retention.states import Why
from tests.gateway.inviting import (
    MOVE,
    NOVEMBER,
    OWN,
    approve,
    is_refused,
    network,
    officer,
    people,
    propose,
    reached,
    send,
    state,
    told,
)
from tests.gateway.visits.conftest import counter, renderer
from tests.gateway.visits.counter import BENEFIT, QUEUE, Counter

__all__ = ["counter", "network", "renderer"]


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
        assert is_refused(network)

    def test_counts_only_those_who_said_yes(self, network: Counter) -> None:
        people(network, FEWEST - 1)
        people(network, 5, wanted=Preferences(wanted=frozenset({Kind.NEWS})), first=100)
        assert is_refused(network)

    def test_that_lost_its_people_before_the_approval_is_refused(self, network: Counter) -> None:
        first, *_ = people(network, FEWEST)
        rule, now = propose(network), network.clock.now()
        nothing = Preferences(wanted=frozenset())
        network.write(lambda conn: preferences.say(conn, first, nothing, by=network.by.actor, how=How.OWN, now=now))
        approve(network, rule, officer(network, "ozola"))
        assert state(network, rule) is RuleState.REFUSED
        assert list(send(network, rule)) == []

    @pytest.mark.parametrize(
        "other",
        [
            {"service_id": "lv.nobody.nothing"},
            {"of_service": "lv.nobody.nothing"},
            {"of_event": "birth"},
            {"of_service": None},
            {"since": date(2026, 12, 1), "until": date(2026, 11, 30)},
            {"since": date(2026, 11, 2)},
            {"until": date(2026, 11, 29)},
            {"until": date(2026, 12, 31)},
            {"template": "grant_code"},
            {"outcome": FilingState.STOPPED},
            {"leaves_out": True},
        ],
        ids=[
            *("no such service", "a group of no service", "a service and an event", "no group", "the wrong way round"),
            *("from a second day", "to a last day but one", "a month that is not over", "no approved text"),
            *("what a resident stopped", "without those who are meant"),
        ],
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

    @pytest.mark.parametrize("other", [NOVEMBER, {"since": date(2026, 10, 1)}], ids=["the same", "one month more"])
    def test_that_meets_another_in_service_and_months_is_refused(self, network: Counter, other: dict[str, Any]) -> None:
        people(network, FEWEST + 5)
        rule = propose(network)
        with pytest.raises(OverlapError):
            propose(network, **other)
        approve(network, rule, officer(network, "ozola"))
        list(send(network, rule))
        with pytest.raises(OverlapError):
            propose(network, outcome=FilingState.DECLINED, **other)
        network.clock.move(rules.APART)
        propose(network, **other)

    def test_that_was_stopped_before_it_was_approved_is_proposed_again_as_it_was_and_not_with_other_people(
        self, network: Counter
    ) -> None:
        people(network, FEWEST + 5)
        rule = propose(network)
        network.write(lambda conn: rules.stop(conn, network.store, officer(network), rule))
        with pytest.raises(OverlapError):
            propose(network, since=date(2026, 10, 1))
        propose(network, template="invited_service")

    def test_for_too_few_is_counted_and_stands_in_the_trail_and_the_fourth_in_a_month_is_not_looked_at(
        self, network: Counter
    ) -> None:
        people(network, FEWEST - 1)
        for _ in range(rules.MOST_REFUSED):
            assert is_refused(network)
        people(network, 1, first=100)
        with pytest.raises(TooOftenError):
            propose(network, officer(network, "ozola"))
        refused = select(AuditEvent.leaf).where(AuditEvent.type == EventName.OUTREACH_REFUSED.value)
        assert len(network.read(lambda conn: conn.execute(refused).all())) == rules.MOST_REFUSED
        network.clock.move(rules.REFUSED_IN)
        propose(network)

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
        assert told(network, approved) == batches.PORTION + 5
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
        group = Group(services=[BENEFIT, QUEUE], **NOVEMBER, lacking=MOVE)
        values = group.bound | {"after": ""}

        def plan(conn: Connection) -> list[str]:
            if conn.dialect.name != "sqlite":  # another planner walks tables of few rows whatever indexes there are
                return ["ix_resident_preference_said", "ix_filing_of_principal"]
            sql = audience.after_statement(group).compile(dialect=conn.dialect)
            asked = sql.construct_expanded_state(values)
            given = tuple(str(asked.parameters[name]) for name in asked.positiontup or ())
            return [row.detail for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.statement}", given)]

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
        assert told(network, approved) == 0, "one is told as none: how many is said in tens"
        with pytest.raises(RuleOverError):
            network.write(lambda conn: rules.stop(conn, network.store, officer(network), approved))

    def test_after_the_last_portion_can_still_be_stopped_while_messages_wait(
        self, network: Counter, approved: str
    ) -> None:
        list(send(network, approved))
        network.write(lambda conn: rules.stop(conn, network.store, officer(network), approved))
        assert not network.read(lambda conn: rules.waiting(conn, approved))

    def test_tells_the_same_whether_one_person_more_was_reached(self, network: Counter) -> None:
        people(network, FEWEST + 1, service=OWN)
        people(network, FEWEST + 8, first=100)
        found = []
        for service in (OWN, BENEFIT):
            rule = propose(network, service_id=BENEFIT, of_service=service)
            approve(network, rule, officer(network, f"ozola-{service}"))
            list(send(network, rule))
            found.append(told(network, rule))
        assert found == [FEWEST, FEWEST]

    def test_forgets_whom_it_reached_when_they_are_erased(self, network: Counter, approved: str) -> None:
        list(send(network, approved))
        somebody = min(reached(network))
        network.clock.move(timedelta(days=100))
        network.write(lambda conn: erasing.erase_resident(conn, network.store, somebody, Why.WISH))
        assert somebody not in reached(network)
