"""What a shared computer must never show again: *back* in a browser that keeps the pages it has left.

Several protections stand behind one another, so a page that stays hidden proves none of them. Each is therefore taken
out, alone or with those that would stand in for it, and then the last resident's page has to come back: were a
protection missing from the product, the test that counts on it would find that page.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from delegation.assurance import Route
from gateway.ids import digest
from gateway.people import sessions
from gateway.people.roles import Role
from gateway.people.tables import Session
from gateway.visits import looking, overviews, paper, presenting
from gateway.visits.overviews import OverviewReason
from gateway.visits.reading import Stage
from tests.gateway.callers import Caller, Callers
from tests.gateway.pages.desk.conftest import desk
from tests.gateway.pages.desk.desk import Desk
from tests.gateway.visits.counter import ILZE
from tests.gateway.web.leaving import Protection, Window, take_out
from tests.gateway.windows import address

__all__ = ["address", "desk"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

STAFF = "pilnvara_staff"
TITLE = "Computers of the centre"


@pytest.fixture
def opened(whole_browser: Browser, address: str) -> Iterator[Callable[..., Window]]:
    """Opens a window for a caller; closes it afterwards."""
    windows: list[Window] = []

    def open_one(caller: Caller, *, scripts: bool = True) -> Window:
        windows.append(Window.of(whole_browser, address, caller, scripts=scripts))
        return windows[-1]

    yield open_one
    for window in windows:
        window.context.close()


class TestALockedComputer:
    """Left by the button *Lock*, which changes the cookie."""

    @pytest.mark.parametrize("out", [(), (Protection.TURN,), (Protection.NEW_COOKIE,)], ids=", ".join)
    def test_hides_the_page_without_scripts(
        self,
        opened: Callable[..., Window],
        callers: Callers,
        monkeypatch: pytest.MonkeyPatch,
        out: tuple[Protection, ...],
    ) -> None:
        window = self._locked(opened, callers, monkeypatch, out)
        window.go_back()
        window.ensure_hidden(TITLE)

    @pytest.mark.parametrize("out", [(Protection.NO_STORE,), (Protection.TURN, Protection.NEW_COOKIE)], ids=", ".join)
    def test_would_show_it_without_scripts_if_a_protection_were_missing(
        self,
        opened: Callable[..., Window],
        callers: Callers,
        monkeypatch: pytest.MonkeyPatch,
        out: tuple[Protection, ...],
    ) -> None:
        window = self._locked(opened, callers, monkeypatch, out)
        window.go_back()
        window.see(TITLE)

    @staticmethod
    def _locked(
        opened: Callable[..., Window], callers: Callers, patch: pytest.MonkeyPatch, out: tuple[Protection, ...]
    ) -> Window:
        take_out(patch, *out)
        window = opened(callers.staff(Role.MANAGER), scripts=False)
        window.go("/manage/terminals")
        window.see(TITLE)
        window.page.get_by_role("button", name="Lock").click()
        window.page.wait_for_url(re.compile("/unlock"))
        return window


class TestASessionThatEndedMeanwhile:
    """Left by a link; then the session is over, which no cookie tells the browser."""

    @pytest.mark.parametrize(
        ("scripts", "out"), [(True, ()), (False, ()), (True, (Protection.TURN,)), (True, (Protection.GUARD,))]
    )
    def test_hides_the_page(
        self,
        opened: Callable[..., Window],
        callers: Callers,
        monkeypatch: pytest.MonkeyPatch,
        scripts: bool,
        out: tuple[Protection, ...],
    ) -> None:
        window = self._over(opened, callers, monkeypatch, out, scripts=scripts)
        window.go_back()
        expect(window.page).to_have_url(re.compile("/sign-in"))
        window.ensure_hidden(TITLE)

    @pytest.mark.parametrize(
        ("scripts", "out"), [(False, (Protection.TURN,)), (True, (Protection.TURN, Protection.GUARD))]
    )
    def test_would_show_it_if_a_protection_were_missing(
        self,
        opened: Callable[..., Window],
        callers: Callers,
        monkeypatch: pytest.MonkeyPatch,
        scripts: bool,
        out: tuple[Protection, ...],
    ) -> None:
        window = self._over(opened, callers, monkeypatch, out, scripts=scripts)
        window.go_back()
        window.see(TITLE)

    @staticmethod
    def _over(
        opened: Callable[..., Window],
        callers: Callers,
        patch: pytest.MonkeyPatch,
        out: tuple[Protection, ...],
        *,
        scripts: bool,
    ) -> Window:
        take_out(patch, *out)
        caller = callers.staff(Role.MANAGER)
        window = opened(caller, scripts=scripts)
        window.go("/manage/terminals")
        window.see(TITLE)
        window.page.get_by_role("link", name="Contact").click()
        window.page.wait_for_url("**/contact")
        token = digest(caller.cookies[STAFF])
        callers.parts.database.write_now(lambda conn: sessions.end(conn, token, callers.clock.now()))
        return window


def _desk_page(desk: Desk) -> tuple[Caller, str, str]:
    """A visit's live page with the values that the portal has read back."""
    desk.at(Stage.PERMIT)
    desk.write(lambda conn: looking.note(conn, desk.store, desk.by, desk.visit_id))
    return desk.browser, f"{desk.path}?shown=1", "B-26-00001-1"


