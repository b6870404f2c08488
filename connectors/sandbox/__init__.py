"""The outside world in one program: a portal, an identity provider and an inbox, with faults to switch on.

Somebody else's program: it imports nothing else of this project, and is met over HTTP. See `README.md` beside this
file for every page, field and fault.
"""

from connectors.sandbox.program import Sandbox
from connectors.sandbox.settings import Client, SandboxSettings

__all__ = ["Client", "Sandbox", "SandboxSettings"]
