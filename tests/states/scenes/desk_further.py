"""The assistant's pages on further ways: paper, call, display, several services, another day, a portal away."""

from sqlalchemy import update

from connectors.runner.errors import FormChangedError, PortalUnavailableError, ValuesRefusedError
from delegation.assurance import Route
from gateway.notifications.tables import Channel
from gateway.people import fingerprints
from gateway.people.residents import Profile
from gateway.people.roles import Role
from gateway.people.tables import ValueKind
from gateway.services import catalogue
from gateway.services.tables import Service
from gateway.visits import drift, setting_aside, troubles
from gateway.visits.outcome_tables import Following
from gateway.visits.reading import Stage
from gateway.visits.scope import Wanted
from gateway.visits.trouble_tables import WHOLE, TroubleKind
from tests.benchmarks.gateways import BusyDesk
from tests.gateway.pages.desk.test_colleagues import RIGHT, seen_on
from tests.gateway.pages.desk.test_documents import first_has_said_yes
from tests.gateway.pages.desk.test_not_reached import comes_back, with_an_e_mail
from tests.gateway.pages.desk.test_signing import Paper, known
from tests.gateway.pages.desk.test_troubles import CHANGED, fail
from tests.gateway.visits.counter import BENEFIT, ILZE, QUEUE
from tests.gateway.visits.planned import answer, as_sent, benefit_gives_the_childs_code, leave_out, settle
from tests.gateway.visits.test_whose_matter import BIRTH
from tests.states.scenes.desk import somebody
from tests.states.shown import Kind
from tests.states.stand import Stand

EVERY_WAY = (Route.PHONE, Route.PASSKEY, Route.DISPLAY, Route.PAPER, Route.CALL)


def scene_paper(stand: Stand) -> None:
    desk = stand.desk()
    desk.takes(*EVERY_WAY)
    witness = stand.colleague("Berta Otrā", Role.ASSISTANT)
    desk.open().ask(Route.PAPER)
    signing = Paper(desk, witness)
    stand.see("desk/paper", desk.browser, desk.path, Kind.WAITING)
    stand.see("desk/sheet", desk.browser, f"{desk.path}/sheet")
    stand.send("desk/sheet-missing", desk.browser, f"{signing.at}/sheet")
    question = signing.hand_in()
    stand.see("desk/paper-witness", desk.browser, desk.path, Kind.WAITING)
    stand.see("second-look/list", witness, "/second-look")
    stand.see("second-look/one", witness, question)
    witness.post(f"{question}/look")
    stand.see("second-look/sheet", witness, question)
    stand.see("second-look/refuse-missing", witness, f"{question}?why=missing", Kind.ERROR)
    witness.post(f"{question}/confirm")
    stand.see("second-look/over", witness, question, Kind.EXPIRED)
    desk.fill()
    desk.report_read_back()
    stand.see("desk/paper-permit", desk.browser, desk.path, Kind.WAITING)
    desk.browser.post(f"{signing.at}/print")
    stand.see("desk/sheet-permit", desk.browser, f"{desk.path}/sheet")


def scene_call(stand: Stand) -> None:
    desk = stand.desk()
    desk.takes(*EVERY_WAY)
    known(desk)
    desk.open().ask(Route.CALL)
    stand.see("desk/call", desk.browser, desk.path, Kind.WAITING)
    here = f"{desk.path}/approvals/{desk.approval().id}/spoken"
    stand.send("desk/call-code-missing", desk.browser, here)
    desk.browser.post(here, {"code": desk.sent_code()})
    desk.fill()
    desk.report_read_back()
    stand.see("desk/call-permit", desk.browser, desk.path, Kind.WAITING)


def scene_by_display(stand: Stand) -> None:
    stand.see("desk/by-display", (one := stand.desk().asked_on_display()).browser, one.path, Kind.WAITING)
    comes_back(one, Channel.SMS)
    stand.see("desk/by-display-not-reached", one.browser, one.path, Kind.ERROR)
    two = stand.desk(somebody(1))
    first_has_said_yes(two)
    stand.see("desk/document", two.browser, two.path, Kind.WAITING)
    stand.send("desk/document-missing", two.browser, f"{two.path}/approvals/{two.approval().id}/document")


def scene_not_reached(stand: Stand) -> None:
    one = stand.desk(ILZE)
    with_an_e_mail(one)
    comes_back(one, Channel.EMAIL)
    stand.see("desk/filed-not-reached", one.browser, one.path, Kind.ERROR)
    other = stand.desk(ILZE).asked_on_display()
    comes_back(other, Channel.SMS)
    stand.see("desk/code-not-reached", other.browser, other.path, Kind.ERROR)


