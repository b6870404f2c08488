"""What several kinds of change check alike: whether what they are about is there, and all that is wrong at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from gateway.changes.errors import ChangeFaultError, Fault
from gateway.changes.kinds import Plan, Values
from gateway.parts import Store
from gateway.people.access import StaffSession


class Faults:
    """Gathers what is wrong with a proposal, so that all of it is told at once; of each field the first."""

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self._found: dict[str, Fault] = {}

    def add(self, field: str, fault: Fault) -> None:
        """Keep one fault, unless its field has another already."""
        self._found.setdefault(field, fault)

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Go on after whatever is refused within."""
        try:
            yield
        except ChangeFaultError as error:
            for field, fault in error.all.items():
                self.add(field, fault)

    def settle(self) -> None:
        """Raise `ChangeFaultError` with all that was gathered, if anything was."""
        if self._found:
            field, fault = next(iter(self._found.items()))
            raise ChangeFaultError(field, fault, self._found)


def ensure_new(before: Values | None) -> None:
    """Raise `ChangeFaultError` where the target is there already."""
    if before is not None:
        raise ChangeFaultError("target", Fault.KNOWN)


def known(before: Values | None) -> Values:
    """How the target is now. Raises `ChangeFaultError` where it is not there."""
    if before is None:
        raise ChangeFaultError("target", Fault.UNKNOWN)
    return before


def ensure_not_own(staff_id: str, by: StaffSession | None, field: str) -> None:
    """Let nobody propose what is about themselves. Raises `ChangeFaultError` at `field`."""
    if by is not None and by.staff_id == staff_id:
        raise ChangeFaultError(field, Fault.OWN)


def check_suspend(
    _conn: Connection, _store: Store, _plan: Plan, before: Values | None, _by: StaffSession | None
) -> None:
    """Let nothing be suspended that is not in use."""
    if known(before)["suspended"]:
        raise ChangeFaultError("target", Fault.UNKNOWN)
