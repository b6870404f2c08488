"""A service holder looks for what it was given in the log: was each token recorded when it was signed?

Whoever runs the gateway can sign without recording. The token then bears their signature and its notice is not in the
log, which only they could have put there: the holder shows both, with the public hash tiles and without asking anybody.
The checks, in order:

1. The checkpoint bears the log's signature, and the hashes of all leaves lead to its root.
2. Each token bears the issuer's signature.
3. The hash of its notice, or of the one of its other spelling, is one of the leaves: whoever holds a token could else
   spell it anew and accuse the issuer.
4. One that is not there was signed long enough before a moment at which the log was as it is seen here: that of a
   witness's signature, of a later token that is there, or that of which the caller says so.

A token whose notice is there may still be one of which no visit tells: that is for the verification of the whole log.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from audit.checkpoint import Checkpoint
from audit.entry import format_time
from audit.errors import NoticeError, ProofError
from audit.evidence import parse_keys
from audit.merkle import CompactRange
from audit.notice import notice_hash, notice_of, twin_of
from delegation.errors import DelegationError, UnknownKeyError
from delegation.signing import KeySet, open_signed

PATIENCE: Final = timedelta(hours=1)
"""How long a token may wait for its place in the log before that counts against whoever signed it."""

_BATCH: Final = 4096
_KINDS: Final = frozenset({"permit+jwt", "delegation+jwt", "JWT"})


class Hashes(Protocol):
    """Where the hashes of the leaves are read."""

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete node, level 0 being the leaf hashes. Raises `SourceError`."""


class Standing(StrEnum):
    """What is found of one token."""

    LOGGED = "logged"
    SUPPRESSED = "suppressed"
    """It bears the issuer's signature, and the log holds nothing of it."""
    TOKEN_INVALID = "token_invalid"
    """The issuer has not signed it as it is."""
    CANNOT_EXCLUDE = "cannot_exclude"


@dataclass(frozen=True, slots=True)
class Received:
    """One token, as the holder kept it."""

    line: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is found of one token, in a sentence too."""

    line: int
    typ: str
    signed_at: datetime | None
    standing: Standing
    detail: str
    index: int | None = None
    """Its leaf, where it is logged."""

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        signed_at = None if self.signed_at is None else format_time(self.signed_at)
        return {
            "line": self.line,
            "typ": self.typ,
            "signed_at": signed_at,
            "verdict": self.standing,
            "index": self.index,
            "detail": self.detail,
        }


class _Anything(msgspec.Struct, frozen=True):
    """Claims of which nothing is demanded: the notice says which token it is."""


def parse(content: str) -> list[Received]:
    """The tokens of a file, one a line; empty lines and those that begin with `#` are left out."""
    lines = ((number, line.strip()) for number, line in enumerate(content.splitlines(), 1))
    return [Received(number, line) for number, line in lines if line and not line.startswith("#")]


def reconcile(
    received: Iterable[Received],
    log: Hashes,
    head: Checkpoint,
    jwks: bytes,
    *,
    seen_at: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Answer]:
    """Look for what was `received` in the log that `head`, whose signature was checked, is the checkpoint of.

    `jwks` are the issuer's keys, as it published them. `seen_at` is a moment at which the log was known to be at least
    like this: when its checkpoint was fetched, or cosigned.

    Raises:
        BundleError: `jwks` is no key set.
        SourceError: a hash tile is not there.
        ProofError: the tiles do not lead to the root that was signed.
    """
    keys = parse_keys(jwks)
    looked = [_look(each, keys) for each in received]
    wanted = {each for one in looked for each in one.hashes}
    places = _places(log, head, wanted, progress)
    found = [_place(each, places) for each in looked]
    logged = [each.signed_at for each in found if each.standing is Standing.LOGGED and each.signed_at is not None]
    latest = max((*logged, *(() if seen_at is None else (seen_at,))), default=None)
    return [_judged(each, latest) for each in found]


@dataclass(frozen=True, slots=True)
class _Looked:
    """A token whose signature was looked at; with the hashes to look for, where it is right."""

    answer: Answer
    hashes: tuple[bytes, ...] = ()


def _look(received: Received, keys: KeySet) -> _Looked:
    """2. The signature."""
    line, token = received.line, received.text
    try:
        notice = notice_of(token)
    except NoticeError as error:
        return _Looked(Answer(line, "", None, Standing.TOKEN_INVALID, str(error)))
    typ = str(notice.data["typ"])
    answer = Answer(line, typ, notice.time, Standing.CANNOT_EXCLUDE, "")
    if typ not in _KINDS:
        return _Looked(replace(answer, detail=f"no notice is written of a token of the type {typ[:40]!r}"))
    try:
        open_signed(token, keys, typ=typ, claims=_Anything)
    except UnknownKeyError:
        return _Looked(replace(answer, detail="its key is not among those that were handed in (--jwks)"))
    except DelegationError as error:
        return _Looked(replace(answer, standing=Standing.TOKEN_INVALID, detail=f"{error.code}: {error}"))
    return _Looked(answer, (notice_hash(token), notice_hash(twin_of(token))))


def _places(
    log: Hashes, head: Checkpoint, wanted: set[bytes], progress: Callable[[int, int], None] | None
) -> dict[bytes, int]:
    """1. Where the wanted hashes stand, once all of them are seen to lead to the signed root."""
    places: dict[bytes, int] = {}
    tree = CompactRange()
    for start in range(0, head.size, _BATCH):
        batch = list(_batch(log, start, min(start + _BATCH, head.size)))
        tree.extend(batch)
        places |= {each: index for index, each in enumerate(batch, start) if each in wanted}
        if progress is not None:
            progress(start + len(batch), head.size)
    if tree.root() != head.root:
        raise ProofError(f"the hash tiles do not lead to the root that was signed for {head.size:,} entries")
    return places


def _batch(log: Hashes, start: int, stop: int) -> Iterator[bytes]:
    for index in range(start, stop):
        yield log.node(0, index)


def _place(looked: _Looked, places: dict[bytes, int]) -> Answer:
    """3. Its place."""
    index = next((places[each] for each in looked.hashes if each in places), None)
    if index is None:
        return looked.answer
    return replace(looked.answer, standing=Standing.LOGGED, index=index, detail=f"leaf {index:,}")


def _judged(answer: Answer, latest: datetime | None) -> Answer:
    """4. What its absence means."""
    if answer.detail or answer.signed_at is None:
        return answer
    if latest is not None and answer.signed_at + PATIENCE < latest:
        detail = f"signed {format_time(answer.signed_at)}, and not in the log as it was {format_time(latest)}"
        return replace(answer, standing=Standing.SUPPRESSED, detail=detail)
    return replace(answer, detail="not there yet: look again in a log that was fetched an hour later, or more")


def worst(answers: Sequence[Answer]) -> Standing:
    """What all of them come to: the gravest."""
    order = (Standing.SUPPRESSED, Standing.TOKEN_INVALID, Standing.CANNOT_EXCLUDE)
    return next((each for each in order if any(one.standing is each for one in answers)), Standing.LOGGED)
