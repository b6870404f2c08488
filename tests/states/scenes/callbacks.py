"""Calls: what waits, one in hand, what is refused, and what they come to in the figures."""

from datetime import date, timedelta

from sqlalchemy import Connection, insert

from gateway.callbacks.ending import Without
from gateway.feedback.tables import Called, FeedbackInvitation, Reach
from gateway.ids import digest
from gateway.people.roles import Role
from tests.gateway.callbacks.owed import owes
from tests.states.shown import Kind
from tests.states.stand import Stand

HERE = "/callbacks"
CALL = f"{HERE}/call"


def scene_calls(stand: Stand) -> None:
    desk = stand.desk()
    owes(desk, 6)
    berta = stand.colleague("Berta Otrā", Role.ASSISTANT)
    stand.see("callbacks/list", berta, HERE)
    stand.see("callbacks/lapsed", berta, f"{HERE}?said=lapsed", Kind.EXPIRED)
    assert berta.post(f"{HERE}/take").location == CALL
    stand.see("callbacks/list-one-in-hand", berta, HERE, Kind.WAITING)
    stand.see("callbacks/call", berta, CALL)
    stand.see("callbacks/call-in-english", berta, f"{CALL}?in=en")
    stand.send("callbacks/answer-missing", berta, f"{CALL}/answer", form={"satisfaction": "4"})
    stand.send("callbacks/end-missing", berta, f"{CALL}/end")
    berta.post(f"{CALL}/end", {"how": Without.NOT_REACHED})
    stand.see("callbacks/ended", berta, f"{HERE}?said=ended")
    for how in (Without.DECLINED, Without.WRONG_NUMBER):
        berta.post(f"{HERE}/take")
        berta.post(f"{CALL}/end", {"how": how})
    berta.post(f"{HERE}/take")
    berta.post(f"{CALL}/answer", {"satisfaction": "4", "done": "yes", "clear": "yes", "comment": ""})
    stand.see("callbacks/answered", berta, f"{HERE}?said=answered")
    stand.gateway.parts.database.write_now(lambda conn: _of_september(conn, stand.callers.centre_id))
    stand.see("manage/invitations-calls", stand.staff(Role.MANAGER), "/figures/invitations")
    served = stand.staff(Role.ASSISTANT)
    stand.send("callbacks/served", served, f"{HERE}/take", Kind.REFUSED, status=409)
    stand.clock.move(timedelta(hours=12))
    late = stand.staff(Role.MANAGER)
    stand.send("callbacks/at-night", late, f"{HERE}/take", Kind.REFUSED, status=409)


def scene_no_calls(stand: Stand) -> None:
    berta = stand.colleague("Berta Otrā", Role.ASSISTANT)
    stand.see("callbacks/none", berta, HERE, Kind.EMPTY)
    stand.send("callbacks/nobody", berta, f"{HERE}/take", Kind.REFUSED, status=409)


def _of_september(conn: Connection, centre_id: str) -> None:
    """A month of many calls that is over: nine answered, six declined, seven were not reached, five wait in vain."""
    ways: tuple[tuple[int, bool, bool, Called | None], ...] = (
        (9, True, False, Called.REACHED),
        (6, True, True, Called.REACHED),
        (7, False, False, Called.NOT_REACHED),
        (5, False, False, None),
    )
    asked = {"asked_on": date(2026, 9, 2), "expires_on": date(2026, 10, 2), "month": "2026-09"}
    fixed = asked | {"centre_id": centre_id, "service_group": "none", "rated": False, "reach": Reach.CALL}
    rows = [
        fixed
        | {"used": used, "declined": declined, "called": called, "token_hash": digest(f"{called} {declined} {number}")}
        for count, used, declined, called in ways
        for number in range(count)
    ]
    conn.execute(insert(FeedbackInvitation), rows)
