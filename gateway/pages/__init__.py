"""The pages: thin controllers over the other packages. `gateway.app` gathers their handlers."""

from litestar.types import ControllerRouterHandler

CONTROLLERS: tuple[ControllerRouterHandler, ...] = ()
"""Every page's handlers."""
