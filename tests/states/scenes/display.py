"""The screen that faces the resident."""

import re

from sqlalchemy import update

from delegation.assurance import Route
from gateway.people.residents import Profile
from gateway.people.tables import Session
from gateway.visits import approvals
from gateway.visits.reading import Stage
from tests.benchmarks.gateways import BusyDesk
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.test_documents import first_has_said_yes
from tests.gateway.pages.test_resident_in_a_browser import FULL
from tests.gateway.visits.counter import ILZE
from tests.gateway.visits.played import filed
from tests.states.scenes.desk import somebody
from tests.states.shown import Kind
from tests.states.stand import Stand


def mark_on(screen: Caller) -> str:
    """What the farewell's form says of which visit it is."""
    found = re.search(r'name="farewell" value="([0-9a-f]+)"', screen.get("/display").text)
    assert found
    return found[1]


def unlock(desk: BusyDesk) -> None:
    """The assistant comes back."""
    at_desk = Session.terminal_id == desk.by.terminal_id
    desk.write(lambda conn: conn.execute(update(Session).where(at_desk).values(locked_at=None)))


def scene_by_phone(stand: Stand) -> None:
    desk = stand.desk()
    facing, screen = stand.facing(desk), desk.screen
    stand.see("display/blank", screen, "/display", Kind.EMPTY)
    desk.open()
    stand.see("display/greeting", screen, "/display")
    desk.ask()
    stand.see("display/invite", screen, "/display", Kind.WAITING)
    facing.entered()
    stand.see("display/number", screen, "/display", Kind.WAITING)
    desk.write(lambda conn: approvals.renew_invitation(conn, desk.store, desk.by, desk.visit_id, desk.approval().id))
    stand.see("display/no", screen, "/display/no")
    screen.post("/display/no", {"approval": desk.approval().id})
    stand.see("display/refused", screen, "/display", Kind.REFUSED)
    desk.close()
    stand.see("display/farewell", screen, "/display")
    screen.post("/display/rating", {"rating": "5", "farewell": mark_on(screen)})
    stand.see("display/thanks", screen, "/display")


def scene_declined(stand: Stand) -> None:
    desk = stand.desk()
    screen = desk.screen
    desk.open().ask()
    desk.close()
    stand.see("display/farewell-known", screen, "/display")
    screen.post("/display/no-more", {"farewell": mark_on(screen)})
    stand.see("display/asked-no-more", screen, "/display")


def scene_by_code(stand: Stand) -> None:
    desk = stand.desk()
    screen = desk.screen
    desk.knows(Profile(name=ILZE.name, code=ILZE.code, phone="+37120000001"))
    desk.open().ask(Route.DISPLAY)
    stand.see("display/statement", screen, "/display")
    stand.send(
        "display/code-typed-without-scripts",
        screen,
        "/display/yes",
        Kind.CLEAN,
        status=200,
        form={"approval": desk.approval().id, "code": "12", "key": "3"},
    )
    screen.post("/display/size", {"large": "1"})
    stand.see("display/statement-large", screen, "/display")
    screen.post("/display/size", {"large": "0"})
    stand.send("display/code-missing", screen, "/display/yes", status=400, form={"approval": desk.approval().id})
    wrong = "111111" if desk.sent_code() != "111111" else "222222"
    stand.send(
        "display/code-wrong", screen, "/display/yes", status=403, form={"approval": desk.approval().id, "code": wrong}
    )
    screen.post("/display/yes", {"approval": desk.approval().id, "code": desk.sent_code()})
    stand.see("display/questions", screen, "/display", Kind.WAITING)
    desk.browser.post("/lock")
    stand.see("display/resting", screen, "/display", Kind.WAITING)
    unlock(desk)
    desk.fill()
    stand.see("display/filling", screen, "/display", Kind.WAITING)
    stand.see("display/stop", screen, "/display/stop")
    desk.prepare(FULL)
    stand.see("display/readback", screen, "/display")
    screen.post("/display/yes", {"approval": desk.approval().id, "code": desk.sent_code()})
    stand.see("display/sending", screen, "/display", Kind.WAITING)
    desk.press()
    screen.post("/display/stop", {"visit": desk.visit_id})
    stand.see("display/stop-too-late", screen, "/display/stop", Kind.STOPPED)
    desk.answer(filed(desk.clock.now()))
    stand.see("display/filed", screen, "/display")


def scene_endings(stand: Stand) -> None:
    told = {
        Stage.LAPSED: Kind.EXPIRED,
        Stage.DECLINED: Kind.REFUSED,
        Stage.STOPPED: Kind.STOPPED,
        Stage.LOOKING_UP: Kind.WAITING,
        Stage.NEEDS_HUMAN: Kind.ERROR,
        Stage.FAILED: Kind.ERROR,
        Stage.NOT_FILED: Kind.ERROR,
        Stage.PERMIT_REFUSED: Kind.REFUSED,
    }
    for number, (stage, kind) in enumerate(told.items()):
        desk = stand.desk(somebody(number)).at(stage)
        stand.see(f"display/{stage.value.replace('_', '-')}", desk.screen, "/display", kind)
    stopped = stand.desk(somebody(20)).at(Stage.STOPPED)
    stand.see("display/stop-done", stopped.screen, "/display/stop", Kind.STOPPED)


def scene_document_first(stand: Stand) -> None:
    desk = stand.desk()
    first_has_said_yes(desk)
    stand.see("display/statement-several-sign", desk.screen, "/display")
    code = {"approval": desk.approval().id, "code": desk.sent_code()}
    stand.send("display/document-first", desk.screen, "/display/yes", Kind.REFUSED, status=409, form=code)
