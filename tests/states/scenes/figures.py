"""Figures: a manager's own centre, the network for its owner; with nothing, with too few answers, with enough."""

from gateway.demo import made_up
from gateway.people.roles import Role
from gateway.reports import answering, gathering
from gateway.reports.periods import Month
from tests.gateway.reports import timed
from tests.states.shown import Kind
from tests.states.stand import Stand


def scene_figures(stand: Stand) -> None:
    manager, owner = stand.staff(Role.MANAGER), stand.staff(Role.NETWORK_OWNER)
    stand.see("figures/centre-none", manager, "/figures", Kind.EMPTY)
    stand.see("figures/network-none", owner, "/figures", Kind.EMPTY)
    parts = stand.gateway.parts
    month = Month.of(stand.clock.now())
    parts.database.write_now(lambda conn: made_up.some_figures(conn, stand.callers.centre_id, month, visits=9))
    stand.see("figures/centre-few", manager, "/figures")
    parts.database.write_now(lambda conn: made_up.some_figures(conn, stand.callers.centre_id, month, visits=240))
    parts.database.write_now(lambda conn: gathering.advance(conn, stand.clock.now()))
    parts.database.write_now(lambda conn: answering.bundle(conn, stand.clock.now()))
    stand.see("figures/centre", manager, "/figures")
    stand.see("figures/network", owner, "/figures")
    past = month.plus(-1)
    parts.database.write_now(lambda conn: made_up.some_figures(conn, stand.callers.centre_id, past, visits=60))
    parts.database.write_now(lambda conn: timed.four_others(conn, stand.clock.now(), past))
    parts.database.write_now(lambda conn: timed.keep_here(conn, stand.clock.now()))
    stand.see("figures/centre-beside", manager, "/figures")
    stand.see("figures/region", owner, f"/figures?place=kind:vpvkac&period={month.quarter}")
    stand.see("figures/period-wrong", owner, "/figures?period=soon", Kind.ERROR, status=400)
