"""What can be made to go wrong, by a switch."""

from collections.abc import Mapping
from typing import Any, Final

FAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "slow": {"seconds": 3.0, "only_final": False, "after": False},
    "down": {},
    "form_changed": {},
    "form_changed_cosmetic": {},
    "refuses_values": {"at": "step", "message": ""},
    "dies_after_accepting": {},
    "resets_final": {},
    "redirects_final": {"to": "path", "accepts_first": True},
    "accepts_twice": {},
    "session_lost": {"step": ""},
    "sms_down": {},
    "sms_unreachable": {},
    "sms_reported_twice": {},
    "reuses_sign_in": {},
}
"""Each fault's name, with its parameters and what they are unless said otherwise."""

AROUND: Final = frozenset({"sms_down", "sms_unreachable", "sms_reported_twice", "reuses_sign_in"})
"""Faults of what all portals share: the inbox and the identity provider."""


class UnknownFaultError(Exception):
    """There is no fault, or no parameter of it, by that name."""


class Faults:
    """The switches, all off at first."""

    def __init__(self) -> None:
        self._on: dict[str, dict[str, Any]] = {}

    def switch(self, name: str, on: bool, parameters: Mapping[str, Any] | None = None) -> None:
        """Turn one fault on or off.

        Raises:
            UnknownFaultError: the name or a parameter is not known.
        """
        if name not in FAULTS:
            raise UnknownFaultError(name)
        unknown = set(parameters or {}) - set(FAULTS[name])
        if unknown:
            raise UnknownFaultError(f"{name}: {', '.join(sorted(unknown))}")
        self._on.pop(name, None)
        if on:
            self._on[name] = {**FAULTS[name], **(parameters or {})}

    def __contains__(self, name: str) -> bool:
        return name in self._on

    def parameters(self, name: str) -> Mapping[str, Any]:
        """The parameters of a fault that is on; empty when it is off."""
        return self._on.get(name, {})

    def all_on(self) -> dict[str, dict[str, Any]]:
        """Every fault that is on, with its parameters."""
        return {name: dict(parameters) for name, parameters in self._on.items()}

    def clear(self) -> None:
        """Turn everything off."""
        self._on.clear()
