"""Verifies the whole log as it stands in the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection

from audit.policy import TrustPolicy
from audit.report import Report
from audit.signatures import Policy
from audit.verify import verify
from gateway.ledger.source import DatabaseSource

_NONE: Mapping[str, int] = MappingProxyType({})


def check(  # noqa: PLR0913 - what a verification takes, all by name
    conn: Connection,
    *,
    vkeys: Sequence[str],
    origin: str,
    now: datetime,
    held: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
    trust: TrustPolicy | None = None,
    since: bytes | None = None,
    retired: Mapping[str, int] = _NONE,
) -> Report:
    """Recompute every leaf, chain, node and checkpoint in one read transaction; `held` was kept outside.

    `trust` names the witnesses whose cosignatures count, `retired` the keys that once signed, each with the size up to
    which. Of what was verified up to the checkpoint `since` only the tree is looked at again. A long log is read by
    several processes, each through a connection of its own.

    Our own verdict convinces nobody but us: others run `python -m audit` on the published tiles with a key and a
    checkpoint of their own.
    """
    witnesses = None if trust is None else replace(trust, logs=())  # which keys are ours is not the policy's to say
    policy = Policy(origin=origin, trust=witnesses, retired=retired)
    source = DatabaseSource(conn)
    return verify(source, vkeys=vkeys, now=now, held=held, progress=progress, policy=policy, since=since)
