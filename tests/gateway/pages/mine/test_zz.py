from tests.gateway.pages.facing import Facing
from tests.gateway.pages.mine.conftest import Own
import pytest


def test_x(facing: Facing) -> None:
    facing.counter.open().grant()
    home = Own(facing, facing.phone()).sign_in()
    out = {}
    for q in (
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00Z",
        "-1",
        "2026-01-01T00:00:00%2B00:00",
    ):
        for p in (f"/mine?before={q}~x", f"/mine/looks?before={q}"):
            try:
                out[p] = home.phone.get(p).status if hasattr(home, "phone") else home.browser.get(p).status
            except BaseException as e:
                out[p] = repr(e)[:200]
    print(out)
    assert not [k for k, v in out.items() if v != 200], out
