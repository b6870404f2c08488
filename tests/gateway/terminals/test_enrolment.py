import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.people.roles import Role
from gateway.terminals import enrolment, pairing
from gateway.terminals.tables import Pairing, PairingKind, Terminal
from tests.gateway.answers import Answer
from tests.gateway.callers import Caller, Callers
from tests.gateway.terminal_key import TERMINAL_KEY


def make_code(callers: Callers, name: str = "Lete 2") -> str:
    manager = callers.staff(Role.MANAGER)
    made = manager.post("/manage/terminals", {"name": name})
    assert made.status == 303
    page = manager.get(made.location)
    seed = made.location.rpartition("/")[2]
    now = callers.clock.now()
    found = callers.parts.database.read_now(lambda conn: pairing.find_code(conn, callers.parts.sealer, seed, now))
    assert found
    kind, code = found
    assert kind is PairingKind.TERMINAL
    assert "".join(re.findall(r"app-code__group\">(\d+)<", page.text)) == code.digits
    return code.spaced


def enrol(caller: Caller, code: str) -> Answer:
    caller.csrf = caller.get("/terminal/enrol").csrf
    return caller.post("/terminal/enrol", {"code": code})


class TestEnrolment:
    def test_makes_a_computer_a_terminal_of_the_centre(self, callers: Callers) -> None:
        computer = callers.nobody()
        answer = enrol(computer, make_code(callers))
        assert (answer.status, answer.location) == (303, "/sign-in")
        assert "Lete 2" in computer.get("/sign-in").text
        types = callers.parts.database.read_now(lambda conn: conn.execute(select(AuditEvent.type)).scalars().all())
        assert types.count(EventName.TERMINAL_ENROLLED.value) == 2

    def test_takes_a_code_once(self, callers: Callers) -> None:
        code = make_code(callers)
        assert enrol(callers.nobody(), code).status == 303
        assert enrol(callers.nobody(), code).status == 404

    def test_takes_no_code_after_ten_minutes(self, callers: Callers) -> None:
        code = make_code(callers)
        callers.clock.move(timedelta(minutes=10))
        assert enrol(callers.nobody(), code).status == 404

    def test_shuts_out_who_guesses(self, callers: Callers) -> None:
        guesser = callers.nobody()
        assert [enrol(guesser, "12345678").status for _ in range(10)] == [404] * 10
        assert enrol(guesser, make_code(callers)).status == 429

    def test_stores_neither_code_nor_secret(self, callers: Callers) -> None:
        code = make_code(callers)
        computer = callers.nobody()
        enrol(computer, code)
        digits, secret = code.replace(" ", ""), computer.cookies["pilnvara_terminal"]
        rows = callers.parts.database.read_now(
            lambda conn: [*conn.execute(select(Pairing.__table__)), *conn.execute(select(Terminal.__table__))]
        )
        assert digits not in repr(rows)
        assert secret not in repr(rows)

    def test_asks_for_a_name(self, callers: Callers) -> None:
        assert callers.staff(Role.MANAGER).post("/manage/terminals", {"name": "  "}).status == 400


class TestRevocation:
    def test_ends_the_sessions_at_the_terminal_and_blanks_its_display(self, callers: Callers) -> None:
        assistant, display = callers.staff(Role.ASSISTANT), callers.display()
        manager = callers.staff(Role.ADMINISTRATOR, at_terminal=False)
        assert "waits for a computer" not in display.get("/display").text
        answer = manager.post(f"/manage/terminals/{callers.terminal_id}/revoke")
        assert (answer.status, answer.location) == (303, "/manage/terminals")
        assert assistant.get("/account").location.startswith("/sign-in")
        assert "waits for a computer" in display.get("/display").text
        secret = callers.terminal_secret
        assert callers.parts.database.read_now(lambda conn: enrolment.find(conn, secret)) is None

    def test_reaches_no_terminal_of_another_centre(self, callers: Callers) -> None:
        manager = callers.staff(Role.MANAGER)
        assert manager.post("/manage/terminals/another-centres-terminal/revoke").status == 404


@pytest.mark.parametrize("typed", ["1234 5678", "1234-5678", " 12345678 "])
def test_a_code_is_taken_in_any_spacing(callers: Callers, typed: str) -> None:
    sealer, now = callers.parts.sealer, callers.clock.now()
    hashed = pairing.code_hash(sealer, PairingKind.TERMINAL, "12345678")

    pairs = insert(Pairing).values(
        code_hash=hashed,
        kind=PairingKind.TERMINAL,
        centre_id=callers.centre_id,
        name="Lete 3",
        made_at=now,
        ends_at=now + timedelta(minutes=1),
    )
    callers.parts.database.write_now(lambda conn: conn.execute(pairs))
    assert callers.parts.database.write_now(
        lambda conn: enrolment.enrol(conn, sealer, typed=typed, means=TERMINAL_KEY.means, now=now)
    )
