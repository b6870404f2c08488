"""Somebody without phone and electronic identity: two sheets signed with ink, each seen by a colleague elsewhere."""

from connectors.sdk.inputs import Upload
from delegation.filing import FilingState
from gateway.visits.tables import Ending
from gateway.visits.view import Stage
from tests.flow.endings.conftest import ON_SQLITE
from tests.flow.endings.counter import Case, Counter
from tests.flow.endings.people import Desk, said

SIGNED = Upload("lapa.jpg", "image/jpeg", b"\xff\xd8\xff ink")


def sign(case: Case, witness: Desk) -> str:
    """Print the sheet, sign it, hand it in, and have it seen; return the code that stands on it to stop."""
    desk = case.desk
    desk.press("/print")
    assert desk.page.path.endswith("/sheet"), desk.page.root.text[:600]
    sheet_code, stop_code = (desk.page.text_of(name).replace(" ", "") for name in ("sheet-code", "stop-code"))
    desk.look_at(case.visit_id)
    desk.press("/sheet", {"sheet_code": sheet_code}, {"sheet": SIGNED})
    witness.see("/second-look")
    [question] = {link for link in witness.links() if link.startswith("/second-look/")}
    witness.see(question)
    witness.press("/look")
    assert sheet_code in witness.page.root.text
    assert case.resident.personal_code in witness.page.root.text
    assert witness.download(f"{question}/sheet") == SIGNED.content
    witness.press("/confirm")
    return stop_code


@ON_SQLITE
def test_a_whole_visit_is_signed_on_paper_and_filed_once(counter: Counter, witness: Desk) -> None:
    case = counter.visit()
    case.desk.ask(case.resident, route="paper")
    stop_code = sign(case, witness)
    assert case.stage is Stage.QUESTIONS
    case.desk.answer(case.answers)
    case.wait_for(Stage.PERMIT)
    assert case.counted == (0, 0)
    assert sign(case, witness) == stop_code
    case.wait_for(Stage.FILED)
    assert case.filing_state is FilingState.FILED
    assert case.counted == (1, 1)
    case.ends(Ending.FILED)
    case.phone.see("/stop")
    case.phone.press("/stop", {"code": stop_code})
    assert case.phone.page.heading == said("It was already sent")
