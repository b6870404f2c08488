import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import pyotp
import pytest
from sqlalchemy import select, update

from audit.entry import decode
from audit.events import EventName
from gateway.ids import digest
from gateway.ledger.tables import AuditEvent
from gateway.people import passwords, staff
from gateway.people.roles import Role
from gateway.people.staff import NewStaff
from gateway.people.tables import Staff, StaffState
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller, Callers


def code_at(callers: Callers, *, steps: int = 0, secret: str | None = None) -> str:
    at = callers.clock.now() + timedelta(seconds=30 * steps)
    return pyotp.TOTP(secret or callers.account.totp_secret).at(at)


def sign_in(caller: Caller, **fields: str) -> Answer:
    caller.csrf = caller.get("/sign-in").csrf
    return caller.post("/sign-in", fields)


def right(callers: Callers) -> dict[str, str]:
    return {"login": "Anna ", "password": PASSWORD, "code": code_at(callers)}


def events(callers: Callers) -> list[tuple[EventName, dict[str, object]]]:
    """What stands in the trail about staff, oldest first."""
    rows = callers.parts.database.read_now(
        lambda conn: conn.execute(select(AuditEvent.leaf).order_by(AuditEvent.at, AuditEvent.n)).scalars().all()
    )
    entries = [decode(leaf) for leaf in rows]
    return [(EventName(entry.type), entry.data) for entry in entries if entry.type.startswith(("staff:", "system:s"))]


