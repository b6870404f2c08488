"""Who can be met in practice, what was sent to them, and the wish to begin anew. Everybody is made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import msgspec

from connectors.sandbox.residents import RESIDENTS
from connectors.sandbox.settings import SandboxSettings
from gateway.config import Settings
from gateway.demo.codes import current_code
from gateway.demo.people import CENTRES, STAFF
from gateway.people.roles import Role

PIN: Final = SandboxSettings().pin
"""With which every resident signs in."""
_WISH: Final = "begin-anew"
_MOST: Final = 12
_PATIENCE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody as whom one signs in, with the one-time code of this moment."""

    login: str
    name: str
    roles: tuple[Role, ...]
    centre: str
    code: str


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who comes to the counter."""

    name: str
    code: str
    phone: str


class Message(msgspec.Struct, frozen=True):
    """What was sent to somebody."""

    channel: str
    to: str
    text: str
    subject: str = ""


def colleagues(now: float) -> list[Colleague]:
    """Everybody as whom one can sign in at `now`, in seconds since 1970."""
    names = {centre.id: centre.name for centre in CENTRES}
    return [
        Colleague(each.login, each.name, each.roles, names[each.centre], current_code(each, now)[0]) for each in STAFF
    ]


def residents() -> list[Resident]:
    """Everybody who can come to the counter."""
    return [Resident(each.name, each.personal_code, each.phone) for each in RESIDENTS]


async def messages(settings: Settings) -> Sequence[Message] | None:
    """What was sent lately, newest first; none: the sandbox does not answer."""
    if settings.sms_url is None:
        return None
    address = settings.sms_url.removesuffix("/sms") + "/_sandbox/messages"
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            answer = await client.get(address)
        found = msgspec.json.decode(answer.content, type=dict[str, list[Message]])
    except (httpx2.HTTPError, msgspec.MsgspecError):
        return None
    return found.get("messages", [])[:_MOST]


def wish_to_begin_anew(folder: Path) -> None:
    """Ask `pilnvara practice`, which started this gateway, to forget everything; `folder` is the data folder."""
    (folder / _WISH).touch()


def is_wished(folder: Path) -> bool:
    """Whether somebody has asked for it."""
    return (folder / _WISH).exists()