def _receipt(desk: Desk) -> tuple[Caller, str, str]:
    desk.at(Stage.FILED)
    return desk.browser, f"{desk.path}/receipt", "SP-2026-000001"


def _sheet(desk: Desk) -> tuple[Caller, str, str]:
    desk.takes(Route.PAPER)
    desk.open().ask(Route.PAPER)
    approval = desk.approval().id
    desk.write(lambda conn: paper.print_sheet(conn, desk.store, desk.by, desk.visit_id, approval))
    return desk.browser, f"{desk.path}/sheet", ILZE.name


def _overview(desk: Desk) -> tuple[Caller, str, str]:
    desk.open().grant()
    shown = desk.write(lambda conn: presenting.show_document(conn, desk.store, desk.by, ILZE.code, "passport"))
    desk.write(lambda conn: overviews.say_why(conn, desk.store, desk.by, shown, OverviewReason.ASKED_ON_PAPER))
    return desk.browser, f"/presented/{shown}/overview", ILZE.name


PAGES = {"the visit": _desk_page, "the receipt": _receipt, "the sheet": _sheet, "the overview": _overview}


class TestPagesWithValues:
    """Each leaves the screen by the end that it has in life; there every protection is at work at once."""

    @pytest.mark.parametrize("out", [(), tuple(Protection)], ids=["protected", "bare"])
    @pytest.mark.parametrize("name", PAGES)
    def test_do_not_come_back_once_the_session_is_over(
        self,
        opened: Callable[..., Window],
        desk: Desk,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        out: tuple[Protection, ...],
    ) -> None:
        take_out(monkeypatch, *out)
        caller, path, secret = PAGES[name](desk)
        window = opened(caller)
        window.go(path)
        window.see(secret)
        window.go("/contact")
        token = digest(caller.cookies[STAFF])
        desk.write(lambda conn: sessions.end(conn, token, desk.clock.now()))
        window.go_back()
        if out:
            window.see(secret)
        else:
            expect(window.page).to_have_url(re.compile("/sign-in"))
            window.ensure_hidden(secret)