class TestSignIn:
    def test_begins_a_session_in_the_persons_only_role(self, callers: Callers) -> None:
        new = NewStaff(
            login="ilze", name="Ilze Piemēra", password=PASSWORD, centre_id=callers.centre_id, roles=(Role.ASSISTANT,)
        )
        made = callers.parts.database.write_now(
            lambda conn: staff.create(conn, callers.parts.sealer, new, now=callers.clock.now())
        )
        caller = callers.nobody(at_terminal=True)
        answer = sign_in(
            caller, login="ilze", password=PASSWORD, code=code_at(callers, secret=made.totp_secret), next="/account"
        )
        assert (answer.status, answer.location) == (303, "/account")
        page = caller.get("/account")
        assert page.status == 200
        assert "Ilze Piemēra" in page.text
        assert "Lete 1" in page.text
        assert (EventName.STAFF_SIGNED_IN, {"role": "assistant", "by": "password_and_code"}) in events(callers)

    def test_lets_somebody_with_several_roles_choose_one_in_a_new_session(self, callers: Callers) -> None:
        caller = callers.nobody(at_terminal=True)
        sign_in(caller, **right(callers))
        before = caller.cookies["pilnvara_staff"]
        assert caller.get("/manage/terminals").location == "/role?next=/manage/terminals"
        caller.csrf = caller.get("/role").csrf
        assert caller.post("/role", {"role": "manager", "next": "/manage/terminals"}).location == "/manage/terminals"
        assert caller.cookies["pilnvara_staff"] != before
        assert caller.get("/manage/terminals").status == 200
        assert callers.session_of(before) is None

    def test_marks_the_browser_once_and_for_long(self, callers: Callers) -> None:
        caller = callers.nobody(at_terminal=True)
        sign_in(caller, **right(callers))
        mark = caller.cookies["pilnvara_browser"]
        first = callers.session_of(caller.cookies["pilnvara_staff"])
        assert first is not None
        assert first.browser_hash == digest(mark)
        caller.csrf = first.csrf
        caller.post("/sign-out")
        callers.clock.move(timedelta(seconds=30))
        sign_in(caller, **right(callers))
        again = callers.session_of(caller.cookies["pilnvara_staff"])
        assert again is not None
        assert (caller.cookies["pilnvara_browser"], again.browser_hash) == (mark, first.browser_hash)

    def test_answers_alike_whatever_was_wrong(self, callers: Callers) -> None:
        wrong = [
            right(callers) | {"login": "nobody"},
            right(callers) | {"password": "another password"},
            right(callers) | {"code": "000000"},
        ]
        answers = [sign_in(callers.nobody(at_terminal=True), **fields) for fields in wrong]
        texts = {answer.text.split("<main")[1].split("<form")[0] for answer in answers}
        assert {answer.status for answer in answers} == {403}
        assert len(texts) == 1
        assert all("pilnvara_staff" not in answer.cookies for answer in answers)

    def test_does_the_same_work_for_a_login_that_does_not_exist(
        self, callers: Callers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str | None] = []
        real = passwords._verify

        def spy(stored: str | None, password: str) -> bool:
            asked.append(stored)
            return real(stored, password)

        monkeypatch.setattr(passwords, "_verify", spy)
        sign_in(callers.nobody(), **right(callers) | {"login": "nobody"})
        assert asked == [None]
        assert passwords._nobodys().startswith("$argon2id$")

    def test_takes_a_code_once(self, callers: Callers) -> None:
        first = sign_in(callers.nobody(at_terminal=True), **right(callers))
        second = sign_in(callers.nobody(at_terminal=True), **right(callers))
        assert (first.status, second.status) == (303, 403)
        assert (EventName.STAFF_SIGN_IN_FAILED, {"reason": "replayed", "staff": callers.account.id}) in events(callers)

    def test_takes_no_older_code_after_a_newer_one(self, callers: Callers) -> None:
        assert sign_in(callers.nobody(at_terminal=True), **right(callers)).status == 303
        older = right(callers) | {"code": code_at(callers, steps=-1)}
        assert sign_in(callers.nobody(at_terminal=True), **older).status == 403

    def test_takes_one_of_many_equal_codes_sent_at_once(self, callers: Callers) -> None:
        caller = callers.nobody(at_terminal=True)
        csrf = caller.get("/sign-in").csrf
        browsers = [Caller(callers.app, dict(caller.cookies), csrf) for _ in range(4)]

        async def all_at_once() -> list[Answer]:
            body = urlencode(right(callers) | {"_csrf": csrf}).encode()
            headers = {"content-type": "application/x-www-form-urlencoded"}
            return await asyncio.gather(
                *(browser.acall("POST", "/sign-in", headers=headers, body=body) for browser in browsers)
            )

        assert sorted(answer.status for answer in asyncio.run(all_at_once())) == [303, 403, 403, 403]

    def test_allows_a_phone_whose_clock_is_one_step_off_and_no_more(self, callers: Callers) -> None:
        late = right(callers) | {"code": code_at(callers, steps=-2)}
        assert sign_in(callers.nobody(at_terminal=True), **late).status == 403
        early = right(callers) | {"code": code_at(callers, steps=1)}
        assert sign_in(callers.nobody(at_terminal=True), **early).status == 303

    def test_shuts_an_account_after_five_tries_in_vain_and_opens_it_later(self, callers: Callers) -> None:
        for _ in range(5):
            assert sign_in(callers.nobody(at_terminal=True), **right(callers) | {"code": "000000"}).status == 403
        shut = sign_in(callers.nobody(at_terminal=True), **right(callers))
        assert shut.status == 429
        names = [name for name, _ in events(callers)]
        assert names.count(EventName.STAFF_SIGN_IN_FAILED) == 5
        assert names.count(EventName.STAFF_LOCKED_OUT) == 1
        callers.clock.move(timedelta(minutes=15))
        assert sign_in(callers.nobody(at_terminal=True), **right(callers)).status == 303

    def test_shuts_a_terminal_at_which_many_accounts_are_tried(self, callers: Callers) -> None:
        for number in range(20):
            tried = right(callers) | {"login": f"guess{number}"}
            assert sign_in(callers.nobody(at_terminal=True), **tried).status == 403
        assert sign_in(callers.nobody(at_terminal=True), **right(callers)).status == 429
        assert sign_in(callers.nobody(), **right(callers)).status in {303, 403}

    def test_forgets_tries_in_vain_after_a_success(self, callers: Callers) -> None:
        for _ in range(4):
            sign_in(callers.nobody(at_terminal=True), **right(callers) | {"code": "000000"})
        assert sign_in(callers.nobody(at_terminal=True), **right(callers)).status == 303
        for _ in range(4):
            assert sign_in(callers.nobody(at_terminal=True), **right(callers) | {"code": "000000"}).status == 403

    def test_away_from_the_terminal_gives_only_roles_that_may_be_used_anywhere(self, callers: Callers) -> None:
        caller = callers.nobody()
        sign_in(caller, **right(callers))
        page = caller.get("/role")
        assert "Administrator" in page.text
        caller.csrf = page.csrf
        assert caller.post("/role", {"role": "assistant"}).status == 403

    def test_away_from_the_terminal_refuses_an_assistant_with_what_to_do(self, callers: Callers) -> None:
        new = NewStaff(
            login="ilze", name="Ilze Piemēra", password=PASSWORD, centre_id=callers.centre_id, roles=(Role.ASSISTANT,)
        )
        made = callers.parts.database.write_now(
            lambda conn: staff.create(conn, callers.parts.sealer, new, now=callers.clock.now())
        )
        code = code_at(callers, secret=made.totp_secret)
        answer = sign_in(callers.nobody(), login="ilze", password=PASSWORD, code=code)
        assert answer.status == 403
        assert "pilnvara_staff" not in answer.cookies
        assert (EventName.STAFF_SIGN_IN_FAILED, {"reason": "terminal", "staff": made.id}) in events(callers)

    def test_leads_nowhere_but_to_our_own_pages(self, callers: Callers) -> None:
        for away in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere"):
            callers.clock.move(timedelta(seconds=60))
            answer = sign_in(callers.nobody(at_terminal=True), **right(callers), next=away)
            assert (answer.status, answer.location) == (303, "/")

    def test_never_records_what_was_typed(self, callers: Callers) -> None:
        sign_in(callers.nobody(at_terminal=True), login="my-password-in-the-wrong-field", password="x", code="1")
        rows = callers.parts.database.read_now(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
        assert not any(b"my-password-in-the-wrong-field" in leaf for leaf in rows)

    def test_of_a_closed_account_fails(self, callers: Callers) -> None:
        callers.parts.database.write_now(lambda conn: conn.execute(update(Staff).values(state=StaffState.CLOSED)))
        assert sign_in(callers.nobody(at_terminal=True), **right(callers)).status == 403


class TestLocking:
    def test_keeps_everything_shut_until_the_password_is_typed(self, callers: Callers) -> None:
        caller = callers.staff(Role.MANAGER)
        before = caller.cookies["pilnvara_staff"]
        locked = caller.post("/lock")
        assert (locked.status, locked.location) == (303, "/unlock")
        assert locked.headers["clear-site-data"] == '"cache"'
        assert caller.cookies["pilnvara_staff"] != before
        assert caller.get("/manage/terminals").location == "/unlock?next=/manage/terminals"
        page = caller.get("/unlock?next=/manage/terminals")
        caller.csrf = page.csrf
        assert caller.post("/unlock", {"password": "wrong password"}).status == 403
        opened = caller.post("/unlock", {"password": PASSWORD, "next": "/manage/terminals"})
        assert (opened.status, opened.location) == (303, "/manage/terminals")
        assert caller.get("/manage/terminals").status == 200

    def test_that_came_by_itself_is_laid_at_nobodys_door(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        locked = caller.post("/lock", {"why": "idle"})
        assert locked.location == "/unlock?why=idle"
        page = caller.get(locked.location).text
        assert "nobody used it for 13 minutes" in page
        assert "Anna Paraudziņa" in page
        assert "locked itself" not in caller.get("/unlock").text
        assert events(callers)[-1] == (EventName.STAFF_SESSION_LOCKED, {"why": "idle"})

    def test_does_not_let_the_role_be_changed_meanwhile(self, callers: Callers) -> None:
        caller = callers.staff(Role.MANAGER)
        caller.post("/lock")
        caller.csrf = caller.get("/unlock").csrf
        assert caller.post("/role", {"role": "auditor"}).status == 403

    def test_counts_wrong_passwords_like_a_sign_in(self, callers: Callers) -> None:
        caller = callers.staff(Role.MANAGER)
        caller.post("/lock")
        caller.csrf = caller.get("/unlock").csrf
        statuses = [caller.post("/unlock", {"password": "wrong password"}).status for _ in range(6)]
        assert statuses == [403, 403, 403, 403, 403, 429]


class TestSignOut:
    def test_ends_the_session_for_ever_and_keeps_the_enrolment(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        token = caller.cookies["pilnvara_staff"]
        answer = caller.post("/sign-out")
        assert answer.headers["clear-site-data"] == '"cache"'
        assert "pilnvara_staff" not in caller.cookies
        assert "pilnvara_terminal" in caller.cookies
        caller.cookies["pilnvara_staff"] = token
        assert caller.get("/account").location == "/sign-in?next=/account&why=over"
        assert (EventName.STAFF_SIGNED_OUT, {}) in events(callers)
