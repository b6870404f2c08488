"""Where a gateway with made-up people may file at all: in its made-up world, and nowhere else.

Asked three times: when a portal is registered, when a process starts, and of each run before its browser opens, or
before a portal is told of a sign-in's end.
"""

from collections.abc import Callable

from connectors.runner.origins import normal_origin
from gateway.config import Settings
from gateway.mode import is_own_world


def is_out_of_reach(settings: Settings, address: str) -> bool:
    """Whether the mode keeps the gateway away from a portal's or a provider's address."""
    if settings.mode == "live" or is_own_world(address, settings.url):
        return False
    if settings.mode == "practice":
        return True
    trials = {normal_origin(trial.url) for trial in settings.portal_trials.values()}
    try:
        return normal_origin(address) not in trials
    except ValueError:
        return True


def leads_outside(settings: Settings, portal: str, address: str | None) -> bool:
    """Whether an address of a portal's client leads out of the made-up world: there a sign-in leads back, or is ended.

    In a demonstration what stands around a listed test system comes along, whatever its name.
    """
    if address is None or (settings.mode == "demo" and not is_own_world(portal, settings.url)):
        return False
    return is_out_of_reach(settings, address)


def may_run(settings: Settings) -> Callable[[tuple[str, ...]], bool]:
    """What a worker asks of a run, by the origins that its browser would get: the portal's first.

    In a demonstration that files at a listed test system, what stands around that system comes along.
    """

    def allowed(origins: tuple[str, ...]) -> bool:
        asked = origins if settings.mode == "practice" else origins[:1]
        return not any(is_out_of_reach(settings, origin) for origin in asked)

    return allowed
