"""Published history, costs, targets and reports: with figures, empty, and as manager and network owner see it."""

from gateway.people.roles import Role
from tests.gateway.reports.network import take_all_in
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_history(stand: Stand) -> None:
    manager = stand.staff(Role.MANAGER)
    stand.see("figures/history-none", manager, "/figures/history", Kind.EMPTY)
    take_all_in(stand.gateway.parts.database, stand.clock)
    stand.see("figures/history", manager, "/figures/history")
