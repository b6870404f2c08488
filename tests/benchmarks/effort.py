"""How CPU is measured, and how much of it a run spends on measuring.

CPU time of this process with all its threads; what a database server or a browser spends is not in it. Of all rounds
the lowest counts: whatever else the machine does can only add (each switch between threads finds the caches cold), so
the lowest is nearest to what the work itself takes, and the same from run to run.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How often things are repeated."""

    rounds: int
    """Each round is one sample."""
    warm_up: int
    """Turns before the first that counts."""
    pages: int
    """Requests of one page in a round."""
    pages_on: int
    """Databases on which pages are looked at: bringing a visit to each of them takes longer than looking."""
    grants: int
    """Grants in a round."""
    signatures: int
    leaves: int
    """Leaves that are hashed in a round."""
    entries: int
    """Entries of the log that is verified."""
    runs: int
    """Runs of the connector, and of the bare script."""
    at_once: int
    """Filings that one worker has in hand together."""
    batches: int
    """How often it has so many."""
    waits: int
    """Jobs, and events, whose way through the worker is timed."""
    visits: int
    """Visits of sixteen events each, through which an auditor searches."""
    writing_seconds: float
    """How long events, or plain rows, are committed."""
    writers: int
    idle_seconds: float
    """How long an idle process is watched."""


FULL = Effort(
    rounds=15,
    warm_up=2,
    pages=5,
    pages_on=2,
    grants=10,
    signatures=200,
    leaves=1_000_000,
    entries=20_000,
    runs=9,
    at_once=4,
    batches=5,
    waits=60,
    visits=62_500,
    writing_seconds=3.0,
    writers=8,
    idle_seconds=5,
)
QUICK = Effort(
    rounds=1,
    warm_up=0,
    pages=1,
    pages_on=1,
    grants=1,
    signatures=2,
    leaves=600,
    entries=20,
    runs=1,
    at_once=1,
    batches=1,
    waits=1,
    visits=20,
    writing_seconds=0.05,
    writers=1,
    idle_seconds=0,
)
"""For a look whether everything still can be measured; its figures mean nothing."""


def settle() -> None:
    """Let no garbage of what came before be collected on the account of what comes."""
    gc.collect()


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU that one call of `work` takes."""
    settle()
    started = time.process_time()
    work()
    return time.process_time() - started


def lowest_ms(samples: Sequence[float], times: int) -> float:
    """Milliseconds of one of `times` things, where each sample is the seconds of all."""
    return min(samples) / times * 1000
