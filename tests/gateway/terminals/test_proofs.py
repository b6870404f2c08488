from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, update

from audit.entry import decode
from audit.events import EventName
from gateway.ledger.tables import AuditEvent
from gateway.people.roles import Role
from gateway.terminals.tables import Terminal, TerminalChallenge
from tests.gateway.answers import Answer
from tests.gateway.callers import PASSWORD, Caller, Callers, fitted
from tests.gateway.terminal_key import TERMINAL_KEY, TerminalKey, b64url
from tests.gateway.terminals.test_enrolment import make_code

MINUTE = timedelta(minutes=1)
GRACE = timedelta(seconds=15)


def told(callers: Callers, event: EventName) -> list[dict[str, Any]]:
    rows = callers.parts.database.read_now(
        lambda conn: conn.execute(select(AuditEvent.leaf).where(AuditEvent.type == event.value)).scalars().all()
    )
    return [dict(decode(leaf).data) for leaf in rows]


def copied(caller: Caller) -> Caller:
    """Another browser with all cookies of this one, and without its key."""
    return replace(caller, cookies=dict(caller.cookies), proves=False)


def prove(caller: Caller, **changed: str) -> Answer:
    return caller.post("/terminal/prove", caller.proof("go_on") | changed, accept="application/json")


def sign_in(callers: Callers, caller: Caller, **fields: str) -> Answer:
    caller.csrf = caller.get("/sign-in").csrf
    given = {"login": "anna", "password": PASSWORD, "code": "000000"}
    return caller.post("/sign-in", given | fields)


