"""The auditor's lists in a real browser: WCAG 2.2 AA by axe, nothing cut off, on a phone and at a desk."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from gateway.people.roles import Role
from gateway.visits.tables import Approval, Visit
from tests.gateway.pages.audit.test_audit import auditor, opened, publish, whole_visit
from tests.gateway.pages.audit.test_inquiries import auditors, proposed
from tests.gateway.pages.audit.test_signs import on_paper
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.stopping.conftest import Staff, signed_in
from tests.gateway.pages.test_resident_in_a_browser import Watcher, address, aside

__all__ = ["address", "auditor", "auditors", "signed_in"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_signs_search_and_draw_are_accessible(browser: Browser, address: str, facing: Facing, auditor: Phone) -> None:
    counter = facing.counter
    on_paper(facing)
    counter.write(lambda conn: conn.execute(update(Approval).values(asked_at=counter.clock.now())))
    yesterday = counter.clock.now() - timedelta(days=1)
    counter.write(lambda conn: conn.execute(update(Visit).values(opened_at=yesterday)))
    aside(lambda: publish(facing))
    see = Watcher.of(browser, address, auditor, "audit", (320, 1280))
    see.look("signs", "/audit/signs")
    see.look("search", "/audit?sign=paper&assistant=anna")
    see.look("sample-form", "/audit/sample?number=0")
    see.look("sample", "/audit/sample?number=5&from=2026-10-30&to=2026-11-01")
    see.close()


def test_notes_findings_and_inquiries_are_accessible(
    browser: Browser, address: str, facing: Facing, auditor: Phone, auditors: Callable[[str], Phone], signed_in: Staff
) -> None:
    whole_visit(facing)
    visit = facing.counter.visit_id
    opened(auditor, visit)
    auditor.send(f"/audit/visits/{visit}/notes", note="Jautāt par darbstaciju.")
    found = {"kind": "consent", "severity": "mended", "text": "Teksts netika lasīts.", "deadline": "2026-11-20"}
    finding = auditor.send(f"/audit/visits/{visit}/findings", **found).location
    auditor.send(f"/audit/visits/{visit}/seen")
    inquiry = proposed(facing, auditors("dace"))
    see = Watcher.of(browser, address, auditor, "audit", (320, 1280))
    see.look("notes", f"/audit/visits/{visit}/notes?sign=haste")
    see.look("seen", f"/audit/visits/{visit}/seen")
    see.look("findings", "/audit/findings")
    see.look("finding", finding)
    see.look("inquiry-form", f"/audit/inquiries/new?visit={visit}")
    see.look("inquiry", inquiry)
    see.close()
    manager = signed_in(Role.MANAGER)
    here = finding.removeprefix("/audit")
    manager.see(here)
    manager.send(f"{here}/read")
    see = Watcher.of(browser, address, manager, "manager", (320, 1280))
    see.look("finding", here)
    see.close()
