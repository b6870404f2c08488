"""What became of a filing is looked up while that is allowed, once at a time, told without a word of it, and sealed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select

from audit.events import EventName
from connectors.runner.api import Followed, Verdict
from connectors.sdk.outcome import Stage, Standing
from delegation.claims import ServiceDetail
from delegation.model import Action
from gateway.jobs.tables import JobRow
from gateway.keys import store as key_store
from gateway.notifications.tables import Message
from gateway.oauth import clients, mandates
from gateway.visits import actions, emptying, following
from gateway.visits.following import Look, Said, next_look
from gateway.visits.outcome_tables import Following, FollowingEnd
from gateway.visits.scope import Wanted
from gateway.visits.sealed import VisitVault
from tests.gateway.visits.counter import QUEUE, WORKER, Counter
from tests.gateway.visits.followed import filed, row
from tests.gateway.visits.played import final_request

RIGA = ZoneInfo("Europe/Riga")
PDF = b"%PDF-1.7 decision"


def take(counter: Counter) -> Look | None:
    portal = row(counter).portal_id
    return counter.write(lambda conn: following.take(conn, counter.store, portal, WORKER))


def due(counter: Counter) -> Look:
    """Wait until it is time, and take it."""
    next_at = row(counter).next_at
    assert next_at is not None
    counter.clock.move(next_at - counter.clock.now())
    look = take(counter)
    assert look is not None
    return look


def say(counter: Counter, look: Look, standing: Standing, **more: object) -> None:
    result = Followed(standing=standing, **more)  # type: ignore[arg-type]  # as the portal says it
    counter.write(lambda conn: following.found(conn, counter.store, look.run_id, result))


def silent(counter: Counter, look: Look) -> None:
    code = "run.portal_unavailable"
    counter.write(lambda conn: following.failed(conn, counter.store, look.run_id, code))


def said(counter: Counter) -> Said:
    filing = counter.filing().id
    return counter.read(
        lambda conn: following.said_of(VisitVault.of(conn, counter.store.sealer, counter.visit_id), filing)
    )


def told(counter: Counter) -> list[str]:
    """The texts of messages that were queued about the application."""

    def work(conn: Connection) -> list[str]:
        rows = conn.execute(select(Message.__table__).where(Message.template.in_(["news", "following_ended"]))).all()
        opened = [
            counter.store.sealer.open(
                key_store.load(conn, counter.store.sealer, each.key_id), f"message.body:{each.id}", each.body
            )
            for each in rows
        ]
        return [each.decode() for each in opened]

    return counter.read(work)


def may(counter: Counter, look: Look, kind: str = "sign_in") -> Verdict:
    request = final_request(look.run_id, ())
    asked = request if kind == "final" else type(request)(**(vars(request) | {"kind": kind}))
    return counter.read(lambda conn: following.decide(conn, counter.store, look.run_id, asked))


class TestALook:
    def test_follows_the_application_to_its_decision(self, counter: Counter) -> None:
        filed(counter)
        look = due(counter)
        assert (look.reference, look.collect) == (counter.filing().reference, True)
        say(counter, look, Standing.RECEIVED)
        assert told(counter) == []
        say(counter, due(counter), Standing.MORE_WANTED, wanted="Izziņa", until=date(2026, 12, 24))
        assert (row(counter).stage, said(counter).wanted) == (Stage.EXECUTION, "Izziņa")
        say(counter, due(counter), Standing.GRANTED, decision=PDF)
        one = row(counter)
        assert (one.stage, one.ended, one.next_at) == (Stage.RESULT, FollowingEnd.DECIDED, None)
        filing = counter.filing().id
        vault = counter.read(
            lambda conn: VisitVault.of(conn, counter.store.sealer, counter.visit_id).take(filing, "decision")
        )
        assert vault == PDF
        assert counter.said(EventName.OUTCOME_FOLLOWING_ENDED)["reason"] == "decided"

    def test_tells_the_resident_what_is_new_and_never_what_it_is(self, counter: Counter) -> None:
        filed(counter)
        say(counter, due(counter), Standing.MORE_WANTED, wanted="Izziņa")
        say(counter, due(counter), Standing.MORE_WANTED, wanted="Izziņa")
        (message,) = told(counter)
        assert "/mine" in message
        assert not any(word in message for word in ("Izziņa", "Ilze", "SP-2026", "329999"))

    def test_puts_into_events_how_far_it_is_and_no_word_of_what_was_said(self, counter: Counter) -> None:
        filed(counter)
        say(counter, due(counter), Standing.REFUSED, wanted="Par vēlu", decision=PDF)
        for event in (EventName.OUTCOME_LOOKED_UP, EventName.OUTCOME_CHANGED, EventName.DECISION_STORED):
            assert "vēlu" not in str(counter.said(event))
            assert "refused" not in str(counter.said(event))
        assert counter.said(EventName.OUTCOME_LOOKED_UP)["stage"] == "result"

    def test_is_taken_by_one_worker_at_a_time(self, counter: Counter) -> None:
        filed(counter)
        look = due(counter)
        assert take(counter) is None
        counter.clock.move(timedelta(minutes=16))
        again = take(counter)
        assert again is not None
        assert again.run_id != look.run_id

    def test_waits_longer_each_time_the_portal_does_not_answer_and_says_so(self, counter: Counter) -> None:
        filed(counter)
        pauses = []
        for _ in range(3):
            silent(counter, due(counter))
            pauses.append(row(counter).next_at - counter.clock.now())
        assert pauses[0] < pauses[1] < pauses[2]
        assert (row(counter).tries, row(counter).failure) == (3, "run.portal_unavailable")
        say(counter, due(counter), Standing.IN_PROGRESS)
        assert (row(counter).tries, row(counter).failure) == (0, None)

    def test_lets_nothing_out_but_the_sign_in(self, counter: Counter) -> None:
        filed(counter)
        look = due(counter)
        assert may(counter, look).allowed
        assert not may(counter, look, "step").allowed
        assert not may(counter, look, "final").allowed

    def test_shows_the_portal_a_delegation_without_the_right_to_file(self, counter: Counter) -> None:
        counter.open(QUEUE).grant(services=(Wanted(service=QUEUE, follow=True, filings=1),))
        counter.fill()
        counter.send()
        look = due(counter)
        registration = clients.ClientRegistration(
            client_id="portal",
            portal_id="latvija",
            personal_code_allowed=False,
            secret="secret-of-a-portal-that-is-long-enough",
            redirect_uris=("https://portal.example/cb",),
        )

        def work(conn: Connection) -> tuple[str | None, tuple[ServiceDetail, ...]]:
            facts, now = mandates.facts_of_run(conn, look.run_id), counter.clock.now()
            clients.register(conn, counter.store, registration)
            portal = clients.find(conn, "portal")
            assert portal is not None
            mandate = mandates.mandate_for(conn, counter.store, facts, portal, now)
            return mandates.why_not(conn, facts, now), mandate.claims.authorization_details

        reason, told_to_portal = counter.write(work)
        assert reason is None
        assert [each.actions for each in told_to_portal] == [("follow",)]


class TestTheRight:
    def test_not_given_is_not_used(self, counter: Counter) -> None:
        filed(counter, follow=False, collect=False)
        assert counter.read(lambda conn: conn.execute(select(Following.filing_id)).first()) is None

    def test_stopped_ends_the_next_look_and_what_a_look_under_way_learns_is_not_kept(self, counter: Counter) -> None:
        filed(counter)
        look = due(counter)
        counter.stop()
        assert not may(counter, look).allowed
        say(counter, look, Standing.GRANTED, decision=PDF)
        assert said(counter) == following.RECEIVED
        assert (row(counter).ended, row(counter).decision_hash) == (FollowingEnd.STOPPED, None)
        assert told(counter) == []

    def test_to_follow_ended_alone_still_lets_the_decision_be_received_and_nothing_before_it(
        self, counter: Counter
    ) -> None:
        filed(counter)
        delegation, by = counter.delegation().id, counter.the_phone().actor
        counter.write(
            lambda conn: actions.stop_action(
                conn, counter.store, delegation, QUEUE, Action.FOLLOW, by=by, whose="resident"
            )
        )
        say(counter, due(counter), Standing.MORE_WANTED, wanted="Izziņa")
        assert said(counter) == following.RECEIVED
        assert told(counter) == []
        say(counter, due(counter), Standing.GRANTED, decision=PDF)
        assert said(counter).standing is Standing.GRANTED
        assert row(counter).ended is FollowingEnd.DECIDED

    def test_to_follow_without_the_right_to_receive_fetches_no_decision(self, counter: Counter) -> None:
        filed(counter, collect=False)
        look = due(counter)
        assert not look.collect
        say(counter, look, Standing.GRANTED, decision=PDF)
        assert (row(counter).decision_hash, row(counter).ended) == (None, FollowingEnd.DECIDED)

    def test_that_has_reached_its_end_is_told_and_nothing_is_looked_up(self, counter: Counter) -> None:
        filed(counter)
        counter.clock.move(row(counter).until - counter.clock.now())
        assert take(counter) is None
        assert row(counter).ended is FollowingEnd.TIME
        (message,) = told(counter)
        assert "/mine" in message


def test_what_was_erased_is_not_looked_up_any_more(counter: Counter) -> None:
    filed(counter)
    counter.write(lambda conn: emptying.empty_visits(conn, [counter.visit_id], counter.clock.now()))
    assert (row(counter).next_at, row(counter).ended) == (None, FollowingEnd.STOPPED)
    counter.clock.move(timedelta(days=2))
    assert take(counter) is None


class TestTheJob:
    def test_is_one_for_a_portal_and_wakes_when_the_next_is_due(self, counter: Counter) -> None:
        filed(counter)
        first = row(counter)
        counter.write(lambda conn: following.wake(conn, counter.store, first.portal_id))
        jobs = counter.read(lambda conn: conn.execute(select(JobRow.run_at).where(JobRow.kind == following.JOB)).all())
        assert [each.run_at for each in jobs] == [first.next_at]


class TestTheTime:
    @pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
    @pytest.mark.parametrize("hour", range(0, 24, 3))
    def test_of_a_look_is_by_day_and_not_sooner_than_the_connector_says(self, hour: int, share: float) -> None:
        now = datetime(2026, 11, 3, hour, tzinfo=UTC)
        at = next_look(now, timedelta(days=1), now + timedelta(days=30), share)
        assert timedelta(days=1) <= at - now < timedelta(days=2)
        assert 8 <= at.astimezone(RIGA).hour < 20

    def test_of_a_look_is_never_after_the_right_has_ended(self) -> None:
        now = datetime(2026, 11, 3, 12, tzinfo=UTC)
        assert next_look(now, timedelta(days=1), now + timedelta(hours=3), 0.5) == now + timedelta(hours=3)
