"""A shared computer in a real browser: what a guest leaves behind, and how their time ends before their eyes."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import Connection

from gateway.visits import guiding, opening
from gateway.visits.reading import Stage
from tests.gateway.callers import Caller
from tests.gateway.pages.desk.conftest import desk
from tests.gateway.pages.desk.desk import BENEFIT, Desk
from tests.gateway.terminal_key import proven
from tests.gateway.web.leaving import Protection, Window, take_out
from tests.gateway.windows import address, go, listen, open_as

__all__ = ["address", "desk"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

READ = "Sickness benefit"


@pytest.fixture
def guest(desk: Desk) -> Caller:
    desk.at(Stage.GUIDING)

    traits = proven(desk.store.sealer, desk.clock).traits

    def sit_down(conn: Connection) -> str:
        opening.set_language(conn, desk.by, desk.visit_id, "en")
        return guiding.begin_here(conn, desk.store, desk.by, desk.visit_id, traits=traits)

    return desk.callers.guest(token=desk.write(sit_down))


@pytest.fixture
def window(browser: Browser, address: str, guest: Caller) -> Iterator[Page]:
    context = open_as(browser, address, guest)
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


class TestAGuestWhoHasGone:
    @pytest.mark.parametrize(
        ("scripts", "out"), [(True, ()), (False, ()), (False, (Protection.NO_STORE,)), (False, (Protection.TURN,))]
    )
    def test_leaves_nothing_in_the_history(
        self,
        whole_browser: Browser,
        address: str,
        guest: Caller,
        monkeypatch: pytest.MonkeyPatch,
        scripts: bool,
        out: tuple[Protection, ...],
    ) -> None:
        take_out(monkeypatch, *out)
        window = self._gone(whole_browser, address, guest, scripts=scripts)
        for _page in range(2):
            window.go_back()
            window.ensure_hidden(READ)
        window.context.close()

    def test_would_leave_it_if_every_protection_were_missing(
        self, whole_browser: Browser, address: str, guest: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take_out(monkeypatch, *Protection)
        window = self._gone(whole_browser, address, guest, scripts=False)
        for _page in range(2):
            window.go_back()
        window.see(READ)
        window.context.close()

    @staticmethod
    def _gone(browser: Browser, address: str, guest: Caller, *, scripts: bool) -> Window:
        window = Window.of(browser, address, guest, scripts=scripts)
        window.go("/guest")
        window.page.goto(f"{address}/guest/services/{BENEFIT}")
        window.see(READ)
        window.page.get_by_role("button", name="I am done").click()
        window.page.get_by_role("button", name="End and wipe").click()
        window.see("Your time here is over")
        return window


class TestTheTime:
    @staticmethod
    def _open(window: Page, url: str) -> None:
        """Open a page and let it look once more, as it does when its stream has begun."""
        with window.expect_event("requestfinished", lambda request: request.resource_type == "xhr"):
            go(window, url)
        expect(window.locator("[data-guest-left]")).to_be_visible()  # the script counts
        expect(window.get_by_text("Minutes left: 20")).to_be_visible()

    @staticmethod
    def _pass(desk: Desk, window: Page, time: timedelta) -> None:
        """The same time passes for the gateway and for the browser."""
        desk.clock.move(time)
        window.clock.fast_forward(int(time.total_seconds() * 1000))

    def test_is_counted_before_their_eyes_warned_of_and_over_by_itself(
        self, desk: Desk, window: Page, address: str
    ) -> None:
        said = listen(window)
        self._open(window, f"{address}/guest/services/{BENEFIT}")
        warning = window.get_by_text("Your time at this computer is almost over.")
        self._pass(desk, window, timedelta(minutes=17, seconds=30))
        expect(window.locator("[data-guest-minutes]")).to_have_text("3")
        expect(warning).to_be_hidden()
        self._pass(desk, window, timedelta(seconds=45))
        expect(warning).to_be_visible()
        self._pass(desk, window, timedelta(minutes=2))
        expect(window.get_by_role("heading", name="Your time here is over")).to_be_visible()
        assert [line for line in said if not line.startswith("Clear-Site-Data")] == []

    def test_is_longer_once_the_desk_gives_more(self, desk: Desk, window: Page, address: str) -> None:
        self._open(window, f"{address}/guest/help")
        self._pass(desk, window, timedelta(minutes=5))
        expect(window.locator("[data-guest-minutes]")).to_have_text("15")
        with window.expect_request(re.compile("/guest/help")):
            desk.write(lambda conn: guiding.extend(conn, desk.store, desk.by, desk.visit_id))
        window.clock.run_for(2000)
        expect(window.locator("[data-guest-minutes]")).to_have_text("20")

    def test_ends_before_their_eyes_where_its_stream_is_refused(self, desk: Desk, window: Page, address: str) -> None:
        def refuse(route: Route) -> None:
            desk.write(lambda conn: guiding.end(conn, desk.store, desk.by, desk.visit_id))
            route.fulfill(status=401)

        window.route("**/guest/events", refuse, times=1)
        go(window, f"{address}/guest")
        expect(window.get_by_role("heading", name="Your time here is over")).to_be_visible()

    def test_ends_before_their_eyes_when_the_desk_ends_it(self, desk: Desk, window: Page, address: str) -> None:
        with window.expect_response(re.compile("/guest/events")):
            go(window, f"{address}/guest")
        desk.write(lambda conn: guiding.end(conn, desk.store, desk.by, desk.visit_id))
        expect(window.get_by_role("heading", name="Your time here is over")).to_be_visible()
