"""How the way in which a resident reached the centre steers how their yes may be said.

Whoever telephones stands before no display and signs no sheet; where the connection is weak, what needs it least comes
first. A service's own rules are asked besides: a way is possible where both take it.
"""

from collections.abc import Mapping
from typing import Final

from delegation.assurance import Route
from gateway.visits.states import Channel

_COUNTER: Final = (Route.PHONE, Route.PASSKEY, Route.DISPLAY, Route.PAPER, Route.CALL)
_ROUTES: Final[Mapping[Channel, tuple[Route, ...]]] = {
    Channel.COUNTER: _COUNTER,
    Channel.PHONE: (Route.CALL, Route.PHONE, Route.PASSKEY),
    Channel.MOBILE: (Route.PAPER, Route.DISPLAY, Route.PHONE, Route.PASSKEY, Route.CALL),
    # Only of visits that were opened while a delegation could be asked for there.
    Channel.SHARED_COMPUTER: _COUNTER,
}


def routes_of(channel: Channel) -> tuple[Route, ...]:
    """The ways of saying yes that fit a channel, the one to be offered first at the beginning."""
    return _ROUTES[channel]
