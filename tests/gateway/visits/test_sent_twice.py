"""A double click: a note or a finding whose form comes twice is one, and nobody reads what is noted of themselves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from audit.events import EventName
from gateway.ids import new_id
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.visits import findings, notes
from gateway.visits.audit_states import FindingKind, Severity
from gateway.visits.errors import OwnFindingError, StaleFormError
from gateway.visits.findings import Found
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import Counter

TEXT = "Teksts netika lasīts."


@pytest.fixture
def visited(counter: Counter) -> Counter:
    """One visit that is over."""
    counter.open()
    counter.close()
    return counter


@pytest.fixture
def auditor(visited: Counter) -> StaffSession:
    return a_colleague(visited, "Aivars Revidents", role=Role.AUDITOR)


def at_once(counter: Counter, step: Callable[[Connection], str]) -> set[str]:
    """What two clicks at once come to."""
    with ThreadPoolExecutor(2) as both:
        return {each.result() for each in [both.submit(counter.store.database.write_now, step) for _ in range(2)]}


def test_a_finding_whose_form_comes_twice_is_one(visited: Counter, auditor: StaffSession) -> None:
    deadline, number = visited.clock.now() + timedelta(days=14), findings.new_number()
    found = Found(kind=FindingKind.CONSENT, severity=Severity.MENDED, text=TEXT, deadline=deadline, number=number)

    def record(found: Found, by: StaffSession = auditor) -> Callable[[Connection], str]:
        return lambda conn: findings.open_finding(conn, visited.store, by, visited.visit_id, found)

    assert at_once(visited, record(found)) == {number}
    assert visited.write(record(found)) == number
    assert visited.events().count(EventName.FINDING_OPENED) == 1
    assert len(visited.read(lambda conn: notes.of_finding(conn, visited.store, number, visited.visit_id))) == 1
    other = a_colleague(visited, "Dace Revidente", role=Role.AUDITOR)
    for changed in (
        record(replace(found, number="x")),
        record(replace(found, number="")),
        record(replace(found, severity=Severity.NOTED)),
        record(replace(found, text="Cits.")),
        record(found, other),
    ):
        with pytest.raises(StaleFormError):
            visited.write(changed)


def test_a_note_whose_form_comes_twice_is_one(visited: Counter, auditor: StaffSession) -> None:
    note_id, visit_id = new_id(), visited.visit_id

    def write(text: str, name: str, by: StaffSession = auditor) -> Callable[[Connection], str]:
        return lambda conn: notes.write(conn, visited.store, by, visit_id, text, note_id=name)

    assert at_once(visited, write(TEXT, note_id)) == {note_id}
    assert visited.write(write(TEXT, note_id)) == note_id
    assert visited.events().count(EventName.NOTE_WRITTEN) == 1
    assert len(visited.read(lambda conn: notes.of_visit(conn, visited.store, auditor, visit_id)).notes) == 1
    other = a_colleague(visited, "Dace Revidente", role=Role.AUDITOR)
    for stale in (write(TEXT, "x"), write(TEXT, ""), write("Cits.", note_id), write(TEXT, note_id, other)):
        with pytest.raises(StaleFormError):
            visited.write(stale)


def test_whoever_served_a_visit_reads_and_writes_no_notes_of_it_and_takes_no_finding_back(
    visited: Counter, auditor: StaffSession
) -> None:
    own, store, visit_id = replace(visited.by, role=Role.AUDITOR), visited.store, visited.visit_id
    deadline = visited.clock.now() + timedelta(days=14)
    found = Found(kind=FindingKind.CONSENT, severity=Severity.MENDED, text=TEXT, deadline=deadline)
    finding = visited.write(lambda conn: findings.open_finding(conn, store, auditor, visit_id, found))
    steps: tuple[Callable[[Connection], object], ...] = (
        lambda conn: notes.of_visit(conn, store, own, visit_id),
        lambda conn: notes.write(conn, store, own, visit_id, "Tā nebija."),
        lambda conn: findings.look(conn, store, own, finding),
        lambda conn: findings.withdraw(conn, store, own, finding, "Kļūda."),
    )
    before = visited.events()
    for step in steps:
        with pytest.raises(OwnFindingError):
            visited.write(step)
    assert visited.events() == before
