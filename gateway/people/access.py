"""Who may call a route, said by the route itself, and the session that its handler is handed.

    @get("/desk", **allow(Who.ASSISTANT))
    async def desk(request: Request, session: StaffSession) -> Response: ...

An application with a handler that does not say so does not start; `gateway.web.admission` holds callers to it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypedDict

from audit.entry import Actor, ActorKind
from gateway.people.roles import Role

ACCESS_KEY = "access"
"""Where `allow` leaves its answer in a handler's `opt`."""


class Who(StrEnum):
    """Who may call a route."""

    ANYONE = "anyone"
    """Also somebody who is not signed in. A staff session is handed over when there is one."""
    ASSISTANT = "assistant"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    OFFICER = "officer"
    NETWORK_OWNER = "network_owner"
    STAFF = "staff"
    """Any member of staff who is signed in, in whatever role."""
    RESIDENT = "resident"
    """A resident whose session is bound to an approval or a visit."""
    RESIDENT_ACCOUNT = "resident_account"
    """A resident who has signed in to see everything that was done in their name."""
    DISPLAY = "display"
    """A paired display that faces the resident."""
    GUEST = "guest"
    """A resident at a shared computer, who acts alone and whom nobody asked for a name."""
    PORTAL = "portal"
    """A portal; the endpoint itself authenticates the client."""
    RUN = "run"
    """A connector's browser; the endpoint itself checks the run ticket."""
    API_KEY = "api_key"
    """A program of an institution or of the network, with a key that is good for the handler's `Scope`."""


class Scope(StrEnum):
    """What a program's key is good for."""

    FIGURES = "figures"
    """The network's figures, as pages show them."""
    RATINGS = "ratings"
    """Asking the clients of an agency's own e-services how it went, and the figures of that."""
    HOLDER = "holder"
    """What was filed of a holder's services: counts, references, statements, reconciliation."""


class SessionKind(StrEnum):
    """Whose session it is; each has a cookie of its own."""

    STAFF = "staff"
    RESIDENT = "resident"
    ACCOUNT = "account"
    DISPLAY = "display"
    GUEST = "guest"


class Unproven(StrEnum):
    """Why a session at a terminal is not served before the terminal has proved itself."""

    OTHER_CONNECTION = "other_connection"
    OLD_PROOF = "old_proof"
    LATE = "late"
    OTHER_CERTIFICATE = "other_certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a handler declares: who may call it, and how its requests are held."""

    who: frozenset[Who]
    csrf: bool
    """A state-changing request must carry the session's token and come from our own pages."""
    while_locked: bool
    """May be called while the session is locked, its role is not chosen or its proof is late: unlock, choose, sign
    out."""
    cacheable: bool
    """The answer may be kept by caches, by its own Cache-Control; everything else is `no-store`."""
    keeps: bool
    """What was typed in its form is kept where the guard turns it away for a lock or an end of the session."""
    proves: bool
    """Takes the terminal's or display's proof: served whoever shows the cookies, for a proof is what a copy lacks."""
    by_itself: bool
    """Pages call it by themselves: it does not show that anybody is there, so it keeps no session from its end."""
    scope: Scope | None = None
    """What a program's key has to be good for."""

    @property
    def kinds(self) -> tuple[SessionKind, ...]:
        """The kinds of session that these callers have, in the order in which they are looked for."""
        return _kinds_of(self.who)


_ROLE_OF = {Who(role.value): role for role in Role}
_CALLERS_WITH = {
    SessionKind.STAFF: frozenset({Who.STAFF, *_ROLE_OF}),
    SessionKind.RESIDENT: frozenset({Who.RESIDENT}),
    SessionKind.ACCOUNT: frozenset({Who.RESIDENT_ACCOUNT}),
    SessionKind.DISPLAY: frozenset({Who.DISPLAY}),
    SessionKind.GUEST: frozenset({Who.GUEST}),
}
_WITHOUT_COOKIES = frozenset({Who.PORTAL, Who.RUN, Who.API_KEY})
"""Callers that no other site can make send something: their proof is in the request itself."""


