"""`pilnvara serve` and `pilnvara worker`: the two kinds of process, which meet only in the database."""

import asyncio
import os
import resource

import click

from connectors.sdk import packages, registry
from connectors.sdk.contract import ConnectorContractError
from gateway import logging
from gateway.config import ConfigurationError, Settings
from gateway.database import guards
from gateway.database.errors import GuardMissingError
from gateway.doctor.registrations import refuse_real, refuse_sandbox, refuse_unproved
from gateway.parts import Parts, open_parts


@click.command()
def serve() -> None:
    """Answer browsers and portals. Run as many as needed, behind a proxy that ends TLS."""
    import uvicorn  # noqa: PLC0415 - the worker does not need it

    from gateway.app import create_app  # noqa: PLC0415 - nor any page

    parts = _open()
    host, port = parts.settings.listen
    try:
        uvicorn.run(
            create_app(parts),
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,  # ours has no query strings and no codes
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    finally:
        parts.close()


@click.command()
def worker() -> None:
    """Run connectors with their browsers, sequence and sign the audit log, send messages."""
    from gateway import worker as process  # noqa: PLC0415 - the gateway does not need the runner
    from gateway.handlers import make_duties  # noqa: PLC0415 - as above

    parts = _open()
    try:
        asyncio.run(process.run(parts, make_duties))
    finally:
        parts.close()


_NO_CORE = (1, 1)
"""One byte is too little for a file, and by core(5) the one limit that a program which takes dumps heeds as well."""


def _open() -> Parts:
    # A core file would hold keys and residents' values.
    resource.setrlimit(resource.RLIMIT_CORE, _NO_CORE)
    settings = Settings.from_environment(os.environ)
    logging.configure(settings.log_level)
    _ensure_connectors(settings)
    parts = open_parts(settings)
    try:
        parts.database.read_now(lambda conn: refuse_sandbox(conn, settings))
        parts.database.read_now(lambda conn: refuse_real(conn, settings))
        parts.database.read_now(lambda conn: refuse_unproved(conn, settings))
        parts.database.read_now(guards.ensure)
    except (ConfigurationError, GuardMissingError):
        parts.close()
        raise
    return parts


def _ensure_connectors(settings: Settings) -> None:
    """Refuse to start with a connector that is not allowed or cannot be used: nobody should find out at a counter.

    A package by others is compared with the list before any of its code is imported.

    Raises:
        ConfigurationError: names the package, or the connector and its inputs, and why.
    """
    try:
        packages.ensure_allowed(settings.connectors_allowed)
        registry.all()
    except (packages.PackageNotAllowedError, ConnectorContractError, registry.ConnectorConflictError) as error:
        raise ConfigurationError(str(error)) from error
