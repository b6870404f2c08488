"""A code that opens nothing is told to whoever typed it, and the trail tells that somebody did; never which code."""

import pytest

from audit.events import EventName
from tests.gateway.callers import Callers
from tests.gateway.terminals.test_proofs import told

TYPED = "90417263"
ON_PAPER = "7" * 26


@pytest.mark.parametrize(
    ("path", "what", "code"),
    [
        ("/terminal/enrol", "terminal", TYPED),
        ("/display/enrol", "display", TYPED),
        ("/a", "question", TYPED),
        ("/stop", "question", TYPED),
        ("/stop", "stop", ON_PAPER),
        ("/statement", "statement", ON_PAPER),
        ("/guest/begin", "guest", TYPED),
    ],
)
def test_is_an_event_that_says_what_it_would_have_opened(callers: Callers, path: str, what: str, code: str) -> None:
    caller = callers.nobody(at_terminal=what == "guest")
    caller.csrf = caller.get(path.removesuffix("/begin")).csrf
    assert 400 <= caller.post(path, {"code": code}).status < 500
    assert told(callers, EventName.CODE_REFUSED) == [{"for": what}]


def test_many_do_not_fill_the_trail(callers: Callers) -> None:
    caller = callers.nobody()
    caller.csrf = caller.get("/terminal/enrol").csrf
    for _ in range(15):
        caller.post("/terminal/enrol", {"code": TYPED})
    assert len(told(callers, EventName.CODE_REFUSED)) == 10


def test_a_link_that_opens_no_account_is_one_too(callers: Callers) -> None:
    assert callers.nobody().get("/join/nothing").status == 410
    assert told(callers, EventName.CODE_REFUSED) == [{"for": "invitation"}]
