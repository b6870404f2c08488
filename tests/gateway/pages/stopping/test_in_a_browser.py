"""The pages that stop, in a real browser: WCAG 2.2 AA by axe, nothing cut off, on a phone and at a desk."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy import delete

from gateway import long_codes
from gateway.people.roles import Role
from gateway.people.tables import StaffValue
from gateway.visits.case_tables import DisputeKind
from tests.gateway.pages.facing import Facing
from tests.gateway.pages.stopping.conftest import Staff
from tests.gateway.pages.stopping.test_staff import shown
from tests.gateway.pages.test_resident_in_a_browser import Watcher, address

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
NARROW_AND_WIDE = (320, 1280)


def test_every_page_is_accessible(browser: Browser, address: str, facing: Facing, signed_in: Staff) -> None:
    counter = facing.counter
    counter.open().grant()
    delegation_id = counter.delegation().id
    manager = signed_in(Role.MANAGER)
    see = Watcher.of(browser, address, manager, "manager", NARROW_AND_WIDE)
    see.look("delegations", "/manage/delegations")
    see.look("delegation-stop", f"/manage/delegations/{delegation_id}/stop")
    see.look("presented-form", "/presented")
    here = shown(manager)
    see.look("presented-list", here)
    see.look("presented-one", f"{here}/{delegation_id}")

    phone = facing.phone()
    see_phone = Watcher.of(browser, address, phone, "finder", NARROW_AND_WIDE)
    link = f"/stop/{long_codes.read(counter.stop_code())}"
    see_phone.look("stop-ways", "/stop")
    see_phone.look("stop-link", link)
    phone.see(f"{link}/case")
    see_phone.look("case-form", f"{link}/case")
    opened = phone.send(f"{link}/case", kind=DisputeKind.NOT_ME.value, words="Es tur nebiju.\nMani sauc citādi.")
    see_phone.look("case-opened", opened.location)
    see_phone.look("stop-answer", f"{link}/answer")
    see_phone.close()

    see.look("delegations-stopped", "/manage/delegations")
    see.look("presented-stopped", f"{here}/{delegation_id}")
    see.close()

    counter.write(lambda conn: conn.execute(delete(StaffValue)))
    assistant = signed_in(Role.ASSISTANT)
    see_desk = Watcher.of(browser, address, assistant, "desk", NARROW_AND_WIDE)
    see_desk.look("desk-not-recognised", "/desk")
    see_desk.look("own-values", "/account/values")
    see_desk.close()

    auditor = signed_in(Role.AUDITOR)
    see_audit = Watcher.of(browser, address, auditor, "audit", NARROW_AND_WIDE)
    see_audit.look("around", "/audit/around")
    see_audit.look("cases", "/audit/cases")
    case = f"/audit/cases/{opened.location.rpartition('/')[2]}"
    see_audit.look("case-closed-words", case)
    auditor.see(case)
    auditor.send(f"{case}/read")
    see_audit.look("case", case)
    auditor.see(case)
    auditor.send(f"{case}/answer", outcome="upheld", note="Kļūdījās kolēģis.")
    see_audit.look("case-answered", case)
    auditor.see(case)
    auditor.send(f"{case}/close")
    see_audit.look("case-closed", case)
    see_audit.close()