def scene_several(stand: Stand) -> None:
    desk = stand.desk()
    desk.open_several(BENEFIT, QUEUE)
    stand.see("desk/several", desk.browser, desk.path)
    desk.grant(another_day=True)
    stand.see("desk/plan-before", desk.browser, desk.path)
    stand.send("desk/plan-before-missing", desk.browser, f"{desk.path}/preconditions")
    settle(desk, sheet="yes", child="yes")
    stand.see("desk/plan", desk.browser, desk.path)
    stand.send("desk/plan-missing", desk.browser, f"{desk.path}/plan/answers")
    stand.see("desk/set-aside-confirm", desk.browser, f"{desk.path}/set-aside")
    answer(desk)
    stand.see("desk/plan-filling", desk.browser, desk.path, Kind.WAITING)
    desk.send()
    stand.see("desk/plan-filed-one", desk.browser, desk.path)
    stand.see("desk/close-half", desk.browser, f"{desk.path}/close")
    desk.write(lambda conn: setting_aside.set_aside(conn, desk.store, desk.by, desk.visit_id))
    stand.see("desk/waiting-list", desk.browser, "/desk/set-aside")
    here = f"/desk/set-aside/{desk.visit_id}"
    stand.see("desk/take-up", desk.browser, here)
    stand.send("desk/take-up-missing", desk.browser, here)
    other = {"document": "passport", "code": "329999-00099", "present": "yes"}
    stand.send("desk/take-up-another", desk.browser, here, Kind.REFUSED, form=other)


def scene_taken_over(stand: Stand) -> None:
    desk = stand.desk().at(Stage.QUESTIONS)
    colleague = stand.colleague("Berta Otrā", Role.ASSISTANT)
    here = f"/desk/colleagues/{desk.visit_id}"
    stand.see("desk/elsewhere", colleague, "/desk/colleagues")
    stand.see("desk/take-over", colleague, here)
    stand.send("desk/take-over-missing", colleague, here)
    seen = seen_on(colleague.get(here).text)
    other = seen | {"document": "passport", "code": "329999-00099", "present": "yes"}
    stand.send("desk/take-over-another", colleague, here, Kind.REFUSED, form=other)
    stale = RIGHT | {"seen": "before"}
    stand.send("desk/take-over-too-late", colleague, here, Kind.REFUSED, status=409, form=stale)
    unasked = stand.desk(somebody(1)).at(Stage.SERVICE)
    stand.see("desk/take-over-unasked", colleague, f"/desk/colleagues/{unasked.visit_id}")
    assert colleague.post(here, seen | RIGHT).status == 303
    stand.see("desk/taken-over-mine", colleague, f"{desk.path}?note=took_over")
    stand.see("desk/taken-over-from-me", desk.browser, "/desk?note=taken_over", Kind.EMPTY)
    stand.send("desk/taken-over-step", desk.browser, f"{desk.path}/answers", Kind.PROBLEM, status=409)


def scene_passed_on(stand: Stand) -> None:
    desk = stand.desk()
    desk.write(lambda conn: conn.execute(update(Service).values(any_assistant=True)))
    desk.open()
    stand.see("desk/request-any-assistant", desk.browser, desk.path)
    desk.grant(any_of_centre=True)
    colleague = stand.colleague("Berta Otrā", Role.ASSISTANT)
    stand.see("desk/take-over-any", colleague, f"/desk/colleagues/{desk.visit_id}")


def scene_all_left_out(stand: Stand) -> None:
    desk = stand.desk()
    desk.open_several(BENEFIT, QUEUE).grant()
    settle(desk, sheet="yes", child="yes")
    answer(desk)
    for service in (QUEUE, BENEFIT):
        leave_out(desk, service)
    stand.see("desk/plan-left-out", desk.browser, desk.path)


def scene_nobody_else(stand: Stand) -> None:
    stand.see("desk/elsewhere-empty", stand.desk().browser, "/desk/colleagues", Kind.EMPTY)


def scene_one_waits_for_the_other(stand: Stand) -> None:
    desk = stand.desk()
    with benefit_gives_the_childs_code():
        desk.open_several(BENEFIT, QUEUE).grant()
        settle(desk, sheet="yes", child="yes")
        answer(desk)
        desk.go_on(QUEUE)
        stand.see("desk/plan-waiting", desk.browser, desk.path, Kind.WAITING)


