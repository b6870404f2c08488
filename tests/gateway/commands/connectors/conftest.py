"""An open counter on a database of each kind, for what commands tell the gateway."""

from tests.gateway.visits.conftest import counter, renderer

__all__ = ["counter", "renderer"]
