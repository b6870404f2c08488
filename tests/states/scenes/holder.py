"""A holder's officer reads what was filed at the institution: figures, lists, refusals, monthly statements."""

from gateway.people.roles import Role
from tests.gateway.callers import Caller
from tests.gateway.holders.test_filings import one_of_each, refuse
from tests.gateway.holders.test_statements import DECEMBER, go_to, learn
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
    learn(desk)
    stand.see("holder/statement-corrected", ods, "/holder/statements/2026-12")
    stand.see("admin/holder-statements", ada, "/admin/holder-statements")


def officer(stand: Stand, login: str) -> Caller:
    """Of the institution that holds the benefit, signed in just now."""
    place = stand.place_of("Ods Pārstāvis", Role.OFFICER, login=login, holder="VSAA")
    return place.staff(Role.OFFICER, at_terminal=False, language="lv")
