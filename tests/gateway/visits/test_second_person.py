"""Nobody is their own second pair of eyes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from audit.events import EventName
from gateway.ledger import outbox
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.visits import second_looks, second_person
from gateway.visits.errors import NotFoundError, NotLookedAtError, SecondLookOverError, SecondPersonError
from gateway.visits.second_person import Act, Shown, Subject
from gateway.visits.tables import SecondLook, SecondLookKind, SecondLookState, Visit
from tests.gateway.visits.colleagues import a_colleague, a_terminal, another_centre, invited
from tests.gateway.visits.counter import Counter

HASH = "A" * 43
SEEN = (Shown("person", "Ilze Paraudziņa"), Shown("address", "Parauga iela 1, Paraugciems"))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the answers set going."""
    said: list[str] = []
    act = Act(
        confirmed=lambda _conn, _parts, _session, _row: said.append("confirmed"),
        refused=lambda _conn, _parts, _session, _row: said.append("refused"),
        lapsed=lambda _conn, _parts, _row: said.append("lapsed"),
    )
    for kind in SecondLookKind:
        monkeypatch.setitem(second_person.ACTS, kind, act)
    return said


@pytest.fixture
def asked(counter: Counter, told: list[str]) -> Counter:
    """A visit with a service."""
    return counter.open()


def ask(counter: Counter, kind: SecondLookKind = SecondLookKind.SAME_ADDRESS, **more: object) -> str:
    subject = replace(Subject(hash=HASH, shown=SEEN), **more)  # type: ignore[arg-type]  # fields by name
    now = counter.clock.now()
    return counter.write(
        lambda conn: second_person.ask(conn, counter.store, counter.by, counter.visit_id, kind, subject, now)
    )


def look(counter: Counter, session: StaffSession, look_id: str) -> None:
    counter.write(lambda conn: second_person.look(conn, counter.store, session, look_id))


def confirm(counter: Counter, session: StaffSession, look_id: str) -> None:
    counter.write(lambda conn: second_person.confirm(conn, counter.store, session, look_id))


def refuse(counter: Counter, session: StaffSession, look_id: str) -> None:
    counter.write(lambda conn: second_person.refuse(conn, counter.store, session, look_id))


def waiting(counter: Counter, session: StaffSession) -> list[str]:
    now = counter.clock.now()
    return [each.id for each in counter.read(lambda conn: second_looks.waiting_for(conn, session, now, most=10))]


def state_of(counter: Counter, look_id: str) -> SecondLookState:
    found: SecondLookState = counter.read(
        lambda conn: conn.execute(select(SecondLook.state).where(SecondLook.id == look_id)).scalar_one()
    )
    return found


def barred_sessions(counter: Counter) -> dict[str, StaffSession]:
    """Everybody who may not be the second person for a look of this counter, by the reason."""
    colleague = a_colleague(counter)
    return {
        "who asked": replace(counter.by, terminal_id=a_terminal(counter, counter.by.centre_id)),
        "who asked, in another role": replace(
            counter.by, role=Role.MANAGER, terminal_id=a_terminal(counter, counter.by.centre_id)
        ),
        "at the terminal of the visit": replace(colleague, terminal_id=counter.by.terminal_id),
        "at no terminal": replace(colleague, terminal_id=None),
        "an auditor": a_colleague(counter, role=Role.AUDITOR),
        "an institution's officer": a_colleague(counter, role=Role.OFFICER),
        "an administrator": a_colleague(counter, role=Role.ADMINISTRATOR),
    }


def let_serve(conn: Connection, staff_id: str) -> None:
    """Every visit is this assistant's."""
    conn.execute(update(Visit).values(assistant_id=staff_id))


