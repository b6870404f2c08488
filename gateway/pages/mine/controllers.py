"""Every handler of the resident's own page."""

from litestar.types import ControllerRouterHandler

from gateway.pages.mine import details, erasing, messages, one, overview, signing_in
from gateway.pages.mine.signing_in import HOME
from gateway.pages.resident import passkeys
from gateway.people.access import Who

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *signing_in.HANDLERS,
    *overview.HANDLERS,
    *one.HANDLERS,
    *details.HANDLERS,
    *erasing.HANDLERS,
    *messages.HANDLERS,
    *passkeys.listing("/mine/passkeys", Who.RESIDENT_ACCOUNT, back=HOME),
)
