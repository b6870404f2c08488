"""The outside world in one program: a portal, an identity provider and an inbox, with faults to switch on.

Somebody else's program: it imports nothing else of this project, and is met over HTTP. See `README.md` beside this
file for every page, field and fault.
"""

from typing import TYPE_CHECKING, Any

from connectors.sandbox.settings import Client, SandboxSettings

if TYPE_CHECKING:
    from connectors.sandbox.program import Sandbox

__all__ = ["Client", "Sandbox", "SandboxSettings"]


def __getattr__(name: str) -> Any:
    """Import the program only where it is run: whoever asks who lives here should not wait for its PDF writer."""
    if name != "Sandbox":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from connectors.sandbox.program import Sandbox  # noqa: PLC0415 - see above

    return Sandbox
