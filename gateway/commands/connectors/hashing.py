"""`pilnvara connectors hash`."""

import click

from connectors.sdk import packages
from gateway.commands.connectors.portal import stop


@click.command("hash")
@click.argument("names", nargs=-1, metavar="[PACKAGE]...")
def hash_packages(names: tuple[str, ...]) -> None:
    """Print the line of each installed package of connectors for the list of allowed ones; imports none of their code.

    Put the lines of those that you have looked at into the file that PILNVARA_CONNECTORS_ALLOWED names
    (connectors-allowed.txt in the data folder). Any change of a file makes another line.
    """
    try:
        found = packages.installed()
    except packages.PackageNotAllowedError as error:
        stop(str(error))
    missing = set(names) - {package.name for package in found}
    if missing:
        stop(f"no installed package of connectors is called {', '.join(sorted(missing))}")
    for fault in (f"{each.name} {'; it '.join(each.faults)}: no list allows that" for each in found if each.faults):
        click.echo(fault, err=True)
    for package in found:
        if not names or package.name in names:
            click.echo(package.line)
