"""What the commands that meet a portal have in common: where it is, and how it is signed in to."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, TypeVar

import click

from connectors.runner.api import RunnerSettings
from connectors.runner.errors import RunError
from connectors.runner.origins import normal_origin
from connectors.sdk import packages, registry
from connectors.sdk.connector import Connector
from connectors.sdk.contract import ConnectorContractError
from connectors.workshop import made_up
from connectors.workshop.bench import Bench, SampleError
from connectors.workshop.contract import ISSUER_HOST, ISSUER_PORT
from connectors.workshop.issuer import StandInIssuer
from connectors.workshop.looking import said
from gateway.commands.lazy import BAD_INPUT, CANNOT_CONCLUDE
from gateway.config import ConfigurationError, Settings

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])

OriginOf: TypeAlias = Callable[[str], str]
"""Where a portal is, by its registration id."""
_FOR_PEOPLE = (
    SampleError,
    made_up.NoSandboxError,
    registry.UnknownConnectorError,
    registry.ConnectorConflictError,
    ConnectorContractError,
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which portal is met, and as what client it signs people in at the stand-in."""

    sandbox: bool
    portal_url: str | None
    client_id: str
    client_secret: str
    issuer_port: int

    @contextmanager
    def met(self) -> Iterator[tuple[OriginOf, StandInIssuer]]:
        """Where a portal is, by its registration id, and the stand-in that it believes; both end with the block."""
        if self.sandbox == (self.portal_url is not None):
            stop("say where the portal is: either --sandbox or --portal-url")
        with ExitStack() as stack:
            stand_in = StandInIssuer(
                self.client_id,
                self.client_secret,
                host=ISSUER_HOST,
                port=0 if self.sandbox else self.issuer_port,
            )
            try:
                issuer = stack.enter_context(stand_in)
            except OSError as error:
                stop(f"the stand-in cannot listen on {ISSUER_HOST}:{self.issuer_port}: {error.strerror}")
            yield self._origins(stack, issuer), issuer

    def _origins(self, stack: ExitStack, issuer: StandInIssuer) -> OriginOf:
        if self.portal_url is not None:
            try:
                origin = normal_origin(self.portal_url)
            except ValueError as error:
                stop(f"--portal-url {self.portal_url}: {error}")
            return lambda _portal: origin
        names = tuple({connector.manifest.portal for connector in registry.all().values()})
        origins = stack.enter_context(made_up.portals(issuer, names))

        def origin_of(portal: str) -> str:
            if portal not in origins:
                there = ", ".join(sorted(origins))
                stop(f"the sandbox has no portal {portal!r}, only {there}; say where yours is: --portal-url")
            return origins[portal]

        return origin_of


def portal_options(command: Command) -> Command:
    """The options that make a `Place`, which the command takes as `place`."""

    def with_place(
        *, sandbox: bool, portal_url: str | None, client_id: str, client_secret: str, issuer_port: int, **others: Any
    ) -> Any:
        place = Place(
            sandbox=sandbox,
            portal_url=portal_url,
            client_id=client_id,
            client_secret=client_secret,
            issuer_port=issuer_port,
        )
        return command(place=place, **others)

    with_place.__doc__ = command.__doc__
    decorated: Any = with_place
    for option in (
        click.option(
            "--issuer-port", default=ISSUER_PORT, show_default=True, help=f"Of the stand-in, on {ISSUER_HOST}."
        ),
        click.option(
            "--client-secret",
            envvar="PORTAL_CLIENT_SECRET",
            default="author-secret-on-loopback",
            help="And its secret.",
        ),
        click.option("--client-id", default="author", show_default=True, help="What the portal calls itself there."),
        click.option("--portal-url", metavar="URL", help="The portal's test system."),
        click.option("--sandbox", is_flag=True, help="Start the made-up portals and meet them."),
    ):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]  # click's decorators hand through what they are given


def find(connector_id: str) -> Connector:
    """The connector called so; ends the command when there is none."""
    try:
        return registry.find(connector_id)
    except _FOR_PEOPLE as error:
        stop(str(error))


def ensure_allowed() -> None:
    """End a command that will open this gateway's store where a package is not allowed, before its code is imported."""
    try:
        packages.ensure_allowed(Settings.from_environment(os.environ).connectors_allowed)
    except (packages.PackageNotAllowedError, ConfigurationError) as error:
        stop(str(error))


def settings(*, show_errors: bool = False) -> RunnerSettings:
    """How the browser runs for a command: as the worker's does."""
    chromium = os.environ.get("PILNVARA_CHROMIUM") or None
    return RunnerSettings(chromium=chromium, warm=False, show_child_errors=show_errors)


def at_bench(
    place: Place, connectors: Sequence[Connector], work: Callable[[Bench, Connector], Coroutine[Any, Any, T]]
) -> list[T]:
    """Carry out `work` for each connector, with a browser at its portal."""

    async def each(origin_of: OriginOf, issuer: StandInIssuer) -> list[T]:
        """One connector after the other, in one browser."""
        done = []
        async with Bench.opened(issuer, settings()) as bench:
            for connector in connectors:
                issuer.services, bench.portal = (connector.id,), origin_of(connector.manifest.portal)
                done.append(await work(bench, connector))
        return done

    return meeting(place, each)


def meeting(place: Place, work: Callable[[OriginOf, StandInIssuer], Coroutine[Any, Any, T]]) -> T:
    """Carry out `work` where the portal is met; what a person can mend is told in one line."""
    try:
        with place.met() as (origin_of, issuer):
            return asyncio.run(work(origin_of, issuer))
    except RunError as error:
        stop(f"{said(error)} ({error.code})", code=CANNOT_CONCLUDE)
    except _FOR_PEOPLE as error:
        stop(str(error))


def stop(message: str, *, code: int = BAD_INPUT) -> NoReturn:
    """End the command: nothing that it could do is left."""
    click.echo(f"pilnvara: {message}", err=True)
    sys.exit(code)
