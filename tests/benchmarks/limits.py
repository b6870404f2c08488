"""What a page may cost, and the few that may cost more, each with why: for the bench, and for the tests that count.

Statements are the same everywhere. Milliseconds are those of a machine on which a bare Litestar route takes `BARE_MS`;
on one that is slower, or busy, they are as much longer as the bare route takes longer in the same run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

AIM_MS: Final = 4.0
AIM_STATEMENTS: Final = 6
BARE_MS: Final = 0.09
DRIVER_MS: Final = 1.0
"""What PostgreSQL's driver takes of a page on top: two turns of three round trips, and 0.2 ms of each statement."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that one page may take."""

    ms: float = AIM_MS
    """Milliseconds of CPU."""
    statements: int = AIM_STATEMENTS
    why: str = ""
    """Why it may take more than others."""


USUAL: Final = Limit()
_EVENT: Final = 4
"""What a look takes on SQLite that is put on record: the chain's place, the event, that it waits, the chain's end."""
_LONG_FORM: Final = "a form of many fields, of which Jinja writes each with its label, help and errors"
_RECORDED: Final = Limit(statements=AIM_STATEMENTS + _EVENT, ms=5.0, why="each look is put on record, which takes four")
_ONE_DELEGATION: Final = Limit(
    statements=9, why="one delegation with all that was done under it, who looked, and how far it is proven"
)
_DOUBT: Final = Limit(
    statements=10,
    why="whoever may settle it is held against the resident's own details first; what the holder's list says, and when",
)
ABOVE: Final[Mapping[str, Limit]] = {
    "figures/quarter*": Limit(
        ms=40.0, statements=24, why="a whole report: figures of a quarter and the one before, costs, targets"
    ),
    "figures/history*": Limit(
        ms=40.0, statements=7, why="every row of both published tables, some 350, stands on one page"
    ),
    "figures/targets": Limit(ms=6.0, statements=12, why="targets are held against four figures of their months"),
    "figures/targets-owner": Limit(ms=6.0, statements=12, why="targets are held against four figures of their months"),
    "cards/*": Limit(
        statements=12,
        ms=6.0,
        why="one card with its draft, what that changes, whose yes it waits for, and its versions",
    ),
    "desk/plan": Limit(ms=7.0, why=f"all questions of two services: {_LONG_FORM}"),
    "desk/several": Limit(ms=6.0, why=f"rights, routes and people for two services: {_LONG_FORM}"),
    "desk/questions*": Limit(ms=5.0, why=_LONG_FORM),
    "desk/request*": Limit(ms=5.0, why=_LONG_FORM),
    "desk/ask-kept": Limit(ms=5.0, why=_LONG_FORM),
    "desk/portal-refused-values": Limit(ms=5.0, why=_LONG_FORM),
    "desk/lost-*": Limit(ms=5.0, why=_LONG_FORM),
    "audit/search": replace(_RECORDED, ms=6.0, why=f"{_RECORDED.why}; a rule is looked through as well"),
    "audit/search-none": _RECORDED,
    "audit/signs*": _RECORDED,
    "audit/sample": _RECORDED,
    "manage/found": _RECORDED,
    "audit/visit": Limit(
        ms=6.0, statements=9, why="a visit's whole trail with names, its place in the log, and what became of it"
    ),
    "audit/seen": Limit(statements=8, why="every text and read-back of a visit, opened once it was said why"),
    "desk/doubt": _DOUBT,
    "desk/doubt-hinted": _DOUBT,
    "phone/filed-one-left-out": Limit(statements=7, why="the receipt of one service, and how far the others are"),
    "figures/*": Limit(
        ms=30.0,
        statements=11,
        why="twelve tables, counts by hand, minutes of others; its own limit stands in the measure `figures`",
    ),
    "mine/sent": _ONE_DELEGATION,
    "mine/live": _ONE_DELEGATION,
    "mine/stopped": _ONE_DELEGATION,
    "mine/followed": _ONE_DELEGATION,
    "mine/more-wanted": _ONE_DELEGATION,
    "mine/decided": _ONE_DELEGATION,
    "presented/outcome": Limit(statements=8, why="what a portal said is opened once its showing was recorded"),
    "presented/overview": Limit(
        statements=10, why="a sheet with up to thirty delegations, each with all that was done"
    ),
}
"""By the name of the page's state; `audit/signs*` is every state whose name begins so."""


def ms_on(kind: str, limit: Limit, bare_ms: float) -> float:
    """The milliseconds that a limit allows on a kind of database, where a bare route took `bare_ms` meanwhile."""
    allowed = limit.ms + (DRIVER_MS if kind == "PostgreSQL" else 0.0)
    return allowed * max(1.0, bare_ms / BARE_MS)


def of(name: str) -> Limit:
    """The limit of a page in the state of this name."""
    fitting = (limit for pattern, limit in ABOVE.items() if _fits(name, pattern))
    return next(fitting, USUAL)


def idle(names: Iterable[str]) -> list[str]:
    """Limits that none of these pages has: what is not needed any more goes."""
    known = list(names)
    return [pattern for pattern in ABOVE if not any(_fits(name, pattern) for name in known)]


def _fits(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
