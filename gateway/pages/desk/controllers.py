"""All handlers of the desk."""

from litestar.types import ControllerRouterHandler

from gateway.pages.desk import filling, overview, papers, requesting, steps

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *overview.HANDLERS,
    *steps.HANDLERS,
    *requesting.HANDLERS,
    *filling.HANDLERS,
    *papers.HANDLERS,
)
