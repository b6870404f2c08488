"""Published history, costs, targets and reports: with figures, empty, and as manager and network owner see it."""

from datetime import timedelta

from gateway.people.roles import Role
from gateway.people.staff import add_centre
from tests.gateway.reports.filled import fill
from tests.gateway.reports.network import take_all_in
from tests.gateway.visits.counter import BENEFIT
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_history(stand: Stand) -> None:
    manager = stand.staff(Role.MANAGER)
    stand.see("figures/matches-none", stand.staff(Role.NETWORK_OWNER), "/figures/history/matches", Kind.EMPTY)
    stand.see("figures/history-none", manager, "/figures/history", Kind.EMPTY)
    take_all_in(stand.gateway.parts.database, stand.clock)
    stand.see("figures/history", manager, "/figures/history")
    owner, here = stand.staff(Role.NETWORK_OWNER), "/figures/history/matches"
    ours = stand.callers.centre_id
    stand.gateway.parts.database.write_now(
        lambda conn: add_centre(
            conn, name="Ķekavas VPVKAC", kind="vpvkac", municipality="Ķekavas", now=stand.clock.now()
        )
    )
    for name in ("Salaspils", "Ādažu"):
        assert owner.post(here, {"name": name, "centre": ours if name == "Salaspils" else ""}).status == 303
    stand.see("figures/matches", owner, here)
    stand.send("figures/match-wrong", owner, here)
    stand.send("figures/region-wrong", owner, f"{here}/region", form={"of": ours})


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
    stand.see("figures/weights-none", manager, f"{here}/weights", Kind.EMPTY)
    stand.send("figures/weights-wrong", owner, f"{here}/weights")
    assert owner.post(f"{here}/weights", {"way": "counter", "weight": "40", "since": "2026-01-01"}).status == 303
    stand.see("figures/weights", owner, f"{here}/weights")


def scene_targets(stand: Stand) -> None:
    manager, owner = stand.staff(Role.MANAGER), stand.staff(Role.NETWORK_OWNER)
    here = "/figures/targets"
    stand.see("figures/targets-none", manager, here, Kind.EMPTY)
    stand.send("figures/targets-wrong", owner, here)
    stand.send("figures/improvement-wrong", manager, f"{here}/actions")
    for aim, value in (("satisfied", "85"), ("cost", "12,50")):
        target = {"centre": stand.callers.centre_id, "aim": aim, "value": value, "period": "2026"}
        assert owner.post(here, target).status == 303
    staff_id = stand.here.account.id
    begun = {"for": "time", "text": "Pierakstu izdrukas pie ieejas", "owner": staff_id, "due": "2026-11-02"}
    assert manager.post(f"{here}/actions", begun).status == 303
    assert manager.post(f"{here}/actions", begun | {"text": "Īsākas rindas", "due": "2026-12-01"}).status == 303
    stand.clock.move(timedelta(days=1))
    manager, owner = stand.staff(Role.MANAGER), stand.staff(Role.NETWORK_OWNER)
    stand.see("figures/targets", manager, here)
    stand.see("figures/targets-owner", owner, here)
    stand.see("manage/overdue", manager, "/manage")


def scene_quarter(stand: Stand) -> None:
    manager, owner = stand.staff(Role.MANAGER), stand.staff(Role.NETWORK_OWNER)
    here = "/figures/reports?period=2026-Q3"
    stand.see("figures/quarter-none", manager, here, Kind.EMPTY)
    fill(stand.gateway.parts.database, 5, stand.clock.now())
    stand.see("figures/quarter-owner", owner, here)
