"""Pages before anybody is signed in: the start, signing in, lost accounts, new computers and displays."""

from dataclasses import replace
from datetime import timedelta

import pyotp
from sqlalchemy import update

from gateway.ids import digest
from gateway.people.roles import Role
from gateway.people.staff_passkeys import MOST
from gateway.people.tables import Session
from gateway.terminals import displays, enrolment
from gateway.terminals.tables import Terminal
from tests.gateway.callers import PASSWORD
from tests.gateway.pages.facing import Phone
from tests.gateway.people.staff_keys import a_key, come_in
from tests.states.shown import Kind
from tests.states.stand import Stand

NOTHING = {"login": "anna", "password": "not the password", "code": "000000"}


def scene_start(stand: Stand) -> None:
    stranger = stand.stranger()
    stand.see("anyone/start", stranger, "/")
    stand.see("anyone/kept-how-long", stranger, "/privacy/kept")
    for name in ("contact", "accessibility", "privacy"):
        stand.see(f"anyone/{name}", stranger, f"/{name}")
    stand.see("anyone/not-found", stranger, "/nowhere", Kind.PROBLEM, status=404)
    stand.see("anyone/code-is-needed", stranger, "/approve", Kind.PROBLEM, status=401)
    stranger.csrf = "another"
    stand.send("anyone/page-too-old", stranger, "/sign-in", Kind.PROBLEM, status=403, form={"login": "anna"})
    stand.see("anyone/at-a-terminal", stand.at_an_enrolled_one(), "/")


def scene_sign_in(stand: Stand) -> None:
    browser = stand.at_an_enrolled_one()
    stand.see("sign-in/form", browser, "/sign-in")
    stand.see("sign-in/elsewhere", browser, "/sign-in?why=elsewhere", Kind.REFUSED)
    stand.see("sign-in/after-recovery", browser, "/sign-in?why=recovered")
    stand.send("sign-in/wrong", browser, "/sign-in", status=403, form=NOTHING)
    elsewhere = stand.stranger()
    stand.see("sign-in/not-enrolled", elsewhere, "/sign-in", Kind.REFUSED)
    berta = stand.place_of("Berta Otrā", Role.ASSISTANT).account
    code = pyotp.TOTP(berta.totp_secret).at(stand.clock.now())
    right = {"login": "berta", "password": PASSWORD, "code": code}
    stand.send("sign-in/refused-elsewhere", elsewhere, "/sign-in", Kind.REFUSED, status=403, form=right)
    for _ in range(20):
        browser.send("/sign-in", **NOTHING)
    stand.send("sign-in/too-often", browser, "/sign-in", Kind.THROTTLED, status=429, form=NOTHING)


def scene_session(stand: Stand) -> None:
    anna = stand.staff(Role.ASSISTANT)
    stand.see("account/one", anna, "/account")
    stand.see("account/role", anna, "/role")
    stand.send("account/role-missing", anna, "/role", status=400)
    stand.see("account/forbidden", anna, "/audit", Kind.PROBLEM, status=403)
    anna.csrf = "another"
    stand.send("account/page-too-old", anna, "/role", Kind.PROBLEM, status=403)
    locked = stand.desk().browser
    locked.post("/lock")
    stand.see("sign-in/unlock", locked, "/unlock")
    stand.see("sign-in/unlock-idle", locked, "/unlock?why=idle", Kind.EXPIRED)
    locked.csrf = locked.get("/unlock").csrf
    stand.send("sign-in/unlock-wrong", locked, "/unlock", status=403, form={"password": "not the password"})
    for _ in range(20):
        locked.post("/unlock", {"password": "not the password"})
    stand.send(
        "sign-in/unlock-too-often", locked, "/unlock", Kind.THROTTLED, status=429, form={"password": "not the password"}
    )


def scene_passkeys(stand: Stand) -> None:
    nobody_asked = {"question": "none", "answer": "{}"}
    anna = stand.staff(Role.ASSISTANT)
    stand.see("account/passkeys-none", anna, "/account/passkeys", Kind.EMPTY)
    stand.send("account/passkey-not-taken", anna, "/account/passkeys/new", status=409, form=nobody_asked)
    key = a_key(anna)
    stand.see("account/passkey-added", anna, "/account/passkeys?done=added")
    stand.see("account/told-of-a-passkey", anna, "/account")
    a_key(anna)
    come_in(stand.at_an_enrolled_one(), key)
    copied = replace(key, sign_count=0)
    at_sign_in = stand.at_an_enrolled_one()
    at_sign_in.csrf = at_sign_in.get("/sign-in").csrf
    come_in(at_sign_in, copied)
    anna = stand.staff(Role.ASSISTANT)
    stand.see("account/passkeys-one-not-accepted", anna, "/account/passkeys", Kind.REFUSED)
    for _ in range(MOST - 2):
        a_key(anna)
    stand.see("account/passkeys-full", anna, "/account/passkeys")
    stand.clock.move(timedelta(minutes=6))
    stand.see("account/passkeys-show-first", anna, "/account/passkeys")
    wrong = {"password": "not the password", "code": "000000"}
    stand.send("account/passkeys-wrong", anna, "/account/passkeys/confirm", status=403, form=wrong)
    for _ in range(5):
        anna.post("/account/passkeys/confirm", wrong)
    stand.send("account/passkeys-too-often", anna, "/account/passkeys/confirm", Kind.THROTTLED, status=429, form=wrong)
    stand.send("sign-in/passkey-over", at_sign_in, "/sign-in/passkey", status=409, form=nobody_asked)
    anna.post("/lock")
    anna.csrf = anna.get("/unlock").csrf
    stand.send("sign-in/unlock-passkey-over", anna, "/unlock/passkey", status=409, form=nobody_asked)


