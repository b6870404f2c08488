"""The resident's phone: the way to the yes, the yes itself, how it ended, and stopping."""

from datetime import timedelta

from connectors.runner.api import Absent
from delegation.assurance import Route
from gateway import long_codes
from gateway.people.roles import Role
from gateway.visits import confirming, granting, sending
from gateway.visits.reading import Stage
from gateway.visits.tables import RunKind
from gateway.web import guesses
from tests.gateway.pages.desk.test_signing import known
from tests.gateway.pages.facing import SOMEBODY_ELSE, Facing, Phone
from tests.gateway.pages.resident.test_on_behalf import COMPANY, REGISTER, SECOND
from tests.gateway.pages.resident.test_other_hands import renew
from tests.gateway.pages.resident.test_passkeys import add
from tests.gateway.pages.test_resident_in_a_browser import FULL
from tests.gateway.soft_authenticator import SoftAuthenticator
from tests.gateway.visits.counter import BENEFIT, QUEUE
from tests.gateway.visits.planned import answer, leave_out, settle
from tests.gateway.visits.played import declined, filed, unknown
from tests.gateway.visits.test_setting_aside import set_aside
from tests.states.scenes.desk import somebody
from tests.states.scenes.desk_further import EVERY_WAY
from tests.states.scenes.display import mark_on
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_by_phone(stand: Stand) -> None:
    desk = stand.desk()
    facing, phone = stand.facing(desk), stand.stranger()
    stand.see("phone/code", phone, "/a")
    stand.send("phone/code-not-whole", phone, "/a", status=400, form={"code": "12"})
    stand.send("phone/code-unknown", phone, "/a", status=404, form={"code": "12345678"})
    desk.open().ask()
    stand.see("phone/link", phone, f"/a/{desk.invitation().link}")
    facing.entered(phone)
    stand.see("phone/number", phone, "/approve", Kind.WAITING)
    stand.send("phone/number-missing", phone, "/approve/number", status=400)
    wrong = "10" if desk.invitation().match_number != "10" else "11"
    stand.send("phone/number-wrong", phone, "/approve/number", status=403, form={"number": wrong})
    renew(desk)
    stand.see("phone/code-again", phone, "/approve", Kind.EXPIRED)
    facing.matched(phone)
    stand.see("phone/statement", phone, "/approve")
    stand.see("phone/refuse", phone, "/approve/refuse")
    stand.see("phone/case-form", phone, "/approve/case")
    stand.send("phone/case-missing", phone, "/approve/case")
    facing.approve(phone)
    stand.see("phone/granted", phone, "/approve", Kind.WAITING)
    stand.see("phone/passkey-new", phone, "/approve/passkey/new")
    stand.see("phone/stop", phone, "/approve/stop")
    desk.fill()
    stand.see("phone/filling", phone, "/approve", Kind.WAITING)
    desk.prepare(FULL)
    stand.see("phone/readback", phone, "/approve")
    stand.see("phone/refuse-permit", phone, "/approve/refuse")
    new = facing.matched()
    stand.see("phone/recognise", new, "/approve")
    facing.approve(phone)
    stand.see("phone/sending", phone, "/approve", Kind.WAITING)
    desk.press()
    phone.see("/approve/stop")
    phone.send("/approve/stop")
    stand.see("phone/stop-too-late", phone, "/approve/stop", Kind.STOPPED)
    desk.answer(filed(desk.clock.now()))
    stand.see("phone/filed", phone, "/approve")
    desk.close()
    stand.see("phone/closed", phone, "/approve")
    stand.see("phone/sign-in-refused", phone, "/approve/return?state=used", Kind.REFUSED, status=403)


