"""Which browser is started, and with what switched off."""

import os
import shutil

from playwright.async_api import Browser, Playwright

_CANDIDATES = ("chromium-headless-shell", "chromium", "google-chrome")
_FLAGS = (
    "--disable-dev-shm-usage",
    # Each closes a way out that a page was seen to use, or a request the browser makes by itself.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-blink-features=SharedWorker,FetchLaterAPI",
    "--disable-features=Prerender2,SpeculationRulesPrefetchProxy,NetworkPrediction,OptimizationHints,MediaRouter",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-quic",
    "--disable-crash-reporter",
)


class NoBrowserError(Exception):
    """No browser was found on this machine."""


def executable() -> str:
    """The browser to start: the one named by the worker, otherwise the first on PATH.

    Raises:
        NoBrowserError: there is none.
    """
    named = os.environ.get("PILNVARA_CHROMIUM")
    if named:
        return named
    for candidate in _CANDIDATES:
        found = shutil.which(candidate)
        if found:
            return found
    raise NoBrowserError("no browser on PATH: " + ", ".join(_CANDIDATES))


async def launch(playwright: Playwright, gate: str) -> Browser:
    """Start the browser; what belongs to no run meets the gate without credentials and goes nowhere."""
    return await playwright.chromium.launch(
        executable_path=executable(),
        headless=True,
        chromium_sandbox=os.geteuid() != 0,
        args=list(_FLAGS),
        proxy={"server": gate, "bypass": "<-loopback>"},
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )
