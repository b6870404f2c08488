"""The auditor's pages."""

import asyncio
from datetime import timedelta

from sqlalchemy import update

from gateway.ledger.sequencer import sequence
from gateway.people.roles import Role
from gateway.services import able
from gateway.visits.reading import Stage
from gateway.visits.tables import Approval, Visit
from tests.benchmarks.gateways import BusyDesk
from tests.gateway.callers import Caller
from tests.gateway.pages.audit.test_cases import a_case
from tests.gateway.pages.audit.test_holds import FILLED, HOLDS
from tests.gateway.pages.audit.test_signs import on_paper
from tests.states.scenes.centre import shown
from tests.states.scenes.desk import somebody
from tests.states.shown import Kind
from tests.states.stand import Stand


def publish(stand: Stand) -> None:
    """What a worker does each second."""

    async def work() -> None:
        await sequence(stand.gateway.parts.database)
        await stand.gateway.parts.publisher.publish()

    asyncio.run(work())


def opened(auditor: Caller, visit: str) -> str:
    """The address of a visit, with the reason for opening it said."""
    here = f"/audit/visits/{visit}"
    assert auditor.post(here, {"reason": "routine"}).location == here
    return here


def filed(stand: Stand) -> BusyDesk:
    desk = stand.desk().at(Stage.CLOSED)
    publish(stand)
    return desk


def scene_nothing_yet(stand: Stand) -> None:
    auditor = stand.colleague("Aivars Revidents", Role.AUDITOR)
    stand.see("audit/empty", auditor, "/audit", Kind.EMPTY)
    for name in ("cases", "findings", "holds", "inquiries"):
        stand.see(f"audit/{name}-none", auditor, f"/audit/{name}", Kind.EMPTY)
    stand.see("audit/signs-none", auditor, "/audit/signs", Kind.EMPTY)
    stand.see("audit/around", auditor, "/audit/around")
    stand.see("audit/refused-none", auditor, "/audit/around?of=refused", Kind.EMPTY)
    stand.staff(Role.ASSISTANT).get("/audit")
    stand.see("audit/refused", auditor, "/audit/around?of=refused")
    stand.see("audit/no-such-visit", auditor, "/audit/visits/none", Kind.PROBLEM, status=404)


def scene_one_visit(stand: Stand) -> None:
    desk, auditor = filed(stand), stand.colleague("Aivars Revidents", Role.AUDITOR)
    stand.see("audit/not-verified", auditor, "/audit")
    auditor.post("/audit/verify")
    stand.see("audit/being-verified", auditor, "/audit", Kind.WAITING)
    stand.see("audit/search-none", auditor, "/audit?number=none", Kind.EMPTY)
    here = f"/audit/visits/{desk.visit_id}"
    stand.see("audit/reason", auditor, here)
    stand.send("audit/reason-missing", auditor, here, status=400)
    opened(auditor, desk.visit_id)
    stand.see("audit/visit", auditor, here)
    auditor.post(f"{here}/seen")
    stand.see("audit/seen", auditor, f"{here}/seen")
    stand.see("audit/notes", auditor, f"{here}/notes?sign=haste")
    stand.send("audit/note-missing", auditor, f"{here}/notes")
    stand.send("audit/finding-missing", auditor, f"{here}/findings")
    auditor.post(f"{here}/notes", {"note": "Jautāt par darbstaciju."})
    found = {"kind": "consent", "severity": "mended", "text": "Teksts netika lasīts.", "deadline": "2026-11-20"}
    finding = auditor.post(f"{here}/findings", found).location
    stand.see("audit/notes-written", auditor, f"{here}/notes")
    stand.see("audit/findings", auditor, "/audit/findings")
    stand.see("audit/finding", auditor, finding)
    _findings_at_the_centre(stand, finding)
    stand.see("audit/finding-answered", auditor, finding)
    stand.send("audit/finding-end-missing", auditor, f"{finding}/end")
    auditor.post(f"{finding}/end", {"outcome": "put_right", "text": "Pārbaudīts."})
    stand.see("audit/finding-ended", auditor, finding)


def _findings_at_the_centre(stand: Stand, finding: str) -> None:
    manager, here = stand.colleague("Maija Vadītāja", Role.MANAGER), finding.removeprefix("/audit")
    stand.see("manage/findings", manager, "/findings")
    stand.see("manage/finding", manager, here)
    manager.post(f"{here}/read")
    stand.see("manage/finding-read", manager, here)
    stand.send("manage/finding-answer-missing", manager, f"{here}/answer")
    manager.post(f"{here}/answer", {"text": "Runāts ar darbinieku."})
    stand.see("manage/finding-answered", manager, here)
    stand.see("desk/findings", stand.staff(Role.ASSISTANT), "/findings")


