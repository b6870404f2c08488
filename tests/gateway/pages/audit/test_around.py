"""Auditors see what was done around visits, also what one person did with a shell."""

import re
from datetime import timedelta

from sqlalchemy import Connection, select

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway.commands import keys
from gateway.keys.signing import ANNOUNCED, KeyKind
from gateway.ledger import outbox
from gateway.ledger.tables import AuditEvent
from gateway.people import staff
from gateway.people.roles import Role
from tests.gateway.pages.audit.test_audit import auditor
from tests.gateway.pages.facing import Facing, Phone

__all__ = ["auditor"]


def test_a_key_replaced_and_an_account_made_by_a_shell_are_seen(facing: Facing, auditor: Phone) -> None:
    counter = facing.counter
    store, now = counter.store, counter.clock.now()
    new = staff.NewStaff(
        login="zane", name="Zane", password="x" * 14, centre_id=counter.by.centre_id, roles=(Role.ADMINISTRATOR,)
    )
    made = counter.write(lambda conn: staff.create(conn, store.sealer, new, now=now))
    kid = counter.write(
        lambda conn: keys._rotate(conn, store.sealer, KeyKind.PERMIT, now, at_once=True, announced=ANNOUNCED)
    )
    assert "/audit/around" in auditor.see("/audit").text
    page = auditor.see("/audit/around").text
    assert page.count("Command line") >= 2
    for shown in (
        "Added a centre",
        "Paraugu centrs",
        "A key was replaced",
        kid,
        "Made an account",
        made.id,
        "administrator",
    ):
        assert shown in page


def test_goes_on_to_what_is_older_and_that_is_recorded(facing: Facing, auditor: Phone) -> None:
    counter = facing.counter

    def make(conn: Connection) -> None:
        for n in range(51):
            new = staff.NewStaff(login=f"n{n}", name="N", password="x" * 14, centre_id=counter.by.centre_id, roles=())
            staff.create(conn, counter.store.sealer, new, now=counter.clock.now() + timedelta(seconds=n))

    counter.write(make)
    first = auditor.see("/audit/around").text
    older = re.search(r'href="(/audit/around\?after=[^"]+)"', first)
    assert older, first
    assert "Made an account" in auditor.see(older[1].replace("&amp;", "&")).text
    searched = select(AuditEvent.leaf).where(AuditEvent.type == "auditor:trail:searched")
    assert b'"around"' in counter.read(lambda conn: conn.execute(searched).scalar_one())


def test_is_narrowed_to_one_kind_and_to_a_day_and_that_is_recorded(facing: Facing, auditor: Phone) -> None:
    today = facing.counter.clock.now().date()
    everything = auditor.see("/audit/around").text
    assert '<option value="admin:centre:added"' in everything
    centres = auditor.see("/audit/around?kind=admin:centre:added").text
    assert "Paraugu centrs" in centres
    assert "admin:account:created" not in centres.replace('value="admin:account:created"', "")
    assert "Paraugu centrs" in auditor.see(f"/audit/around?until={today}").text
    long_ago = auditor.see("/audit/around?until=2020-01-01").text
    assert "Nothing is found like this" in long_ago
    assert 'value="2020-01-01"' in long_ago
    strange = auditor.see("/audit/around?kind=resident:delegation:granted&until=soon&after=x").text
    assert "Paraugu centrs" in strange
    searched = select(AuditEvent.leaf).where(AuditEvent.type == "auditor:trail:searched")
    leaves = facing.counter.read(lambda conn: conn.execute(searched).scalars().all())
    assert len(leaves) == 3
    assert any(b'"kind":"admin:centre:added"' in leaf for leaf in leaves)


def test_who_was_not_let_in_is_seen_apart(facing: Facing, auditor: Phone) -> None:
    assert "Nobody was refused yet" in auditor.see("/audit/around?of=refused").text
    phone = facing.phone()
    phone.see("/a")
    phone.send("/a", code="90417263")
    refused = auditor.see("/audit/around?of=refused").text
    assert "A code was typed that opened nothing" in refused
    assert "90417263" not in refused
    assert "A code was typed" not in auditor.see("/audit/around").text


def test_whose_session_where_and_why_is_said_in_words(facing: Facing, auditor: Phone) -> None:
    counter = facing.counter
    chain, now = f"terminal:{counter.by.terminal_id}", counter.clock.now()

    def refuse(conn: Connection, reason: str) -> None:
        outbox.record(
            conn,
            chain=chain,
            type=EventName.STAFF_SESSION_REFUSED,
            actor=Actor(ActorKind.NOBODY, "unknown"),
            data={"staff": counter.by.staff_id, "reason": reason},
            at=now,
        )

    counter.write(lambda conn: refuse(conn, "other_terminal"))
    page = auditor.see("/audit/around?of=refused").text
    for said in (f"Account or session: {counter.by.name}", "Computer: ", "The session was another computer’s"):
        assert said in page
    counter.write(lambda conn: refuse(conn, "suspended"))
    assert "A session was refused: its account had been suspended" in auditor.see("/audit/around?of=refused").text
