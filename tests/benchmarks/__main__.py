"""`make bench`: prints figures of this machine, as ratios where there is something to hold against.

A bench is no test: an aim that is missed is printed as missed, with the reason where it is known. The run ends with 1
when something could not be measured, or when a limit is passed that has to hold: that of a page (`every_page`).
"""

import argparse
import dataclasses
import io
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from gateway import logging
from tests.benchmarks import (
    arriving,
    auditing,
    coming_in,
    connector,
    costs,
    dashboard,
    every_page,
    finding,
    grants,
    handwork,
    hashing,
    many,
    pages,
    portals,
    processes,
    recording,
    reporting,
    searching,
    verifying,
    waiting,
)
from tests.benchmarks.effort import FULL, QUICK, Effort
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.gateways import each_database
from tests.databases import Databases

Measure = Callable[[Effort, Mapping[str, Databases]], Iterable[Figure]]

MEASURES: dict[str, Measure] = {
    "grant": grants.measure,
    "pages": pages.measure,
    "every_page": every_page.measure,
    "arriving": arriving.measure,
    "coming_in": coming_in.measure,
    "portals": portals.measure,
    "verifying": verifying.measure,
    "hashing": hashing.measure,
    "auditing": auditing.measure,
    "recording": recording.measure,
    "searching": searching.measure,
    "finding": finding.measure,
    "figures": dashboard.measure,
    "reporting": reporting.measure,
    "waiting": waiting.measure,
    "processes": processes.measure,
    "connector": connector.measure,
    "costs": costs.measure,
    "many": many.measure,
    "handwork": handwork.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measures and print what they find; the number of the process's end."""
    wish = _wish(arguments)
    effort = QUICK if wish.quick else FULL
    if wish.leaves:
        effort = dataclasses.replace(effort, leaves=wish.leaves)
    logging.configure("INFO", stream=io.StringIO())
    failed: list[str] = []
    found: dict[str, list[Figure]] = {}
    with each_database() as databases:
        for name in wish.only or MEASURES:
            started = time.perf_counter()
            try:
                found[name] = list(MEASURES[name](effort, databases))
            except Exception:  # noqa: BLE001 - one measure that breaks must not take the others' figures with it
                failed.append(name)
                print(f"\n{name} could not be measured:\n{traceback.format_exc()}", file=sys.stderr)
                continue
            if not wish.json:
                print(f"\n{name} ({time.perf_counter() - started:.0f} s)\n{table(found[name])}", flush=True)
    if wish.json:
        print(msgspec.json.encode(found).decode())
    passed = [each for figures in found.values() for each in figures if each.must_hold and each.is_missed]
    for each in passed:
        print(f"above its limit: {each.name.strip()} ({each.beside})", file=sys.stderr)
    return 1 if failed or passed else 0


def _wish(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], *MEASURES], help="measures to run; all if none is named")
    parser.add_argument("--quick", action="store_true", help="see whether all can be measured; ignore the figures")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--leaves", type=int, metavar="N", help="leaves to hash instead of 1,000,000")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
