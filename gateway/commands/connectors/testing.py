"""`pilnvara connectors test`: the contract of a connector, clause by clause."""

import sys
import time
from collections import Counter
from collections.abc import Mapping

import click

from connectors.runner.errors import RunError
from connectors.workshop.checks import (
    CHECKS,
    BrokenContractError,
    Check,
    NotApplicableError,
    Stage,
    declarations_are_whole,
)
from connectors.workshop.contract import hold, staged
from connectors.workshop.issuer import StandInIssuer
from gateway.commands.connectors.portal import OriginOf, Place, find, meeting, portal_options
from gateway.commands.lazy import VIOLATION

HELD, BROKEN, APART = "ok", "broken", "-"
"""How a check is marked: it holds, it does not, or the connector has nothing that it is about."""


@click.command("test")
@click.argument("connector_ids", nargs=-1, required=True, metavar="CONNECTOR...")
@click.option("--sample", help="Which made-up answers to fill in; the connector's first otherwise.")
@click.option("--only", multiple=True, metavar="WORD", help="Only the checks whose name holds this word.")
@portal_options
def test(place: Place, connector_ids: tuple[str, ...], sample: str | None, only: tuple[str, ...]) -> None:
    """Hold connectors to the contract of all connectors, at the sandbox or at a portal's test system.

    Files made-up applications there, and breaks a front that it puts before the portal in every way it knows. Exit
    code 0: nothing is broken; 1: something does not; 2: bad input.
    """
    chosen = tuple(
        check for check in CHECKS if not only or any(word.replace("_", " ") in _name(check) for word in only)
    )
    if not chosen:
        raise click.UsageError(f"no check is called {' or '.join(only)}. There are: {', '.join(map(_name, CHECKS))}")
    connectors = [find(name) for name in connector_ids]

    async def each(origin_of: OriginOf, issuer: StandInIssuer) -> Counter[str]:
        """One connector after the other; how often each mark was given."""
        marks: Counter[str] = Counter()
        for connector in connectors:
            click.echo(f"{connector.id} {connector.manifest.version}")
            async with staged(issuer, origin_of(connector.manifest.portal), connector, sample) as stage:
                marks += await _held(stage, chosen)
        return marks

    marks = meeting(place, each)
    click.echo(summary(marks, len(chosen) * len(connectors)))
    if marks[BROKEN]:
        sys.exit(VIOLATION)


def summary(marks: Mapping[str, int], of: int) -> str:
    """One line: how many checks hold, are broken, do not apply, and were not tried."""
    tried = sum(marks.values())
    parts = [f"{marks.get(HELD, 0)} of {of} hold"]
    if broken := marks.get(BROKEN, 0):
        parts.append(f"{broken} {'is' if broken == 1 else 'are'} broken")
    if apart := marks.get(APART, 0):
        parts.append(f"{apart} {'does' if apart == 1 else 'do'} not apply")
    if tried < of:
        parts.append(f"{of - tried} {'was' if of - tried == 1 else 'were'} not tried")
    return ", ".join(parts) + "."


async def _held(stage: Stage, checks: tuple[Check, ...]) -> Counter[str]:
    """Hold each check and tell of it. Without whole declarations no other has a meaning."""
    marks: Counter[str] = Counter()
    for check in checks:
        started = time.perf_counter()
        mark, colour, why = HELD, "green", ""
        try:
            await hold(stage, check)
        except NotApplicableError as error:
            mark, colour, why = APART, "yellow", f"does not apply: {error}"
        except (BrokenContractError, RunError) as error:
            mark, colour, why = BROKEN, "red", str(error)
        marks[mark] += 1
        click.echo(f"  {click.style(f'{mark:>6}', fg=colour)}  {_name(check)} ({time.perf_counter() - started:.1f} s)")
        for line in why.split("; ") if why else ():
            click.echo(f"          {line}")
        if marks[BROKEN] and check is declarations_are_whole:
            break
    return marks


def _name(check: Check) -> str:
    return str(check.__name__).replace("_", " ")
