"""`pilnvara connectors`: which there are, whether portals' forms still fit, and what an author needs to write one."""

import click

from gateway.commands.lazy import LazyGroup

_HERE = "gateway.commands.connectors"
COMMANDS = {
    "list": (f"{_HERE}.listing:list_connectors", "Show every connector that there is."),
    "check": (f"{_HERE}.checking:check", "See whether a portal's forms are still the committed ones; sends nothing."),
    "dry-run": (f"{_HERE}.checking:dry_run", "Fill in a form up to the last click, and show what it read back."),
    "test": (f"{_HERE}.testing:test", "Hold a connector to the contract of all connectors."),
    "new": (f"{_HERE}.writing:new", "Write a connector's package from the address of its form."),
    "issuer": (f"{_HERE}.writing:issuer", "Keep the stand-in for the gateway up, to look at a portal by hand."),
    "accept-drift": (f"{_HERE}.accepting:accept_drift", "Commit a changed form, in a new version of its connector."),
    "hash": (f"{_HERE}.hashing:hash_packages", "Print what the list of allowed packages says of the installed ones."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def connectors() -> None:
    """Connectors: list, look at their portals, write and test one.

    What meets a portal signs in by a stand-in for the gateway on this machine, as a made-up person: a portal's test
    system has to know it, the sandbox does. No command here files anything at a portal that residents use.
    """
