"""Who is signed in at the portal, for how long, and what they may open."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.sandbox.common.people import Person


@dataclass(frozen=True)
class Actor:
    """Who acts on a person's behalf, as the issuer's `act` claim says (RFC 8693 section 4.1)."""

    id: str
    name: str
    centre: str
    allowed_by: str = ""
    """Who said yes for the person, where that is somebody else: their name."""


@dataclass
class Session:
    """One signed-in browser."""

    person: Person
    actor: Actor | None
    services: frozenset[str] | None
    """Ids of the services that the delegation names; None for a person who acts for themselves."""
    filed_for: frozenset[str] | None
    """Those of them that may be filed, and not only looked at; None for a person who acts for themselves."""
    delegation: str
    ends_at: datetime
    """The latest end, whatever happens in between."""
    seen_at: datetime
    sid: str = ""
    """What its issuer calls it when it ends it."""
    is_stopped: bool = False
    """Whether the issuer has said that nobody may act any more."""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def may_open(self, service_id: str) -> bool:
        """Whether this session may open a service."""
        return self.services is None or service_id in self.services

    def may_file(self, service_id: str) -> bool:
        """Whether this session may fill in and file a service."""
        return self.filed_for is None or service_id in self.filed_for

    def form_token(self) -> str:
        """A token for one rendering of a form; no other session's forms carry a valid one."""
        salt = secrets.token_hex(8)
        return f"{salt}.{self._seal(salt)}"

    def accepts(self, form_token: str) -> bool:
        """Whether a posted token was made by this session."""
        salt, _, seal = form_token.partition(".")
        return hmac.compare_digest(seal.encode(), self._seal(salt).encode())

    def _seal(self, salt: str) -> str:
        return hmac.new(self.secret, salt.encode(), hashlib.sha256).hexdigest()


class Sessions:
    """All sessions, under the hash of the cookie's token."""

    def __init__(self, length: timedelta, now: Callable[[], datetime], cookie: str = "portala_sesija") -> None:
        self.cookie = cookie
        """What it is called: browsers keep the cookies of all portals of one address together, whatever the port."""
        self._length = length
        self._now = now
        self._sessions: dict[bytes, Session] = {}

    def open(self, session: Session) -> str:
        """Keep a new session; its cookie's value."""
        token = secrets.token_urlsafe(32)
        self._sessions[_digest(token)] = session
        return token

    def find(self, token: str | None) -> Session | None:
        """The live session of a cookie, which is thereby alive for another while."""
        session = self._sessions.get(_digest(token)) if token else None
        if session is None or token is None:
            return None
        now = self._now()
        if now >= session.ends_at or now - session.seen_at >= self._length:
            self.close(token)
            return None
        session.seen_at = now
        return session

    def close(self, token: str | None) -> None:
        """Forget the session of a cookie."""
        if token:
            self._sessions.pop(_digest(token), None)

    def stop(self, sid: str) -> None:
        """Let nothing more be done in what an issuer calls a session; whoever opens a page is told why."""
        for session in self._sessions.values():
            session.is_stopped |= session.sid == sid

    def clear(self) -> None:
        """Forget all sessions."""
        self._sessions.clear()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