def scene_cases(stand: Stand) -> None:
    desk, auditor = stand.desk(), stand.colleague("Aivars Revidents", Role.AUDITOR)
    here = f"/audit/cases/{a_case(desk)}"
    stand.see("audit/cases", auditor, "/audit/cases")
    stand.see("audit/case", auditor, here)
    auditor.post(f"{here}/read")
    stand.see("audit/case-read", auditor, here)
    stand.send("audit/case-answer-missing", auditor, f"{here}/answer")
    auditor.post(f"{here}/answer", {"outcome": "upheld", "note": "Kļūdījās kolēģis."})
    stand.see("audit/case-answered", auditor, here)
    auditor.post(f"{here}/close")
    stand.see("audit/case-closed", auditor, here)


def scene_holds(stand: Stand) -> None:
    desk, auditor = filed(stand), stand.colleague("Aivars Revidents", Role.AUDITOR)
    assistant = stand.colleague("Berta Otrā", Role.ASSISTANT)
    assistant.post(f"{shown(assistant)}/erasure")
    new = f"{HOLDS}/new?visit={desk.visit_id}"
    stand.see("audit/hold-form", auditor, new)
    stand.send("audit/hold-missing", auditor, f"{HOLDS}/new", form={"visit": desk.visit_id})
    hold = auditor.post(f"{HOLDS}/new", FILLED | {"visit": desk.visit_id}).location
    stand.see("audit/holds", auditor, HOLDS)
    stand.see("audit/hold", auditor, hold)
    stand.send("audit/hold-review-wrong", auditor, f"{hold}/review", form={"review_on": "2020-01-01"})
    stand.send("audit/hold-lift-missing", auditor, f"{hold}/lift", form={"reason": ""})
    auditor.post(f"{hold}/lift", {"reason": "Lieta ir slēgta"})
    stand.see("audit/hold-lifting", auditor, hold, Kind.WAITING)


def scene_inquiries(stand: Stand) -> None:
    desk, one = filed(stand), stand.colleague("Aivars Revidents", Role.AUDITOR)
    two = stand.colleague("Dace Revidente", Role.AUDITOR)
    stand.see("audit/inquiry-form", one, f"/audit/inquiries/new?visit={desk.visit_id}")
    stand.send("audit/inquiry-missing", one, "/audit/inquiries", form={"visits": ""})
    fields = {"visits": desk.visit_id, "reference": "DP/2026-17", "reason": "fraud", "last": "2026-11-20"}
    here = one.post("/audit/inquiries", fields).location
    stand.see("audit/inquiry", one, here, Kind.WAITING)
    stand.see("audit/inquiry-to-agree", two, here)
    two.post(f"{here}/agree")
    stand.see("audit/inquiries", one, "/audit/inquiries")
    stand.see("audit/reason-inquiry", one, f"/audit/visits/{desk.visit_id}")
    stand.see("audit/figures", one, "/inquiries/figures")
    stand.see("audit/inquiry-in-force", one, here)
    one.post(f"{here}/end")
    stand.see("audit/inquiry-ended", one, here, Kind.EXPIRED)


def scene_signs(stand: Stand) -> None:
    desk, auditor = stand.desk(somebody(1)), stand.colleague("Aivars Revidents", Role.AUDITOR)
    on_paper(stand.facing(desk))
    desk.write(lambda conn: conn.execute(update(Approval).values(asked_at=desk.clock.now())))
    yesterday = desk.clock.now() - timedelta(days=1)
    desk.write(lambda conn: conn.execute(update(Visit).values(opened_at=yesterday)))
    publish(stand)
    stand.see("audit/signs", auditor, "/audit/signs")
    stand.see("audit/search", auditor, "/audit?sign=paper&assistant=anna")
    stand.see("audit/sample-form", auditor, "/audit/sample")
    stand.see("audit/sample-wrong", auditor, "/audit/sample?number=0", Kind.ERROR, status=400)
    stand.see("audit/sample", auditor, "/audit/sample?number=5&from=2026-10-30&to=2026-11-01")


def scene_who_could_act(stand: Stand) -> None:
    desk, auditor = stand.desk(), stand.colleague("Aivars Revidents", Role.AUDITOR)
    stand.see("audit/able-nothing-yet", auditor, "/audit/able", Kind.EMPTY)
    desk.write(lambda conn: able.settle(conn, desk.clock.now()))
    stand.see("audit/able", auditor, "/audit/able")
    stand.see("audit/able-nobody", auditor, "/audit/able?holder=nobody", Kind.EMPTY)
    stand.see("audit/able-before", auditor, "/audit/able?on=2025-03-01", Kind.EMPTY)
    stand.see("audit/able-wrong", auditor, "/audit/able?on=2999-01-01", Kind.ERROR, status=422)
