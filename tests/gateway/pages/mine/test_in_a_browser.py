"""The resident's own page in a real browser: WCAG 2.2 AA by axe, nothing cut off, on a phone and at a desk."""

import pytest
from playwright.sync_api import Browser

from tests.gateway.pages.facing import Facing
from tests.gateway.pages.mine.conftest import Own
from tests.gateway.pages.test_resident_in_a_browser import Watcher, address

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
NARROW_AND_WIDE = (320, 1280)


def test_every_page_is_accessible(browser: Browser, address: str, facing: Facing, own: Own) -> None:
    counter = facing.counter.open().grant()
    counter.fill()
    counter.send()
    sent = f"/mine/delegations/{counter.delegation().id}"
    counter.close()
    counter.open().grant()
    live = f"/mine/delegations/{counter.delegation().id}"
    see = Watcher.of(browser, address, own.phone, "own", NARROW_AND_WIDE)
    see.look("sign-in", "/mine/sign-in")
    see.close()
    own.sign_in()
    see = Watcher.of(browser, address, own.phone, "own", NARROW_AND_WIDE)
    see.look("overview", "/mine")
    see.look("sent", sent)
    see.look("live", live)
    see.look("statement", f"{live}/statement")
    see.look("stop", f"{live}/stop")
    see.look("action", f"{live}/action?service=lv.vsaa.sickness_benefit&action=file")
    see.look("looks", "/mine/looks")
    see.look("details", "/mine/details")
    see.look("correct", "/mine/details/correct")
    see.look("passkeys", "/mine/passkeys")
    see.close()
