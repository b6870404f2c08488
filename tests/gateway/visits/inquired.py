"""Inquiries as auditors propose, agree to and end them, and what a resident sees meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from audit.entry import ActorKind, Entry, decode
from gateway.ledger.tables import AuditEvent
from gateway.people.access import StaffSession
from gateway.people.roles import Role
from gateway.visits import inquiries, inquiry_list, looking, own_looks
from gateway.visits.audit_states import InquiryReason
from gateway.visits.inquiry_rules import Proposal
from gateway.visits.looking import AuditReason
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.counter import Counter


@pytest.fixture
def visited(counter: Counter) -> Counter:
    """One visit that is over."""
    counter.open().grant()
    counter.close()
    return counter


@pytest.fixture
def one(visited: Counter) -> StaffSession:
    return a_colleague(visited, "Aivars Revidents", role=Role.AUDITOR)


@pytest.fixture
def two(visited: Counter) -> StaffSession:
    return a_colleague(visited, "Dace Revidente", role=Role.AUDITOR)


def proposal(counter: Counter, *, days: int = 30, whole_person: bool = False, **changed: Any) -> Proposal:
    values: dict[str, Any] = {
        "visits": (counter.visit_id,),
        "whole_person": whole_person,
        "reference": "DP/2026-17",
        "reason": InquiryReason.STAFF_MISUSE,
        "ends_at": counter.clock.now() + timedelta(days=days),
    }
    return Proposal(**(values | changed))


def propose(counter: Counter, by: StaffSession, **changed: Any) -> str:
    return counter.write(lambda conn: inquiries.propose(conn, counter.store, by, proposal(counter, **changed)))


def agree(counter: Counter, by: StaffSession, inquiry_id: str) -> None:
    counter.write(lambda conn: inquiries.agree(conn, counter.store, by, inquiry_id))


def end(counter: Counter, by: StaffSession, inquiry_id: str) -> None:
    counter.write(lambda conn: inquiries.end(conn, counter.store, by, inquiry_id))


def look(counter: Counter, by: StaffSession, visit_id: str | None = None) -> None:
    about = visit_id or counter.visit_id
    counter.write(lambda conn: looking.note_audit(conn, counter.store, by, about, AuditReason.INCIDENT))


def chain(counter: Counter, name: str) -> list[Entry]:
    query = select(AuditEvent.leaf).where(AuditEvent.chain == name).order_by(AuditEvent.n)
    return [decode(bytes(leaf)) for leaf in counter.read(lambda conn: conn.execute(query).scalars().all())]


def seen(counter: Counter) -> list[own_looks.Look]:
    """What the resident's page says of who looked."""
    principal = counter.delegation().principal_id
    looks, _older = counter.read(lambda conn: own_looks.of_person(conn, principal))
    return [each for each in looks if each.role is ActorKind.AUDITOR]


def execute(conn: Connection, statement: str) -> None:
    conn.execute(text(statement))


def line(counter: Counter, inquiry_id: str) -> inquiry_list.Line:
    return counter.read(lambda conn: inquiry_list.one(conn, counter.store, inquiry_id))[0]
