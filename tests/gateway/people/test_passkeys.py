"""Passkeys of residents: added, counted for what they are worth, asked to sign somebody in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select, update

from delegation.assertion import AssertedData, AssertionRefusedError
from delegation.assurance import Assurance
from gateway.clock import HeldClock
from gateway.notifications.tables import Channel, Message
from gateway.parts import Parts
from gateway.people import passkey_questions, passkeys, residents
from gateway.people.passkey_errors import (
    PasskeyImpossibleError,
    PasskeyNotFreshError,
    PasskeyNotTakenError,
    PasskeyOverError,
    PasskeyTooManyError,
    PasskeyUnknownError,
)
from gateway.people.passkey_evidence import Checked
from gateway.people.passkey_questions import Question
from gateway.people.passkeys import MOST
from gateway.people.tables import Passkey
from tests.gateway.soft_authenticator import SoftAuthenticator

T = TypeVar("T")
LINDA = residents.Profile(name="Linda Paraudziņa", code="329999-00011", phone="+37120000011", email="l@example.test")


@dataclass(frozen=True)
class Signed:
    """A session in which somebody has just signed in."""

    resident_id: str
    auth_time: datetime
    acr: str = Assurance.SUBSTANTIAL.uri
    token_hash: bytes = b"a session"
    language: str = "en"


@pytest.fixture
def linda(parts: Parts, clock: HeldClock) -> Signed:
    now = clock.now()
    made = parts.database.write_now(lambda conn: residents.find_or_create(conn, parts, LINDA, now=now))
    return Signed(made.id, now)


def begin(parts: Parts, holder: Signed) -> Question:
    return parts.database.write_now(lambda conn: passkeys.begin_registration(conn, parts, holder))


def finish(parts: Parts, holder: Signed, question: Question, answer: str) -> str:
    return parts.database.write_now(lambda conn: passkeys.finish_registration(conn, parts, holder, question.id, answer))


def add(parts: Parts, holder: Signed, passkey: SoftAuthenticator) -> str:
    question = begin(parts, holder)
    return finish(parts, holder, question, passkey.create(question.options))


def level_of(parts: Parts, holder: Signed) -> Assurance:
    return parts.database.read_now(lambda conn: passkeys.list_of(conn, holder.resident_id))[0].level


class TestAdding:
    @pytest.mark.parametrize("level", list(Assurance))
    def test_counts_for_what_the_sign_in_counted_for(self, parts: Parts, linda: Signed, level: Assurance) -> None:
        add(parts, replace(linda, acr=level.uri), SoftAuthenticator())
        assert level_of(parts, linda) is level

    def test_one_that_is_copied_between_devices_is_never_of_the_highest_level(
        self, parts: Parts, linda: Signed
    ) -> None:
        add(parts, replace(linda, acr=Assurance.HIGH.uri), SoftAuthenticator(synced=True))
        listed = parts.database.read_now(lambda conn: passkeys.list_of(conn, linda.resident_id))[0]
        assert (listed.level, listed.is_synced) == (Assurance.SUBSTANTIAL, True)

    def test_writes_to_every_known_address(self, parts: Parts, linda: Signed) -> None:
        add(parts, linda, SoftAuthenticator())
        told = parts.database.read_now(lambda conn: conn.execute(select(Message.channel)).scalars().all())
        # The number was typed at a counter, so it may be anybody's: only the e-mail is written to.
        assert told == [Channel.EMAIL]

    @pytest.mark.parametrize(
        "passkey",
        [
            SoftAuthenticator(origin="https://pilnvara.example.net"),
            SoftAuthenticator(rp_id="example.net"),
            SoftAuthenticator(verified=False),
        ],
        ids=["another origin", "another host", "nobody verified"],
    )
    def test_what_was_not_made_here_by_a_verified_holder_is_not_taken(
        self, parts: Parts, linda: Signed, passkey: SoftAuthenticator
    ) -> None:
        with pytest.raises(PasskeyNotTakenError):
            add(parts, linda, passkey)

    @pytest.mark.parametrize("answer", ["", "{}", "[" * 30_000, "x" * 40_000])
    def test_what_is_no_answer_is_not_taken(self, parts: Parts, linda: Signed, answer: str) -> None:
        with pytest.raises(PasskeyNotTakenError):
            finish(parts, linda, begin(parts, linda), answer)

    def test_an_answer_to_another_question_is_not_taken(self, parts: Parts, linda: Signed) -> None:
        old = SoftAuthenticator().create(begin(parts, linda).options)
        with pytest.raises(PasskeyNotTakenError):
            finish(parts, linda, begin(parts, linda), old)

    def test_an_answer_is_taken_once_within_two_minutes_in_the_same_session(
        self, parts: Parts, linda: Signed, clock: HeldClock
    ) -> None:
        passkey = SoftAuthenticator()
        question = begin(parts, linda)
        answer = passkey.create(question.options)
        with pytest.raises(PasskeyOverError):
            finish(parts, replace(linda, token_hash=b"another session"), question, answer)
        finish(parts, linda, question, answer)
        with pytest.raises(PasskeyOverError):
            finish(parts, linda, question, answer)
        late = begin(parts, linda)
        clock.move(timedelta(minutes=2))
        with pytest.raises(PasskeyOverError):
            finish(parts, linda, late, SoftAuthenticator().create(late.options))

    def test_the_same_passkey_is_not_added_twice(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        add(parts, linda, passkey)
        assert len(begin(parts, linda).options["excludeCredentials"]) == 1
        with pytest.raises(PasskeyNotTakenError):
            add(parts, linda, passkey)

    def test_nobody_has_more_than_ten(self, parts: Parts, linda: Signed) -> None:
        for _ in range(MOST):
            add(parts, linda, SoftAuthenticator())
        with pytest.raises(PasskeyTooManyError):
            begin(parts, linda)

    def test_needs_a_sign_in(self, parts: Parts, linda: Signed, clock: HeldClock) -> None:
        clock.move(timedelta(minutes=5, seconds=1))
        assert not passkeys.may_register(parts, linda, clock.now())
        with pytest.raises(PasskeyNotFreshError):
            begin(parts, linda)

    def test_is_not_possible_where_the_address_is_a_number(self, parts: Parts, linda: Signed, clock: HeldClock) -> None:
        bare = replace(parts, settings=replace(parts.settings, public_url="http://127.0.0.1:8000"))
        assert not passkeys.may_register(bare, linda, clock.now())
        with pytest.raises(PasskeyImpossibleError):
            begin(bare, linda)


class TestSigningIn:
    """What the resident's own page asks."""

    def ask(self, parts: Parts) -> Question:
        return parts.database.write_now(lambda conn: passkey_questions.begin_sign_in(conn, parts, b"a browser"))

    def answer(self, parts: Parts, question: Question, answer: str, browser: bytes = b"a browser") -> Checked:
        asked = parts.database.write_now(lambda conn: passkey_questions.take_sign_in(conn, parts, browser, question.id))
        return parts.database.write_now(lambda conn: passkey_questions.check(conn, parts, asked, answer))

    def test_says_who_answered_and_what_it_counts_for(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        passkey_id = add(parts, linda, passkey)
        question = self.ask(parts)
        assert question.options["allowCredentials"] == []
        checked = self.answer(parts, question, passkey.get(question.options))
        assert (checked.resident_id, checked.passkey_id) == (linda.resident_id, passkey_id)
        assert checked.level is Assurance.SUBSTANTIAL

    def test_is_for_the_browser_that_asked(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        add(parts, linda, passkey)
        question = self.ask(parts)
        with pytest.raises(PasskeyOverError):
            self.answer(parts, question, passkey.get(question.options), b"another browser")

    def test_refuses_a_handle_that_is_another_persons(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        add(parts, linda, passkey)
        passkey.user_handle = b"somebody else"
        question = self.ask(parts)
        with pytest.raises(PasskeyUnknownError):
            self.answer(parts, question, passkey.get(question.options))

    def test_refuses_a_signature_by_another_key(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        add(parts, linda, passkey)
        other = SoftAuthenticator(credential_id=passkey.credential_id)
        question = self.ask(parts)
        with pytest.raises(AssertionRefusedError, match="signature"):
            self.answer(parts, question, other.get(question.options))

    def test_refuses_one_that_is_suspended(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        passkey_id = add(parts, linda, passkey)
        parts.database.write_now(lambda conn: passkey_questions.suspend(conn, parts, passkey_id, "en"))
        question = self.ask(parts)
        with pytest.raises(PasskeyUnknownError):
            self.answer(parts, question, passkey.get(question.options))
        listed = parts.database.read_now(lambda conn: passkeys.list_of(conn, linda.resident_id))[0]
        assert listed.is_suspended
        told = parts.database.read_now(lambda conn: conn.execute(select(Message.template)).scalars().all())
        assert sorted(told) == ["passkey_added", "passkey_suspended"]

    def test_takes_a_question_once(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        add(parts, linda, passkey)
        question = self.ask(parts)
        self.answer(parts, question, passkey.get(question.options))
        with pytest.raises(PasskeyOverError):
            self.answer(parts, question, passkey.get(question.options))

    def test_refuses_what_only_our_own_check_would_take(
        self, parts: Parts, linda: Signed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passkey = SoftAuthenticator()
        add(parts, linda, passkey)
        passkey.verified = False
        monkeypatch.setattr(passkey_questions, "verify_assertion", lambda *_: AssertedData(sign_count=99))
        question = self.ask(parts)
        with pytest.raises(AssertionRefusedError, match="library"):
            self.answer(parts, question, passkey.get(question.options))

    def test_takes_a_question_once_also_from_eight_at_once(self, parts: Parts, linda: Signed) -> None:
        passkey = SoftAuthenticator()
        add(parts, linda, passkey)
        question = self.ask(parts)
        answer = passkey.get(question.options)

        def attempt(_number: int) -> bool:
            try:
                self.answer(parts, question, answer)
            except PasskeyOverError:
                return False
            return True

        with ThreadPoolExecutor(8) as at_once:
            assert sum(at_once.map(attempt, range(8))) == 1


def test_a_row_names_nobody(parts: Parts, linda: Signed) -> None:
    add(parts, linda, SoftAuthenticator())
    row = parts.database.read_now(lambda conn: conn.execute(select(Passkey.__table__)).one())
    assert "Linda" not in repr(row)
    assert row.transports == ["internal"]
    parts.database.write_now(lambda conn: conn.execute(update(Passkey).values(revoked_at=row.created_at)))
    assert parts.database.read_now(lambda conn: passkeys.list_of(conn, linda.resident_id)) == []