class TestWhoMayAnswer:
    def test_a_colleague_at_another_terminal_looks_and_confirms(self, asked: Counter, told: list[str]) -> None:
        colleague, look_id = a_colleague(asked), ask(asked)
        assert waiting(asked, colleague) == [look_id]
        look(asked, colleague, look_id)
        shown = asked.read(lambda conn: second_person.subject_of(conn, asked.store, colleague, look_id))
        assert shown == SEEN
        confirm(asked, colleague, look_id)
        assert told == ["confirmed"]
        assert state_of(asked, look_id) is SecondLookState.CONFIRMED
        assert waiting(asked, colleague) == []
        assert asked.events()[-3:] == [
            EventName.SECOND_LOOK_ASKED,
            EventName.SECOND_LOOK_OPENED,
            EventName.SECOND_LOOK_CONFIRMED,
        ]

    def test_so_may_a_manager(self, asked: Counter, told: list[str]) -> None:
        colleague, look_id = a_colleague(asked, role=Role.MANAGER), ask(asked)
        look(asked, colleague, look_id)
        refuse(asked, colleague, look_id)
        assert told == ["refused"]
        assert state_of(asked, look_id) is SecondLookState.REFUSED

    def test_nobody_whom_it_concerns_is_offered_it_or_may_answer(self, asked: Counter, told: list[str]) -> None:
        look_id = ask(asked)
        for why, session in barred_sessions(asked).items():
            assert waiting(asked, session) == [], why
            for step in (look, confirm, refuse):
                with pytest.raises(SecondPersonError):
                    step(asked, session, look_id)
        assert told == []
        assert state_of(asked, look_id) is SecondLookState.WAITING

    def test_a_colleague_whom_the_question_is_about_may_not_answer(self, asked: Counter, told: list[str]) -> None:
        concerned, other = a_colleague(asked), a_colleague(asked)
        look_id = ask(asked, SecondLookKind.COLLEAGUE_VALUE, barred=(concerned.staff_id,))
        assert waiting(asked, concerned) == []
        with pytest.raises(SecondPersonError):
            look(asked, concerned, look_id)
        assert waiting(asked, other) == [look_id]

    def test_nobody_answers_whom_they_invited_or_who_invited_them(self, asked: Counter, told: list[str]) -> None:
        a, other = asked.by, a_colleague(asked)
        made_up = invited(asked, a.staff_id)
        asked.clock.move(timedelta(days=1, minutes=1))
        for server, second in ((a.staff_id, made_up), (made_up, a.staff_id)):
            asked.by = replace(a, staff_id=server)
            asked.write(partial(let_serve, staff_id=server))
            look_id = ask(asked, lasts=timedelta(days=1), hash=(second * 2)[:43])
            barred = replace(other, staff_id=second)
            assert waiting(asked, barred) == []
            with pytest.raises(SecondPersonError):
                look(asked, barred, look_id)
            assert look_id in waiting(asked, other)

    def test_nobody_answers_whoever_serves_it_now_and_invited_them(self, asked: Counter, told: list[str]) -> None:
        taker, other = a_colleague(asked), a_colleague(asked)
        made_up = invited(asked, taker.staff_id)
        asked.clock.move(timedelta(days=1, minutes=1))
        look_id = ask(asked, lasts=timedelta(days=1))
        asked.write(lambda conn: conn.execute(update(Visit).values(assistant_id=taker.staff_id)))
        with pytest.raises(SecondPersonError):
            look(asked, replace(other, staff_id=made_up), look_id)

    def test_another_centre_sees_only_paper(self, asked: Counter, told: list[str]) -> None:
        far = a_colleague(asked, centre_id=another_centre(asked))
        own, paper = ask(asked), ask(asked, SecondLookKind.PAPER_GRANT)
        assert waiting(asked, far) == [paper]
        with pytest.raises(NotFoundError):
            look(asked, far, own)
        look(asked, far, paper)
        confirm(asked, far, paper)
        assert told == ["confirmed"]

    def test_nobody_answers_within_a_day_after_their_account_was_recovered(
        self, asked: Counter, told: list[str]
    ) -> None:
        colleague, look_id = a_colleague(asked), ask(asked, lasts=timedelta(days=3))

        def recovered(conn: Connection) -> None:
            who, chain = asked.by.actor, f"staff:{colleague.staff_id}"
            at = asked.clock.now()
            outbox.record(conn, chain=chain, type=EventName.STAFF_ACCOUNT_RECOVERED, actor=who, data={}, at=at)

        asked.write(recovered)
        with pytest.raises(SecondPersonError):
            look(asked, colleague, look_id)
        asked.clock.move(timedelta(hours=24, minutes=1))
        look(asked, colleague, look_id)
        confirm(asked, colleague, look_id)
        assert told == ["confirmed"]

    def test_nobody_answers_within_a_day_after_their_account_was_made(self, asked: Counter, told: list[str]) -> None:
        colleague, look_id = a_colleague(asked, is_new=True), ask(asked, lasts=timedelta(days=3))
        asked.clock.move(timedelta(hours=23, minutes=59))
        for step in (look, confirm, refuse):
            with pytest.raises(SecondPersonError):
                step(asked, colleague, look_id)
        asked.clock.move(timedelta(minutes=2))
        look(asked, colleague, look_id)
        confirm(asked, colleague, look_id)
        assert told == ["confirmed"]

    def test_the_database_itself_keeps_asker_and_answerer_apart(self, asked: Counter) -> None:
        now, by = asked.clock.now(), asked.by
        values: dict[str, object] = {
            "visit_id": asked.visit_id,
            "kind": SecondLookKind.SAME_ADDRESS,
            "subject_hash": HASH,
            "barred": "",
        }
        values |= {"asked_by": by.staff_id, "asked_at": now, "lapses_at": now, "state": SecondLookState.CONFIRMED}
        values |= {"looked_by": by.staff_id, "decided_by": by.staff_id}
        with pytest.raises(IntegrityError):
            asked.write(lambda conn: conn.execute(insert(SecondLook).values(id="x", **values)))


