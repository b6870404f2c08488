"""The measures share with all other tests what they would make anew in `make bench`: templates, servers, statements."""

from tests.gateway.statements import compiled_once

__all__ = ["compiled_once"]
