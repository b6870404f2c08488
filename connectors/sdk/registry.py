"""Every connector there is: the built-in ones, and those installed under the entry-point group `pilnvara.connectors`.

An entry point is called by its connector's id and names a `Connector`. It may not take a built-in's place.
"""

import os
import sys
from functools import cache, lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from connectors.sdk.connector import Connector
from connectors.sdk.contract import ensure_sound
from connectors.sdk.packages import GROUP

OWN_PACKAGE = "connectors"
BUILT_IN = (
    "connectors.portals.vsaa.sickness_benefit",
    "connectors.portals.vsaa.parental_benefit",
    "connectors.portals.vsaa.childbirth_benefit",
    "connectors.portals.municipality.kindergarten_queue",
    "connectors.portals.municipality.street_trading",
    "connectors.portals.municipality.street_trading_organising",
    "connectors.portals.municipality.public_event",
    "connectors.portals.vid.annual_income_declaration",
    "connectors.portals.pmlp.residence_declaration",
    "connectors.portals.nva.unemployed_status",
    "connectors.portals.vzd.cadastre_statement",
    "connectors.portals.civil_registry.birth_registration",
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
    connectors = dict(_built_in())
    for entry in entry_points(group=GROUP):
        if entry.name in connectors:
            raise ConnectorConflictError(f"two connectors are called {entry.name!r}")
        connectors[entry.name] = _loaded(entry)
    return connectors


def find(connector_id: str) -> Connector:
    """The connector with this id. Of packages by others only its own is imported.

    Raises:
        UnknownConnectorError: there is none.
        ConnectorConflictError, ConnectorContractError: as `all` says.
    """
    entry = None if connector_id in _built_in() else _entry(connector_id)
    return _built_in()[connector_id] if entry is None else _loaded(entry)


def has(connector_id: str) -> bool:
    """Whether there is a connector with this id; of packages by others nothing is imported."""
    return connector_id in _built_in() or _installed(connector_id) is not None


def package_of(connector_id: str) -> str:
    """The top-level package that a connector's code comes from: connectors of one package share a browser."""
    return OWN_PACKAGE if connector_id in _built_in() else _entry(connector_id).module.partition(".")[0]


def module_of(connector_id: str) -> str:
    """The module that declares the connector."""
    for module in BUILT_IN:
        if import_module(module).CONNECTOR.id == connector_id:
            return module
    return _entry(connector_id).module


def folders() -> tuple[Path, ...]:
    """Where the code of installed connectors lies: a browser's process must be able to read it, wherever that is."""
    packages = {entry.module.partition(".")[0] for entry in entry_points(group=GROUP)}
    found = [spec for package in sorted(packages) if (spec := find_spec(package)) is not None]
    return tuple(Path(place) for spec in found for place in spec.submodule_search_locations or [spec.origin or ""])


def forget() -> None:
    """Look anew at what is installed: for tests, since a program keeps what it has found."""
    all.cache_clear()
    _installed.cache_clear()
    _loaded.cache_clear()


@cache
def _built_in() -> dict[str, Connector]:
    connectors = {}
    for module in BUILT_IN:
        connector: Connector = import_module(module).CONNECTOR
        ensure_sound(connector)
        connectors[connector.id] = connector
    return connectors


def _entry(connector_id: str) -> EntryPoint:
    entry = _installed(connector_id)
    if entry is None:
        raise UnknownConnectorError(f"no connector is called {connector_id!r}")
    return entry


@lru_cache(maxsize=512)
def _installed(connector_id: str) -> EntryPoint | None:
    # That there is none is kept too: looking through all that is installed takes longer than writing a page.
    return next(iter(entry_points(group=GROUP, name=connector_id)), None)


@cache
def _loaded(entry: EntryPoint) -> Connector:
    # What lies there compiled stands under no hash: only what was looked at may run, so it is compiled anew.
    sys.pycache_prefix = os.devnull
    connector = entry.load()
    if not isinstance(connector, Connector):
        raise ConnectorConflictError(f"entry point {entry.name!r} names no connector")
    if connector.id != entry.name:
        raise ConnectorConflictError(f"entry point {entry.name!r} must be called as its connector is: {connector.id!r}")
    ensure_sound(connector)
    return connector
