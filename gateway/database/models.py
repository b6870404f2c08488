"""Imports every package's tables, so that the metadata is whole for migrations."""

import gateway.jobs.tables
import gateway.keys.tables
import gateway.ledger.tables
import gateway.people.tables
import gateway.terminals.tables
import gateway.visits.tables  # noqa: F401 - imported for the tables they declare
from gateway.database.base import Base

METADATA = Base.metadata
"""All tables of the gateway."""

INSERT_ONLY = ("audit_event", "audit_leaf", "audit_node", "audit_checkpoint")
"""Tables whose rows are never changed or deleted; triggers refuse it."""