@cache
def _kinds_of(who: frozenset[Who]) -> tuple[SessionKind, ...]:
    found = tuple(kind for kind in SessionKind if who & _CALLERS_WITH[kind])
    if not found and Who.ANYONE in who:
        return (SessionKind.STAFF,)
    return found


class Declaration(TypedDict):
    """The keyword argument of Litestar's decorators that carries an `Access`."""

    opt: dict[str, Any]


def allow(
    *who: Who,
    csrf: bool | None = None,
    while_locked: bool = False,
    cacheable: bool = False,
    keeps: bool = False,
    proves: bool = False,
    by_itself: bool = False,
    scope: Scope | None = None,
) -> Declaration:
    """Declare who may call a handler: pass the result to Litestar's decorator with `**`.

    Handlers for `Who.PORTAL` and `Who.RUN` authenticate by themselves and carry no CSRF token; `csrf=False` says the
    same of another handler that no browser calls. `Who.ANYONE` beside `Who.RESIDENT`, `Who.DISPLAY` or `Who.GUEST`
    means: anyone, and that session is handed over when there is one. `Who.API_KEY` stands alone, with its `scope`.
    """
    if not who:
        raise ValueError("say who may call the handler, if only Who.ANYONE")
    callers = frozenset(who)
    if (scope is None) == (Who.API_KEY in callers) or (scope is not None and len(callers) > 1):
        raise ValueError("programs have handlers of their own, which say what a key has to be good for")
    by_endpoint = callers <= _WITHOUT_COOKIES
    return {
        "opt": {
            ACCESS_KEY: Access(
                who=callers,
                csrf=not by_endpoint if csrf is None else csrf,
                while_locked=while_locked,
                cacheable=cacheable,
                keeps=keeps,
                proves=proves,
                by_itself=by_itself,
                scope=scope,
            )
        }
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """A member of staff, signed in."""

    token_hash: bytes
    """Changes when the session is locked, unlocked or changes role: keep `staff_id`, not this."""
    staff_id: str
    name: str
    role: Role
    role_chosen: bool
    """False until one of several roles is chosen; such a session reaches only the page that chooses."""
    roles: tuple[Role, ...]
    """All roles that this person may take here, in the order of `Role`."""
    centre_id: str
    centre_name: str
    terminal_id: str | None
    """`None` for roles that may sign in anywhere."""
    terminal_name: str | None
    display_id: str | None
    """The display paired with this terminal, if any."""
    visit_id: str | None
    language: str
    csrf: str
    auth_time: datetime
    locked_at: datetime | None
    seen_at: datetime
    idle_until: datetime
    ends_at: datetime
    holder: str | None = None
    """Of an officer, whose: as services name their holder."""
    browser_hash: bytes | None = None
    """Of the mark of the browser in which they signed in: it tells computers apart where none is enrolled."""
    confirmed_at: datetime | None = None
    """When they last showed who they are with all factors."""
    terminal_key: bytes | None = None
    """The public half of the key by which its terminal proves itself."""
    unproven: Unproven | None = None
    """Why its terminal has to prove itself before anything is served; `None` where it has."""

    @property
    def actor(self) -> Actor:
        """How the trail names this person."""
        return Actor(kind=self.role.audit_kind, id=self.staff_id, terminal=self.terminal_id, centre=self.centre_id)

    def is_one_of(self, who: Collection[Who]) -> bool:
        """Say whether this session's role is among `who`."""
        return Who.STAFF in who or Who(self.role.value) in who


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentSession:
    """A resident on their own phone, for one approval or one visit; not always known by name yet."""

    token_hash: bytes
    resident_id: str | None
    visit_id: str | None
    approval_id: str | None
    language: str
    csrf: str
    auth_time: datetime | None
    """When the identity provider says that they signed in; `None` before that."""
    acr: str | None
    seen_at: datetime
    idle_until: datetime
    ends_at: datetime

    @property
    def actor(self) -> Actor:
        """How the trail names this person: the resident once known, else the approval."""
        return Actor(kind=ActorKind.RESIDENT, id=self.resident_id or self.approval_id or self.visit_id or "unknown")

    def is_one_of(self, who: Collection[Who]) -> bool:
        """Say whether residents are among `who`."""
        return Who.RESIDENT in who


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSession:
    """A resident on their own page. Bound to no visit: it answers no question and sees no visit while it goes on."""

    token_hash: bytes
    resident_id: str
    language: str
    csrf: str
    auth_time: datetime | None
    """When the identity provider says that they signed in; `None` after a passkey, which adds no other passkey."""
    acr: str | None
    """At which level: an eIDAS URI."""
    seen_at: datetime
    idle_until: datetime
    ends_at: datetime

    @property
    def actor(self) -> Actor:
        """How the trail names this person."""
        return Actor(kind=ActorKind.RESIDENT, id=self.resident_id)

    def is_one_of(self, who: Collection[Who]) -> bool:
        """Say whether residents on their own page are among `who`."""
        return Who.RESIDENT_ACCOUNT in who


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a display is read during one visit; `None` where nothing else was chosen than between visits."""

    visit_id: str
    language: str | None
    is_large: bool | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A display is about to be paired: who wants it, and the number that both show."""

    terminal_name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaySession:
    """The screen that faces the resident; it may read its terminal's visit and post yes, no, code and rating."""

    display_id: str
    name: str
    terminal_id: str | None
    """With which it is paired; it shows nothing of anybody while it is with none."""
    terminal_name: str | None
    centre_id: str
    centre_name: str
    language: str
    csrf: str
    paired_at: datetime | None = None
    farewell_until: datetime | None = None
    """More time was taken for the rating, until then."""
    is_large: bool = False
    chosen: Chosen | None = None
    secret_hash: bytes = b""
    offer: Offer | None = None
    seen_at: datetime | None = None
    key: bytes | None = None
    """The public half of the key by which it proves itself."""
    unproven: Unproven | None = None
    """Why it has to prove itself before anything is shown; `None` where it has."""

    @property
    def actor(self) -> Actor:
        """How the trail names what is typed here: the resident, at this display's terminal."""
        return Actor(
            kind=ActorKind.RESIDENT,
            id=f"display:{self.display_id}",
            terminal=self.terminal_id,
            centre=self.centre_id,
        )

    def is_one_of(self, who: Collection[Who]) -> bool:
        """Say whether displays are among `who`."""
        return Who.DISPLAY in who


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestSession:
    """A resident who acts alone at a shared computer, for a while; it knows no name and stores nothing of theirs."""

    token_hash: bytes
    visit_id: str
    """Of the visit in which an assistant guides them."""
    terminal_id: str
    """The computer to which it belongs: at another it is none."""
    centre_id: str
    language: str
    csrf: str
    began_at: datetime
    ends_at: datetime

    @property
    def actor(self) -> Actor:
        """How the trail names what is pressed here: the resident, at this computer."""
        return Actor(
            kind=ActorKind.RESIDENT,
            id=f"guest:{self.visit_id}",
            terminal=self.terminal_id,
            centre=self.centre_id,
        )

    def is_one_of(self, who: Collection[Who]) -> bool:
        """Say whether guests are among `who`."""
        return Who.GUEST in who


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCaller:
    """A program that showed a key; it has no session and no cookie."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    agency: str | None
    """For whose things it is good, as services name their holder; none: the network's."""

    @property
    def actor(self) -> Actor:
        """How the trail names this program."""
        return Actor(kind=ActorKind.SYSTEM, id=f"api:{self.key_id}")


AnySession = StaffSession | ResidentSession | AccountSession | DisplaySession | GuestSession
"""Whoever is calling."""

KIND_OF: dict[type[AnySession], SessionKind] = {
    StaffSession: SessionKind.STAFF,
    ResidentSession: SessionKind.RESIDENT,
    AccountSession: SessionKind.ACCOUNT,
    DisplaySession: SessionKind.DISPLAY,
    GuestSession: SessionKind.GUEST,
}
"""Which kind of session a class is."""