def scene_case(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().ask()
    phone = stand.facing(desk).granted()
    phone.see("/approve/case")
    case = phone.send("/approve/case", kind="data_wrong", words="Konts nav mans.").location
    stand.see("phone/case-opened", phone, case)


def scene_too_often(stand: Stand) -> None:
    phone = stand.stranger()
    phone.see("/a")
    for _ in range(12):
        phone.send("/a", code="12345678")
    stand.send("phone/code-too-often", phone, "/a", Kind.THROTTLED, status=429, form={"code": "12345678"})


def scene_passkey(stand: Stand) -> None:
    desk = stand.desk()
    desk.takes(*EVERY_WAY)
    facing = stand.facing(desk)
    desk.open().ask(Route.PASSKEY)
    phone = facing.matched()
    stand.see("phone/statement-passkey", phone, "/approve")
    facing.approve(phone)
    add(phone, SoftAuthenticator())
    stand.see("phone/passkey-added", phone, "/approve/passkey/added")
    desk.clock.move(timedelta(minutes=6))
    stand.see("phone/passkey-too-old", phone, "/approve/passkey/new", Kind.REFUSED, status=403)


def scene_endings(stand: Stand) -> None:
    for number, (name, kind) in enumerate(_ENDINGS):
        desk = stand.desk(somebody(number))
        facing = stand.facing(desk)
        phone = _play(name, facing)
        stand.see(f"phone/{name}", phone, "/approve", kind)
        if name == "stopped":
            stand.see("phone/stop-done", phone, "/approve/stop", kind)


_ENDINGS = (
    ("refused", Kind.REFUSED),
    ("lapsed", Kind.EXPIRED),
    ("declined", Kind.REFUSED),
    ("stopped", Kind.STOPPED),
    ("looking-up", Kind.WAITING),
    ("needs-human", Kind.ERROR),
    ("closed-unfiled", Kind.EXPIRED),
)


def _play(name: str, facing: Facing) -> Phone:
    desk = facing.counter
    desk.open().ask()
    phone = facing.matched()
    if name == "refused":
        phone.see("/approve/refuse")
        phone.send("/approve/refuse", approval=desk.approval().id)
        return phone
    if name == "lapsed":
        desk.clock.move(desk.store.settings.approval_lapse)
        desk.write(lambda conn: confirming.lapse(conn, desk.store, desk.approval().id))
        return phone
    facing.approve(phone, desk.signs_in)
    if name == "closed-unfiled":
        desk.close()
        return phone
    if name == "stopped":
        phone.see("/approve/stop")
        phone.send("/approve/stop")
        return phone
    desk.fill()
    desk.prepare(FULL)
    facing.approve(phone, desk.signs_in)
    desk.press()
    desk.answer(declined(desk.clock.now()) if name == "declined" else unknown(desk.clock.now()))
    if name == "needs-human":
        desk.begin(RunKind.LOOK_UP)
        run = desk.run_of(RunKind.LOOK_UP).id
        desk.write(lambda conn: sending.looked_up(conn, desk.store, run, Absent(conclusive=False)))
    return phone


def scene_elsewhere(stand: Stand) -> None:
    desk = stand.desk()
    desk.takes(*EVERY_WAY)
    desk.open().ask()
    phone = stand.facing(desk).matched()
    desk.write(lambda conn: granting.withdraw_request(conn, desk.store, desk.by, desk.visit_id))
    desk.ask(Route.PAPER)
    stand.see("phone/elsewhere", phone, "/approve", Kind.WAITING)


def scene_several_sign(stand: Stand) -> None:
    company = stand.desk(somebody(1))
    both = stand.facing(company)
    company.open().ask(person=COMPANY, approver=somebody(0), co_approvers=(SECOND,), authority=REGISTER)
    first = both.matched()
    stand.see("phone/statement-company", first, "/approve")
    company.clock.move(timedelta(seconds=20))
    both.approve(first)
    stand.see("phone/others", first, "/approve", Kind.WAITING)
    second = both.matched()
    both.approve(second, SOMEBODY_ELSE)
    company.fill()
    company.prepare(FULL)
    stand.see("phone/second-waits", second, "/approve", Kind.WAITING)


def scene_call(stand: Stand) -> None:
    desk = stand.desk()
    desk.takes(*EVERY_WAY)
    known(desk)
    facing = stand.facing(desk)
    desk.open().ask(Route.CALL)
    desk.browser.post(f"{desk.path}/approvals/{desk.approval().id}/spoken", {"code": desk.sent_code()})
    desk.fill()
    desk.report_read_back()
    phone = stand.stranger()
    link = desk.newest_message().partition("/a/")[2].split()[0]
    phone.see(f"/a/{link}")
    phone.send(f"/a/{link}")
    phone.see("/approve")
    phone.send("/approve/number", number=desk.approval().match_number)
    stand.see("phone/heard", phone, "/approve")
    assert facing.counter.stage is Stage.PERMIT


def scene_another_day(stand: Stand) -> None:
    desk = stand.desk()
    facing = stand.facing(desk)
    desk.open_several(BENEFIT, QUEUE).ask(another_day=True)
    phone = facing.matched()
    stand.see("phone/statement-several", phone, "/approve")
    facing.approve(phone)
    stand.see("phone/granted-several", phone, "/approve", Kind.WAITING)
    set_aside(desk)
    stand.see("phone/set-aside", phone, "/approve", Kind.WAITING)


def scene_several(stand: Stand) -> None:
    desk = stand.desk()
    facing = stand.facing(desk)
    desk.open_several(BENEFIT, QUEUE).ask()
    phone = facing.granted()
    settle(desk, sheet="yes", child="yes")
    answer(desk)
    desk.prepare()
    facing.approve(phone)
    desk.press()
    stand.see("phone/sending-several", phone, "/approve", Kind.WAITING)
    desk.answer(filed(desk.clock.now()))
    leave_out(desk, QUEUE)
    stand.see("phone/filed-one-left-out", phone, "/approve")
    stand.see("desk/plan-left-out-one", desk.browser, desk.path)


def scene_stopping(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    phone = stand.stranger()
    code = desk.stop_code()
    here = f"/stop/{long_codes.read(code)}"
    stand.see("stop/ways", phone, "/stop")
    stand.send("stop/wrong", phone, "/stop", status=404, form={"code": "a" * 26})
    stand.see("stop/link", phone, here)
    stand.see("stop/case-form", phone, f"{here}/case")
    stand.send("stop/case-missing", phone, f"{here}/case")
    phone.send(here)
    stand.see("stop/answer", phone, f"{here}/answer", Kind.STOPPED)
    case = phone.send(f"{here}/case", kind="not_me", words="Es tur nebiju.\nMani sauc citādi.").location
    stand.see("stop/case-opened", phone, case)
    sent = stand.desk(somebody(1))
    sent.open().grant()
    sent.fill()
    sent.send()
    late = f"/stop/{long_codes.read(sent.stop_code())}"
    finder = stand.stranger()
    finder.see(late)
    finder.send(late)
    stand.see("stop/answer-too-late", finder, f"{late}/answer", Kind.STOPPED)
    on_visit = stand.facing(sent).phone()
    stand.see("stop/ways-stranger", on_visit, "/stop")
    for _ in range(12):
        finder.send("/stop", code="a" * 26)
    stand.send("stop/too-often", finder, "/stop", Kind.THROTTLED, status=429, form={"code": "a" * 26})


def scene_statement(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().grant()
    stranger = stand.stranger()
    stand.see("anyone/statement-form", stranger, "/statement")
    stand.send("anyone/statement-wrong", stranger, "/statement", status=404, form={"code": "a" * 26})
    seen = desk.browser.post("/statement", {"code": desk.stop_code()}).location
    stand.see("desk/statement-form", desk.browser, "/statement")
    stand.see("desk/statement", desk.browser, seen)
    auditor = stand.staff(Role.AUDITOR)
    stand.see("audit/statement-form", auditor, "/statement")
    stand.send("audit/statement-no-reason", auditor, "/statement", status=400, form={"code": desk.stop_code()})


def scene_feedback(stand: Stand) -> None:
    desk = stand.desk().at(Stage.CLOSED)
    link = desk.opened(lambda opened: opened.feedback_link())
    assert link
    here, phone = link.removeprefix(stand.gateway.parts.settings.public_url), stand.stranger()
    stand.see("feedback/code", phone, "/f")
    stand.send("feedback/code-missing", phone, "/f", status=400)
    stand.see("feedback/questions", phone, here)
    stand.send("feedback/questions-missing", phone, here, status=400)
    done = {"satisfaction": "5", "done": "yes", "clear": "yes", "comment": "Paldies!"}
    phone.send(here, **done)
    stand.see("feedback/thanks", phone, "/f/thanks")
    stand.send("feedback/used", phone, here, Kind.PROBLEM, form=done, status=410)
    stand.see("feedback/unknown", phone, f"/f/{'7' * 26}", Kind.PROBLEM, status=404)
    for _ in range(guesses.MOST_HERE):
        phone.get(f"/f/{'7' * 12}")
    stand.see("feedback/too-often", phone, here, Kind.REFUSED, status=429)
    stand.see("feedback/not-here", desk.browser, "/f", Kind.PROBLEM, status=403)


def scene_feedback_declined(stand: Stand) -> None:
    desk = stand.desk()
    desk.open().ask()
    desk.close()
    link = desk.opened(lambda opened: opened.feedback_link())
    assert link
    here, phone = link.removeprefix(stand.gateway.parts.settings.public_url), stand.stranger()
    desk.screen.post("/display/no-more", {"farewell": mark_on(desk.screen)})
    done = {"satisfaction": "5", "done": "yes", "clear": "yes", "comment": ""}
    phone.csrf = phone.get(here).csrf
    stand.send("feedback/declined", phone, here, Kind.PROBLEM, form=done, status=410)
