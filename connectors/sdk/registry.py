"""Every connector there is: the built-in ones, and those installed under the entry-point group `pilnvara.connectors`.

An entry point names a `Connector`. It may not take a built-in's place.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from connectors.sdk.connector import Connector
from connectors.sdk.contract import ensure_sound

GROUP = "pilnvara.connectors"
BUILT_IN = (
    "connectors.portals.vsaa.sickness_benefit",
    "connectors.portals.municipality.kindergarten_queue",
)


class UnknownConnectorError(LookupError):
    """No connector has this id."""


class ConnectorConflictError(Exception):
    """Two connectors claim one id, or an entry point is no connector."""


@cache
def all() -> dict[str, Connector]:  # noqa: A001 - read as `registry.all()`
    """All connectors by id.

    Raises:
        ConnectorConflictError: two claim one id, or an entry point is no connector.
        ConnectorContractError: one is declared as it cannot be used.
    """
    return {name: connector for name, (connector, _) in _loaded().items()}


def find(connector_id: str) -> Connector:
    """The connector with this id.

    Raises:
        UnknownConnectorError: there is none.
    """
    try:
        return all()[connector_id]
    except KeyError:
        raise UnknownConnectorError(f"no connector is called {connector_id!r}") from None


def package_of(connector_id: str) -> str:
    """The top-level package that a connector's code comes from: connectors of one package share a browser."""
    try:
        return _loaded()[connector_id][1]
    except KeyError:
        raise UnknownConnectorError(f"no connector is called {connector_id!r}") from None


def folders() -> tuple[Path, ...]:
    """Where the code of installed connectors lies: a browser's process must be able to read it, wherever that is."""
    packages = {entry.module.partition(".")[0] for entry in entry_points(group=GROUP)}
    found = [spec for package in sorted(packages) if (spec := find_spec(package)) is not None]
    return tuple(Path(place) for spec in found for place in spec.submodule_search_locations or [spec.origin or ""])


@cache
def _loaded() -> dict[str, tuple[Connector, str]]:
    loaded: dict[str, tuple[Connector, str]] = {}
    for module in BUILT_IN:
        connector = import_module(module).CONNECTOR
        ensure_sound(connector)
        loaded[connector.id] = (connector, "connectors")
    for entry in entry_points(group=GROUP):
        connector = entry.load()
        if not isinstance(connector, Connector):
            raise ConnectorConflictError(f"entry point {entry.name!r} names no connector")
        if connector.id in loaded:
            raise ConnectorConflictError(f"two connectors are called {connector.id!r}")
        ensure_sound(connector)
        loaded[connector.id] = (connector, entry.module.partition(".")[0])
    return loaded
