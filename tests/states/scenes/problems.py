"""What is said of each problem that can meet somebody, by its code."""

from litestar import get
from litestar.params import FromPath

from gateway.people.access import Who, allow
from gateway.problem_texts import PROBLEMS
from tests.gateway.callers import fitted
from tests.gateway.pages.facing import Phone
from tests.states.shown import Kind
from tests.states.stand import Stand


@get("/problem/{code:str}", **allow(Who.ANYONE))
async def fail(code: FromPath[str]) -> None:
    """Meet the problem of this code, as a handler would."""
    raise type("MetError", (Exception,), {"code": code})


def scene_every_code(stand: Stand) -> None:
    stranger = Phone(fitted(stand.gateway.parts, fail))
    for code in sorted({**PROBLEMS, "internal": None}):
        status = PROBLEMS[code].status if code in PROBLEMS else 500
        stand.see(f"problem/{code}", stranger, f"/problem/{code}", Kind.PROBLEM, status=status)
