"""What a portal asks for in `authorization_details` (RFC 9396), and what of it the resident has allowed.

A portal can ask for less than the filing has, never for more: the answer is what both have.
"""

from collections.abc import Collection
from typing import Any, Literal

import msgspec
from authlib.oauth2 import OAuth2Error

from delegation.claims import ServiceDetail

LONGEST = 4_096
_MOST = 16


class InvalidAuthorizationDetailsError(OAuth2Error):
    """The details are of an unknown type, or say something that is not understood here (RFC 9396 section 5)."""

    error = "invalid_authorization_details"


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One detail of type `e_service` as a portal asks for it: a service, and actions or none for all of them."""

    type: Literal["e_service"]
    service: str
    actions: tuple[str, ...] = ()


Wishes = tuple[Wish, ...]
_decoder = msgspec.json.Decoder(Wishes)


def parse(text: str | None) -> Wishes:
    """Read the parameter; nothing asked for is no wish at all.

    Raises:
        InvalidAuthorizationDetailsError: it is no list of details of our type, or a member is not understood.
    """
    if text is None:
        return ()
    if len(text) > LONGEST:
        raise InvalidAuthorizationDetailsError
    try:
        wishes = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise InvalidAuthorizationDetailsError from error
    if not 0 < len(wishes) <= _MOST:
        raise InvalidAuthorizationDetailsError
    return wishes


def kept(wishes: Wishes) -> list[Any] | None:
    """Return what a row keeps of wishes."""
    return [msgspec.to_builtins(wish) for wish in wishes] or None


def read(stored: list[Any] | None) -> Wishes:
    """Return the wishes that a row has kept."""
    return msgspec.convert(stored or [], Wishes)


def narrow(detail: ServiceDetail, wishes: Wishes) -> ServiceDetail | None:
    """Return what `detail` and the wishes have in common; all of it without wishes, none if that is nothing."""
    if not wishes:
        return detail
    asked = [wish.actions or detail.actions for wish in wishes if wish.service == detail.service]
    return only(detail, {action for actions in asked for action in actions})


def only(detail: ServiceDetail, actions: Collection[str]) -> ServiceDetail | None:
    """Return `detail` with those of its actions that are among `actions`; none if none is."""
    left = tuple(action for action in detail.actions if action in actions)
    if not left:
        return None
    ends = {action: detail.valid_until[action] for action in left}
    return msgspec.structs.replace(detail, actions=left, valid_until=ends)
