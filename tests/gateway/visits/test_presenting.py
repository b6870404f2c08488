"""At any centre, with a document: see what is allowed, stop it, say what is wrong; every look is on the record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from audit.events import EventName
from delegation.model import DelegationState
from gateway.ledger.tables import AuditEvent
from gateway.people.access import StaffSession
from gateway.people.errors import TriedTooOftenError
from gateway.people.personal_code import PersonalCodeError
from gateway.visits import cases, presenting
from gateway.visits.case_tables import DisputeKind
from gateway.visits.errors import NotFoundError
from gateway.visits.stopping import StopReason
from tests.gateway.visits.counter import ILZE, Counter

NEVER_HERE = "329999-00099"


@pytest.fixture
def granted(counter: Counter) -> Counter:
    counter.open().grant()
    return counter


def show(counter: Counter, code: str = ILZE.code, by: StaffSession | None = None) -> str:
    who = by or counter.by
    return counter.write(lambda conn: presenting.show_document(conn, counter.store, who, code, "passport"))


def listed(counter: Counter, shown: str, by: StaffSession | None = None) -> list[presenting.Listed]:
    who = by or counter.by
    return counter.read(lambda conn: presenting.listed(conn, counter.store, who, shown))


def looks(counter: Counter, chain: str) -> int:
    return len(
        counter.read(
            lambda conn: conn.execute(
                select(AuditEvent.id).where(
                    AuditEvent.chain == chain, AuditEvent.type == EventName.DELEGATIONS_LISTED.value
                )
            ).all()
        )
    )


def test_lists_service_centre_and_dates_and_the_resident_can_see_the_look(granted: Counter) -> None:
    [one] = listed(granted, show(granted))
    assert one.id == granted.delegation().id
    assert (one.services, one.centre, one.is_live) == (("Slimības pabalsts",), "Paraugu centrs", True)
    assert looks(granted, f"resident:{granted.delegation().principal_id}") == 1


def test_of_somebody_who_was_never_here_there_is_nothing_and_the_look_is_recorded(granted: Counter) -> None:
    assert listed(granted, show(granted, NEVER_HERE)) == []
    assert looks(granted, f"staff:{granted.by.staff_id}") == 1


def test_what_is_no_personal_code_is_refused(granted: Counter) -> None:
    with pytest.raises(PersonalCodeError):
        show(granted, "123")


def test_a_look_is_good_for_a_quarter_of_an_hour(granted: Counter) -> None:
    shown = show(granted)
    granted.clock.move(presenting.GOOD_FOR)
    with pytest.raises(NotFoundError):
        listed(granted, shown)


def test_a_look_is_good_for_nobody_else_and_at_no_other_computer(granted: Counter) -> None:
    shown = show(granted)
    for other in (replace(granted.by, staff_id="somebody"), replace(granted.by, terminal_id="T9")):
        with pytest.raises(NotFoundError):
            listed(granted, shown, other)


def test_stops_with_a_reason_and_once(granted: Counter) -> None:
    shown, delegation_id = show(granted), granted.delegation().id
    reason = StopReason.RESIDENT_ASKED
    granted.write(lambda conn: presenting.stop(conn, granted.store, granted.by, shown, delegation_id, reason))
    row = granted.delegation()
    assert (row.state, row.ended_by) == (DelegationState.REVOKED, f"staff:{granted.by.staff_id}")
    assert row.ended_reason == reason.value
    [one] = listed(granted, shown)
    assert one.is_live is False


def test_the_list_of_one_person_opens_nothing_of_another(granted: Counter) -> None:
    shown, delegation_id = show(granted, NEVER_HERE), granted.delegation().id
    with pytest.raises(NotFoundError):
        granted.write(
            lambda conn: presenting.stop(
                conn, granted.store, granted.by, shown, delegation_id, StopReason.RESIDENT_ASKED
            )
        )
    with pytest.raises(NotFoundError):
        granted.write(
            lambda conn: presenting.open_case(
                conn, granted.store, granted.by, shown, delegation_id, DisputeKind.NOT_ME, ""
            )
        )
    assert granted.delegation().state is DelegationState.ACTIVE


def test_a_case_is_opened_in_the_name_of_who_heard_it(granted: Counter) -> None:
    shown, delegation_id = show(granted), granted.delegation().id
    kind = DisputeKind.NOT_ME
    case_id = granted.write(
        lambda conn: presenting.open_case(conn, granted.store, granted.by, shown, delegation_id, kind, "Nebiju es.")
    )
    case = granted.read(lambda conn: cases.find_case(conn, case_id))
    assert case.opened_by == f"staff:{granted.by.staff_id}"


def test_nobody_looks_up_one_person_after_another(granted: Counter) -> None:
    for number in range(20):
        show(granted, f"329999-{number:05}")
    with pytest.raises(TriedTooOftenError):
        show(granted)
    granted.clock.move(timedelta(minutes=16))
    assert show(granted)
