"""Those who answer for people: the list, one account and what is decided about it."""

from gateway.people.roles import Role
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
    ada.post(f"/people/{desk.by.staff_id}/suspend", {"why": "unclear"})
    stand.see("people/one-suspended", ada, f"/people/{desk.by.staff_id}", Kind.STOPPED)
    stand.see("sign-in/suspended", stand.at_an_enrolled_one(), "/sign-in?why=suspended", Kind.REFUSED)
    ada.post(f"{here}/end", {"why": "left"})
    stand.see("people/one-ended", ada, here, Kind.STOPPED)
