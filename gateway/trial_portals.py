"""Portals' test systems, where forms are looked at without a resident, and how a look is known there."""

from collections.abc import Mapping
from pathlib import Path

import msgspec


class TrialPortal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One portal's test system; it has to know the stand-in that `pilnvara connectors check` signs in by."""

    url: str
    client_id: str = "author"
    client_secret: str = "author-secret-on-loopback"
    """What the made-up person signs in by, at a test system: it opens nothing else."""
    issuer_port: int | None = None

    def __repr__(self) -> str:
        return f"TrialPortal({self.url!r})"


def read(path: Path) -> Mapping[str, TrialPortal]:
    """Read the test systems in a TOML file, by the portal's id.

    Raises:
        OSError: it cannot be read.
        ValueError: it says something else.
    """
    return msgspec.toml.decode(path.read_bytes(), type=dict[str, TrialPortal])