class TestAnswering:
    def test_nobody_answers_for_what_they_were_not_shown(self, asked: Counter, told: list[str]) -> None:
        first, second, look_id = a_colleague(asked), a_colleague(asked), ask(asked)
        look(asked, first, look_id)
        with pytest.raises(NotLookedAtError):
            confirm(asked, second, look_id)
        with pytest.raises(NotLookedAtError):
            asked.read(lambda conn: second_person.subject_of(conn, asked.store, second, look_id))
        assert told == []

    def test_an_answer_is_given_once(self, asked: Counter, told: list[str]) -> None:
        colleague, look_id = a_colleague(asked), ask(asked)
        look(asked, colleague, look_id)
        refuse(asked, colleague, look_id)
        with pytest.raises(SecondLookOverError):
            confirm(asked, colleague, look_id)
        assert told == ["refused"]

    def test_the_same_thing_is_not_asked_twice_unless_it_was_refused(self, asked: Counter, told: list[str]) -> None:
        colleague, look_id = a_colleague(asked), ask(asked)
        assert ask(asked) == look_id
        look(asked, colleague, look_id)
        refuse(asked, colleague, look_id)
        assert ask(asked) != look_id

    def test_nobody_in_time_is_a_no(self, asked: Counter, told: list[str]) -> None:
        colleague, look_id = a_colleague(asked), ask(asked)
        asked.write(lambda conn: second_person.lapse(conn, asked.store, look_id))
        assert told == []  # its time has not come
        look(asked, colleague, look_id)
        asked.clock.move(second_person.LASTS)
        with pytest.raises(SecondLookOverError):
            confirm(asked, colleague, look_id)
        asked.write(lambda conn: second_person.lapse(conn, asked.store, look_id))
        asked.write(lambda conn: second_person.lapse(conn, asked.store, look_id))
        assert told == ["lapsed"]
        assert state_of(asked, look_id) is SecondLookState.LAPSED

    def test_a_visit_that_has_closed_waits_for_nobody(self, asked: Counter, told: list[str]) -> None:
        colleague, look_id = a_colleague(asked), ask(asked)
        look(asked, colleague, look_id)
        asked.close()
        assert waiting(asked, colleague) == []
        with pytest.raises(SecondLookOverError):
            confirm(asked, colleague, look_id)
        assert told == []

    def test_a_kind_that_nothing_acts_on_is_not_confirmed_into_the_void(
        self, asked: Counter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(second_person.ACTS, SecondLookKind.SAME_ADDRESS)
        colleague, look_id = a_colleague(asked), ask(asked, SecondLookKind.SAME_ADDRESS)
        look(asked, colleague, look_id)
        with pytest.raises(KeyError):
            confirm(asked, colleague, look_id)
        assert state_of(asked, look_id) is SecondLookState.WAITING


def look_and_confirm(counter: Counter, session: StaffSession, look_id: str) -> None:
    look(counter, session, look_id)
    confirm(counter, session, look_id)


_STEPS: dict[str, Callable[[Counter, StaffSession, str], None]] = {
    "look": look,
    "confirm": confirm,
    "refuse": refuse,
    "look_and_confirm": look_and_confirm,
}


@pytest.fixture
def three(asked: Counter) -> tuple[StaffSession, ...]:
    """Who serves the visit and two colleagues, each at a terminal of their own."""
    return (asked.by, a_colleague(asked), a_colleague(asked))


@given(steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from(sorted(_STEPS))), max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_of_steps_lets_one_person_ask_and_confirm(
    asked: Counter, three: tuple[StaffSession, ...], steps: list[tuple[int, int, str]]
) -> None:
    """Three people, three terminals, any of them at any: who decided never asked, serves nothing, sat elsewhere."""
    asked.write(lambda conn: second_person.withdraw_all(conn, asked.visit_id, asked.clock.now()))
    look_id = ask(asked)
    for person, terminal, step in steps:
        session = replace(three[person], terminal_id=three[terminal].terminal_id)
        try:
            _STEPS[step](asked, session, look_id)
        except (SecondPersonError, NotLookedAtError, SecondLookOverError):
            continue
    row = asked.read(lambda conn: conn.execute(select(SecondLook.__table__).where(SecondLook.id == look_id)).one())
    if row.decided_by is not None:
        assert row.decided_by not in (row.asked_by, asked.by.staff_id)
        assert row.decided_terminal_id not in (row.asked_terminal_id, asked.by.terminal_id)
        assert row.looked_by == row.decided_by
