"""One sign-in is one yes: a provider that answers again with the sign-in of then gets no further."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from delegation.assurance import Assurance
from gateway.visits import confirming, sign_ins
from gateway.visits.errors import SignInStaleError
from gateway.visits.reading import Stage
from tests.gateway.visits.counter import ILZE, Counter
from tests.gateway.visits.played import signed_in

SECOND = timedelta(seconds=1)


def answer(
    counter: Counter,
    auth_time: datetime,
    session: str | None = None,
    *,
    provider: str = "sandbox",
    to_see: bool = False,
) -> None:
    """Sign in for the newest asking, with what the provider says of it."""
    phone, approval = counter.the_phone(), counter.approval().id
    begun = counter.write(lambda conn: sign_ins.begin(conn, counter.store, phone, approval, provider, to_see=to_see))
    returned = counter.write(lambda conn: sign_ins.take(conn, counter.store, phone, begun.state))
    signed = replace(signed_in(ILZE.code, Assurance.SUBSTANTIAL, auth_time), session=session)
    step = sign_ins.recognise if to_see else confirming.approve_by_sign_in
    resident = counter.write(lambda conn: step(conn, counter.store, phone, returned, signed))
    counter.phone = counter.session(approval_id=phone.approval_id, resident_id=resident)


def asked_for_the_permit(counter: Counter, granted_at: datetime, session: str | None = None) -> Counter:
    counter.open().ask()
    counter.enter_code()
    counter.match()
    answer(counter, granted_at, session)
    counter.fill()
    counter.prepare()
    return counter


@pytest.fixture
def then(counter: Counter) -> datetime:
    """When the first sign-in happened, in whole seconds."""
    return counter.clock.now().replace(microsecond=0)


class TestASignInThatCounted:
    @pytest.mark.parametrize("session", [None, "s-1"])
    def test_for_the_grant_does_not_count_for_the_permit(
        self, counter: Counter, then: datetime, session: str | None
    ) -> None:
        asked_for_the_permit(counter, then, session)
        with pytest.raises(SignInStaleError):
            answer(counter, then, session)
        assert counter.view().stage is Stage.PERMIT

    def test_is_not_hidden_by_a_session_that_only_one_of_both_names(self, counter: Counter, then: datetime) -> None:
        asked_for_the_permit(counter, then)
        with pytest.raises(SignInStaleError):
            answer(counter, then, "s-2")

    def test_to_be_shown_values_does_not_count_for_the_permit(self, counter: Counter, then: datetime) -> None:
        asked_for_the_permit(counter, then)
        answer(counter, then + SECOND, to_see=True)
        with pytest.raises(SignInStaleError):
            answer(counter, then + SECOND)

    def test_is_not_followed_by_an_earlier_one(self, counter: Counter, then: datetime) -> None:
        asked_for_the_permit(counter, then, "s-2")
        with pytest.raises(SignInStaleError):
            answer(counter, then - SECOND, "s-1")


class TestAFreshSignIn:
    def test_counts_a_second_later_in_the_same_session(self, counter: Counter, then: datetime) -> None:
        asked_for_the_permit(counter, then, "s-1")
        answer(counter, then + SECOND, "s-1")
        assert counter.view().stage is Stage.SENDING

    def test_counts_within_the_same_second_in_another_session(self, counter: Counter, then: datetime) -> None:
        asked_for_the_permit(counter, then, "s-1")
        answer(counter, then, "s-2")
        assert counter.view().stage is Stage.SENDING

    def test_counts_at_another_provider_whose_clock_is_its_own(self, counter: Counter, then: datetime) -> None:
        asked_for_the_permit(counter, then)
        answer(counter, then - SECOND, provider="another")
        assert counter.view().stage is Stage.SENDING

    def test_counts_after_one_that_was_refused(self, counter: Counter, then: datetime) -> None:
        asked_for_the_permit(counter, then)
        with pytest.raises(SignInStaleError):
            answer(counter, then)
        answer(counter, then + SECOND)
        assert counter.view().stage is Stage.SENDING
