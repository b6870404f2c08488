"""The assistant's pages: the desk, and one visit at each of its stages."""

from datetime import timedelta

from gateway.holders import reconciling
from gateway.holders.lists import Row
from gateway.people import kept_forms
from gateway.people.kept_forms import Content
from gateway.people.residents import Profile
from gateway.visits import actors, looking
from gateway.visits.reading import Stage
from gateway.visits.tables import RunKind
from tests.benchmarks.gateways import BusyDesk
from tests.gateway.pages.desk.test_second_looks import answered
from tests.gateway.visits.counter import ILZE
from tests.states import losing
from tests.states.shown import Kind
from tests.states.stand import Stand

_KINDS = {
    Stage.SECOND_LOOK: Kind.WAITING,
    Stage.APPROVAL: Kind.WAITING,
    Stage.REFUSED: Kind.REFUSED,
    Stage.LAPSED: Kind.EXPIRED,
    Stage.EXPIRED: Kind.EXPIRED,
    Stage.FILLING: Kind.WAITING,
    Stage.PERMIT: Kind.WAITING,
    Stage.PERMIT_LAPSED: Kind.EXPIRED,
    Stage.PERMIT_REFUSED: Kind.REFUSED,
    Stage.SENDING: Kind.WAITING,
    Stage.LOOKING_UP: Kind.WAITING,
    Stage.DECLINED: Kind.REFUSED,
    Stage.NOT_FILED: Kind.ERROR,
    Stage.NEEDS_HUMAN: Kind.ERROR,
    Stage.STOPPED: Kind.STOPPED,
    Stage.FAILED: Kind.ERROR,
    Stage.SET_ASIDE: Kind.WAITING,
}
_ANOTHER_PERIOD = timedelta(days=1)


def scene_desk(stand: Stand) -> None:
    desk = stand.desk()
    stand.see("desk/empty", desk.browser, "/desk", Kind.EMPTY)
    stand.send("desk/open-missing", desk.browser, "/desk/visits", status=400)
    desk.at(Stage.NEEDS_HUMAN).close()
    _another_day(desk)
    desk.at(Stage.CLOSED)
    for stage in (Stage.SERVICE, Stage.REFERRAL, Stage.REQUEST):
        desk.at(stage)
    stand.see("desk/day", desk.browser, "/desk")
    stand.see("desk/keys", desk.browser, "/keys")
    stand.see("desk/no-such-visit", desk.browser, "/desk/visits/none", Kind.PROBLEM, status=404)
    stand.see("desk/not-an-event", desk.browser, "/desk/visits", Kind.PROBLEM, status=405)


def scene_stages(stand: Stand) -> None:
    for number, stage in enumerate(Stage):
        # Only Ilze is known to live where the assistant does.
        person = ILZE if stage is Stage.SECOND_LOOK else somebody(number)
        desk = stand.desk(person).at(stage)
        desk.browser.get(desk.path)
        stand.see(f"desk/{stage.value.replace('_', '-')}", desk.browser, desk.path, _KINDS.get(stage, Kind.CLEAN))


def scene_looking_for_a_service(stand: Stand) -> None:
    desk = stand.desk().at(Stage.SERVICE)
    stand.send(
        "desk/search", desk.browser, f"{desk.path}/search", Kind.CLEAN, status=200, form={"query": "slimibas lapa"}
    )
    stand.send(
        "desk/search-nothing", desk.browser, f"{desk.path}/search", Kind.EMPTY, status=200, form={"query": "kosmoss"}
    )
    stand.see("desk/close-nothing", desk.browser, f"{desk.path}/close")
    stand.send("desk/close-unsaid", desk.browser, f"{desk.path}/close", form={"ending": "informed"})


def scene_asking(stand: Stand) -> None:
    desk = stand.desk().at(Stage.REQUEST)
    stand.send("desk/ask-missing", desk.browser, f"{desk.path}/ask")
    desk.press_button("ask", {"do": "keep", "name": ILZE.name, "code": ILZE.code, "for": "self", "route": "phone"})
    stand.see("desk/ask-kept", desk.browser, desk.path)
    child = {"for": "child", "name": "Ilze Paraudziņa", "code": "12", "parent_code": "13"}
    stand.send("desk/ask-child-missing", desk.browser, f"{desk.path}/ask", form=child)
    company = {"for": "company", "document": "passport", "present": "yes", "route": "phone"}
    stand.send("desk/ask-company-missing", desk.browser, f"{desk.path}/ask", form=company)
    desk.ask()
    desk.enter_code()
    stand.see("desk/approval-number", desk.browser, desk.path, Kind.WAITING)
    desk.match("00" if desk.invitation().match_number != "00" else "11")
    stand.see("desk/approval-number-wrong", desk.browser, desk.path, Kind.ERROR)
    desk.match()
    stand.see("desk/approval-reading", desk.browser, desk.path, Kind.WAITING)
    stand.see("desk/withdrawn", desk.browser, f"{desk.path}?panel=again")


