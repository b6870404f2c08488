"""Every page's handlers. Not in the package itself: whoever imports a page's neighbour must not import all pages."""

from litestar.types import ControllerRouterHandler

from gateway.pages import account, home, terminals

CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    *home.HANDLERS,
    *account.HANDLERS,
    *terminals.HANDLERS,
)
"""A module of pages ends in the tuple `HANDLERS`, which is named here."""
