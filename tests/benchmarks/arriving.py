"""How a page arrives on a slow phone: bytes on the wire, requests, and when its first words are seen.

A real server, a real browser with an empty cache, throttled as a phone on a bad network: 400 kbit/s, 300 ms there and
back, a processor a quarter as fast.
"""

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.browser import find_browser
from tests.databases import Databases
from tests.gateway.windows import serving
from tests.states.stand import a_stand

AIM_KB: Final = 60.0
_KBIT: Final = 400
_LATENCY_MS: Final = 300
_SLOWER: Final = 4
_PAGES: Final = {"phone: type the code": "/a", "start": "/", "own page: sign in": "/mine/sign-in", "feedback": "/f"}
"""The first pages that somebody at home or in a centre opens on their phone."""
_PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass
class _Wire:
    """What came over it."""

    sizes: list[float] = field(default_factory=list)

    def listen(self, session: CDPSession) -> None:
        session.on("Network.loadingFinished", self._take)

    def _take(self, event: Any) -> None:
        self.sizes.append(event["encodedDataLength"])


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Each first page, on the first kind of database: the others do not change what is sent."""
    pages = dict(list(_PAGES.items())[:1]) if effort.rounds == 1 else _PAGES
    _kind, first = next(iter(databases.items()))
    with (
        a_stand(first, lambda _shown: None, ("lv",)) as stand,
        socket.create_server(("127.0.0.1", 0)) as listening,
        serving(stand.callers.app, listening) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=os.geteuid() != 0)
        for name, path in pages.items():
            yield _figure(browser, name, address + path)
        browser.close()


def _figure(browser: Browser, name: str, url: str) -> Figure:
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page, wire = context.new_page(), _Wire()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    wire.listen(session)
    each_way = _KBIT * 1000 / 8
    conditions = {
        "offline": False,
        "latency": _LATENCY_MS,
        "downloadThroughput": each_way,
        "uploadThroughput": each_way,
    }
    session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.goto(url, wait_until="networkidle")
    painted = float(page.evaluate(_PAINTED))
    context.close()
    weight = sum(wire.sizes) / 1000
    return Figure(
        name=f"{name}, on a slow phone",
        value=weight,
        unit="kB on the wire",
        beside=f"{len(wire.sizes)} requests; first words after {painted / 1000:.1f} s",
        aims=(Aim("kB", weight, AIM_KB),),
    )
