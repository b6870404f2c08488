"""How long staff wait to come in by a passkey: from opening the page to the desk, and from the lock back to work.

A real server, a real browser at an enrolled computer, and a virtual security key. What people take to touch a real one
and to type its PIN comes on top; the terminal's own proof is in it.
"""

import os
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Aim, Figure
from tests.browser import find_browser
from tests.databases import Databases
from tests.gateway.people.staff_keys import an_assistant
from tests.gateway.security_keys import SecurityKeys
from tests.gateway.terminals.serving import Served, at_its_own_address
from tests.states.stand import a_stand

AIM_SECONDS: Final = 5.0
_HEADING: Final = "h1"


def measure(effort: Effort, databases: Mapping[str, Databases]) -> Iterator[Figure]:
    """Sign-in and unlock, on each kind of database."""
    for kind, each in databases.items():
        with (
            a_stand(each, lambda _shown: None, ("en",)) as stand,
            at_its_own_address(stand.callers) as served,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=os.geteuid() != 0)
            context = browser.new_context(locale="en-GB")
            context.add_cookies([{"name": "pilnvara_lang", "value": "en", "url": served.address}])
            page = served.enrol(context)
            keys = SecurityKeys(context, page, 1)
            _add(served, page, keys)
            yield _figure(f"sign in by a passkey, {kind}", effort, partial(_sign_in, served, page))
            yield _figure(f"unlock by a passkey, {kind}", effort, partial(_unlock, page))
            browser.close()


def _add(served: Served, page: Page, keys: SecurityKeys) -> None:
    served.come_in(page, an_assistant(served.callers), "berta")
    page.wait_for_url("**/desk")
    page.goto(f"{served.address}/account/passkeys")
    page.wait_for_selector("body.app-has-passkeys")
    keys.touch(keys.names[0])
    page.locator("#passkey-button").click()
    page.wait_for_url("**/account/passkeys?done=added")


def _sign_in(served: Served, page: Page) -> float:
    page.locator("form[action='/sign-out'] button").first.click()
    page.wait_for_url("**/sign-in")
    started = time.perf_counter()
    page.goto(f"{served.address}/sign-in?next=/desk")
    page.locator("#passkey-button").click()
    return _until_desk(page, started)


def _unlock(page: Page) -> float:
    page.locator("form[action='/lock'] button").click()
    page.wait_for_url(re.compile("/unlock"))
    page.wait_for_selector("body.app-has-passkeys")
    started = time.perf_counter()
    page.locator("#passkey-button").click()
    return _until_desk(page, started)


def _until_desk(page: Page, started: float) -> float:
    page.wait_for_url("**/desk", wait_until="load")
    page.locator(_HEADING).first.wait_for()
    return time.perf_counter() - started


def _figure(name: str, effort: Effort, once: Callable[[], float]) -> Figure:
    seconds = [once() for _ in range(effort.rounds)]
    middle = statistics.median(seconds)
    return Figure(
        name=name,
        value=middle,
        unit="s",
        beside=f"slowest of {len(seconds)}: {max(seconds):.2f} s",
        aims=(Aim("s", middle, AIM_SECONDS),),
    )
