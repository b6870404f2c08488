"""Somebody who is not there: called back at a number known before, with a code for each yes that is said aloud."""

import re

import httpx2

from delegation.filing import FilingState
from gateway.demo import seed
from gateway.visits.tables import Ending
from gateway.visits.view import Stage
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Case, Counter, wait_for


def codes_of(case: Case) -> list[str]:
    """The codes that came to the known number by message, the newest first."""
    address = f"{case.counter.stack.inbox_url}/_sandbox/messages"
    found = httpx2.get(address, params={"to": seed.KNOWN.phone or ""}, trust_env=False, verify=False).json()["messages"]
    return [code[1] for each in found if (code := re.search(r"kods (\d{6})\.", each["text"]))]


def say(case: Case, earlier: int) -> str:
    """The resident says the code of the message that has come since; return it."""
    codes = wait_for(lambda: codes_of(case), lambda codes: len(codes) > earlier, "message with a code")
    case.desk.look_at(case.visit_id)
    case.desk.press("/spoken", {"code": codes[0]})
    return codes[0]


@ON_SQLITE
def test_a_whole_visit_is_said_on_a_call_and_filed_once(counter: Counter) -> None:
    case = counter.visit(seed.KNOWN.code)
    case.desk.ask(case.resident, route="call")
    granted_by = say(case, 0)
    assert case.stage is Stage.QUESTIONS
    case.desk.answer(case.answers)
    case.wait_for(Stage.PERMIT)
    case.desk.press("/spoken", {"code": granted_by})
    assert case.desk.look_at(case.visit_id) is Stage.PERMIT, "the code for the statement says no yes to what is sent"
    assert case.counted == (0, 0)
    say(case, 1)
    case.wait_for(Stage.FILED)
    assert case.filing_state is FilingState.FILED
    assert case.counted == (1, 1)
    case.ends(Ending.FILED)
