"""What every kind of change can tell of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection

from audit.entry import Actor
from gateway.changes.tables import ChangeKind
from gateway.parts import Store
from gateway.people.access import StaffSession
from gateway.people.roles import Role

Values: TypeAlias = Mapping[str, Any]
"""JSON values by the name of a field; nothing personal, nothing secret."""

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody wants to change."""

    kind: ChangeKind
    target: str
    values: Values
    secret: str | None = field(default=None, repr=False)


def _no_mark(_conn: Connection, _store: Store, _target: str, _secret: str | None = None) -> str | None:
    return None


def _always(_before: Values | None, _after: Values) -> bool:
    return True


def _never(_before: Values | None, _after: Values) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of change."""

    about: str
    """What is changed: `portal`, `provider` …; with the target it names the subject."""
    current: Callable[[Connection, str], Values | None]
    """How the target is now; none: it is not there."""
    check: Callable[[Connection, Store, Plan, Values | None, StaffSession | None], None]
    """Raises `ChangeFaultError` for what could not be applied; given how it is now and who proposes."""
    apply: Callable[[Connection, Store, Plan, Actor], None]
    mark: Callable[[Connection, Store, str, str | None], str | None] = _no_mark
    """The short mark of a secret, or of the one in use; none for kinds without one."""
    proposers: frozenset[Role] = ADMINISTRATORS
    is_stricter: Callable[[Values | None, Values], bool] = _never
    """Whether it only lowers risk, so that one person is enough and it takes effect at once."""
    unsaid: frozenset[str] = frozenset()
    """Values that the trail does not repeat: whoever reads it finds a member of staff by the account's id."""
    waits: bool = True
    """Whether it takes effect only after the delay; off where each day of it is one on which nobody is served."""


ALWAYS = _always
"""For kinds that can only make things stricter."""
