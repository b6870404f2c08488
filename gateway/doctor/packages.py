"""Packages of connectors by others: installed, and allowed as they are."""

from connectors.sdk import packages
from gateway.config import Settings
from gateway.doctor.finding import Finding, broken, ok


def connectors(settings: Settings) -> Finding:
    """Look whether each installed package of connectors is on the list, and none of their code is run for it."""
    file = settings.connectors_allowed
    try:
        packages.ensure_allowed(file)
        found = packages.installed()
    except packages.PackageNotAllowedError as error:
        return broken("Connectors", str(error), "Without it neither gateway nor worker starts.")
    if not found:
        return ok("Connectors", "the built-in ones alone")
    named = ", ".join(f"{package.name} {package.version}" for package in found)
    return ok("Connectors", f"the built-in ones, and as {file} allows them: {named}")
