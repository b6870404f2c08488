"""A holder's officer reads what was filed at the institution: figures, lists, refusals, monthly statements."""

from datetime import timedelta

from gateway.holders import comparing, reconciling
from gateway.holders.lists import Row
from gateway.outreach import rules
from gateway.outreach.audience import FEWEST
from gateway.people.roles import Role
from gateway.visits import actors
from tests.benchmarks.gateways import BusyDesk
from tests.gateway.callers import Caller
from tests.gateway.holders.test_filings import one_of_each, refuse
from tests.gateway.holders.test_reconciling import row
from tests.gateway.holders.test_statements import DECEMBER, go_to, learn
from tests.gateway.inviting import people
from tests.gateway.visits.counter import BENEFIT
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_filings(stand: Stand) -> None:
    desk = stand.desk()
    one_of_each(desk)
    refuse(desk, "account", "phone")
    ods = officer(stand, "ods")
    stand.see("holder/month", ods, "/holder")
    stand.see("holder/filings", ods, "/holder/filings")
    stand.see("holder/list", ods, "/holder/filings/list")
    stand.see("holder/quality", ods, "/holder/quality")
    here = "/holder/filings/list"
    stand.send("holder/found", ods, here, Kind.CLEAN, status=200, form={"reference": "SP-2026-000001"})
    stand.send("holder/found-none", ods, here, Kind.EMPTY, status=200, form={"reference": "SP-1"})
    stand.send("holder/find-missing", ods, here, form={"reference": ""})


def scene_statements(stand: Stand) -> None:
    desk = stand.desk()
    one_of_each(desk)
    ods = officer(stand, "ods")
    stand.see("holder/statements-none", ods, "/holder/statements", Kind.EMPTY)
    stand.see("holder/statement-draft", ods, "/holder/statements/2026-11")
    stand.see("admin/holder-statements-none", stand.staff(Role.ADMINISTRATOR), "/admin/holder-statements", Kind.EMPTY)
    go_to(desk, DECEMBER)
    ada, ods = stand.staff(Role.ADMINISTRATOR), officer(stand, "odrs")
    stand.send("admin/holder-statements-missing", ada, "/admin/holder-statements", form={"month": "2026-11"})
    ada.post("/admin/holder-statements", {"holder": "VSAA", "month": "2026-11"})
    stand.see("holder/statement-issued", ods, "/holder/statements/2026-11", Kind.WAITING)
    stand.send("holder/statement-dispute-empty", ods, "/holder/statements/2026-11/dispute")
    ods.post("/holder/statements/2026-11/dispute", {"lines": "1", "reason": "Pie mums tas ir reģistrēts decembrī"})
    stand.see("holder/statement-disputed", ods, "/holder/statements/2026-11", Kind.STOPPED)
    stand.see("holder/statements", ods, "/holder/statements")
    stand.see("admin/holder-statements-disputed", ada, "/admin/holder-statements", Kind.STOPPED)
    about = {"holder": "VSAA", "month": "2026-11"}
    stand.send("admin/holder-statements-no-answer", ada, "/admin/holder-statements/reply", form=about)
    ada.post("/admin/holder-statements/reply", about | {"reply": "Pārbaudījām: nosūtīts 30. novembrī plkst. 16.40."})
    stand.see("holder/statement-answered", ods, "/holder/statements/2026-11", Kind.STOPPED)
    learn(desk)
    stand.see("holder/statement-corrected", ods, "/holder/statements/2026-12")
    stand.see("admin/holder-statements", ada, "/admin/holder-statements")


def scene_lists(stand: Stand) -> None:
    desk = stand.desk()
    one_of_each(desk)
    ods, here = officer(stand, "ods"), "/holder/reconciliations"
    stand.see("holder/lists-none", ods, here, Kind.EMPTY)
    stand.send("holder/list-missing", ods, here)
    at = desk.clock.now()
    stand.see("holder/list-same", ods, f"{here}/{handed_in(desk, [row('SP-2026-000001', at)])}")
    different = [row("SP-2026-000001", at + timedelta(days=3)), row("SP-2026-000077", at, BENEFIT)]
    stand.see("holder/list-different", ods, f"{here}/{handed_in(desk, different)}")
    many = [row(f"SP-{number}", at) for number in range(reconciling._AT_ONCE + 1)]
    stand.see("holder/list-waits", ods, f"{here}/{handed_in(desk, many)}", Kind.WAITING)
    begun = handed_in(desk, many)
    desk.write(lambda conn: reconciling.note_progress(conn, begun, 15_000, 48_000))
    stand.see("holder/list-half", ods, f"{here}/{begun}", Kind.WAITING)
    stand.see("holder/lists", ods, here)


def scene_invitations(stand: Stand) -> None:
    desk = stand.desk()
    one_of_each(desk)
    people(desk, FEWEST)
    go_to(desk, DECEMBER)
    ods, ada, here = officer(stand, "ods"), stand.staff(Role.ADMINISTRATOR), "/holder/invitations"
    stand.see("holder/invitations-none", ods, here, Kind.EMPTY)
    form = {"service": BENEFIT, "group": f"service:{BENEFIT}", "template": "invited_again"}
    form |= {"since": "2026-11", "until": "2026-11", "outcome": "filed"}
    stand.send("holder/invitation-fault", ods, here, form=form | {"leaves_out": "yes"})
    one = ods.post(here, form).location
    stand.see("holder/invitation-waits", ods, one, Kind.WAITING)
    stand.send("holder/invitation-same-person", ods, f"{one}/approve", Kind.REFUSED, status=403)
    stand.see("holder/invitation-to-approve", ada, one)
    ada.post(f"{one}/approve")
    stand.see("holder/invitation", ods, one)
    stand.send("holder/invitation-overlap", ods, here, Kind.REFUSED, status=409, form=form)
    stand.see("holder/invitations", ods, here)
    stand.see("anyone/offer", stand.stranger(), f"/offers/{one.rpartition('/')[2]}")
    ods.post(f"{one}/stop")
    stand.see("holder/invitation-stopped", ods, one, Kind.STOPPED)
    few = form | {"since": "2026-10", "until": "2026-10"}
    stand.send("holder/invitation-too-few", ods, here, form=few)
    for _ in range(rules.MOST_REFUSED):
        ods.post(here, few)
    stand.send("holder/invitation-too-often", ods, here, Kind.REFUSED, status=429, form=few)


def handed_in(desk: BusyDesk, rows: list[Row]) -> str:
    now, by = desk.clock.now(), actors.SYSTEM
    given = desk.write(lambda conn: reconciling.hand_in(conn, "VSAA", rows, made_by="ods", actor=by, now=now))
    if reconciling.is_short(rows):
        comparing.compare_now(desk.store, given)
    return given


def officer(stand: Stand, login: str) -> Caller:
    """Of the institution that holds the benefit, signed in just now."""
    place = stand.place_of("Ods Pārstāvis", Role.OFFICER, login=login, holder="VSAA")
    return place.staff(Role.OFFICER, at_terminal=False, language="lv")
