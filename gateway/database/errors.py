"""What can go wrong with the database as a whole."""

from typing import ClassVar


class DatabaseError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "database.error"


class DatabaseUnavailableError(DatabaseError):
    """The database did not answer, refused the connection or stayed locked by another process too long."""

    code: ClassVar[str] = "database.unavailable"


class DatabaseUrlError(DatabaseError):
    """The address of the database cannot be used: another kind of database, or one that cannot be shared."""

    code: ClassVar[str] = "database.url"


class NotMigratedError(DatabaseError):
    """The tables are missing or of another version than this program: `pilnvara migrate` mends it."""

    code: ClassVar[str] = "database.not_migrated"


class GuardMissingError(DatabaseError):
    """What keeps records from being changed is missing, switched off or changed in the database."""

    code: ClassVar[str] = "database.guard"
