"""The resident's own page at home."""

from datetime import timedelta

from audit.events import EventName
from connectors.sdk.outcome import Standing
from gateway.people import preferences, residents
from gateway.people.residents import Profile
from gateway.people.roles import Role
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.mine.test_correcting import NEW
from tests.gateway.pages.mine.test_erasing import HERE as ERASURE
from tests.gateway.pages.resident.test_passkeys import question
from tests.gateway.soft_authenticator import SoftAuthenticator
from tests.gateway.visits.counter import BENEFIT
from tests.gateway.visits.followed import filed, told
from tests.states.scenes.centre import shown
from tests.states.scenes.desk import somebody
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_signing_in(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    own = Own(stand.facing(desk), stand.stranger())
    stand.see("mine/sign-in", own.phone, "/mine/sign-in")
    stand.see("mine/sign-in-stale", own.phone, "/mine/return?state=used", Kind.REFUSED, status=403)
    nobody = own.come_back(own.begin()["state"], "329999-09999")
    assert nobody.status == 404
    for _ in range(61):
        own.phone.send("/mine/sign-in", provider="sandbox")
    stand.send(
        "mine/sign-in-too-often", own.phone, "/mine/sign-in", Kind.THROTTLED, status=429, form={"provider": "sandbox"}
    )


def scene_own_page(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    desk.fill()
    desk.send()
    sent = f"/mine/delegations/{desk.delegation().id}"
    desk.close()
    desk.open().grant()
    live = f"/mine/delegations/{desk.delegation().id}"
    own = Own(stand.facing(desk), stand.stranger()).sign_in()
    stand.see("mine/overview", own.phone, "/mine")
    stand.see("mine/sent", own.phone, sent)
    stand.see("mine/live", own.phone, live)
    stand.see("mine/statement", own.phone, f"{live}/statement")
    stand.see("mine/stop", own.phone, f"{live}/stop")
    stand.see("mine/action", own.phone, f"{live}/action?service={BENEFIT}&action=file")
    stand.see("mine/case-form", own.phone, f"{live}/case")
    stand.send("mine/case-missing", own.phone, f"{live}/case")
    shown(stand.colleague("Berta Otrā", Role.ASSISTANT))
    stand.see("mine/looks", own.phone, "/mine/looks")
    stand.see("mine/not-found", own.phone, "/mine/delegations/none", Kind.PROBLEM, status=404)
    case = own.phone.send(f"{live}/case", kind="not_me", words="Es tur nebiju.").location
    stand.see("mine/case-opened", own.phone, case)
    stand.see("mine/stop-done", own.phone, f"{live}/stop", Kind.STOPPED)
    stand.see("mine/stopped", own.phone, live, Kind.STOPPED)
    assert EventName.DELEGATION_REVOKED in desk.events()


def scene_details(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    own = Own(stand.facing(desk), stand.stranger()).sign_in()
    stand.see("mine/details", own.phone, "/mine/details")
    stand.see("mine/correct", own.phone, "/mine/details/correct")
    stand.send(
        "mine/correct-wrong", own.phone, "/mine/details/correct", form={"phone": "12", "email": "nav", "language": "lv"}
    )
    stand.see("mine/messages", own.phone, "/mine/messages")
    stand.send("mine/messages-missing", own.phone, "/mine/messages", form={"news": "yes"})
    stand.see("mine/messages-saved", own.phone, "/mine/messages?saved=yes")
    own.phone.send("/mine/details/correct", **NEW)
    stand.see("mine/details-saved", own.phone, "/mine/details?saved=yes")
    stand.see("mine/passkeys-none", own.phone, "/mine/passkeys", Kind.EMPTY)
    stand.see("mine/passkey-new", own.phone, "/mine/passkeys/new")
    key = SoftAuthenticator()
    asked = question(own.phone, "/mine/passkeys/new/question")
    own.phone.send("/mine/passkeys/new", question=asked["question"], answer=key.create(asked["options"]))
    stand.see("mine/passkey-added", own.phone, "/mine/passkeys/added")
    stand.see("mine/passkeys", own.phone, "/mine/passkeys")
    desk.clock.move(timedelta(minutes=6))
    stand.see("mine/correct-not-fresh", own.phone, "/mine/details/correct", Kind.EXPIRED)
    stand.see("mine/passkey-not-fresh", own.phone, "/mine/passkeys/new", Kind.EXPIRED, status=403)


def scene_no_more_messages(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    person, now = desk.delegation().principal_id, desk.clock.now()
    code = desk.write(lambda conn: preferences.new_link(conn, person, preferences.Kind.NEWS, now))
    dead = desk.read(lambda conn: residents.open_resident(conn, desk.store, person))
    desk.write(lambda conn: residents.mark_dead(conn, desk.store, dead, "phone", now))
    own = Own(stand.facing(desk), stand.stranger()).sign_in()
    stand.see("mine/messages-number-dead", own.phone, "/mine/messages")
    stand.see("mine/details-number-dead", own.phone, "/mine/details")
    stranger = stand.stranger()
    stand.see("anyone/unwanted", stranger, f"/o/{code}")
    stand.send("anyone/unwanted-ended", stranger, f"/o/{code}", Kind.STOPPED, status=200)
    stand.see("anyone/unwanted-unknown", stranger, "/o/nothing", Kind.PROBLEM, status=404)


def scene_nothing(stand: Stand) -> None:
    desk = stand.desk()
    desk.knows(Profile(name="Jānis Paraugs", code=somebody(1).code))
    own = Own(stand.facing(desk), stand.stranger()).sign_in(somebody(1).code)
    stand.see("mine/nothing", own.phone, "/mine", Kind.EMPTY)
    stand.see("mine/looks-none", own.phone, "/mine/looks", Kind.EMPTY)


def scene_erasure(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    desk.fill()
    desk.send()
    desk.close()
    own = Own(stand.facing(desk), stand.stranger()).sign_in()
    stand.see("mine/erasure", own.phone, ERASURE)
    own.phone.send(ERASURE)
    stand.see("mine/erasure-asked", own.phone, ERASURE, Kind.WAITING)
    own.phone.send(f"{ERASURE}/withdraw")
    stand.see("mine/erasure-kept", own.phone, f"{ERASURE}?kept=yes")
    desk.clock.move(timedelta(minutes=6))
    stand.see("mine/erasure-not-fresh", own.phone, ERASURE, Kind.EXPIRED)
    stand.send("mine/erasure-refused", own.phone, ERASURE, Kind.REFUSED, status=403)


def scene_outcome(stand: Stand) -> None:
    desk = stand.desk()
    filed(desk)
    own = Own(stand.facing(desk), stand.stranger())
    here = f"/mine/delegations/{desk.delegation().id}"
    stand.see("mine/followed", own.sign_in().phone, here, Kind.WAITING)
    told(desk, Standing.MORE_WANTED, wanted="Izziņa no ārsta")
    stand.see("mine/more-wanted", own.sign_in().phone, here, Kind.WAITING)
    told(desk, Standing.GRANTED, decision=b"%PDF-1.7 decision")
    stand.see("mine/decided", own.sign_in().phone, here)
