"""Looks at what keeps records from being changed: triggers, and the rights of the role that the gateway runs as."""

from gateway.config import Settings
from gateway.database import grants, guards
from gateway.database.drivers import parse_url
from gateway.database.errors import DatabaseError
from gateway.doctor.finding import Finding, broken, note, ok
from gateway.doctor.services import is_not_made_yet, read_database


def records(settings: Settings) -> Finding:
    """Look whether the tables that are only added to are still guarded."""
    name = "Records"
    if is_not_made_yet(settings):
        return note(name, "there are none yet", "They are made at first start.")
    try:
        found = read_database(settings, guards.faults)
    except DatabaseError:
        return broken(name, "cannot be looked at without the database", "Mend the database first.")
    if found:
        mend = "Nothing starts on it. `pilnvara audit verify`, find out who did it, then `pilnvara migrate`."
        return broken(name, "; ".join(found), mend)
    return ok(name, "are only added to: every trigger is as it was made")


def role(settings: Settings) -> Finding:
    """Look whether the role that the gateway runs as could take those triggers away."""
    name = "Database role"
    if parse_url(settings.database_url).get_backend_name() == "sqlite":
        return ok(name, "SQLite has none: whoever can write the file can change it, and the log shows it")
    try:
        found = read_database(settings, grants.excess)
    except DatabaseError:
        return broken(name, "cannot be looked at without the database", "Mend the database first.")
    if found:
        mend = "Name the owner in PILNVARA_DATABASE_OWNER_URL, another role in …_DATABASE_URL, then `pilnvara migrate`."
        return note(name, f"could do more than read and write rows: {'; '.join(found)}", mend)
    return ok(name, "reads and writes rows, and can change nothing that is recorded")
