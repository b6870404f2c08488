"""Looks whether what is due is erased."""

from gateway.clock import SystemClock
from gateway.config import Settings
from gateway.database.errors import DatabaseError
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.doctor.services import is_not_made_yet, read_database
from gateway.retention import status

_NAME = "Erasing"


def retention(settings: Settings) -> Finding:
    """Name the oldest thing that should be gone, if the workers are behind."""
    if is_not_made_yet(settings):
        return note(_NAME, "there is nothing to erase yet", "Nothing to do.")
    try:
        found = read_database(settings, lambda conn: status.left_behind(conn, settings, SystemClock()))
    except DatabaseError:
        return broken(_NAME, "cannot be looked at without the database", "Mend the database first.")
    if found is not None:
        detail = f"a {found.kind} of {found.since:%Y-%m-%d} has been due for more than two days"
        return broken(_NAME, detail, "Start a worker, or `pilnvara retention run`.")
    return ok(_NAME, "nothing that is due is left")
