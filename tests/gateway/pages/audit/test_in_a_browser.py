"""The auditor's lists in a real browser: WCAG 2.2 AA by axe, nothing cut off, on a phone and at a desk."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from gateway.visits.tables import Approval, Visit
from tests.gateway.pages.audit.test_audit import auditor, publish
from tests.gateway.pages.audit.test_signs import on_paper
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.test_resident_in_a_browser import Watcher, address, aside

__all__ = ["address", "auditor"]

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
