"""Pages in a real browser: WCAG 2.2 AA by axe, no policy violated, and what a shared computer must not show again."""

import re

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from gateway.people.roles import Role
from gateway.terminals import enrolment
from tests.gateway.callers import PASSWORD, Caller, Callers
from tests.gateway.windows import address, go, listen, open_as
from tests.wcag import ensure_accessible

__all__ = ["address"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.mark.parametrize("language", ["lv", "en"])
def test_every_page_is_accessible_and_breaks_no_policy(
    browser: Browser, address: str, callers: Callers, language: str
) -> None:
    stranger = callers.nobody(at_terminal=True)
    stranger.cookies["pilnvara_lang"] = language
    new_code = callers.parts.database.write_now(
        lambda conn: enrolment.make_code(
            conn,
            callers.parts.sealer,
            centre_id=callers.centre_id,
            name="Lete 2",
            made_by=None,
            now=callers.clock.now(),
        )
    )
    visits = [
        (stranger, ["/", "/contact", "/accessibility", "/privacy", "/sign-in", "/terminal/enrol", "/nowhere"]),
        (Caller(callers.app, {"pilnvara_lang": language}), ["/display/enrol", "/sign-in"]),
        (callers.unpaired_display(language=language), ["/display"]),
        (
            callers.staff(Role.MANAGER, language=language),
            [
                "/account",
                "/role",
                "/manage",
                "/manage/terminals",
                f"/manage/terminals/codes/{new_code.seed}",
                "/desk/display",
            ],
        ),
    ]
    for caller, paths in visits:
        context = open_as(browser, address, caller)
        page = context.new_page()
        said = listen(page)
        for path in paths:
            go(page, address + path)
            ensure_accessible(page)
        assert [line for line in said if "404" not in line] == []
        context.close()


def test_somebody_signs_in_makes_a_mistake_first_and_locks(browser: Browser, address: str, callers: Callers) -> None:
    context = open_as(browser, address, callers.nobody(at_terminal=True))
    context.add_cookies([{"name": "pilnvara_lang", "value": "en", "url": address}])
    page = context.new_page()
    go(page, f"{address}/manage/terminals")
    code = pyotp.TOTP(callers.account.totp_secret).at(callers.clock.now())
    for password in ("a wrong password", PASSWORD):
        page.get_by_label("User name").fill("anna")
        page.get_by_label("Password").fill(password)
        page.get_by_label("Code from the authenticator app").fill(code)
        page.get_by_role("button", name="Sign in", exact=True).click()
        if password != PASSWORD:
            expect(page.locator(".govuk-error-summary")).to_contain_text("is not right")
            ensure_accessible(page)
    page.locator("input[value=administrator]").check()
    page.get_by_role("button", name="Turpināt").click()
    expect(page.get_by_role("heading", name="Centra datori")).to_be_visible()
    page.get_by_role("button", name="Bloķēt").click()
    page.wait_for_url(re.compile("/unlock"))
    ensure_accessible(page)
    page.go_back()
    expect(page.get_by_text("Lete 1")).to_have_count(0)
    context.close()


def test_a_display_follows_its_pairing_by_itself(browser: Browser, address: str, callers: Callers) -> None:
    screen = open_as(browser, address, callers.unpaired_display())
    shown = screen.new_page()
    go(shown, f"{address}/display")
    desk = open_as(browser, address, callers.staff(Role.ASSISTANT))
    page = desk.new_page()
    go(page, f"{address}/desk/display")
    page.get_by_label("Ekrāns").check()
    page.get_by_role("button", name="Show a number on it").click()
    number = page.locator("#number").inner_text()
    expect(shown.locator("#number")).to_have_text(number)
    page.get_by_role("button", name=f"Yes, it shows {number}").click()
    expect(page.get_by_text("A display is paired with this computer")).to_be_visible()
    expect(shown.get_by_role("heading", name="Welcome")).to_be_visible()
    desk.close()
    screen.close()
