"""`pilnvara connectors list`."""

import click
import msgspec

from connectors.sdk import fingerprints, registry
from connectors.sdk.connector import Connector


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One connector, as programs read it."""

    id: str
    version: str
    holder: str
    portal: str
    quality: str
    package: str
    owner: str
    title: str
    pages: int
    fingerprints: str
    """SHA-256 over all committed forms, in hex; empty for a connector that has not seen its portal."""


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_connectors(as_json: bool) -> None:
    """Show every connector that there is: the built-in ones and those of installed packages.

    Each line: id, version, holder, portal, how far it has been proved (practice: at test systems alone; pilot: with a
    few residents; proved: for everybody), package, and the beginning of the hash over its forms.
    """
    listed = [_listed(connector) for connector in registry.all().values()]
    if as_json:
        click.echo(msgspec.json.encode(listed).decode())
        return
    widths = {name: max(len(str(getattr(each, name))) for each in listed) for name in _COLUMNS}
    for each in listed:
        columns = "  ".join(str(getattr(each, name)).ljust(widths[name]) for name in _COLUMNS)
        click.echo(f"{columns}  {each.fingerprints[:12] or 'never saw its portal'}")


_COLUMNS = ("id", "version", "holder", "portal", "quality", "package")


def _listed(connector: Connector) -> Listed:
    manifest = connector.manifest
    return Listed(
        id=connector.id,
        version=manifest.version,
        holder=manifest.holder,
        portal=manifest.portal,
        quality=manifest.quality.value,
        package=registry.package_of(connector.id),
        owner=manifest.owner,
        title=manifest.title.en,
        pages=len(connector.pages),
        fingerprints=fingerprints.of_all(connector),
    )
