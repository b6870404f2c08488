"""An open counter on a database of each kind, for what commands tell the gateway; only the built-in connectors."""

from tests.connectors.alone import alone
from tests.gateway.visits.conftest import counter, renderer

__all__ = ["alone", "counter", "renderer"]
