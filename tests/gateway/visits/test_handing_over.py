"""An open visit goes over to a colleague: nothing typed is lost, and nothing is filed without a new yes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from audit.events import EventName
from delegation.assurance import Route
from delegation.filing import FilingState
from delegation.model import DelegationState
from gateway.ledger.tables import AuditEvent
from gateway.oauth import clients, mandates
from gateway.people import fingerprints
from gateway.people.access import StaffSession
from gateway.people.errors import TriedTooOftenError
from gateway.people.tables import ValueKind
from gateway.services.tables import Service
from gateway.visits import facing, handing_over, setting_aside, stopping
from gateway.visits.errors import NotFoundError, NotOfferedError, OutOfOrderError, TakenOverError, VisitClosedError
from gateway.visits.guarding import OwnMatterError
from gateway.visits.handing_over import Elsewhere
from gateway.visits.reading import Stage
from gateway.visits.stopping import Outcome
from tests.gateway.visits.colleagues import a_colleague, a_terminal, another_centre
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE, Counter
from tests.gateway.visits.messages import messages, tell_all
from tests.gateway.visits.planned import answer
from tests.gateway.visits.played import filed


def elsewhere(counter: Counter, by: StaffSession) -> list[Elsewhere]:
    return counter.read(lambda conn: handing_over.in_centre(conn, by, most=20))


def take_over(counter: Counter, by: StaffSession, code: str = ILZE.code, seen: str = "") -> bool:
    """`by` takes the counter's visit over, and the counter is theirs from then on."""
    found = next((each.seen for each in elsewhere(counter, by)), "")
    taken = counter.write(
        lambda conn: handing_over.take_over(
            conn, counter.store, by, counter.visit_id, seen=seen or found, code=code, document="passport"
        )
    )
    if taken:
        counter.by = by
        counter.clock.move(timedelta(seconds=1))
    return taken


class TestAtEveryStage:
    @pytest.mark.parametrize("stage", ["service", "approval", "questions", "prepared", "confirmed"])
    def test_goes_on_with_a_new_yes_and_is_filed(self, counter: Counter, stage: str) -> None:
        counter.open()
        if stage == "approval":
            counter.ask()
        elif stage != "service":
            counter.grant()
        if stage in ("prepared", "confirmed"):
            counter.fill()
            assert counter.prepare()
        if stage == "confirmed":
            counter.sign_in()
        assert take_over(counter, a_colleague(counter))
        assert counter.view().stage is Stage.REQUEST
        counter.grant()
        counter.fill()
        counter.send()
        assert counter.view().stage is Stage.FILED
        assert counter.delegation().assistant_id == counter.by.staff_id

    def test_of_several_services_what_is_filed_stays_and_the_rest_goes_on(self, counter: Counter) -> None:
        counter.open_several(BENEFIT, QUEUE).grant()
        answer(counter)
        counter.send()
        assert take_over(counter, a_colleague(counter))
        counter.grant()
        assert [each["service"] for each in counter.delegation().services] == [QUEUE]

    def test_not_while_the_portals_answer_is_awaited(self, counter: Counter) -> None:
        counter.open().grant().fill()
        assert counter.prepare()
        counter.sign_in()
        assert counter.press().allowed
        with pytest.raises(OutOfOrderError):
            take_over(counter, a_colleague(counter))

    def test_not_what_has_ended(self, counter: Counter) -> None:
        counter.open().grant()
        colleague = a_colleague(counter)
        seen = elsewhere(counter, colleague)[0].seen
        counter.close()
        with pytest.raises(VisitClosedError):
            take_over(counter, colleague, seen=seen)


