"""One filing in practice, brought to the live gateway: practice signs that it was, under a key of its own.

The certificate (JWS, `typ: exercise+jwt`) names the service and the number that the live gateway gave to one person for
one lesson. No name goes either way, and no request: the person carries it.
"""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

import msgspec

from delegation.errors import DelegationError
from delegation.signing import KeySet, SigningKey, open_signed, public_jwks
from gateway.config import Settings

TYPE: Final = "exercise+jwt"
LIFE: Final = timedelta(days=30)
_MADE_UP: Final = "practice"
_KEY: Final = "exercise-key.json"
"""Beside the data folder of practice, so that no night takes it."""
_MODE: Final = 0o600


class ExerciseRefusedError(Exception):
    """A certificate proves nothing for this person and lesson; `why` is a word for the page."""

    code: ClassVar[str] = "exercise.refused"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What practice signs; `iat` is when it was filed there."""

    made_up: str
    service: str
    number: str
    iat: int


class _Kept(msgspec.Struct, frozen=True):
    kid: str
    pem: str


def key_of(folder: Path) -> SigningKey:
    """The key of practice in `folder`, made at first."""
    path = folder / _KEY
    if not path.exists():
        key, pem = SigningKey.generate()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(_Kept(key.kid, pem)))
        return key
    kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    return SigningKey(kept.kid, kept.pem)


def public_key(folder: Path) -> str:
    """What a live gateway is given: a JWK set."""
    return json.dumps(public_jwks(key_of(folder)))


def certify(settings: Settings, *, service_id: str, number: str, filed_at: datetime) -> str:
    """Sign in practice that a service was filed there, for whoever has the number."""
    said = Certificate(made_up=_MADE_UP, service=service_id, number=number, iat=int(filed_at.timestamp()))
    return key_of(settings.data_dir.parent).sign(TYPE, msgspec.json.encode(said))


def check(settings: Settings, token: str, *, service_id: str, number: str, now: datetime) -> datetime:
    """When it was filed in practice.

    Raises:
        ExerciseRefusedError: it is not signed by the practice that is known here, is about something or somebody else,
            or is older than a month.
    """
    if settings.practice_key is None:
        raise ExerciseRefusedError("unknown")
    try:
        keys = KeySet.parse(msgspec.json.decode(settings.practice_key.read_bytes()))
        said = open_signed("".join(token.split()), keys, typ=TYPE, claims=Certificate)
    except (DelegationError, msgspec.MsgspecError, OSError) as error:
        raise ExerciseRefusedError("unsigned") from error
    if said.made_up != _MADE_UP:
        raise ExerciseRefusedError("unsigned")
    if said.service != service_id:
        raise ExerciseRefusedError("service")
    if said.number != number:
        raise ExerciseRefusedError("number")
    if not now.timestamp() - LIFE.total_seconds() <= said.iat <= now.timestamp():
        raise ExerciseRefusedError("time")
    return datetime.fromtimestamp(said.iat, now.tzinfo)
