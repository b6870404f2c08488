"""What residents say about messages: which they want, and by which way. Codes, stops and warnings come in any case.

News of an application is sent unless somebody says no, since they asked for it; so is the question how they were
helped. What nobody asked for needs a yes before it is sent (decision 152).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from audit.entry import Actor, ActorKind
from audit.events import EventName
from gateway import long_codes
from gateway.database.base import lock
from gateway.ids import digest
from gateway.ledger import outbox
from gateway.parts import Store
from gateway.people.errors import LinkUnknownError, UnknownPersonError
from gateway.people.preference_tables import PreferenceLink, ResidentPreference
from gateway.people.tables import Resident


class Kind(StrEnum):
    """Messages that a resident can have or not."""

    FEEDBACK = "feedback"
    """How they were helped."""
    NEWS = "news"
    """What became of an application, and that time runs out."""
    INVITATIONS = "invitations"
    """What an institution offers to those to whom it may matter."""


class Way(StrEnum):
    """How those messages come."""

    SMS = "sms"
    EMAIL = "email"
    CALL = "call"
    """How they were helped, by a call; nothing else is told so, and comes as they can be reached."""
    NONE = "none"
    """Not at all: what there is to know is on their page, on paper and at any centre."""


class How(StrEnum):
    """Where it was said."""

    OWN = "own"
    COUNTER = "counter"
    LINK = "link"
    CALL = "call"
    """When they were called and asked how they were helped."""


DEFAULTS: Final[Mapping[Kind, bool]] = {Kind.FEEDBACK: True, Kind.NEWS: True, Kind.INVITATIONS: False}
"""What holds where nothing was said."""

_WAY: Final = "way"
_YES: Final = "yes"
_NO: Final = "no"
_OF = select(ResidentPreference.what, ResidentPreference.choice).where(
    ResidentPreference.resident_id == bindparam("person")
)
_THEY = select(Resident.id).where(Resident.id == bindparam("person"), Resident.erased_at.is_(None))
_LINK = select(PreferenceLink.resident_id, PreferenceLink.what).where(PreferenceLink.code_hash == bindparam("hash"))
_SAID = {
    name: made.on_conflict_do_update(
        index_elements=["resident_id", "what"],
        set_={name: made.excluded[name] for name in ("choice", "said_at", "said_how")},
    )
    for name, made in (
        ("sqlite", sqlite.insert(ResidentPreference)),
        ("postgresql", postgresql.insert(ResidentPreference)),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What one resident wants."""

    wanted: frozenset[Kind]
    way: Way | None = None
    """`None`: as they can be reached, the telephone first."""

    def takes(self, kind: Kind) -> bool:
        """Whether messages of a kind are sent to them at all."""
        return kind in self.wanted and self.way is not Way.NONE

    def said(self) -> dict[str, str]:
        """Each thing with what is chosen, as it is kept and recorded."""
        kinds = {kind.value: _YES if kind in self.wanted else _NO for kind in Kind}
        return kinds if self.way is None else kinds | {_WAY: self.way.value}


def read(conn: Connection, resident_id: str) -> Preferences:
    """What a resident wants; what they never said is as `DEFAULTS`."""
    said = {row.what: row.choice for row in conn.execute(_OF, {"person": resident_id})}
    wanted = frozenset(kind for kind in Kind if said.get(kind.value, _YES if DEFAULTS[kind] else _NO) == _YES)
    return Preferences(wanted=wanted, way=Way(said[_WAY]) if _WAY in said else None)


def say(
    conn: Connection, resident_id: str, wanted: Preferences, *, by: Actor, how: How, now: datetime
) -> frozenset[str]:
    """Keep what a resident says; return what changed by it.

    Raises:
        UnknownPersonError: there is no such resident, or they were erased.
    """
    if conn.execute(lock(conn, _THEY), {"person": resident_id}).one_or_none() is None:
        raise UnknownPersonError("no such resident")
    before, after = read(conn, resident_id).said(), wanted.said()
    changed = {what: choice for what, choice in after.items() if before.get(what) != choice}
    for what, choice in changed.items():
        values = {"resident_id": resident_id, "what": what, "choice": choice, "said_at": now, "said_how": how}
        conn.execute(_SAID[conn.dialect.name], values)
    if changed:
        data = {"resident": resident_id, "how": how.value, "said": changed}
        chain = f"resident:{resident_id}"
        outbox.record(conn, chain=chain, type=EventName.PREFERENCES_SAID, actor=by, data=data, at=now)
    return frozenset(changed)


def new_link(conn: Connection, resident_id: str, kind: Kind, now: datetime) -> str:
    """Make the code of a link that ends messages of `kind` to a resident: 128 random bits, kept as their hash."""
    code = long_codes.new_code()
    values = {"code_hash": digest(code), "resident_id": resident_id, "what": kind.value, "made_at": now}
    conn.execute(insert(PreferenceLink), values)
    return code


def kind_of(conn: Connection, code: str) -> Kind:
    """Of which kind the messages are that a link ends. Raises `LinkUnknownError`."""
    return Kind(_link(conn, code).what)


def end_by_link(conn: Connection, parts: Store, code: str) -> Kind:
    """End the messages that a link is for; said twice, it is as after once.

    Whoever has the link is not known to be anybody, and can only end what is sent.

    Raises:
        LinkUnknownError: there is no such link, or it is too old.
    """
    link = _link(conn, code)
    kind, now = Kind(link.what), parts.clock.database_now(conn)
    before = read(conn, link.resident_id)
    wanted = Preferences(wanted=before.wanted - {kind}, way=before.way)
    by = Actor(ActorKind.NOBODY, digest(_typed(code)).hex()[:16])
    say(conn, link.resident_id, wanted, by=by, how=How.LINK, now=now)
    return kind


def forget(conn: Connection, resident_id: str) -> None:
    """Drop all that a resident said, and the links in their messages: they are being erased."""
    conn.execute(delete(ResidentPreference).where(ResidentPreference.resident_id == resident_id))
    conn.execute(delete(PreferenceLink).where(PreferenceLink.resident_id == resident_id))


def _link(conn: Connection, code: str) -> Row[str, str]:
    row = conn.execute(_LINK, {"hash": digest(_typed(code))}).one_or_none()
    if row is None:
        raise LinkUnknownError("no such link")
    return row


def _typed(code: str) -> str:
    return long_codes.read(code) or ""
