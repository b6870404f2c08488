"""Imports the tables of every package of the gateway, so that the metadata is whole for migrations."""

import importlib
from pathlib import Path

import gateway
from gateway.database.base import Base


def _import_tables() -> None:
    """Import every `tables` and `…_tables` of each package: none can be forgotten in a list."""
    for folder in gateway.__path__:
        for module in sorted(Path(folder).glob("*/*tables.py")):
            importlib.import_module(f"gateway.{module.parent.name}.{module.stem}")


_import_tables()

METADATA = Base.metadata
"""All tables of the gateway."""

INSERT_ONLY = (
    "audit_event",
    "audit_leaf",
    "audit_node",
    "audit_checkpoint",
    "audit_cosignature",
    "audit_note",
    "inquiry",
    "inquiry_subject",
    "inquiry_step",
    "service_version",
)
"""Tables whose rows are never changed or deleted; triggers refuse it."""
