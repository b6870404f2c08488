from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from audit.entry import decode
from audit.events import EventName
from gateway.ids import digest
from gateway.ledger.tables import AuditEvent
from gateway.people import sessions, staff
from gateway.people.errors import SessionOverError
from gateway.people.roles import Role
from gateway.people.tables import Session, StaffRole
from gateway.terminals import enrolment
from tests.gateway.callers import Callers
from tests.gateway.terminal_key import TERMINAL_KEY


def other_terminal(callers: Callers) -> str:
    return callers.parts.database.write_now(
        lambda conn: enrolment.add(
            conn,
            centre_id=callers.centre_id,
            name="Lete 2",
            means=TERMINAL_KEY.means,
            enrolled_by=None,
            now=callers.clock.now(),
        )
    )


class TestSession:
    def test_is_stored_as_a_digest_only(self, callers: Callers) -> None:
        token = callers.staff(Role.ASSISTANT).cookies["pilnvara_staff"]
        rows = callers.parts.database.read_now(lambda conn: conn.execute(select(Session.__table__)).all())
        assert [row.token_hash for row in rows] == [digest(token)]
        assert token not in repr(rows)

    def test_ends_when_idle(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        callers.clock.move(timedelta(minutes=14))
        assert caller.get("/account").status == 200
        callers.clock.move(timedelta(minutes=14))
        assert caller.get("/account").status == 200
        callers.clock.move(timedelta(minutes=15))
        assert caller.get("/account").location.startswith("/sign-in")

    def test_ends_at_its_absolute_end_however_busy(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        for _ in range(60):
            assert caller.get("/account").status == 200
            callers.clock.move(timedelta(minutes=10))
        assert caller.get("/account").location.startswith("/sign-in")

    def test_keeps_its_absolute_end_when_it_is_rotated(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        first = callers.session_of(caller.cookies["pilnvara_staff"])
        callers.clock.move(timedelta(minutes=5))
        caller.post("/role", {"role": "manager"})
        second = callers.session_of(caller.cookies["pilnvara_staff"])
        assert first
        assert second
        assert (second.ends_at, second.role) == (first.ends_at, Role.MANAGER)
        assert second.csrf != first.csrf

    def test_is_not_revived_by_a_slow_request(self, callers: Callers) -> None:
        token = callers.staff(Role.ASSISTANT).cookies["pilnvara_staff"]
        now = callers.clock.move(timedelta(minutes=5))
        database = callers.parts.database
        database.write_now(lambda conn: sessions.end(conn, digest(token), now))
        database.write_now(
            lambda conn: sessions.touch(conn, digest(token), now=now + timedelta(seconds=1), idle=timedelta(minutes=15))
        )
        database.write_now(lambda conn: sessions.set_language(conn, digest(token), "lv"))
        with pytest.raises(SessionOverError):
            database.write_now(lambda conn: sessions.rotate(conn, digest(token), now=now, locked_at=None))
        assert callers.session_of(token) is None
        row = database.read_now(lambda conn: conn.execute(select(Session.__table__)).one())
        assert (row.ended_at, row.language) == (now, "en")

    def test_on_another_computer_is_refused_recorded_and_ended(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        thief = callers.nobody()
        thief.cookies = dict(caller.cookies) | {"pilnvara_terminal": other_terminal(callers)}
        assert thief.get("/account").location == "/sign-in?why=elsewhere"
        assert thief.get("/account").location == "/sign-in?next=/account&why=over"
        warned = caller.get("/account")
        assert warned.location.startswith("/sign-in")
        rows = callers.parts.database.read_now(
            lambda conn: (
                conn.execute(select(AuditEvent.leaf).where(AuditEvent.type == EventName.STAFF_SESSION_REFUSED.value))
                .scalars()
                .all()
            )
        )
        assert [decode(leaf).data for leaf in rows] == [{"staff": callers.account.id, "reason": "other_terminal"}]
        assert decode(rows[0]).visit == f"terminal:{callers.terminal_id}"

    def test_without_the_terminals_enrolment_is_refused(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        del caller.cookies["pilnvara_terminal"]
        assert caller.get("/account").location == "/sign-in?why=elsewhere"

    def test_of_a_role_for_anywhere_needs_no_terminal(self, callers: Callers) -> None:
        assert callers.staff(Role.AUDITOR, at_terminal=False).get("/account").status == 200

    def test_of_a_role_that_was_taken_away_is_over(self, callers: Callers) -> None:
        caller = callers.staff(Role.MANAGER)
        callers.parts.database.write_now(
            lambda conn: staff.set_roles(conn, callers.account.id, [Role.AUDITOR], now=callers.clock.now())
        )
        assert caller.get("/account").location.startswith("/sign-in")

    def test_of_an_account_that_was_given_more_beside_the_auditors_is_an_auditors_alone(self, callers: Callers) -> None:
        """As an account may have been made before nobody could."""
        caller = callers.staff(Role.MANAGER)
        given = insert(StaffRole).values(staff_id=callers.account.id, role=Role.AUDITOR)
        callers.parts.database.write_now(lambda conn: conn.execute(given))
        assert caller.get("/account").location.startswith("/sign-in")

    def test_takes_no_token_that_the_browser_chose(self, callers: Callers) -> None:
        caller = callers.nobody(at_terminal=True)
        caller.cookies["pilnvara_staff"] = "chosen"
        assert caller.get("/account").location.startswith("/sign-in")
        assert callers.session_of("chosen") is None

    def test_is_noted_at_most_once_a_minute(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        token = caller.cookies["pilnvara_staff"]
        began = callers.clock.now()
        callers.clock.move(timedelta(seconds=59))
        caller.get("/account")
        first = callers.session_of(token)
        noted = callers.clock.move(timedelta(seconds=1))
        caller.get("/account")
        second = callers.session_of(token)
        assert first
        assert second
        assert (first.seen_at, second.seen_at) == (began, noted)


class TestResidentSession:
    def test_reaches_no_page_of_staff(self, callers: Callers) -> None:
        assert callers.resident().get("/account").location.startswith("/sign-in")


class TestLanguage:
    def test_is_changed_for_one_session_of_the_browser_and_not_the_others(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT, language="en")
        caller.cookies |= callers.display(language="lv").cookies
        answer = caller.get("/language/lv-plain?of=staff&back=/account")
        assert (answer.status, answer.location) == (303, "/account")
        assert '<html lang="lv"' in caller.get("/account").text
        display = caller.cookies["pilnvara_display"]
        assert callers.display_of(display).language == "lv"

    def test_of_a_stranger_is_remembered_by_the_browser(self, callers: Callers) -> None:
        caller = callers.nobody()
        assert '<html lang="lv"' in caller.get("/").text
        caller.get("/language/en?of=nobody&back=/")
        assert '<html lang="en"' in caller.get("/").text

    def test_leads_nowhere_else(self, callers: Callers) -> None:
        assert callers.nobody().get("/language/en?back=//elsewhere.example").location == "/"
