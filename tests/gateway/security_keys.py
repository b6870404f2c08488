"""Security keys in a real browser: virtual ones, of which one at a time is held to the computer."""

from typing import Any

from playwright.sync_api import BrowserContext, Page


class SecurityKeys:
    """What people hold to the computer in whose browser a page is open."""

    def __init__(self, context: BrowserContext, page: Page, number: int) -> None:
        self._cdp = context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable", {"enableUI": False})
        self.names = [self._new() for _ in range(number)]

    def touch(self, name: str, *, known: bool = True) -> None:
        """Hold this one to the computer and no other; `known` whether the PIN is right."""
        for each in self.names:
            self._cdp.send(
                "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": each, "enabled": each == name}
            )
        self._cdp.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": known})

    def _new(self) -> str:
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": False,
        }
        made: dict[str, Any] = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return str(made["authenticatorId"])
