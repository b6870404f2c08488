"""What can go wrong with the log as a whole."""

from typing import ClassVar


class LedgerError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "log.error"


class LogUnhealthyError(LedgerError):
    """The log does not continue a checkpoint that was held outside: nothing is signed and nothing is filed.

    The cause is a database that was restored from a backup, or changed by somebody past the triggers.
    """

    code: ClassVar[str] = "log.unhealthy"