def scene_filed_before(stand: Stand) -> None:
    desk = stand.desk().at(Stage.FILED)
    answers = desk.opened(lambda opened: opened.answers())
    assert answers
    desk.close()
    desk.ready()
    same = as_sent(answers.values)
    stand.send("desk/filed-before", desk.browser, f"{desk.path}/answers", Kind.REFUSED, status=409, form=same)


def scene_waiting_list_empty(stand: Stand) -> None:
    stand.see("desk/waiting-list-empty", stand.desk().browser, "/desk/set-aside", Kind.EMPTY)


def scene_followed(stand: Stand) -> None:
    desk = stand.desk()
    desk.open(QUEUE)
    stand.see("desk/request-followed", desk.browser, desk.path)
    desk.grant(services=(Wanted(service=QUEUE, follow=True, collect=True),))
    desk.fill()
    desk.send()
    stand.see("desk/filed-followed", desk.browser, desk.path)
    stand.see("desk/receipt-followed", desk.browser, f"{desk.path}/receipt")
    desk.close()
    stand.see("desk/closed-followed", desk.browser, desk.path)
    newer = stand.desk(somebody(2))
    newer.open(QUEUE).grant(services=(Wanted(service=QUEUE, follow=True, collect=True),))
    newer.fill()
    newer.send()
    newer.close()
    newer.write(
        lambda conn: conn.execute(update(Following).values(news_for=newer.by.staff_id, news_at=newer.clock.now()))
    )
    newer.at(Stage.APPROVAL)
    stand.see("desk/news", newer.browser, "/desk")


def scene_portal_in_trouble(stand: Stand) -> None:
    desk = stand.desk()
    stand.see("portals/clean", desk.browser, "/portals", Kind.EMPTY)
    refused = stand.desk(somebody(1))
    refused.fails(ValuesRefusedError({"account": "Konts nepieder iesniedzējam."}, ("Pārbaudiet ievadīto.",)))
    stand.see("desk/portal-refused-values", refused.browser, refused.path, Kind.ERROR)
    changed = stand.desk(somebody(2))
    changed.fails(FormChangedError(("Page “dati”: the field “Tālrunis” is gone.",)))
    stand.see("desk/portal-changed", changed.browser, changed.path, Kind.ERROR)
    away = stand.desk(somebody(3)).at(Stage.FILLING)
    service = away.read(lambda conn: catalogue.find(conn, BENEFIT))
    _is_away(away, service.portal_id or "")
    stand.see("desk/portal-away", away.browser, away.path, Kind.WAITING)
    line = stand.desk(somebody(4)).at(Stage.QUESTIONS)
    line.fill()
    stand.see("desk/in-line", line.browser, line.path, Kind.WAITING)
    away.write(lambda conn: drift.found(conn, service, CHANGED, away.clock.now()))
    closed = stand.desk(somebody(5)).at(Stage.SERVICE)
    stand.see("desk/service-changed-form", closed.browser, closed.path, Kind.ERROR)
    stand.see("portals/trouble", desk.browser, "/portals", Kind.ERROR)


def _is_away(desk: BusyDesk, portal: str) -> None:
    error = PortalUnavailableError("the portal did not answer")
    given = (portal, WHOLE, TroubleKind.UNWELL, error.code, ())
    desk.write(lambda conn: troubles.begin(conn, *given, desk.clock.now()))
    fail(desk)


def scene_own_matter(stand: Stand) -> None:
    desk = stand.desk()
    me, now, sealer = desk.by, desk.clock.now(), desk.store.sealer
    desk.write(
        lambda conn: fingerprints.add(conn, sealer, me.staff_id, ValueKind.CODE, "329999-00001", by=me.actor, now=now)
    )
    desk.at(Stage.REQUEST)
    form = {"name": "Ilze Paraudziņa", "code": "329999-00001", "document": "passport", "present": "yes"}
    stand.send(
        "desk/own-matter", desk.browser, f"{desk.path}/ask", Kind.REFUSED, status=403, form=form | {"route": "phone"}
    )


def scene_whose_matter(stand: Stand) -> None:
    desk = stand.desk()
    child = Profile(name="Jurģis Paraudziņš", code="329999-10001")
    desk.open(QUEUE)
    desk.grant(person=child, approver=desk.person, authority=BIRTH)
    stand.see("desk/questions-child", desk.browser, desk.path)
    desk.press_button("preconditions", {"precondition.child_registered": "yes"})
    stand.see("desk/questions-child-all", desk.browser, desk.path)
