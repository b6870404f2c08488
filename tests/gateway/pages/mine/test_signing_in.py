"""Who reaches a resident's own page, and who does not."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from audit.events import EventName
from delegation.assurance import Assurance
from delegation.filing import FilingState
from gateway.people import sessions
from tests.gateway.answers import Answer
from tests.gateway.pages.facing import SOMEBODY_ELSE, Facing
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.soft_authenticator import SoftAuthenticator


@pytest.fixture(autouse=True)
def known(facing: Facing) -> None:
    facing.counter.open().grant()


class TestSigningIn:
    def test_opens_the_page_of_whoever_signed_in(self, own: Own) -> None:
        assert "Slimības pabalsts" in own.sign_in().see()

    def test_asks_the_provider_for_a_sign_in_of_at_least_substantial(self, own: Own) -> None:
        asked = own.begin()
        assert asked["least"] == Assurance.SUBSTANTIAL.uri
        assert asked["redirect_uri"].endswith("/mine/return")

    def test_leads_to_the_page_that_was_asked_for(self, own: Own) -> None:
        answer = own.phone.get("/mine/looks")
        assert (answer.status, answer.location) == (303, "/mine/sign-in?next=/mine/looks")
        own.sign_in(asked="/mine/looks")

    @pytest.mark.parametrize(
        "elsewhere", ["https://elsewhere.example", "//elsewhere.example", "/desk", "/mine/sign-in"]
    )
    def test_leads_nowhere_else(self, own: Own, elsewhere: str) -> None:
        state = own.begin(elsewhere)["state"]
        assert own.come_back(state).location == "/mine"

    def test_is_an_event_in_the_residents_own_trail(self, own: Own) -> None:
        assert EventName.RESIDENT_SIGNED_IN.value in own.sign_in().events()


class TestASignIn:
    @pytest.mark.parametrize(
        ("reason", "back"),
        [
            ("too weak", {"level": Assurance.LOW}),
            ("older than the question", {"age": 61}),
            ("another issuer's", {"issuer": "http://127.0.0.9:1"}),
            ("of somebody who was never here", {"code": SOMEBODY_ELSE}),
            ("without a personal code", {"code": "nobody"}),
        ],
    )
    def test_opens_nothing_when_it_is(self, own: Own, reason: str, back: dict[str, object]) -> None:
        answer = own.come_back(own.begin()["state"], **back)  # type: ignore[arg-type]  # each is what come_back takes
        assert answer.status in (403, 404, 400), reason
        assert "pilnvara_mine" not in own.phone.cookies
        assert own.phone.get("/mine").status == 303

    def test_opens_nothing_a_second_time(self, own: Own) -> None:
        state = own.begin()["state"]
        assert own.come_back(state).status == 303
        other = Own(own.facing, own.facing.phone())
        other.phone.cookies = {"pilnvara_start": own.phone.cookies["pilnvara_start"]}
        assert other.come_back(state).status == 403

    def test_opens_nothing_in_another_browser(self, own: Own) -> None:
        state = own.begin()["state"]
        thief = Own(own.facing, own.facing.phone())
        thief.begin()
        assert thief.come_back(state).status == 403

    def test_that_has_counted_as_a_yes_opens_nothing(self, own: Own) -> None:
        """A provider that ignores `prompt=login` answers again with the sign-in of then."""
        at_the_permit(own)
        assert own.facing.approve(own.facing.matched()).status == 303
        assert own.come_back(own.begin()["state"]).status == 403
        own.facing.provider.signed_in_at = None
        own.facing.counter.clock.move(timedelta(seconds=1))
        assert own.come_back(own.begin()["state"]).status == 303

    def test_that_has_opened_the_page_is_no_yes_afterwards(self, own: Own) -> None:
        at_the_permit(own)
        own.sign_in()
        assert own.facing.approve(own.facing.matched()).status == 403
        assert own.facing.counter.filing().state is FilingState.PREPARED


class TestThePage:
    def test_is_closed_to_a_phone_on_a_visit(self, own: Own) -> None:
        at_the_permit(own)
        phone = own.facing.matched()
        assert phone.get("/mine").location == "/mine/sign-in?next=/mine"

    def test_opens_no_visit(self, own: Own) -> None:
        own.sign_in()
        own.phone.page = False
        assert own.phone.get("/approve").code == "session.required"

    def test_closes_when_signing_out(self, own: Own) -> None:
        own.sign_in().see()
        old = dict(own.phone.cookies)
        answer = own.phone.send("/mine/sign-out")
        assert answer.location == "/mine/sign-in"
        assert answer.headers["clear-site-data"] == '"cache"'
        assert "pilnvara_mine" not in own.phone.cookies
        own.phone.cookies = old
        assert own.phone.get("/mine").status == 303
        assert EventName.RESIDENT_SIGNED_OUT.value in own.events()

    def test_closes_when_nobody_uses_it(self, own: Own) -> None:
        own.sign_in()
        own.facing.counter.clock.move(sessions.ACCOUNT_IDLE)
        assert own.phone.get("/mine").status == 303

    def test_closes_in_any_case_at_its_end(self, own: Own) -> None:
        own.sign_in()
        life = own.facing.counter.store.settings.resident_session
        answers = []
        for _ in range(life // timedelta(minutes=5)):
            own.facing.counter.clock.move(timedelta(minutes=5))
            answers.append(own.phone.get("/mine").status)
        assert answers[-1] == 303

    def test_gets_a_new_session_with_each_sign_in_and_the_old_one_ends(self, own: Own) -> None:
        own.sign_in()
        old = own.phone.cookies["pilnvara_mine"]
        own.facing.counter.clock.move(timedelta(seconds=1))
        own.sign_in()
        assert own.phone.cookies["pilnvara_mine"] != old
        own.phone.cookies["pilnvara_mine"] = old
        assert own.phone.get("/mine").status == 303


class TestAPasskey:
    def test_opens_the_page_of_its_holder(self, own: Own) -> None:
        key = with_passkey(own)
        answer = answered(own, key)
        assert (answer.status, answer.location) == (303, "/mine")
        assert "Slimības pabalsts" in own.see()

    def test_that_fails_at_home_sends_nobody_to_an_assistant(self, own: Own) -> None:
        page = own.phone.see("/mine/sign-in").text
        assert "data-passkey-problem" in page
        assert "asistentam" not in page

    def test_adds_no_other_passkey(self, own: Own) -> None:
        answered(own, with_passkey(own))
        assert 'href="/mine/sign-in?next=/mine/passkeys"' in own.see("/mine/passkeys")
        assert own.phone.get("/mine/passkeys/new").status == 403

    def test_answers_a_question_once(self, own: Own) -> None:
        key = with_passkey(own)
        question = asked(own)
        answer = key.get(question["options"])
        fields = {"question": question["question"], "answer": answer}
        assert own.phone.send("/mine/passkey", **fields).status == 303
        assert own.phone.send("/mine/passkey", **fields).status >= 400

    def test_opens_nothing_when_it_may_have_been_copied(self, own: Own) -> None:
        key = with_passkey(own)
        answered(own, key)
        key.sign_count = 0
        answer = answered(own, key)
        assert answer.status == 403
        assert EventName.PASSKEY_SUSPENDED.value in own.events()


def at_the_permit(own: Own) -> None:
    """What would be sent is shown; from now on the provider answers with one and the same sign-in."""
    own.facing.counter.fill()
    own.facing.counter.prepare()
    provider = own.facing.provider
    provider.signed_in_at, provider.session = own.facing.counter.clock.now(), "the one and only"


def with_passkey(own: Own) -> SoftAuthenticator:
    """Somebody who has added a passkey and signed out."""
    key = SoftAuthenticator()
    own.sign_in().see("/mine/passkeys/new")
    own.phone.page = False
    question = msgspec.json.decode(own.phone.send("/mine/passkeys/new/question").body)
    own.phone.page = True
    made = own.phone.send("/mine/passkeys/new", question=question["question"], answer=key.create(question["options"]))
    assert made.location == "/mine/passkeys/added", made.text
    own.see()
    own.phone.send("/mine/sign-out")
    return key


def asked(own: Own) -> dict[str, Any]:
    own.see("/mine/sign-in")
    return msgspec.json.decode(own.phone.send("/mine/passkey/question").body, type=dict)


def answered(own: Own, key: SoftAuthenticator) -> Answer:
    question = asked(own)
    return own.phone.send("/mine/passkey", question=question["question"], answer=key.get(question["options"]))
