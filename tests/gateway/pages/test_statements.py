"""What a page of phone, display or audit costs the database: at most six statements, in every state."""

from datetime import timedelta

import pytest

from gateway.database.counting import count_statements
from gateway.people.roles import Role
from gateway.visits import inquiries
from gateway.visits.audit_states import InquiryReason
from gateway.visits.inquiry_rules import Proposal
from tests.gateway.answers import request
from tests.gateway.pages.audit.test_audit import auditor
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.terminal_key import BROWSER
from tests.gateway.visits.colleagues import a_colleague
from tests.gateway.visits.played import filed

__all__ = ["auditor"]

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_kind", ["sqlite"])]
MOST = 6


async def cost(phone: Phone, path: str) -> int:
    """Statements of one page, looked at for the second time: what is learnt once a minute is known then."""
    cookies = "; ".join(f"{name}={value}" for name, value in phone.cookies.items())
    headers = {"accept": "text/html", "host": "localhost:8000", "cookie": cookies, "user-agent": BROWSER}
    await request(phone.app, "GET", path, headers)
    with count_statements() as count:
        answer = await request(phone.app, "GET", path, headers)
    assert answer.status == 200, answer.text
    return count.total


async def test_the_phones_pages(facing: Facing) -> None:
    counter, found = facing.counter, {}
    counter.open().ask()
    phone = facing.entered()
    found["number"] = await cost(phone, "/approve")
    phone.see()
    phone.send("/approve/number", number=counter.invitation().match_number)
    found["statement"] = await cost(phone, "/approve")
    facing.approve(phone)
    found["granted"] = await cost(phone, "/approve")
    counter.fill()
    counter.prepare()
    found["readback"] = await cost(phone, "/approve")
    found["picture"] = await cost(phone, "/approve/picture")
    facing.approve(phone)
    found["sending"] = await cost(phone, "/approve")
    counter.press()
    counter.answer(filed(counter.clock.now()))
    found["filed"] = await cost(phone, "/approve")
    counter.close()
    found["closed"] = await cost(phone, "/approve")
    assert max(found.values()) <= MOST, found


async def test_the_displays_pages(facing: Facing) -> None:
    counter, screen, found = facing.counter, facing.display(), {}
    found["blank"] = await cost(screen, "/display")
    counter.open().ask()
    found["invite"] = await cost(screen, "/display")
    facing.granted()
    found["progress"] = await cost(screen, "/display")
    counter.close()
    found["farewell"] = await cost(screen, "/display")
    assert max(found.values()) <= MOST, found


async def test_the_auditors_pages(facing: Facing, auditor: Phone) -> None:
    counter, found = facing.counter, {}
    counter.open().grant()
    counter.close()
    found["visits"] = await cost(auditor, "/audit")
    path = f"/audit/visits/{counter.visit_id}"
    found["reason"] = await cost(auditor, path)
    auditor.see(path)
    auditor.send(path, reason="routine")
    found["visit"] = await cost(auditor, path)
    auditor.see(f"{path}/notes")
    finding = ""
    for number in range(3):
        auditor.send(f"{path}/notes", note=f"Piezīme {number}")
        fields = {"kind": "values", "severity": "noted", "text": "Teksts", "deadline": "2026-11-20"}
        finding = auditor.send(f"{path}/findings", **fields).location
    found["notes"] = await cost(auditor, f"{path}/notes")
    found["findings"] = await cost(auditor, "/audit/findings")
    found["finding"] = await cost(auditor, finding)
    colleague = a_colleague(counter, role=Role.AUDITOR)
    inquiry = counter.write(
        lambda conn: inquiries.propose(
            conn,
            counter.store,
            colleague,
            Proposal(
                visits=(counter.visit_id,),
                whole_person=True,
                reference="DP-1",
                reason=InquiryReason.FRAUD,
                ends_at=counter.clock.now() + timedelta(days=5),
            ),
        )
    )
    found["inquiries"] = await cost(auditor, "/audit/inquiries")
    found["inquiry"] = await cost(auditor, f"/audit/inquiries/{inquiry}")
    # It also says whether an inquiry of theirs stands over it, and how far what was sent has come.
    assert found.pop("visit") <= MOST + 3
    assert max(found.values()) <= MOST, found