class TestWhatIsLeftBehind:
    def test_the_former_right_and_the_half_done_filing_end_unsent(self, counter: Counter) -> None:
        counter.open().grant().fill()
        assert counter.prepare()
        counter.sign_in()
        assert take_over(counter, a_colleague(counter))
        assert counter.delegation().state is DelegationState.REVOKED
        assert counter.filing().state is FilingState.ABANDONED
        assert not counter.press().allowed

    def test_the_answers_are_there_after_the_new_yes(self, counter: Counter) -> None:
        counter.open().grant().fill()
        before = counter.opened(lambda opened: opened.answers())
        assert before is not None
        assert take_over(counter, a_colleague(counter))
        counter.grant()
        kept = counter.opened(lambda opened: opened.earlier_answers())
        assert kept is not None
        assert kept.values == before.values

    def test_the_former_assistant_is_told_and_takes_no_step(self, counter: Counter) -> None:
        counter.open().grant()
        former = counter.by
        assert take_over(counter, a_colleague(counter))
        counter.by, successor = former, counter.by
        with pytest.raises(TakenOverError):
            counter.view()
        with pytest.raises(TakenOverError):
            counter.fill()
        counter.by = a_colleague(counter, "Zane Trešā")
        with pytest.raises(NotFoundError) as refused:
            counter.view()
        assert refused.type is NotFoundError
        counter.by = successor
        assert counter.stage is Stage.REQUEST

    def test_the_former_terminals_screen_is_blank(self, counter: Counter) -> None:
        counter.open().grant()
        assert take_over(counter, a_colleague(counter))
        shown = counter.read(lambda conn: facing.on_screen(conn, counter.store, counter.display))
        assert shown.view is None


class TestTheResident:
    def test_is_told_once_it_had_been_allowed(self, counter: Counter) -> None:
        counter.open().grant()
        assert take_over(counter, a_colleague(counter))
        tell_all(counter)
        assert len(messages(counter, "visit_handed_over")) == 1

    def test_is_not_told_of_what_they_never_allowed(self, counter: Counter) -> None:
        counter.open().ask()
        assert take_over(counter, a_colleague(counter))
        tell_all(counter)
        assert messages(counter, "visit_handed_over") == []

    def test_stops_the_new_help_with_the_code_on_the_first_papers(self, counter: Counter) -> None:
        counter.open().grant()
        first = counter.stop_code()
        assert take_over(counter, a_colleague(counter))
        counter.grant()
        assert counter.stop_code() != first
        answered = counter.write(lambda conn: stopping.stop_by_code(conn, counter.store, first))
        assert answered.outcome is Outcome.STOPPED
        assert counter.delegation().state is DelegationState.REVOKED
        again = counter.read(lambda conn: stopping.answer_to_code(conn, counter.store, first))
        assert again == answered

    def test_stops_with_it_also_what_is_only_asked(self, counter: Counter) -> None:
        counter.open().grant()
        first = counter.stop_code()
        assert take_over(counter, a_colleague(counter))
        counter.ask(Route.PHONE)
        counter.write(lambda conn: stopping.stop_by_code(conn, counter.store, first))
        assert counter.delegation().state is DelegationState.LAPSED


