"""One-time codes of the made-up staff."""

import pyotp
import pytest

from gateway.demo.codes import STEP_SECONDS, Codes, current_code
from gateway.demo.people import ASSISTANT, AUDITOR, STAFF, staff_named

NOON = 1_800_000_000.0 // STEP_SECONDS * STEP_SECONDS


class TestCodes:
    def test_each_is_given_once_and_the_next_two_at_once(self) -> None:
        slept: list[float] = []
        now = [NOON]

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            now[0] += seconds

        codes = Codes(clock=lambda: now[0], sleep=sleep)
        first, second = codes.take(ASSISTANT), codes.take(ASSISTANT)
        assert slept == []
        assert first != second
        assert codes.take(ASSISTANT) not in {first, second}
        assert now[0] - NOON == pytest.approx(STEP_SECONDS, abs=1)

    def test_are_counted_for_each_person_apart(self) -> None:
        codes = Codes(clock=lambda: NOON, sleep=lambda _seconds: pytest.fail("nobody has to wait"))
        codes.take(ASSISTANT)
        codes.take(ASSISTANT)
        codes.take(AUDITOR)

    def test_that_were_taken_before_are_not_given_again(self) -> None:
        def sleep(seconds: float) -> None:
            now[0] += seconds

        now = [NOON]
        codes = Codes(clock=lambda: now[0], sleep=sleep, used={ASSISTANT.login: int(NOON) // STEP_SECONDS + 1})
        assert codes.take(ASSISTANT) == pyotp.TOTP(ASSISTANT.totp).at(int(NOON) + 2 * STEP_SECONDS)
        assert now[0] - NOON == pytest.approx(STEP_SECONDS, abs=1)

    def test_are_what_an_authenticator_app_shows(self) -> None:
        digits, seconds = current_code(ASSISTANT, NOON + 12)
        assert digits == pyotp.TOTP(ASSISTANT.totp).at(int(NOON))
        assert seconds == STEP_SECONDS - 12


class TestTheStaff:
    def test_nobody_shares_a_secret_with_somebody_else(self) -> None:
        assert len({person.totp for person in STAFF}) == len(STAFF)

    def test_somebody_unknown_is_told_who_there_is(self) -> None:
        with pytest.raises(LookupError, match="inese, kaspars"):
            staff_named("nobody")
