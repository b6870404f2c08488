"""Those who answer for people: the list, one account and what is decided about it."""

import re

from gateway.changes.tables import ChangeKind
from gateway.ids import new_id
from gateway.people.roles import Role
from tests.gateway.pages.people.invited import link_of
from tests.gateway.pages.people.test_invitations_by_two import TestAuditor
from tests.states.scenes.administrator import office
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_accounts(stand: Stand) -> None:
    manager, ada = stand.staff(Role.MANAGER), stand.colleague("Bille Otrā", Role.ADMINISTRATOR)
    desk = stand.desk()
    desk.open().grant()
    cilda = stand.place_of("Cilda Trešā", Role.ASSISTANT, login="cilda").account.id
    stand.see("people/centre", manager, "/people")
    stand.see("people/all", ada, "/people")
    stand.send("people/found", ada, "/people", Kind.CLEAN, status=200, form={"words": "cilda"})
    stand.send("people/found-none", ada, "/people", Kind.EMPTY, status=200, form={"words": "nobody at all"})
    here = f"/people/{cilda}"
    stand.see("people/one", manager, here)
    stand.see("people/one-own", manager, f"/people/{stand.callers.account.id}")
    for step in ("suspend", "resume", "end"):
        stand.see(f"people/{step}", manager, f"{here}/{step}")
    stand.send("people/suspend-missing", manager, f"{here}/suspend")
    stand.place_of("Zane Ceturtā", Role.ADMINISTRATOR, login="zane")
    ada.post(f"/people/{desk.by.staff_id}/suspend", {"why": "unclear"})
    stand.see("people/one-suspended", ada, f"/people/{desk.by.staff_id}", Kind.STOPPED)
    stand.see("sign-in/suspended", stand.at_an_enrolled_one(), "/sign-in?why=suspended", Kind.REFUSED)
    ada.post(f"{here}/end", {"why": "left"})
    stand.see("people/one-ended", ada, here, Kind.STOPPED)


def scene_officer(stand: Stand) -> None:
    two = office(stand)
    ods = stand.place_of("Ods Pārstāvis", Role.OFFICER, login="ods", holder="VSAA").staff(
        Role.OFFICER, at_terminal=False, language="lv"
    )
    nobodys = stand.place_of("Une Neviena", Role.OFFICER, login="une", holder="Iestāde bez pakalpojumiem")
    empty = nobodys.staff(Role.OFFICER, at_terminal=False, language="lv")
    stand.see("holder/empty", empty, "/holder", Kind.EMPTY)
    stand.see("holder/filings-none", ods, "/holder/filings", Kind.EMPTY)
    stand.see("holder/list-none", ods, "/holder/filings/list", Kind.EMPTY)
    stand.see("holder/quality-none", ods, "/holder/quality", Kind.EMPTY)
    begins = "2026-11-01T00:00:00+00:00"
    agreed = {"holder": "VSAA", "service": None, "centre": None, "begins_at": begins, "ends_at": None}
    change = two.propose(ChangeKind.AGREEMENT_ADD, "more", agreed)
    stand.see("holder/start", ods, "/holder")
    stand.see("holder/change", ods, f"/admin/changes/{change}", Kind.WAITING)
    stand.see("holder/propose", ods, "/admin/propose/agreement.add")
    ends = re.search(r"/admin/propose/agreement\.end\?target=[^\"]+", ods.get("/holder").text)
    assert ends
    stand.see("holder/end", ods, ends[0])
    ods.post(f"/admin/changes/{change}/refuse")
    stand.see("holder/decided", ods, "/holder")


def scene_invitations(stand: Stand) -> None:
    manager, two = stand.staff(Role.MANAGER), office(stand)
    ada = two.page(two.second)
    stand.see("people/invite", manager, "/people/invite")
    stand.send("people/invite-missing", manager, "/people/invite")
    stand.see("people/invite-anywhere", ada, "/people/invite")
    stand.send("people/invite-anywhere-missing", ada, "/people/invite")
    new = {"name": "Dace Jaunā", "login": "dace", "language": "lv"}
    here = manager.post("/people/invite", new).location
    stand.see("people/invitation", manager, here)
    stand.send("people/invitation-mail-wrong", manager, f"{here}/link", form={"email": "no address"})
    stand.send("people/invitation-link", manager, f"{here}/link", Kind.CLEAN, status=200)
    stand.see("people/invited", manager, "/people", Kind.WAITING)
    path = link_of(manager, here)
    dace = stand.stranger()
    stand.see("joining/start", dace, path)
    stand.send("joining/new", dace, path, Kind.CLEAN, status=200)
    short = {"password": "īsa", "again": "cita", "code": "1"}
    stand.send("joining/new-wrong", dace, f"{path}/finish", form=short)
    refused = f"/people/{stand.callers.account.id}/suspend"
    stand.send("people/suspend-last-but-one", ada, refused, Kind.PROBLEM, status=409, form={"why": "unclear"})
    stand.place_of("Zane Ceturtā", Role.ADMINISTRATOR, login="zane")
    ada.post(refused, {"why": "unclear"})
    stand.see("admin/changes-stopped", ada, "/admin", Kind.STOPPED)
    stand.see("joining/inviter-gone", dace, path, Kind.PROBLEM, status=410)
    stand.see("people/invitation-stuck", ada, here, Kind.STOPPED)
    stand.see("people/invited-stuck", ada, "/people", Kind.STOPPED)
    ada.post(f"{here}/withdraw")
    stand.see("joining/over-at-once", dace, path, Kind.EXPIRED, status=410)
    stand.send("joining/over", dace, path, Kind.EXPIRED, status=410)
    stand.see("sign-in/invited", stand.at_an_enrolled_one(), "/sign-in?why=invited")
    stand.see("joining/elsewhere", stand.stranger(), "/sign-in?why=invited-elsewhere")


def scene_auditor_invited(stand: Stand) -> None:
    two = office(stand)
    values = TestAuditor.VALUES | {"centre": stand.callers.centre_id}
    change = two.propose(ChangeKind.ACCOUNT_INVITE, new_id(), values)
    stand.see("admin/change-invite", two.page(), f"/admin/changes/{change}", Kind.WAITING)
    two.confirm(change)
    stand.see("admin/change-invite-agreed", two.page(two.second), f"/admin/changes/{change}", Kind.WAITING)
    two.wait()
    two.apply(change)
    proposer, confirmer = two.page(), two.page(two.second)
    stand.see("admin/change-invited", proposer, f"/admin/changes/{change}")
    here = (
        "/people/invitations/" + proposer.get(f"/admin/changes/{change}").text.partition("/people/invitations/")[2][:22]
    )
    stand.see("people/invitation-two", confirmer, here)
    stand.send("people/invitation-code", confirmer, f"{here}/code", Kind.CLEAN, status=200)
    path, dace = link_of(proposer, here), stand.stranger()
    stand.see("joining/start-two", dace, path)
    stand.send("joining/code-asked", dace, path, Kind.CLEAN, status=200)
    stand.send("joining/code-wrong", dace, path, status=403, form={"second": "00000 00000"})
