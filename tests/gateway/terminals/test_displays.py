"""Displays: enrolled by a manager, proven by their key, paired at the desk by a number; and paired twice."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from audit.entry import decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.people.proven import GRACE, LATE
from gateway.people.roles import Role
from gateway.terminals import enrolment
from gateway.terminals.connecting import OFFER_LIFE
from gateway.terminals.enrolment import SEEN_AFTER
from gateway.terminals.tables import Display, Pairing, Terminal
from gateway.visits import opening
from gateway.visits.tables import Channel
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, Callers
from tests.gateway.terminal_key import TERMINAL_KEY, TerminalKey

WAITS = "waits for a computer"


def make_code(callers: Callers, name: str = "Screen 2") -> str:
    """As a manager reads it off the page."""
    manager = callers.staff(Role.MANAGER)
    made = manager.post("/manage/displays", {"display": name})
    assert made.status == 303
    return in_large(manager.get(made.location))


def enrol(screen: Caller, code: str) -> Answer:
    screen.csrf = screen.get("/display/enrol").csrf
    return screen.post("/display/enrol", {"code": code})


def in_large(page: Answer) -> str:
    """The digits in the page's large code."""
    return "".join(re.findall(r"app-code__group\">(\d+)<", page.text))


def id_of(callers: Callers, screen: Caller) -> str:
    return callers.display_of(screen.cookies["pilnvara_display"]).display_id


def events(callers: Callers, *kinds: EventName) -> list[tuple[str, object]]:
    """Events of these kinds, oldest first, each with its reason if it has one."""
    rows = callers.parts.database.read_now(
        lambda conn: conn.execute(select(AuditEvent.type, AuditEvent.leaf).order_by(AuditEvent.at)).all()
    )
    return [(row.type, decode(row.leaf).data.get("why")) for row in rows if row.type in {each.value for each in kinds}]


@pytest.fixture
def screen(callers: Callers) -> Caller:
    """A display of the centre that waits for a computer."""
    return callers.unpaired_display()


@pytest.fixture
def desk(callers: Callers) -> Caller:
    return callers.staff(Role.ASSISTANT)


class TestEnrolment:
    def test_by_a_managers_code_makes_a_screen_a_display_of_the_centre(self, callers: Callers) -> None:
        screen = callers.nobody()
        answer = enrol(screen, make_code(callers))
        assert (answer.status, answer.location) == (303, "/display")
        page = screen.get("/display", accept_language="en")
        assert WAITS in page.text or "gaida datoru" in page.text
        assert "Screen 2" in page.text
        assert events(callers, EventName.DISPLAY_ENROLLED) == [(EventName.DISPLAY_ENROLLED.value, None)]

    def test_is_a_managers_and_not_an_assistants(self, callers: Callers, desk: Caller) -> None:
        assert desk.post("/manage/displays", {"display": "Mine"}).status == 403

    def test_takes_a_code_once_and_no_code_of_a_computer(self, callers: Callers) -> None:
        code = make_code(callers)
        assert enrol(callers.nobody(), code).status == 303
        assert enrol(callers.nobody(), code).status == 404
        manager = callers.staff(Role.MANAGER)
        of_a_computer = in_large(manager.get(manager.post("/manage/terminals", {"name": "Lete 9"}).location))
        assert enrol(callers.nobody(), of_a_computer).status == 404

    def test_needs_a_key(self, callers: Callers) -> None:
        screen, code = callers.nobody(), make_code(callers)
        screen.proves = False
        assert enrol(screen, code).status == 403
        screen.proves = True
        assert enrol(screen, code).status == 303

    def test_keeps_neither_code_nor_secret(self, callers: Callers) -> None:
        code, screen = make_code(callers), callers.nobody()
        enrol(screen, code)
        rows = callers.parts.database.read_now(
            lambda conn: [*conn.execute(select(Pairing.__table__)), *conn.execute(select(Display.__table__))]
        )
        assert code not in repr(rows)
        assert screen.cookies["pilnvara_display"] not in repr(rows)

    def test_ends_when_a_manager_takes_it_out_of_use(self, callers: Callers) -> None:
        display, manager = callers.display(), callers.staff(Role.MANAGER)
        answer = manager.post(f"/manage/displays/{id_of(callers, display)}/revoke")
        assert (answer.status, answer.location) == (303, "/manage/terminals#displays")
        assert display.get("/display").location == "/display/enrol"
        session = callers.session_of(manager.cookies["pilnvara_staff"])
        assert session
        assert session.display_id is None

    def test_of_another_centre_is_not_a_managers(self, callers: Callers) -> None:
        assert callers.staff(Role.MANAGER).post("/manage/displays/another-centres/revoke").status == 404


