"""The pages: thin controllers over the other packages. `gateway.app` gathers their handlers."""

from litestar.types import ControllerRouterHandler

from gateway.pages import account, home, terminals

CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    *home.HANDLERS,
    *account.HANDLERS,
    *terminals.HANDLERS,
)
"""Every page's handlers."""