def scene_somebody_else(stand: Stand) -> None:
    desk = stand.desk().browser
    desk.post("/park")
    stand.see("sign-in/somebody-can-go-on", desk, "/sign-in")


def scene_terminal_has_to_prove_itself(stand: Stand) -> None:
    write = stand.gateway.parts.database.write_now
    before = stand.place_of("Cilda Trešā", Role.ASSISTANT)
    write(lambda conn: conn.execute(update(Terminal).where(Terminal.id == before.terminal_id).values(public_key=None)))
    old = stand.stranger(pilnvara_terminal=before.terminal_secret)
    stand.see("sign-in/before-keys", old, "/sign-in", Kind.REFUSED)
    copied = stand.staff(Role.MANAGER)
    copied.proves = False
    session = Session.token_hash == digest(copied.cookies["pilnvara_staff"])
    write(lambda conn: conn.execute(update(Session).where(session).values(traits=b"of another connection")))
    stand.see("terminal/prove", copied, "/manage/terminals", Kind.REFUSED, status=401)
    form = {"name": "Lete 9"}
    stand.send("terminal/prove-after-a-form", copied, "/manage/terminals", Kind.PROBLEM, status=401, form=form)


def scene_new_computer(stand: Stand) -> None:
    manager, new = stand.staff(Role.MANAGER), stand.stranger()
    stand.see("manage/terminals", manager, "/manage/terminals")
    stand.send("manage/terminals-name-missing", manager, "/manage/terminals", status=400)
    code = stand.gateway.parts.database.write_now(
        lambda conn: enrolment.make_code(
            conn,
            stand.gateway.parts.sealer,
            centre_id=stand.callers.centre_id,
            name="Lete 2",
            made_by=None,
            now=stand.clock.now(),
        )
    )
    stand.see("manage/terminal-code", manager, f"/manage/terminals/codes/{code.seed}", Kind.WAITING)
    stand.see("terminal/enrol", new, "/terminal/enrol")
    stand.send("terminal/enrol-wrong", new, "/terminal/enrol", status=404, form={"code": "00000000"})
    stand.see("terminal/enrolled-already", stand.at_an_enrolled_one(), "/terminal/enrol")
    for _ in range(12):
        new.send("/terminal/enrol", code="00000000")
    stand.send(
        "terminal/enrol-too-often", new, "/terminal/enrol", Kind.THROTTLED, status=429, form={"code": "00000000"}
    )


def scene_new_display(stand: Stand) -> None:
    parts, screen, manager = stand.gateway.parts, stand.stranger(), stand.staff(Role.MANAGER)
    by = stand.here.session_of(manager.cookies["pilnvara_staff"])
    assert by
    code = parts.database.write_now(
        lambda conn: displays.make_code(conn, parts.sealer, name="Ekrāns 2", by=by, now=stand.clock.now())
    )
    stand.see("manage/display-code", manager, f"/manage/terminals/codes/{code.seed}", Kind.WAITING)
    stand.send("manage/display-name-missing", manager, "/manage/displays", status=400)
    stand.see("display/enrol", screen, "/display/enrol")
    stand.send("display/enrol-wrong", screen, "/display/enrol", status=404, form={"code": "00000000"})
    for _ in range(12):
        screen.send("/display/enrol", code="00000000")
    stand.send(
        "display/enrol-too-often", screen, "/display/enrol", Kind.THROTTLED, status=429, form={"code": "00000000"}
    )
    known = stand.here.unpaired_display(language="lv")
    stand.see("display/enrolled-already", known, "/display/enrol")
    stand.see("display/waiting", known, "/display", Kind.EMPTY)
    copied = Phone(known.app, dict(known.cookies), proves=False)
    copied.get("/display", user_agent="another browser")
    stand.clock.move(timedelta(minutes=30))
    stand.see("display/prove", copied, "/display", Kind.REFUSED, status=401)


def scene_pairing(stand: Stand) -> None:
    alone = stand.staff(Role.ASSISTANT)
    stand.see("desk/display-none", alone, "/desk/display", Kind.EMPTY)
    screen = stand.here.unpaired_display(language="lv")
    which = stand.here.display_of(screen.cookies["pilnvara_display"]).display_id
    busy = stand.desk()
    busy.open()
    stand.see("desk/display-choose", alone, "/desk/display")
    stand.send("desk/display-none-chosen", alone, "/desk/display")
    stand.send("desk/display-busy", alone, "/desk/display", status=409, form={"display": busy.display.display_id})
    alone.post("/desk/display", {"display": which})
    stand.see("desk/display-number", alone, "/desk/display", Kind.WAITING)
    stand.see("display/pairing", screen, "/display", Kind.WAITING)
    alone.post("/desk/display/cancel")
    stand.send("desk/display-over", alone, "/desk/display/pair", status=409, form={"display": which})
    stand.see("desk/display-paired", busy.browser, "/desk/display")
    busy.close()
    alone.post("/desk/display", {"display": busy.display.display_id})
    alone.post("/desk/display/pair", {"display": busy.display.display_id})
    stand.see("desk/display-taken", busy.browser, "/desk/display", Kind.STOPPED)
