"""All handlers of the desk."""

from litestar.types import ControllerRouterHandler

from gateway.pages.desk import (
    colleagues,
    doubts,
    ending,
    filling,
    guiding,
    overview,
    papers,
    plan_filling,
    requesting,
    set_aside,
    signing,
    steps,
)

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *overview.HANDLERS,
    *steps.HANDLERS,
    *guiding.HANDLERS,
    *requesting.HANDLERS,
    *signing.HANDLERS,
    *filling.HANDLERS,
    *plan_filling.HANDLERS,
    *papers.HANDLERS,
    *ending.HANDLERS,
    *set_aside.HANDLERS,
    *doubts.HANDLERS,
    *colleagues.HANDLERS,
)
