"""The catalogue that everybody may read, and where its cards are written."""

import re
from datetime import timedelta

from gateway.people.roles import Role
from gateway.services import agreements
from tests.gateway.pages.desk.desk import BENEFIT, PASSPORT
from tests.states.shown import Kind
from tests.states.stand import Stand

CHANGED = {"title": "Slimības pabalsts", "summary": "Nauda par slimības laiku.", "costs": "Pieci eiro."}


def scene_public(stand: Stand) -> None:
    stranger = stand.stranger()
    stand.see("catalogue/all", stranger, "/services")
    stand.see("catalogue/directive", stranger, "/services?directive=1")
    stand.send("catalogue/found", stranger, "/services", Kind.CLEAN, status=200, form={"query": "slimibas lapa"})
    stand.send("catalogue/found-nothing", stranger, "/services", Kind.EMPTY, status=200, form={"query": "kosmoss"})
    stand.see("catalogue/one", stranger, f"/services/{BENEFIT}")
    stand.see("catalogue/in-person", stranger, f"/services/{PASSPORT}")
    stand.see("catalogue/event", stranger, "/life-events/birth_of_a_child")
    stand.see("catalogue/unknown", stranger, "/services/lv.nowhere", Kind.PROBLEM, status=404)


def scene_cards(stand: Stand) -> None:
    ada = stand.staff(Role.ADMINISTRATOR)
    ods = stand.place_of("Ods Pārstāvis", Role.OFFICER, login="ods", holder="VSAA")
    at = f"/cards/{BENEFIT}"
    stand.see("cards/all", ada, "/cards")
    stand.see("cards/one", ada, at)
    stand.see("cards/version", ada, f"{at}/versions/1")
    stand.clock.move(timedelta(days=2))
    ada, officer = stand.staff(Role.ADMINISTRATOR), ods.staff(Role.OFFICER, at_terminal=False, language="lv")
    ada.post(f"{at}/draft")
    stand.see("cards/nothing-changed", ada, at)
    stand.see("cards/edit", ada, f"{at}/draft/lv")
    stand.send("cards/edit-wrong", ada, f"{at}/draft/lv", form={"summary": "Nauda", "video": "http://video.example"})
    stand.send("cards/no-reason", ada, f"{at}/submit")
    ada.post(f"{at}/draft/lv", CHANGED)
    stand.see("cards/draft", ada, at)
    ada.post(f"{at}/submit", {"because": "Mainījās maksa"})
    stand.see("cards/own-waits", ada, at, Kind.WAITING)
    stand.see("cards/to-approve", officer, at, Kind.WAITING)
    stand.send("cards/refuse-why", officer, f"{at}/refuse")
    officer.post(f"{at}/refuse", {"why": "Maksa nav mainījusies"})
    stand.see("cards/refused", ada, at, Kind.REFUSED)


def scene_baskets(stand: Stand) -> None:
    ada, write = stand.staff(Role.ADMINISTRATOR), stand.gateway.parts.database.write_now
    stand.see("baskets/all", ada, "/baskets")
    stand.see("baskets/booklet", ada, "/baskets/vpvkac")
    stand.see("baskets/no-such-kind", ada, "/baskets/nothing", Kind.PROBLEM, status=404)
    (agreement,) = write(lambda conn: agreements.of_holder(conn, "VID"))
    write(lambda conn: agreements.suspend(conn, agreement, stand.clock.now()))
    stand.see("baskets/blocked", ada, "/baskets", Kind.WAITING)
    stand.see("baskets/differences", ada, "/baskets?differences=1")
    here, chosen = "/baskets/vpvkac/change", {f"service-{BENEFIT}": BENEFIT}
    stand.see("baskets/change-no-such-kind", ada, "/baskets/nothing/change", Kind.PROBLEM, status=404)
    stand.clock.move(timedelta(days=2))
    ada = stand.staff(Role.ADMINISTRATOR)
    stand.see("baskets/change", ada, here)
    stand.send("baskets/change-nothing", ada, here, Kind.EMPTY, status=200, form=_basket_as_it_is(ada.get(here).text))
    stand.send("baskets/change-seen", ada, here, Kind.CLEAN, status=200, form=chosen)
    seen = _seen(ada.post(here, chosen).text)
    stand.send("baskets/change-without-a-reason", ada, here, form=chosen | seen)
    made = ada.post(here, chosen | seen | {"reason": "Pārējo piedāvā cits centrs"}).location
    stand.see("baskets/changed", ada, made)
    stand.see("baskets/change-history", ada, here)
    undo = re.search(r"\?undo=[\w-]+", ada.get(here).text)
    assert undo
    stand.see("baskets/change-taken-back", ada, here + undo[0])


def _basket_as_it_is(page: str) -> dict[str, str]:
    return {f"service-{each}": each for each in re.findall(r'name="service-([\w.]+)"[^>]* checked', page)}


def _seen(page: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return {"seen": found[1]}
