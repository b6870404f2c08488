"""Published history, costs, targets and reports: with figures, empty, and as manager and network owner see it."""

from gateway.people.roles import Role
from tests.gateway.reports.network import take_all_in
from tests.gateway.visits.counter import BENEFIT
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_history(stand: Stand) -> None:
    manager = stand.staff(Role.MANAGER)
    stand.see("figures/history-none", manager, "/figures/history", Kind.EMPTY)
    take_all_in(stand.gateway.parts.database, stand.clock)
    stand.see("figures/history", manager, "/figures/history")


def scene_costs(stand: Stand) -> None:
    manager, owner = stand.staff(Role.MANAGER), stand.staff(Role.NETWORK_OWNER)
    here = "/figures/costs"
    stand.see("figures/costs-none", manager, f"{here}?period=2026-Q3", Kind.EMPTY)
    stand.send("figures/costs-wrong", manager, f"{here}/subsidies")
    shared = {"centre": stand.callers.centre_id, "from": "2026-01-01", "until": "2026-12-31", "source": "Līgums 1-2/3"}
    for kind, euros in (("upkeep", "3650,00"), ("salary", "25550,00")):
        assert manager.post(f"{here}/subsidies", shared | {"kind": kind, "euros": euros}).status == 303
    stand.see("figures/costs", manager, f"{here}?period=2026-Q3")
    stand.see("figures/costs-owner", owner, f"{here}?period=2026-Q3")
    stand.see("figures/counts-none", manager, f"{here}/counts", Kind.EMPTY)
    stand.send("figures/counts-wrong", manager, f"{here}/counts", form={"month": "2026-10", "call": "x"})
    manager.post(f"{here}/counts", {"month": "2026-10", "call": "41", "email": "7", "consultation": "0"})
    stand.see("figures/counts", manager, f"{here}/counts?month=2026-10")
    stand.see("figures/prices-none", manager, f"{here}/prices", Kind.EMPTY)
    stand.send("figures/prices-wrong", owner, f"{here}/prices")
    price = {"service": BENEFIT, "euros": "3,50", "since": "2026-01-01"}
    assert owner.post(f"{here}/prices", price).status == 303
    stand.see("figures/prices", owner, f"{here}/prices")
