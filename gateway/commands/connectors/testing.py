"""`pilnvara connectors test`: the contract of a connector, clause by clause."""

import sys
import time

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


@click.command("test")
@click.argument("connector_ids", nargs=-1, required=True, metavar="CONNECTOR...")
@click.option("--sample", help="Which made-up answers to fill in; the connector's first otherwise.")
@click.option("--only", multiple=True, metavar="WORD", help="Only the checks whose name holds this word.")
@portal_options
def test(place: Place, connector_ids: tuple[str, ...], sample: str | None, only: tuple[str, ...]) -> None:
    """Hold connectors to the contract of all connectors, at the sandbox or at a portal's test system.

    Files made-up applications there, and breaks a front that it puts before the portal in every way it knows. Exit
    code 0: all holds; 1: something does not; 2: bad input.
    """
    chosen = tuple(
        check for check in CHECKS if not only or any(word.replace("_", " ") in _name(check) for word in only)
    )
    if not chosen:
        raise click.UsageError(f"no check is called {' or '.join(only)}. There are: {', '.join(map(_name, CHECKS))}")
    connectors = [find(name) for name in connector_ids]

    async def each(origin_of: OriginOf, issuer: StandInIssuer) -> int:
        """One connector after the other; how many checks do not hold."""
        failed = 0
        for connector in connectors:
            click.echo(f"{connector.id} {connector.manifest.version}")
            async with staged(issuer, origin_of(connector.manifest.portal), connector, sample) as stage:
                failed += await _held(stage, chosen)
        return failed

    failures = meeting(place, each)
    if failures:
        click.echo(f"{failures} of {len(chosen) * len(connectors)} do not hold.")
        sys.exit(VIOLATION)


async def _held(stage: Stage, checks: tuple[Check, ...]) -> int:
    """Hold each check and tell of it; how many were broken. Without whole declarations no other has a meaning."""
    failed = 0
    for check in checks:
        started = time.perf_counter()
        mark, colour, why = "ok", "green", ""
        try:
            await hold(stage, check)
        except NotApplicableError as error:
            mark, colour, why = "-", "yellow", str(error)
        except (BrokenContractError, RunError) as error:
            mark, colour, why = "broken", "red", str(error)
            failed += 1
        click.echo(f"  {click.style(f'{mark:>6}', fg=colour)}  {_name(check)} ({time.perf_counter() - started:.1f} s)")
        for line in why.split("; ") if why else ():
            click.echo(f"          {line}")
        if failed and check is declarations_are_whole:
            break
    return failed


def _name(check: Check) -> str:
    return str(check.__name__).replace("_", " ")
