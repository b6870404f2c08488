"""Passkeys on the phone: added after a sign-in, used in place of the second one."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from audit.events import EventName
from delegation.assurance import Route
from gateway.ledger.tables import AuditEvent
from gateway.notifications.tables import Message
from gateway.pages.resident.passkeys import listing
from gateway.people import passkeys
from gateway.people.access import Who
from gateway.visits.reading import Stage
from tests.gateway.answers import Answer
from tests.gateway.callers import fitted
from tests.gateway.pages.facing import Facing, Phone, in_english
from tests.gateway.soft_authenticator import SoftAuthenticator
from tests.gateway.visits.counter import ILZE

FORM = 'data-passkey="get"'
SIGN_IN = 'action="/approve/sign-in"'


@pytest.fixture
def passkey() -> SoftAuthenticator:
    return SoftAuthenticator()


def question(phone: Phone, path: str = "/approve/passkey/question", **fields: str) -> dict[str, Any]:
    answer = phone.post(path, fields)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = msgspec.json.decode(answer.body)
    return found


def add(phone: Phone, passkey: SoftAuthenticator) -> Answer:
    phone.see("/approve/passkey/new")
    asked = question(phone, "/approve/passkey/new/question")
    return phone.send("/approve/passkey/new", question=asked["question"], answer=passkey.create(asked["options"]))


def answer(facing: Facing, phone: Phone, passkey: SoftAuthenticator) -> Answer:
    phone.see()
    approval = facing.counter.approval().id
    asked = question(phone, approval=approval)
    return phone.send(
        "/approve/passkey", approval=approval, question=asked["question"], answer=passkey.get(asked["options"])
    )


def with_passkey(facing: Facing, passkey: SoftAuthenticator) -> Phone:
    """A phone on which a delegation was approved by signing in, and a passkey added."""
    facing.counter.open().ask()
    phone = in_english(facing.granted())
    assert add(phone, passkey).location == "/approve/passkey/added"
    return phone


def events_of_residents(facing: Facing) -> list[str]:
    found = select(AuditEvent.type).where(AuditEvent.chain.like("resident:%")).order_by(AuditEvent.at)
    return list(facing.counter.read(lambda conn: conn.execute(found).scalars().all()))


class TestAdding:
    def test_is_offered_while_the_sign_in_is_fresh(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.granted())
        assert "/approve/passkey/new" in phone.see().text
        facing.counter.clock.move(timedelta(minutes=6))
        assert "/approve/passkey/new" not in phone.see().text

    def test_adds_it_and_tells_its_holder(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        phone = with_passkey(facing, passkey)
        assert "The passkey was added" in phone.see("/approve/passkey/added").text
        assert EventName.PASSKEY_ADDED.value in events_of_residents(facing)
        sent = facing.counter.read(lambda conn: conn.execute(select(Message.template)).scalars().all())
        assert "passkey_added" in sent
        assert "/approve/passkey/new" not in phone.see().text

    def test_needs_a_sign_in_not_older_than_five_minutes(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.granted())
        phone.see("/approve/passkey/new")
        facing.counter.clock.move(timedelta(minutes=5, seconds=1))
        assert phone.post("/approve/passkey/new/question").status == 403
        assert "too old" in phone.see("/approve/passkey/new", status=403).text

    def test_needs_the_sign_in_also_when_the_answer_comes(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        facing.counter.open().ask()
        phone = in_english(facing.granted())
        facing.counter.clock.move(timedelta(minutes=4, seconds=30))
        phone.see("/approve/passkey/new")
        asked = question(phone, "/approve/passkey/new/question")
        facing.counter.clock.move(timedelta(minutes=1))
        made = passkey.create(asked["options"])
        refused = phone.send("/approve/passkey/new", question=asked["question"], answer=made)
        assert refused.status == 403
        assert EventName.PASSKEY_ADDED.value not in events_of_residents(facing)

    def test_is_not_for_a_phone_on_which_nobody_signed_in(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.matched()
        assert phone.post("/approve/passkey/new/question").status == 403

    def test_is_not_for_a_phone_that_only_used_a_passkey(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        phone = with_passkey(facing, passkey)
        facing.counter.close()
        facing.counter.takes(Route.PHONE, Route.PASSKEY)
        facing.counter.open().ask(Route.PASSKEY)
        phone = facing.matched()
        assert answer(facing, phone, passkey).status == 303
        assert phone.post("/approve/passkey/new/question").status == 403

    def test_asks_for_a_neutral_name_and_a_verified_holder(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.granted()
        phone.see("/approve/passkey/new")
        options = question(phone, "/approve/passkey/new/question")["options"]
        assert options["user"]["name"] == "I••• P•••"
        assert options["authenticatorSelection"]["userVerification"] == "required"
        assert options["authenticatorSelection"]["residentKey"] == "required"
        assert options["rp"]["id"] == "localhost"

    def test_only_pages_that_ask_a_passkey_may_ask_it(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.granted()
        allowed = "publickey-credentials-get=(self), publickey-credentials-create=(self)"
        assert allowed in phone.see("/approve/passkey/new").headers["permissions-policy"]
        assert allowed in phone.see().headers["permissions-policy"]
        assert "publickey-credentials-get=()" in phone.see("/approve/stop").headers["permissions-policy"]
        assert "publickey-credentials-create=()" in phone.see("/stop").headers["permissions-policy"]


class TestApproving:
    def test_a_passkey_stands_beside_the_sign_in_and_replaces_it(
        self, facing: Facing, passkey: SoftAuthenticator
    ) -> None:
        phone = with_passkey(facing, passkey)
        facing.counter.fill()
        facing.counter.prepare()
        page = phone.see().text
        assert FORM in page
        assert "Approve by signing in and send" in page
        assert answer(facing, phone, passkey).location == "/approve"
        assert facing.counter.stage is Stage.SENDING

    def test_who_has_none_is_offered_none_for_the_permit(self, facing: Facing) -> None:
        facing.counter.open().ask()
        phone = facing.granted()
        facing.counter.fill()
        facing.counter.prepare()
        assert FORM not in phone.see().text

    def test_the_statement_does_not_tell_who_has_one(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        facing.counter.takes(Route.PHONE, Route.PASSKEY)
        facing.counter.open().ask(Route.PASSKEY)
        without = _bare(in_english(facing.matched()).see())
        facing.counter.close()
        with_passkey(facing, passkey)
        facing.counter.close()
        facing.counter.open().ask(Route.PASSKEY)
        phone = in_english(facing.matched())
        assert _bare(phone.see()) == without
        assert FORM in without
        assert question(phone, approval=facing.counter.approval().id)["options"]["allowCredentials"] == []

    @pytest.mark.parametrize(("asked", "first"), [(Route.PHONE, SIGN_IN), (Route.PASSKEY, FORM)])
    def test_the_way_that_the_assistant_asked_for_stands_first(self, facing: Facing, asked: Route, first: str) -> None:
        facing.counter.takes(Route.PHONE, Route.PASSKEY)
        facing.counter.open().ask(asked)
        page = in_english(facing.matched()).see().text
        assert page.index(first) == min(page.index(SIGN_IN), page.index(FORM))

    def test_the_counters_screen_invites_as_for_the_phone(self, facing: Facing) -> None:
        facing.counter.takes(Route.PHONE, Route.PASSKEY)
        facing.counter.open().ask(Route.PASSKEY)
        assert 'class="app-qr' in facing.display().see("/display").text

    def test_goes_on_with_a_phone_that_knows_its_holder(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        with_passkey(facing, passkey)
        facing.counter.close()
        facing.counter.takes(Route.PASSKEY)
        facing.counter.open().ask(Route.PASSKEY)
        phone = in_english(facing.matched())
        assert "Approve by signing in" not in phone.see().text
        before = dict(phone.cookies)
        assert answer(facing, phone, passkey).location == "/approve"
        assert phone.cookies["pilnvara_resident"] != before["pilnvara_resident"]
        facing.counter.fill()
        facing.counter.prepare()
        assert "LV97HABA0012345678910" in phone.see().text

    def test_what_is_no_yes_is_explained_and_recorded(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        phone = with_passkey(facing, passkey)
        facing.counter.fill()
        facing.counter.prepare()
        passkey.verified = False
        refused = answer(facing, phone, passkey)
        assert refused.status == 403
        assert "The passkey could not be confirmed" in refused.text
        assert facing.counter.events()[-1] is EventName.APPROVAL_PASSKEY_REFUSED
        assert facing.counter.stage is Stage.PERMIT

    def test_a_copied_passkey_is_suspended(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        passkey.sign_count = 7
        phone = with_passkey(facing, passkey)
        facing.counter.fill()
        facing.counter.prepare()
        passkey.sign_count = 2
        assert answer(facing, phone, passkey).status == 403
        assert EventName.PASSKEY_SUSPENDED.value in events_of_residents(facing)
        assert FORM not in phone.see().text

    def test_a_question_is_not_for_anothers_approval(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        facing.counter.open().ask()
        phone = facing.entered()
        phone.see()
        asked = phone.post("/approve/passkey/question", {"approval": facing.counter.approval().id})
        assert asked.status == 404

    def test_an_answer_that_comes_twice_counts_once(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        phone = with_passkey(facing, passkey)
        facing.counter.fill()
        facing.counter.prepare()
        phone.see()
        approval = facing.counter.approval().id
        asked = question(phone, approval=approval)
        fields = {"approval": approval, "question": asked["question"], "answer": passkey.get(asked["options"])}
        assert phone.send("/approve/passkey", **fields).status == 303
        phone.see("/approve/stop")
        again = phone.send("/approve/passkey", **fields)
        assert again.status == 409
        assert "too late, or for the second time" in again.text


OWN_LIST = listing("/approve/list", Who.RESIDENT, back="/approve")


def with_list(facing: Facing) -> None:
    """Serve the pages of `listing` too."""
    app = fitted(facing.counter.store, *OWN_LIST)
    app.state["resident_sign_in"] = facing.app.state["resident_sign_in"]
    facing.app = app


class TestOwnList:
    """The pages that another part mounts where residents see what is theirs."""

    def test_lists_and_removes(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        with_list(facing)
        phone = with_passkey(facing, passkey)
        page = phone.see("/approve/list")
        assert "on one device only" in page.text
        removal = re.search(r'action="(/approve/list/[^"]+/remove)"', page.text)
        assert removal
        assert phone.send(removal[1]).location == "/approve/list"
        assert "You have no passkey" in phone.see("/approve/list").text
        assert EventName.PASSKEY_REMOVED.value in events_of_residents(facing)
        assert phone.send(removal[1]).status == 404

    def test_does_not_remove_anothers(self, facing: Facing, passkey: SoftAuthenticator) -> None:
        with_list(facing)
        with_passkey(facing, passkey)
        resident = facing.counter.delegation().approver_id
        owned = facing.counter.read(lambda conn: passkeys.list_of(conn, resident))[0].id
        facing.counter.close()
        facing.counter.open().ask(person=msgspec.structs.replace(ILZE, code="329999-00002"))
        other = facing.matched()
        assert facing.approve(other, "329999-00002").location == "/approve"
        other.see("/approve/stop")
        assert other.send(f"/approve/list/{owned}/remove").status == 404
        assert len(facing.counter.read(lambda conn: passkeys.list_of(conn, resident))) == 1


def _bare(page: Answer) -> str:
    """A page without what differs from one to the next: tokens, identifiers, times."""
    text = re.sub(r'(nonce|value)="[^"]*"', "", page.text)
    return re.sub(r"\d+", "0", text)