class TestWhoMay:
    def test_whoever_stands_before_another_person_is_shown_nothing(self, counter: Counter) -> None:
        counter.open().grant()
        colleague = a_colleague(counter)
        assert not take_over(counter, colleague, "329999-00002")
        assert not take_over(counter, colleague, "nonsense")
        assert counter.events().count(EventName.VISIT_NOT_HANDED_OVER) == 2
        assert counter.delegation().state is DelegationState.ACTIVE
        assert counter.stage is Stage.QUESTIONS

    def test_nobody_tries_one_code_after_another(self, counter: Counter) -> None:
        counter.open().grant()
        colleague = a_colleague(counter)
        for number in range(20):
            assert not take_over(counter, colleague, f"329999-{90000 + number}")
        with pytest.raises(TriedTooOftenError):
            take_over(counter, colleague)
        counter.clock.move(timedelta(minutes=16))
        assert take_over(counter, colleague)

    def test_no_other_centre_finds_it(self, counter: Counter) -> None:
        counter.open().grant()
        seen = elsewhere(counter, a_colleague(counter))[0].seen
        stranger = a_colleague(counter, centre_id=another_centre(counter))
        assert elsewhere(counter, stranger) == []
        with pytest.raises(NotFoundError):
            take_over(counter, stranger, seen=seen)

    def test_nobody_away_from_a_terminal(self, counter: Counter) -> None:
        counter.open().grant()
        away = replace(a_colleague(counter), terminal_id=None)
        with pytest.raises(NotFoundError):
            take_over(counter, away)

    def test_nobody_whose_own_matter_it_is(self, counter: Counter) -> None:
        counter.open().grant()
        colleague, now = a_colleague(counter), counter.clock.now()
        counter.write(
            lambda conn: fingerprints.add(
                conn,
                counter.store.sealer,
                colleague.staff_id,
                ValueKind.CODE,
                ILZE.code,
                by=colleague.actor,
                now=now,
            )
        )
        with pytest.raises(OwnMatterError):
            take_over(counter, colleague)
        assert counter.stage is Stage.QUESTIONS

    def test_one_of_two_colleagues_who_press_at_once(self, counter: Counter) -> None:
        counter.open().grant()
        seen = elsewhere(counter, a_colleague(counter))[0].seen
        assert take_over(counter, a_colleague(counter, "Zane Trešā"), seen=seen)
        with pytest.raises(OutOfOrderError):
            take_over(counter, a_colleague(counter, "Dace Ceturtā"), seen=seen)

    def test_the_same_assistant_at_another_computer(self, counter: Counter) -> None:
        counter.open().grant()
        there = replace(counter.by, terminal_id=a_terminal(counter, counter.by.centre_id), display_id=None)
        [line] = elsewhere(counter, there)
        assert line.is_mine
        assert take_over(counter, there)
        assert elsewhere(counter, there) == []


class TestTheList:
    def test_names_nobody_but_the_assistant(self, counter: Counter) -> None:
        counter.open().grant()
        [line] = elsewhere(counter, a_colleague(counter))
        assert (line.id, line.assistant, line.is_asked) == (counter.visit_id, counter.by.name, True)
        assert "Ilze" not in repr(line)
        assert elsewhere(counter, counter.by) == []

    def test_says_where_nobody_was_asked_yet_and_asks_for_no_document_then(self, counter: Counter) -> None:
        counter.open()
        colleague = a_colleague(counter)
        [line] = elsewhere(counter, colleague)
        assert not line.is_asked
        assert take_over(counter, colleague, code="")

    def test_that_it_was_looked_at_is_an_event_of_who_looked(self, counter: Counter) -> None:
        counter.open()
        colleague = a_colleague(counter)
        found = elsewhere(counter, colleague)
        counter.write(lambda conn: handing_over.note_listed(conn, counter.store, colleague, found))
        listed = select(func.count()).where(
            AuditEvent.chain == f"staff:{colleague.staff_id}", AuditEvent.type == EventName.VISITS_LISTED
        )
        assert counter.read(lambda conn: conn.execute(listed).scalar_one()) == 1


@pytest.fixture
def any_of_centre(counter: Counter) -> Counter:
    """A centre at which the benefit may be allowed to any assistant, and is."""
    counter.write(lambda conn: conn.execute(update(Service).values(any_assistant=True)))
    return counter