class TestSession:
    def test_goes_on_while_its_terminal_proves_itself(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        for _minute in range(8):
            callers.clock.move(MINUTE)
            assert caller.get("/account").status == 200
        assert told(callers, EventName.TERMINAL_PROOF_REFUSED) == []
        assert told(callers, EventName.STAFF_SESSION_REFUSED) == []

    def test_is_not_served_three_minutes_after_the_last_proof(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.proves = False
        callers.clock.move(3 * MINUTE - timedelta(seconds=1))
        assert caller.get("/account").status == 200
        callers.clock.move(timedelta(seconds=1))
        answer = caller.get("/account")
        assert answer.status == 401
        assert "Anna" not in answer.text
        assert callers.session_of(caller.cookies["pilnvara_staff"]) is not None

    def test_takes_no_form_meanwhile_and_says_so(self, callers: Callers) -> None:
        manager = callers.staff(Role.MANAGER)
        manager.proves = False
        callers.clock.move(3 * MINUTE)
        answer = manager.post("/manage/terminals", {"name": "Lete 9"}, accept_language="en")
        assert answer.status == 401
        assert "was not taken, and nothing was changed" in answer.text
        assert prove(manager).status == 204
        assert "Lete 9" not in manager.get("/manage/terminals").text

    def test_goes_on_after_a_pause_once_the_terminal_has_proved_itself(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.proves = False
        callers.clock.move(10 * MINUTE)
        page = caller.get("/account?x=1")
        assert page.status == 401
        assert 'data-terminal-prove="' in page.text
        assert prove(caller).status == 204
        assert caller.get("/account?x=1").status == 200

    def test_copied_to_another_connection_is_refused_at_once_and_recorded_once(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        thief = copied(caller)
        for _try in range(2):
            answer = thief.get("/account", user_agent="another browser")
            assert answer.status == 401
            assert "Anna" not in answer.text
        assert told(callers, EventName.STAFF_SESSION_REFUSED) == [
            {"staff": callers.account.id, "reason": "other_connection"}
        ]
        assert caller.get("/account").status == 200

    def test_copied_to_a_browser_like_it_dies_with_the_next_proof(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        thief = copied(caller)
        assert thief.get("/account").status == 200
        callers.clock.move(MINUTE)
        assert caller.get("/account").status == 200
        callers.clock.move(GRACE)
        answer = thief.get("/account")
        assert answer.status == 401
        assert "Anna" not in answer.text
        assert told(callers, EventName.STAFF_SESSION_REFUSED) == [{"staff": callers.account.id, "reason": "old_proof"}]
        assert caller.get("/account").status == 200

    def test_of_two_tabs_that_prove_at_once_goes_on_in_both(self, callers: Callers) -> None:
        first = callers.staff(Role.ASSISTANT)
        assert prove(first).status == 204
        first.proves = False
        second = copied(first)
        callers.clock.move(MINUTE)
        one, other = first.proof("go_on"), second.proof("go_on")
        given, not_given = first.post("/terminal/prove", one), second.post("/terminal/prove", other)
        assert (given.status, "pilnvara_proof" in given.cookies) == (204, True)
        assert (not_given.status, "pilnvara_proof" in not_given.cookies) == (204, False)
        assert [each.get("/account").status for each in (first, second)] == [200, 200]

    def test_whose_answer_was_lost_gets_another_proof(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        prove(copied(caller))
        callers.clock.move(GRACE)
        lost = copied(caller)
        assert lost.get("/account").status == 401
        assert prove(lost).status == 204
        assert lost.get("/account").status == 200

    def test_is_kept_from_its_end_by_nobody_when_only_its_page_is_there(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.proves = False
        for _minute in range(14):
            callers.clock.move(MINUTE)
            assert prove(caller).status == 204
        callers.clock.move(MINUTE)
        assert caller.get("/account").location.startswith("/sign-in")

    def test_is_kept_by_somebody_who_types(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        for _minute in range(30):
            callers.clock.move(MINUTE)
            assert caller.post("/alive").status == 204
        assert caller.get("/account").status == 200

    def test_of_a_terminal_begins_with_its_proof_alone(self, callers: Callers) -> None:
        caller = callers.nobody(at_terminal=True)
        caller.proves = False
        caller.csrf = caller.get("/sign-in").csrf
        answer = sign_in(callers, caller, code=_code(callers))
        assert answer.status == 303  # as anywhere: this account is also an administrator's
        caller.csrf = caller.get("/role").csrf
        assert caller.post("/role", {"role": "assistant"}).status == 403
        assert caller.post("/role", {"role": "administrator"}).status == 303
        assert caller.get("/desk").status == 403
        assert "Lete 1" not in caller.get("/account").text

    def test_is_not_unlocked_without_its_terminals_proof(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.post("/lock")
        caller.csrf, caller.proves = caller.get("/unlock").csrf, False
        assert caller.post("/unlock", {"password": PASSWORD}).status == 403
        caller.proves = True
        assert caller.post("/unlock", {"password": PASSWORD}).status == 303


class TestProof:
    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"challenge": "x" * 43}, "question"),
            ({"proof": b64url(b"\1" * 64)}, "signature"),
            ({"proof": "§"}, "signature"),
        ],
    )
    def test_that_is_none_is_refused_and_recorded(self, callers: Callers, changed: dict[str, str], reason: str) -> None:
        caller = callers.staff(Role.ASSISTANT)
        assert prove(caller, **changed).code == "terminal.proof_refused"
        assert told(callers, EventName.TERMINAL_PROOF_REFUSED) == [{"reason": reason, "for": "go_on"}]

    def test_of_another_key_opens_nothing(self, callers: Callers) -> None:
        caller = callers.nobody(at_terminal=True)
        caller.csrf = caller.get("/sign-in").csrf
        forged = caller.proof("sign_in", key=TerminalKey())
        answer = sign_in(callers, caller, code=_code(callers), **forged)
        assert answer.status == 403
        assert told(callers, EventName.TERMINAL_PROOF_REFUSED) == [{"reason": "signature", "for": "sign_in"}]
        assert "pilnvara_staff" not in caller.cookies

    def test_counts_once(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        proof = caller.proof("go_on")
        assert caller.post("/terminal/prove", proof).status == 204
        assert caller.post("/terminal/prove", proof).status == 403

    def test_counts_for_a_minute(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.proves = False
        late, just = caller.proof("go_on"), None
        callers.clock.move(MINUTE)
        assert caller.post("/terminal/prove", late).status == 403
        just = caller.proof("go_on")
        callers.clock.move(MINUTE - timedelta(seconds=1))
        assert caller.post("/terminal/prove", just).status == 204

    def test_for_one_step_opens_no_other(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        assert caller.post("/terminal/prove", caller.proof("unlock")).status == 403

    def test_that_another_browser_was_asked_for_is_refused(self, callers: Callers) -> None:
        one, other = callers.staff(Role.ASSISTANT), callers.staff(Role.ASSISTANT)
        assert one.post("/terminal/prove", other.proof("go_on")).status == 403
        assert other.post("/terminal/prove", other.proof("go_on")).status == 204

    def test_for_another_origin_is_refused(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        asked = caller.proof("go_on")
        elsewhere = TERMINAL_KEY.sign("go_on", asked["challenge"], "https://elsewhere.example")
        assert caller.post("/terminal/prove", asked | {"proof": elsewhere}).status == 403

    def test_question_is_kept_as_a_digest_and_no_longer_than_it_counts(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        caller.proves = False
        asked = []
        for _minute in range(3):
            asked.append(caller.proof("go_on")["challenge"])
            callers.clock.move(MINUTE)
        rows = callers.parts.database.read_now(lambda conn: conn.execute(select(TerminalChallenge.__table__)).all())
        assert len(rows) == 1
        assert asked[-1] not in repr(rows)

    def test_question_is_not_given_to_strangers_without_end(self, callers: Callers) -> None:
        stranger = callers.nobody()
        stranger.csrf = stranger.get("/sign-in").csrf
        given = [stranger.post("/terminal/challenge", {"purpose": "sign_in"}).status for _ in range(121)]
        assert given == [200] * 120 + [429]

    def test_that_is_refused_often_fills_no_trail(self, callers: Callers) -> None:
        caller = callers.staff(Role.ASSISTANT)
        for _try in range(25):
            assert prove(caller, challenge="x").status == 403
        assert len(told(callers, EventName.TERMINAL_PROOF_REFUSED)) == 20


class TestEnrolment:
    def test_without_a_key_is_refused_and_leaves_the_code(self, callers: Callers) -> None:
        code, computer = make_code(callers), callers.nobody()
        computer.csrf, computer.proves = computer.get("/terminal/enrol").csrf, False
        assert computer.post("/terminal/enrol", {"code": code}).status == 403
        computer.proves = True
        assert computer.post("/terminal/enrol", {"code": code}).status == 303

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "none",
            b64url(
                ec.generate_private_key(ec.SECP384R1())
                .public_key()
                .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            ),
            b64url(
                rsa.generate_private_key(65537, 2048)
                .public_key()
                .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            ),
            b64url(TerminalKey().spki),
        ],
    )
    def test_takes_no_other_key_than_the_one_that_signs(self, callers: Callers, key: str) -> None:
        code, computer = make_code(callers), callers.nobody()
        computer.csrf = computer.get("/terminal/enrol").csrf
        assert computer.post("/terminal/enrol", {"code": code, "public_key": key}).status == 403

    def test_from_before_there_were_keys_is_asked_for_again(self, callers: Callers) -> None:
        callers.parts.database.write_now(lambda conn: conn.execute(update(Terminal).values(public_key=None)))
        caller = callers.nobody(at_terminal=True)
        page = caller.get("/sign-in", accept_language="en")
        assert "Your manager makes a new code" in page.text
        assert sign_in(callers, caller, code=_code(callers)).status == 303
        assert 'value="assistant"' not in caller.get("/role").text

    def test_that_is_unknown_is_recorded_at_sign_in(self, callers: Callers) -> None:
        caller = callers.nobody()
        caller.cookies["pilnvara_terminal"] = "forged"
        sign_in(callers, caller)
        assert told(callers, EventName.TERMINAL_PROOF_REFUSED) == [{"reason": "terminal", "for": "sign_in"}]


class TestCertificate:
    HEADER = "x-client-certificate"
    ONE, OTHER = "ab" * 32, "cd" * 32

    def _asked(self, callers: Callers, proxies: tuple[str, ...] = ("127.0.0.1/32",)) -> Callers:
        settings = replace(
            callers.parts.settings, terminal_certificates="X-Client-Certificate", trusted_proxies=proxies
        )
        parts = replace(callers.parts, settings=settings)
        return replace(callers, parts=parts, app=fitted(parts))

    def _enrolled(self, callers: Callers, certificate: str) -> Caller:
        computer = callers.nobody()
        computer.proves = False
        computer.csrf = computer.get("/terminal/enrol").csrf
        sent = computer.post("/terminal/enrol", {"code": make_code(callers)}, x_client_certificate=certificate)
        assert sent.status == 303
        return computer

    def test_stands_in_place_of_the_key_at_every_request(self, callers: Callers) -> None:
        asked = self._asked(callers)
        computer = self._enrolled(asked, self.ONE)
        computer.csrf = computer.get("/sign-in").csrf
        given = {"login": "anna", "password": PASSWORD, "code": _code(callers)}
        assert computer.post("/sign-in", given, x_client_certificate=self.OTHER).status == 403
        assert computer.post("/sign-in", given, x_client_certificate=self.ONE).status == 303
        computer.csrf = computer.get("/role", x_client_certificate=self.ONE).csrf
        assert computer.post("/role", {"role": "assistant"}, x_client_certificate=self.ONE).status == 303
        callers.clock.move(10 * MINUTE)
        assert computer.get("/account", x_client_certificate=self.ONE, user_agent="another").status == 200
        assert computer.get("/account", x_client_certificate=self.OTHER).status == 401
        assert computer.get("/account").status == 401
        assert {each["reason"] for each in told(callers, EventName.STAFF_SESSION_REFUSED)} == {"other_certificate"}

    def test_is_believed_of_no_stranger(self, callers: Callers) -> None:
        asked = self._asked(callers, proxies=("10.0.0.7/32",))
        computer = asked.nobody()
        computer.csrf, computer.proves = computer.get("/terminal/enrol").csrf, False
        code = make_code(asked)
        assert computer.post("/terminal/enrol", {"code": code}, x_client_certificate=self.ONE).status == 403


def _code(callers: Callers) -> str:
    return pyotp.TOTP(callers.account.totp_secret).at(callers.clock.now())