class TestTheEndOfAVisit:
    @pytest.mark.parametrize(
        ("scripts", "out"), [(True, ()), (False, ()), (False, (Protection.NO_STORE,)), (False, (Protection.CLEARING,))]
    )
    def test_leaves_nothing_of_it_in_the_history(
        self,
        opened: Callable[..., Window],
        desk: Desk,
        monkeypatch: pytest.MonkeyPatch,
        scripts: bool,
        out: tuple[Protection, ...],
    ) -> None:
        take_out(monkeypatch, *out)
        window, secret = self._ended(opened, desk, scripts=scripts)
        for _page in range(3):
            window.go_back()
            window.ensure_hidden(secret)
        for _page in range(3):
            window.page.go_forward(wait_until="commit")
            window.ensure_hidden(secret)

    def test_would_leave_the_page_in_it_if_protections_were_missing(
        self, opened: Callable[..., Window], desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take_out(monkeypatch, Protection.NO_STORE, Protection.CLEARING)
        window, secret = self._ended(opened, desk, scripts=False)
        for _page in range(2):
            window.go_back()
        window.see(secret)

    @staticmethod
    def _ended(opened: Callable[..., Window], desk: Desk, *, scripts: bool) -> tuple[Window, str]:
        caller, path, secret = _desk_page(desk)
        window = opened(caller, scripts=scripts)
        window.go("/desk")
        window.go(path)
        window.see(secret)
        window.page.locator("#end-visit").click()
        window.page.locator("main").get_by_role(
            "button", name=re.compile("^End( the visit|: it did not come)")
        ).first.click()
        window.see("Ask the resident how it went")
        return window, secret


class TestAColleagueWhoTakesTheSeat:
    """One signs out, another signs in."""

    @pytest.mark.parametrize("out", [(), (Protection.NO_STORE, Protection.CLEARING)], ids=["protected", "bare"])
    def test_does_not_find_what_was_on_the_screen(
        self, opened: Callable[..., Window], desk: Desk, monkeypatch: pytest.MonkeyPatch, out: tuple[Protection, ...]
    ) -> None:
        take_out(monkeypatch, *out)
        caller, path, secret = _desk_page(desk)
        window, colleague = opened(caller, scripts=False), desk.another_assistant()
        window.go(path)
        window.see(secret)
        window.go("/account")
        window.page.locator("main").get_by_role("button", name="Sign out").click()
        window.page.wait_for_url("**/sign-in")
        window.context.add_cookies([{"name": STAFF, "value": colleague.cookies[STAFF], "url": window.address}])
        window.go("/desk")
        for _page in range(3):
            window.go_back()
            if not out:
                window.ensure_hidden(secret)
        if out:
            window.see(secret)


class TestTheDisplay:
    """Its cookie is long-lived and does not change when a visit ends, so another mark with each page has to do it."""

    @pytest.mark.parametrize("scripts", [True, False])
    @pytest.mark.parametrize("is_locked", [False, True], ids=["over", "locked"])
    def test_brings_nothing_back_when_the_visit_is_over_or_the_desk_is_locked(
        self, opened: Callable[..., Window], desk: Desk, scripts: bool, is_locked: bool
    ) -> None:
        window = self._blank(opened, desk, scripts=scripts, is_locked=is_locked)
        window.go_back()
        expect(window.page.locator("main")).to_be_visible()
        window.ensure_hidden(ILZE.name)

    @pytest.mark.parametrize("out", [Protection.NO_STORE, Protection.TURN])
    def test_would_bring_the_statement_back_if_a_protection_were_missing(
        self, opened: Callable[..., Window], desk: Desk, monkeypatch: pytest.MonkeyPatch, out: Protection
    ) -> None:
        take_out(monkeypatch, out)
        window = self._blank(opened, desk, scripts=False)
        window.go_back()
        window.see(ILZE.name)

    @staticmethod
    def _blank(opened: Callable[..., Window], desk: Desk, *, scripts: bool, is_locked: bool = False) -> Window:
        window = opened(desk.callers.display(), scripts=scripts)
        desk.asked_on_display()
        window.go("/display")
        window.see(ILZE.name)
        window.go("/display/no")
        if is_locked:
            at_desk = Session.terminal_id == desk.by.terminal_id
            desk.write(lambda conn: conn.execute(update(Session).where(at_desk).values(locked_at=desk.clock.now())))
        else:
            desk.close()
        return window


class TestTheCache:
    def test_is_cleared_at_the_lock_at_the_end_of_a_visit_and_at_signing_out(self, desk: Desk) -> None:
        desk.at(Stage.FILED)
        for path in (f"{desk.path}/close", "/lock", "/sign-out"):
            answer = desk.browser.post(path)
            assert answer.status == 303
            assert answer.headers["clear-site-data"] == '"cache"', path
            session = desk.callers.session_of(desk.browser.cookies.get(STAFF, ""))
            desk.browser.csrf = session.csrf if session else None
