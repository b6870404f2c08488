"""A notice by which a holder is reassured has a visit that tells of the same token."""

from datetime import timedelta

import pytest

from audit.entry import encode
from audit.events import EventName
from audit.notice import notice_of
from audit.report import Verdict
from tests.audit.builders import NOON, MemoryLog, check, verdicts
from tests.audit.test_notice import a_token

TELLING = (EventName.PERMIT_GIVEN, EventName.OAUTH_TOKEN_ISSUED, EventName.OAUTH_EXCHANGED)
MUCH_LATER = NOON + timedelta(hours=3)


def a_log(
    *, told_by: EventName | None, told_first: bool = False, goes_on_for: timedelta = timedelta(hours=2)
) -> MemoryLog:
    """A log with one notice, a visit that tells of it or does not, and an entry some time later."""
    log, notice = MemoryLog(), notice_of(a_token())
    log.append()
    if told_first and told_by is not None:
        log.append(type=told_by, data={"sha256": notice.data["sha256"]})
    log.append_bytes(encode(notice))
    if not told_first and told_by is not None:
        log.append(type=told_by, data={"sha256": notice.data["sha256"]})
    log.append("visit-2", time=NOON + goes_on_for)
    log.checkpoint()
    return log


@pytest.mark.parametrize("told_first", [False, True])
@pytest.mark.parametrize("event", TELLING)
def test_is_as_it_should_be_where_a_visit_tells_of_it(event: EventName, told_first: bool) -> None:
    log = a_log(told_by=event, told_first=told_first)
    assert Verdict.SUPPRESSED not in verdicts(check(log, now=MUCH_LATER))


def test_of_which_no_visit_tells_is_suppressed_by_its_leaf() -> None:
    report = check(a_log(told_by=None), now=MUCH_LATER)
    assert report.exit_code == 1
    (finding,) = [each for each in report.findings if each.verdict is Verdict.SUPPRESSED]
    assert (finding.index, finding.detail) == (1, "a token was signed for a portal, and no visit tells of it")


def test_is_not_told_of_by_another_kind_of_entry() -> None:
    log = a_log(told_by=EventName.RECEIPT_STORED)
    assert Verdict.SUPPRESSED in verdicts(check(log, now=MUCH_LATER))


def test_at_the_end_of_the_log_waits_for_its_visit() -> None:
    log = a_log(told_by=None, goes_on_for=timedelta(minutes=1))
    assert Verdict.SUPPRESSED not in verdicts(check(log, now=MUCH_LATER))