class TestItsKey:
    def test_copied_cookies_show_nothing_from_another_browser_and_that_is_an_event(self, callers: Callers) -> None:
        display = callers.display()
        thief = Caller(callers.app, dict(display.cookies), display.csrf, proves=False)
        for _twice in range(2):
            assert thief.get("/display", user_agent="another browser").status == 401
        assert events(callers, EventName.DISPLAY_REFUSED) == [(EventName.DISPLAY_REFUSED.value, None)]
        assert display.get("/display").status == 200

    def test_copied_cookies_die_with_the_next_proof(self, callers: Callers) -> None:
        display = callers.display()
        thief = Caller(callers.app, dict(display.cookies), display.csrf, proves=False)
        assert thief.get("/display").status == 200
        callers.clock.move(callers.parts.settings.terminal_proof)
        assert display.get("/display").status == 200
        assert display.cookies["pilnvara_display_proof"]
        callers.clock.move(GRACE)
        assert thief.get("/display").status == 401

    def test_comes_back_by_itself_after_a_pause(self, callers: Callers) -> None:
        display = callers.display()
        callers.clock.move(callers.parts.settings.terminal_proof * LATE)
        display.proves = False
        assert display.get("/display").status == 401
        display.proves = True
        assert display.get("/display").status == 200

    def test_another_key_proves_nothing(self, callers: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
        display = callers.display()
        monkeypatch.setattr("tests.gateway.callers.TERMINAL_KEY", TerminalKey())
        callers.clock.move(callers.parts.settings.terminal_proof * LATE)
        assert display.get("/display").status == 401
        assert events(callers, EventName.DISPLAY_REFUSED)


class TestPairing:
    def test_shows_one_number_on_both_and_connects_once_the_desk_has_compared(
        self, callers: Callers, screen: Caller, desk: Caller
    ) -> None:
        which = id_of(callers, screen)
        assert desk.post("/desk/display", {"display": which}).location == "/desk/display"
        number = in_large(desk.get("/desk/display"))
        assert len(number) == 2
        assert in_large(screen.get("/display")) == number
        assert desk.post("/desk/display/pair", {"display": which}).location == "/desk/display"
        assert "A display is paired" in desk.get("/desk/display").text
        assert "Welcome" in screen.get("/display").text
        session = callers.session_of(desk.cookies["pilnvara_staff"])
        assert session
        assert session.display_id == which

    def test_with_the_wrong_screen_is_called_off_by_a_no(self, callers: Callers, screen: Caller, desk: Caller) -> None:
        desk.post("/desk/display", {"display": id_of(callers, screen)})
        assert desk.post("/desk/display/cancel").location == "/desk/display"
        assert WAITS in screen.get("/display").text
        assert desk.post("/desk/display/pair", {"display": id_of(callers, screen)}).status == 409

    def test_is_over_after_two_minutes(self, callers: Callers, screen: Caller, desk: Caller) -> None:
        which = id_of(callers, screen)
        desk.post("/desk/display", {"display": which})
        callers.clock.move(OFFER_LIFE)
        assert WAITS in screen.get("/display").text
        answer = desk.post("/desk/display/pair", {"display": which})
        assert (answer.status, "shows no number" in answer.text) == (409, True)
        assert events(callers, EventName.DISPLAY_PAIRED) == []

    def test_of_a_display_that_a_colleague_chose_since_is_refused(
        self, callers: Callers, screen: Caller, desk: Caller
    ) -> None:
        which, colleague = id_of(callers, screen), another_terminal(callers).staff(Role.ASSISTANT)
        desk.post("/desk/display", {"display": which})
        colleague.post("/desk/display", {"display": which})
        assert in_large(screen.get("/display")) == in_large(colleague.get("/desk/display"))
        assert desk.post("/desk/display/pair", {"display": which}).status == 409
        assert colleague.post("/desk/display/pair", {"display": which}).status == 303

    def test_asks_for_one_of_the_centres(self, desk: Caller) -> None:
        assert desk.post("/desk/display", {"display": "another-centres"}).status == 404
        assert desk.post("/desk/display", {}).status == 422

    def test_needs_a_terminal(self, callers: Callers) -> None:
        anywhere = callers.staff(Role.AUDITOR, at_terminal=False)
        assert anywhere.post("/desk/display", {"display": "any"}).status == 403

    def test_can_be_undone_at_the_desk_and_pressing_twice_is_no_error(self, callers: Callers, desk: Caller) -> None:
        display = callers.display()
        assert [desk.post("/desk/display/unpair").status for _ in range(2)] == [303, 303]
        assert WAITS in display.get("/display").text
        assert events(callers, EventName.DISPLAY_UNPAIRED) == [(EventName.DISPLAY_UNPAIRED.value, "desk")]


class TestPairedTwice:
    def test_a_second_display_at_a_terminal_takes_the_firsts_place(
        self, callers: Callers, screen: Caller, desk: Caller
    ) -> None:
        first, which = callers.display(), id_of(callers, screen)
        desk.post("/desk/display", {"display": which})
        assert desk.post("/desk/display/pair", {"display": which}).status == 303
        assert WAITS in first.get("/display").text
        assert "Welcome" in screen.get("/display").text
        assert events(callers, EventName.DISPLAY_UNPAIRED) == [(EventName.DISPLAY_UNPAIRED.value, "replaced")]

    def test_a_second_terminal_takes_it_and_the_first_is_told(self, callers: Callers, desk: Caller) -> None:
        display = callers.display()
        which, colleague = id_of(callers, display), another_terminal(callers).staff(Role.ASSISTANT)
        assert "At Lete 1 now" in colleague.get("/desk/display").text
        colleague.post("/desk/display", {"display": which})
        assert colleague.post("/desk/display/pair", {"display": which}).status == 303
        assert "was taken to another computer: Lete 2" in desk.get("/desk/display").text
        session = callers.session_of(desk.cookies["pilnvara_staff"])
        assert session
        assert session.display_id is None
        assert events(callers, EventName.DISPLAY_UNPAIRED, EventName.DISPLAY_PAIRED)[-2:] == [
            (EventName.DISPLAY_UNPAIRED.value, "taken"),
            (EventName.DISPLAY_PAIRED.value, None),
        ]

    @pytest.mark.parametrize("since", ["before", "while the number was shown"])
    def test_one_that_serves_a_resident_is_not_taken_and_that_is_an_event(
        self, callers: Callers, desk: Caller, since: str
    ) -> None:
        display = callers.display()
        which, colleague = id_of(callers, display), another_terminal(callers).staff(Role.ASSISTANT)
        if since == "before":
            open_visit(callers, desk)
            answer = colleague.post("/desk/display", {"display": which})
        else:
            colleague.post("/desk/display", {"display": which})
            open_visit(callers, desk)
            answer = colleague.post("/desk/display/pair", {"display": which})
        assert (answer.status, "shows a visit at another computer" in answer.text) == (409, True)
        assert callers.display_of(display.cookies["pilnvara_display"]).terminal_id == callers.terminal_id
        assert len(events(callers, EventName.DISPLAY_NOT_PAIRED)) == 1

    def test_one_whose_desk_was_left_can_be_taken_and_nothing_of_the_visit_goes_along(
        self, callers: Callers, desk: Caller
    ) -> None:
        display = callers.display()
        which = id_of(callers, display)
        open_visit(callers, desk)
        assert "Hello" in display.get("/display").text
        callers.clock.move(callers.parts.settings.session_idle)
        colleague = another_terminal(callers).staff(Role.ASSISTANT)
        colleague.post("/desk/display", {"display": which})
        assert colleague.post("/desk/display/pair", {"display": which}).status == 303
        assert "Welcome" in display.get("/display").text


class TestLastSeen:
    def test_of_a_display_is_kept_at_most_each_five_minutes(self, callers: Callers) -> None:
        display = callers.display()
        start, seen = callers.clock.now(), []
        for _ in range(3):
            callers.clock.move(SEEN_AFTER / 2)
            display.get("/display")
            seen.append(callers.display_of(display.cookies["pilnvara_display"]).seen_at)
        assert seen == [start, start + SEEN_AFTER, start + SEEN_AFTER]

    def test_of_a_terminal_goes_on_while_somebody_works_there(self, callers: Callers, desk: Caller) -> None:
        def seen() -> object:
            return callers.parts.database.read_now(
                lambda conn: conn.execute(
                    select(Terminal.last_seen_at).where(Terminal.id == callers.terminal_id)
                ).scalar_one()
            )

        callers.clock.move(timedelta(minutes=2))
        desk.get("/account")
        first = seen()
        assert first == callers.clock.now()
        callers.clock.move(timedelta(minutes=2))
        desk.get("/account")
        assert seen() == first
        callers.clock.move(SEEN_AFTER)
        desk.get("/account")
        assert seen() == callers.clock.now()

    def test_stands_on_the_managers_page_beside_what_each_is_paired_with(self, callers: Callers) -> None:
        callers.display()
        page = callers.staff(Role.MANAGER).get("/manage/terminals").text
        assert page.count("Ekrāns") >= 2
        assert "Last seen" in page


def open_visit(callers: Callers, desk: Caller) -> None:
    """A resident comes to the desk."""
    by = callers.session_of(desk.cookies["pilnvara_staff"])
    assert by
    callers.parts.database.write_now(
        lambda conn: opening.open_visit(conn, callers.parts, by, channel=Channel.COUNTER, language="en")
    )


def another_terminal(callers: Callers) -> Callers:
    """A second computer of the centre, called Lete 2."""
    parts, now = callers.parts, callers.clock.now()
    secret = parts.database.write_now(
        lambda conn: enrolment.add(
            conn, centre_id=callers.centre_id, name="Lete 2", means=TERMINAL_KEY.means, enrolled_by=None, now=now
        )
    )
    found = parts.database.read_now(lambda conn: enrolment.find(conn, secret))
    assert found
    return replace(callers, terminal_id=found.id, terminal_secret=secret)