def scene_questions(stand: Stand) -> None:
    desk = stand.desk().at(Stage.QUESTIONS)
    stand.send("desk/preconditions-missing", desk.browser, f"{desk.path}/preconditions")
    no = {"precondition.sheet_b_closed": "no"}
    desk.press_button("preconditions", no)
    stand.see("desk/preconditions-no", desk.browser, desk.path, Kind.REFUSED)
    ready = stand.desk(somebody(70)).ready()
    stand.see("desk/questions-all", ready.browser, ready.path)
    stand.see("desk/stop", ready.browser, f"{ready.path}/stop")
    stand.send("desk/stop-missing", ready.browser, f"{ready.path}/stop")
    stand.send("desk/questions-missing", ready.browser, f"{ready.path}/answers")
    older = {"draft": "another tab's"}
    stand.send("desk/questions-older-tab", ready.browser, f"{ready.path}/answers", status=409, form=older)


def scene_lost_connection(stand: Stand) -> None:
    desk = stand.desk().ready()
    for name, kind, then in (
        ("cut", Kind.ERROR, losing.cut),
        ("left", Kind.WAITING, losing.left),
        ("back", Kind.CLEAN, losing.back),
        ("conflict", Kind.ERROR, losing.conflict),
        ("refused", Kind.REFUSED, losing.refused),
        ("elsewhere", Kind.STOPPED, losing.elsewhere),
    ):
        stand.see(f"desk/lost-{name}", desk.browser, desk.path, kind, then=then)
    asking = stand.desk(somebody(72)).at(Stage.REQUEST)
    stand.see("desk/lost-asking", asking.browser, asking.path, Kind.ERROR, then=losing.cut)
    stand.see("desk/lost-asking-back", asking.browser, asking.path, then=losing.back)


def scene_read_back(stand: Stand) -> None:
    desk = stand.desk().at(Stage.PERMIT)
    desk.write(lambda conn: looking.note(conn, desk.store, desk.by, desk.visit_id))
    stand.see("desk/permit-values", desk.browser, f"{desk.path}?shown=1", Kind.WAITING)
    stand.see("desk/close-early", desk.browser, f"{desk.path}/close")
    stand.see("desk/stop-early", desk.browser, f"{desk.path}/stop")
    desk.sign_in()
    desk.begin(RunKind.SEND)
    stand.see("desk/close-under-way", desk.browser, f"{desk.path}/close", Kind.WAITING)


def scene_kept(stand: Stand) -> None:
    desk = stand.desk().ready()
    stand.see("desk/kept-none", desk.browser, "/kept", Kind.EMPTY)
    content = Content(f"{desk.path}/answers", [("account", "LV78PARA0000000000001")], had_files=True)
    route = "/desk/visits/{visit_id}/answers"
    mine = {"staff_id": desk.by.staff_id, "terminal_id": str(desk.by.terminal_id), "visit_id": desk.visit_id}
    now = desk.clock.now()
    desk.write(lambda conn: kept_forms.keep(conn, desk.store.sealer, content, route=route, now=now, **mine))
    stand.see("desk/kept", desk.browser, "/kept", Kind.WAITING)


def scene_receipt(stand: Stand) -> None:
    desk = stand.desk().at(Stage.FILED)
    stand.see("desk/receipt", desk.browser, f"{desk.path}/receipt")
    stand.see("desk/portals-receipt", desk.browser, f"{desk.path}/portals-receipt")
    stand.send("desk/handed-over-missing", desk.browser, f"{desk.path}/handed-over")
    stand.see("desk/close", desk.browser, f"{desk.path}/close")
    doubt = stand.desk(somebody(71)).at(Stage.NEEDS_HUMAN)
    stand.send("desk/decide-missing", doubt.browser, f"{doubt.path}/decide")
    stand.see("desk/close-doubt", doubt.browser, f"{doubt.path}/close")
    colleague = doubt.another_assistant()
    stand.see("desk/doubts", colleague, "/desk/doubts")
    here = f"/desk/doubts/{doubt.filing().id}"
    stand.see("desk/doubt", colleague, here)
    known = [Row("SP-2026-000077", doubt.filing().sent_at, doubt.filing().sent_at)]
    doubt.write(
        lambda conn: reconciling.hand_in(conn, "VSAA", known, made_by="ods", actor=actors.SYSTEM, now=doubt.clock.now())
    )
    stand.see("desk/doubt-hinted", colleague, here)
    stand.send("desk/doubt-missing", colleague, f"{here}/decide")
    form = {"filing": doubt.filing().id, "found": "no"}
    assert colleague.post(f"{here}/decide", form).status == 303
    stand.see("desk/doubts-settled", colleague, "/desk/doubts?note=settled", Kind.EMPTY)
    stand.send("desk/doubt-too-late", colleague, f"{here}/decide", form=form, status=409)


def scene_colleague_said_no(stand: Stand) -> None:
    for in_time in (True, False):
        desk = stand.desk().at(Stage.SECOND_LOOK)
        answered(desk, in_time=in_time)
        name = "said-no" if in_time else "did-not-look"
        stand.see(f"desk/colleague-{name}", desk.browser, desk.path, Kind.REFUSED if in_time else Kind.EXPIRED)
        desk.close()


def somebody(number: int) -> Profile:
    return Profile(name=ILZE.name, code=f"329999-{number + 1:05}")


def _another_day(desk: BusyDesk) -> None:
    desk.clock.move(_ANOTHER_PERIOD)
    desk.freshen()
