"""Why something is not settled with a holder. No error repeats what was typed."""

from typing import ClassVar


class HolderError(Exception):
    """Something about a holder's statements or lists cannot be done."""

    code: ClassVar[str] = "holder.error"


class StatementMissingError(HolderError):
    """No statement was issued for this month."""

    code: ClassVar[str] = "holder.statement_missing"


class StatementIssuedError(HolderError):
    """It was issued before; what changed since stands in the next one."""

    code: ClassVar[str] = "holder.statement_issued"


class MonthNotOverError(HolderError):
    """The month goes on."""

    code: ClassVar[str] = "holder.month_not_over"


class StatementSettledError(HolderError):
    """It was answered before, and a later word cannot be taken."""

    code: ClassVar[str] = "holder.statement_settled"


class StatementNotDisputedError(HolderError):
    """Its holder disputes nothing of it: there is nothing to answer."""

    code: ClassVar[str] = "holder.statement_not_disputed"


class NoInstitutionError(HolderError):
    """A key is good for institutions' things, and names none."""

    code: ClassVar[str] = "holder.no_institution"


class ListsWaitError(HolderError):
    """As many lists of the institution as may wait are waiting to be compared."""

    code: ClassVar[str] = "holder.lists_wait"
