"""Looks at whether everybody who serves residents would be recognised in their own matter."""

from gateway.config import Settings
from gateway.database.errors import DatabaseError
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.doctor.services import is_not_made_yet, read_database
from gateway.people import fingerprints

_NAME = "Staff"
_STORE = "`pilnvara admin add-staff-value`, or the manager's page of the centre's staff; until then they open no visit"


def staff_values(settings: Settings) -> Finding:
    """Name the assistants who cannot serve anybody yet, since nobody has stored what is their own."""
    if is_not_made_yet(settings):
        return note(_NAME, "there is none yet", "`pilnvara admin add-staff`")
    try:
        found = read_database(settings, fingerprints.unrecognised)
    except DatabaseError:
        return broken(_NAME, "cannot be looked at without the database", "Mend the database first.")
    if found:
        return note(_NAME, f"nobody would notice an own matter of {', '.join(found)}", _STORE)
    return ok(_NAME, "every assistant would be recognised in their own matter")
