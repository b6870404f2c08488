"""The pages of erasing and keeping in a real browser: WCAG 2.2 AA by axe, nothing cut off, on a phone and at a desk."""

import pytest
from playwright.sync_api import Browser

from gateway.people.roles import Role
from tests.gateway.pages.audit.test_holds import HOLDS, auditor, counter, hold, own
from tests.gateway.pages.facing import Facing, Phone
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.mine.test_erasing import HERE
from tests.gateway.pages.stopping.conftest import Staff, signed_in
from tests.gateway.pages.stopping.test_staff import shown
from tests.gateway.pages.test_resident_in_a_browser import Watcher, address

__all__ = ["address", "auditor", "counter", "own", "signed_in"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_wishes_and_holds_are_accessible(
    browser: Browser, address: str, facing: Facing, auditor: Phone, own: Own, signed_in: Staff
) -> None:
    assistant = signed_in(Role.ASSISTANT)
    presented = f"{shown(assistant)}/erasure"
    placed = hold(auditor, facing.counter.visit_id)
    own.sign_in()
    see = Watcher.of(browser, address, own.phone, "mine", (320, 1280))
    see.look("erasure", HERE)
    own.see(HERE)
    own.phone.send(HERE)
    see.look("erasure-asked", HERE)
    see.close()
    see = Watcher.of(browser, address, assistant, "presented", (320, 1280))
    see.look("erasure", presented)
    see.close()
    see = Watcher.of(browser, address, auditor, "audit", (320, 1280))
    see.look("holds", HOLDS)
    see.look("hold-form", f"{HOLDS}/new?visit={facing.counter.visit_id}")
    see.look("hold", placed)
    see.close()
