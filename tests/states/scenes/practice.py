"""The gateway to practise with: its own page, and how every kind of page looks there."""

from dataclasses import replace

from gateway.app import fit
from gateway.people.roles import Role
from gateway.visits.reading import Stage
from tests.gateway.pages.test_practice import add_centres
from tests.states.scenes.desk import somebody
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_practice(stand: Stand) -> None:
    parts, now = stand.gateway.parts, stand.clock.now()
    parts.database.write_now(lambda conn: add_centres(conn, now))
    desk = stand.desk().at(Stage.PERMIT)
    there = replace(parts, settings=replace(parts.settings, mode="practice"))
    fit(stand.callers.app, there)
    stranger = stand.stranger()
    stand.see("practice/start", stranger, "/practice")
    stand.send("practice/computer", stranger, "/practice/computer", Kind.WAITING, status=200)
    stand.see("practice/not-found", stranger, "/nowhere", Kind.PROBLEM, status=404)
    assistant = stand.staff(Role.ASSISTANT)
    stand.see("practice/signed-in", assistant, "/practice")
    stand.see("practice/desk", desk.browser, desk.path, Kind.WAITING)
    stand.see("display/practice", desk.screen, "/display", Kind.WAITING)
    stand.see("practice/exercises-none", assistant, "/practice/exercises", Kind.EMPTY)
    fit(stand.callers.app, parts)
    filed = stand.desk(somebody(1)).at(Stage.FILED)
    fit(stand.callers.app, there)
    stand.see("practice/filed", filed.browser, filed.path)
    stand.see("practice/exercises", filed.browser, "/practice/exercises")
    stand.send("practice/exercise-number-missing", filed.browser, "/practice/exercises")
    form = {"filing": filed.filing().id, "number": "0123456789AB"}
    stand.send("practice/certificate", filed.browser, "/practice/exercises", Kind.CLEAN, status=200, form=form)
    other = form | {"number": "BA9876543210"}
    stand.send("practice/certificate-given", filed.browser, "/practice/exercises", form=other)
    stand.send("practice/begin-anew", assistant, "/practice/begin-anew", Kind.WAITING, status=200)
    fit(stand.callers.app, parts)
