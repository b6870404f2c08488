"""`python -m connectors.sandbox`: the sandbox on its own addresses, until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from connectors.sandbox.program import Sandbox
from connectors.sandbox.settings import Client, PortalPlace, SandboxSettings

Command = TypeVar("Command", bound=Callable[..., None])

_DEFAULTS = SandboxSettings()
_PLACE = ("port", "other_port", "client_id", "client_secret", "session_minutes")
"""What an added portal's options say."""


_ADDED = ("eiestades", "registri")
"""Portals besides the first one, whose options have no word before them."""


def _places(command: Command) -> Command:
    """The options of the added portals."""
    for name in reversed(_ADDED):
        place = _DEFAULTS.places[name]
        for fact in reversed(_PLACE):
            default = getattr(place, fact)
            option = f"--{name}-{fact.replace('_', '-')}"
            command = click.option(option, default=default, type=type(default))(command)
    return command


@click.command(context_settings={"auto_envvar_prefix": "PILNVARA_SANDBOX", "show_default": True})
@click.option("--portal-host", default=_DEFAULTS.portal_host)
@click.option("--portal-port", default=_DEFAULTS.portal_port)
@click.option("--other-port", default=_DEFAULTS.other_port, help="The portal once more, as another origin.")
@_places
@click.option("--idp-host", default=_DEFAULTS.idp_host)
@click.option("--idp-port", default=_DEFAULTS.idp_port)
@click.option("--idp-address", default=_DEFAULTS.idp_address, help="As browsers reach it, behind a proxy.")
@click.option("--inbox-host", default=_DEFAULTS.inbox_host)
@click.option("--inbox-port", default=_DEFAULTS.inbox_port)
@click.option("--smtp-port", default=_DEFAULTS.smtp_port)
@click.option("--gateway-issuer", default=_DEFAULTS.gateway_issuer, help="Whose delegations the portal takes.")
@click.option("--gateway-client-id", default=_DEFAULTS.gateway_client_id, help="What the portal is called there.")
@click.option("--gateway-client-secret", default=_DEFAULTS.gateway_client_secret)
@click.option("--gateway-acr-values", default=_DEFAULTS.gateway_acr_values)
@click.option("--idp-client-id", default="pilnvara", help="What the gateway is called at the identity provider.")
@click.option("--idp-client-secret", default="sandbox-pilnvara-secret")
@click.option("--idp-redirect-uri", multiple=True, help="Where it may be sent back to; may be given more than once.")
@click.option("--session-minutes", default=_DEFAULTS.session_minutes, type=float)
@click.option("--sms-token", default=_DEFAULTS.sms_token)
@click.option("--sms-report-url", default=_DEFAULTS.sms_report_url, help="Where the SMS operator reports what arrived.")
@click.option("--sms-report-secret", default=_DEFAULTS.sms_report_secret)
@click.option("--control-key", default=_DEFAULTS.control_key, help="When set, /_sandbox/* wants it.")
@click.option(
    "--applications-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the portal keeps what it has accepted; none: in memory, until it ends.",
)
def main(
    idp_client_id: str,
    idp_client_secret: str,
    idp_redirect_uri: tuple[str, ...],
    **given: Any,
) -> None:
    """Run three portals, an identity provider and an inbox on this machine. Everyone in it is made up.

    Each option can be an environment variable too: --portal-port is PILNVARA_SANDBOX_PORTAL_PORT.
    """
    client = Client(idp_client_id, idp_client_secret, idp_redirect_uri)
    for name in _ADDED:
        given[name] = PortalPlace(**{fact: given.pop(f"{name}_{fact}") for fact in _PLACE})
    try:
        sandbox = Sandbox(SandboxSettings(clients=(client,), **given))
    except OSError as error:
        raise click.ClickException(f"cannot listen: {error.strerror}") from error
    for portal in sandbox.portals.values():
        click.echo(f"portal            {portal.url}   ({portal.name})")
    click.echo(f"identity provider {sandbox.idp_url}   (PIN of everyone: {sandbox.settings.pin})")
    click.echo(f"inbox             {sandbox.inbox_url}   (mail to {sandbox.smtp_host}:{sandbox.smtp_port})")
    click.echo(f"switches          {sandbox.portal_url}/_sandbox/")
    asyncio.run(_serve(sandbox))


async def _serve(sandbox: Sandbox) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, sandbox.stop)
    await sandbox.run()


if __name__ == "__main__":
    main()
