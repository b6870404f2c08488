"""`python -m connectors.sandbox`: the sandbox on its own addresses, until it is told to stop."""

import asyncio
import signal
from pathlib import Path

import click

from connectors.sandbox.program import Sandbox
from connectors.sandbox.settings import Client, SandboxSettings

_DEFAULTS = SandboxSettings()


@click.command(context_settings={"auto_envvar_prefix": "PILNVARA_SANDBOX", "show_default": True})
@click.option("--portal-host", default=_DEFAULTS.portal_host)
@click.option("--portal-port", default=_DEFAULTS.portal_port)
@click.option("--other-port", default=_DEFAULTS.other_port, help="The portal once more, as another origin.")
@click.option("--idp-host", default=_DEFAULTS.idp_host)
@click.option("--idp-port", default=_DEFAULTS.idp_port)
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
    **given: str | int | float | Path | None,
) -> None:
    """Run a portal, an identity provider and an inbox on this machine. Everyone in it is made up.

    Each option can be an environment variable too: --portal-port is PILNVARA_SANDBOX_PORTAL_PORT.
    """
    client = Client(idp_client_id, idp_client_secret, idp_redirect_uri)
    try:
        sandbox = Sandbox(SandboxSettings(clients=(client,), **given))  # type: ignore[arg-type]  # click has typed them
    except OSError as error:
        raise click.ClickException(f"cannot listen: {error.strerror}") from error
    click.echo(f"portal            {sandbox.portal_url}")
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
