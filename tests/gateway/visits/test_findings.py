"""Findings and notes as the flow keeps them: whoever is concerned stays out, and only codes outlive an erasure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit.events import EventName
from delegation.commitment import opens
from gateway.keys import store as key_store
from gateway.keys.errors import KeyDestroyedError
from gateway.ledger.tables import AuditEvent
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.visits import disclosure, finding_list, findings, inquiries, notes
from gateway.visits.audit_states import (
    FindingKind,
    FindingOutcome,
    FindingState,
    InquiryReason,
    NoteKind,
    Severity,
)
from gateway.visits.errors import FindingOverError, InquiryStandsError, NotFoundError, OwnFindingError
from gateway.visits.finding_list import Line
from gateway.visits.findings import MOST_DAYS, Found
from gateway.visits.inquiry_rules import Proposal
from gateway.visits.rows import find_visit
from gateway.visits.sealed import VisitVault
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import Counter

TEXT = "Ilze netika uzklausīta."


@pytest.fixture
def visited(counter: Counter) -> Counter:
    """One visit that is over."""
    counter.open()
    counter.close()
    return counter


@pytest.fixture
def auditor(visited: Counter) -> StaffSession:
    return a_colleague(visited, "Aivars Revidents", role=Role.AUDITOR)


@pytest.fixture
def manager(visited: Counter) -> StaffSession:
    return a_colleague(visited, "Marta Vadītāja", role=Role.MANAGER)


def a_finding(counter: Counter, by: StaffSession, *, days: int = 14) -> str:
    found = Found(
        kind=FindingKind.CONSENT,
        severity=Severity.MENDED,
        text=TEXT,
        deadline=counter.clock.now() + timedelta(days=days),
    )
    return counter.write(lambda conn: findings.open_finding(conn, counter.store, by, counter.visit_id, found))


def answer(counter: Counter, by: StaffSession, finding_id: str, text: str = "Izlabots.") -> None:
    counter.write(lambda conn: findings.answer(conn, counter.store, by, finding_id, text))


def close(counter: Counter, by: StaffSession, finding_id: str) -> None:
    outcome = FindingOutcome.PUT_RIGHT
    counter.write(lambda conn: findings.close(conn, counter.store, by, finding_id, outcome, "Redzēju."))


def line(counter: Counter, finding_id: str) -> Line:
    found = counter.read(lambda conn: finding_list.one(conn, counter.store, finding_id, language="lv"))
    assert found is not None
    return found


def written(counter: Counter, finding_id: str) -> list[notes.Note]:
    return counter.read(lambda conn: notes.of_finding(conn, counter.store, finding_id, counter.visit_id))


def erase(counter: Counter) -> None:
    visit = counter.read(lambda conn: find_visit(conn, counter.visit_id))
    counter.write(lambda conn: key_store.destroy(conn, visit.key_id, counter.clock.now()))


def test_nobody_judges_or_answers_what_they_did_themselves(
    visited: Counter, auditor: StaffSession, manager: StaffSession
) -> None:
    own = replace(visited.by, role=Role.AUDITOR)
    with pytest.raises(OwnFindingError):
        a_finding(visited, own)
    finding = a_finding(visited, auditor)
    with pytest.raises(OwnFindingError):
        answer(visited, replace(visited.by, role=Role.MANAGER), finding)
    with pytest.raises(OwnFindingError):
        answer(visited, replace(manager, staff_id=auditor.staff_id), finding)
    answer(visited, manager, finding)
    with pytest.raises(OwnFindingError):
        close(visited, own, finding)
    assert line(visited, finding).state is FindingState.ANSWERED


def test_another_answer_stands_in_for_the_one_before_until_it_is_closed(
    visited: Counter, auditor: StaffSession, manager: StaffSession
) -> None:
    finding = a_finding(visited, auditor)
    answer(visited, manager, finding, "Vēl skatāmies.")
    answer(visited, manager, finding, "Izlabots.")
    first, second, third = written(visited, finding)
    assert (first.kind, second.corrected_by, third.corrects_id) == (NoteKind.FINDING, third.id, second.id)
    close(visited, auditor, finding)
    for step in (answer, close):
        with pytest.raises(FindingOverError):
            step(visited, manager if step is answer else auditor, finding)


def test_silence_past_the_day_is_closed_too_and_not_before(visited: Counter, auditor: StaffSession) -> None:
    finding = a_finding(visited, auditor, days=MOST_DAYS + 100)
    assert line(visited, finding).deadline == visited.clock.now() + timedelta(days=MOST_DAYS)
    with pytest.raises(FindingOverError):
        close(visited, auditor, finding)
    visited.clock.move(timedelta(days=MOST_DAYS))
    assert line(visited, finding).is_overdue
    assert visited.read(lambda conn: finding_list.overdue(conn, visited.store)) == 1
    close(visited, auditor, finding)
    assert visited.read(lambda conn: finding_list.overdue(conn, visited.store)) == 0


def test_another_centres_manager_neither_reads_nor_answers(
    visited: Counter, auditor: StaffSession, manager: StaffSession
) -> None:
    finding = a_finding(visited, auditor)
    elsewhere = replace(manager, centre_id="elsewhere")
    with pytest.raises(NotFoundError):
        answer(visited, elsewhere, finding)
    with pytest.raises(NotFoundError):
        visited.write(lambda conn: findings.read(conn, visited.store, elsewhere, finding))


def test_none_is_recorded_while_an_inquiry_stands(visited: Counter, auditor: StaffSession) -> None:
    second = a_colleague(visited, "Dace Revidente", role=Role.AUDITOR)
    wanted = Proposal(
        visits=(visited.visit_id,),
        whole_person=False,
        reference="DP-1",
        reason=InquiryReason.FRAUD,
        ends_at=visited.clock.now() + timedelta(days=5),
    )
    inquiry = visited.write(lambda conn: inquiries.propose(conn, visited.store, auditor, wanted))
    visited.write(lambda conn: inquiries.agree(conn, visited.store, second, inquiry))
    with pytest.raises(InquiryStandsError):
        a_finding(visited, a_colleague(visited, "Cits Revidents", role=Role.AUDITOR))


def test_once_the_visit_is_erased_its_words_are_gone_and_it_still_ends(
    visited: Counter, auditor: StaffSession, manager: StaffSession
) -> None:
    finding = a_finding(visited, auditor)
    erase(visited)
    assert [each.text for each in written(visited, finding)] == [None]
    with pytest.raises(KeyDestroyedError):
        answer(visited, manager, finding)
    with pytest.raises(KeyDestroyedError):
        a_finding(visited, auditor)
    visited.write(lambda conn: findings.withdraw(conn, visited.store, auditor, finding, "Nav ko lasīt."))
    assert line(visited, finding).state is FindingState.WITHDRAWN
    assert "text" not in visited.said(EventName.FINDING_WITHDRAWN)


def test_events_hold_codes_and_a_commitment_that_the_text_opens(visited: Counter, auditor: StaffSession) -> None:
    finding = a_finding(visited, auditor)
    said: dict[str, Any] = visited.said(EventName.FINDING_OPENED)
    assert (said["finding"], said["kind"], said["severity"]) == (finding, "consent", "mended")
    vault = visited.read(lambda conn: VisitVault.of(conn, visited.store.sealer, visited.visit_id))
    salt = disclosure.salt(vault, "note", said["note"])
    assert opens(said["text"], salt, "note", TEXT)
    assert not opens(said["text"], salt, "note", f"{TEXT} ")
    leaves = visited.read(lambda conn: conn.execute(select(AuditEvent.leaf)).scalars().all())
    assert not [leaf for leaf in leaves if b"Ilze" in leaf]