class TestWhereTheStatementNamesAnyAssistant:
    def test_is_offered_where_the_service_says_so_alone(self, counter: Counter) -> None:
        with pytest.raises(NotOfferedError):
            counter.open().ask(any_of_centre=True)

    def test_says_so_in_the_text_that_is_read(self, any_of_centre: Counter) -> None:
        any_of_centre.open().ask(any_of_centre=True)
        assert "vai cits šī centra" in any_of_centre.opened(lambda opened: opened.statement()).text

    def test_a_colleague_goes_on_without_a_new_yes(self, any_of_centre: Counter) -> None:
        counter = any_of_centre
        counter.open().grant(any_of_centre=True).fill()
        first = counter.delegation().id
        assert take_over(counter, a_colleague(counter))
        assert counter.prepare()
        counter.sign_in()
        assert counter.press().allowed
        counter.answer(filed(counter.clock.now()))
        assert counter.stage is Stage.FILED
        row = counter.delegation()
        assert (row.id, row.assistant_id, row.terminal_id) == (first, counter.by.staff_id, counter.by.terminal_id)
        assert not counter.said(EventName.VISIT_HANDED_OVER)["again"]

    def test_a_confirmed_form_leaves_under_the_same_permit(self, any_of_centre: Counter) -> None:
        counter = any_of_centre
        counter.open().grant(any_of_centre=True).fill()
        assert counter.prepare()
        counter.sign_in()
        assert take_over(counter, a_colleague(counter))
        assert counter.press().allowed

    def test_the_portal_is_told_who_really_acts(self, any_of_centre: Counter) -> None:
        counter = any_of_centre
        counter.open().grant(any_of_centre=True).fill()
        former = counter.by
        assert mandate_of(counter).claims.act.sub == former.staff_id
        assert take_over(counter, a_colleague(counter))
        mandate = mandate_of(counter)
        assert (mandate.claims.act.sub, mandate.claims.act.terminal) == (counter.by.staff_id, counter.by.terminal_id)
        assert mandate.assistant_name == counter.by.name

    def test_the_resident_is_told(self, any_of_centre: Counter) -> None:
        any_of_centre.open().grant(any_of_centre=True)
        assert take_over(any_of_centre, a_colleague(any_of_centre))
        tell_all(any_of_centre)
        assert len(messages(any_of_centre, "visit_passed_on")) == 1

    def test_whoever_it_is_close_to_asks_anew(self, any_of_centre: Counter) -> None:
        counter = any_of_centre
        counter.open().grant(any_of_centre=True).fill()
        third, now, store = a_colleague(counter, "Zane Trešā"), counter.clock.now(), counter.store
        answers = counter.opened(lambda opened: opened.answers())
        assert answers is not None
        account = next(value for value in answers.values.values() if str(value).startswith("LV"))
        counter.write(
            lambda conn: fingerprints.add(
                conn, store.sealer, third.staff_id, ValueKind.ACCOUNT, str(account), by=third.actor, now=now
            )
        )
        assert take_over(counter, a_colleague(counter))
        assert counter.stage is Stage.REQUEST

    def test_an_answer_of_their_own_bars_them(self, any_of_centre: Counter) -> None:
        counter = any_of_centre
        counter.open().grant(any_of_centre=True).fill()
        colleague, now, store = a_colleague(counter), counter.clock.now(), counter.store
        answers = counter.opened(lambda opened: opened.answers())
        assert answers is not None
        account = next(value for value in answers.values.values() if str(value).startswith("LV"))
        counter.write(
            lambda conn: fingerprints.add(
                conn, store.sealer, colleague.staff_id, ValueKind.ACCOUNT, str(account), by=colleague.actor, now=now
            )
        )
        with pytest.raises(OwnMatterError):
            take_over(counter, colleague)

    def test_on_another_day_a_colleague_goes_on_too(self, any_of_centre: Counter) -> None:
        counter = any_of_centre
        counter.open_several(BENEFIT, QUEUE).grant(another_day=True, any_of_centre=True)
        answer(counter)
        counter.send()
        counter.write(lambda conn: setting_aside.set_aside(conn, counter.store, counter.by, counter.visit_id))
        counter.by = a_colleague(counter)
        assert counter.write(
            lambda conn: setting_aside.take_up(
                conn, counter.store, counter.by, counter.visit_id, code=ILZE.code, document="passport"
            )
        )
        assert counter.delegation().assistant_id == counter.by.staff_id
        assert counter.stage is not Stage.REQUEST


def mandate_of(counter: Counter) -> mandates.Mandate:
    """What a portal is told of the newest filing."""
    filing, now = counter.filing().id, counter.clock.now()
    registration = clients.ClientRegistration(
        client_id="portal",
        portal_id="latvija",
        personal_code_allowed=False,
        secret="secret-of-a-portal-that-is-long-enough",
        redirect_uris=("https://portal.example/cb",),
    )

    def look(conn: Connection) -> mandates.Mandate:
        clients.register(conn, counter.store, registration)
        portal = clients.find(conn, "portal")
        assert portal is not None
        return mandates.mandate_for(conn, counter.store, mandates.facts_of_filing(conn, filing), portal, now)

    return counter.write(look)
