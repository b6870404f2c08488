"""A holder's officer reads what was filed at the institution: figures, lists, refusals."""

from gateway.people.roles import Role
from tests.gateway.holders.test_filings import one_of_each, refuse
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_filings(stand: Stand) -> None:
    desk = stand.desk()
    one_of_each(desk)
    refuse(desk, "account", "phone")
    ods = stand.place_of("Ods Pārstāvis", Role.OFFICER, login="ods", holder="VSAA").staff(
        Role.OFFICER, at_terminal=False, language="lv"
    )
    stand.see("holder/month", ods, "/holder")
    stand.see("holder/filings", ods, "/holder/filings")
    stand.see("holder/list", ods, "/holder/filings/list")
    stand.see("holder/quality", ods, "/holder/quality")
    here = "/holder/filings/list"
    stand.send("holder/found", ods, here, Kind.CLEAN, status=200, form={"reference": "SP-2026-000001"})
    stand.send("holder/found-none", ods, here, Kind.EMPTY, status=200, form={"reference": "SP-1"})
    stand.send("holder/find-missing", ods, here, form={"reference": ""})
