"""A shared computer at which a resident acts alone, and the desk from which they are guided."""

from dataclasses import replace
from datetime import timedelta

from gateway.app import fit
from gateway.people.guest_sessions import FIRST
from gateway.terminals import pairing
from gateway.visits.reading import Stage
from tests.gateway.pages.desk.desk import BENEFIT, PASSPORT, Desk
from tests.gateway.pages.desk.test_translated import lose_english, translated
from tests.gateway.pages.facing import Phone
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_guest(stand: Stand) -> None:
    desk = stand.desk().at(Stage.GUIDING)
    waits = stand.at_an_enrolled_one()
    stand.see("guest/waiting", waits, "/guest", Kind.WAITING)
    stand.see("guest/not-enrolled", stand.stranger(), "/guest", Kind.REFUSED)
    stand.send("guest/wrong-code", waits, "/guest/begin", status=404, form={"code": "000000"})
    desk.press_button("guest/code")
    stand.see("desk/guest-code", desk.browser, desk.path, Kind.WAITING)
    waits.send("/guest/begin", code=_code(stand, desk))
    stand.see("desk/guest-sits", desk.browser, desk.path, Kind.WAITING)
    stand.see("guest/search", waits, "/guest")
    waits.csrf = waits.get("/guest").csrf
    stand.send("guest/found", waits, "/guest/search", Kind.CLEAN, status=200, form={"query": "slimibas lapa"})
    stand.send("guest/found-nothing", waits, "/guest/search", Kind.EMPTY, status=200, form={"query": "kosmoss"})
    stand.see("guest/service", waits, f"/guest/services/{BENEFIT}")
    stand.see("guest/in-person", waits, f"/guest/services/{PASSPORT}")
    _translated(stand, waits, desk)
    stand.see("guest/no-such-service", waits, "/guest/services/none", Kind.PROBLEM, status=404)
    stand.see("guest/life-event", waits, "/guest/life-events/birth_of_a_child")
    stand.see("guest/help", waits, "/guest/help")
    stand.see("guest/end", waits, "/guest/end")
    for _ in range(12):
        stand.clock.move(timedelta(minutes=9))
        waits.send("/guest/extend")
        desk.browser.get(desk.path)
    stand.see("guest/longest", waits, "/guest")
    stand.see("desk/guest-longest", desk.browser, desk.path, Kind.WAITING)
    stand.clock.move(FIRST)
    desk.freshen()
    stand.see("desk/guest-over", desk.browser, desk.path, Kind.EXPIRED)
    stand.see("guest/over", waits, "/guest/over", Kind.EXPIRED)


def _translated(stand: Stand, waits: Phone, desk: Desk) -> None:
    """In English by a machine, and before that by nobody."""
    parts, write = stand.gateway.parts, stand.gateway.parts.database.write_now
    fit(stand.callers.app, replace(parts, settings=replace(parts.settings, translation_url="http://127.0.0.1:9")))
    write(lose_english)
    stand.see("guest/not-translated", waits, f"/guest/services/{BENEFIT}", Kind.WAITING)
    write(lambda conn: translated(conn, desk))
    stand.see("guest/translated", waits, f"/guest/services/{BENEFIT}")
    stand.see("guest/original", waits, f"/guest/services/{BENEFIT}?original=1")
    form = {"query": "slimibas lapa"}
    stand.send("guest/found-translated", waits, "/guest/search", Kind.CLEAN, status=200, form=form)
    fit(stand.callers.app, parts)


def scene_guest_meets_staff(stand: Stand) -> None:
    stand.see("guest/somebody-is-signed-in", stand.desk().browser, "/guest")


def _code(stand: Stand, desk: Desk) -> str:
    code = stand.gateway.parts.database.read_now(
        lambda conn: pairing.code_of_visit(conn, stand.gateway.parts.sealer, desk.visit_id, stand.clock.now())
    )
    assert code
    return code.digits
