"""Why nobody is invited."""

from typing import ClassVar


class OutreachError(Exception):
    """A step was refused. Nothing was changed. Never names a person."""

    code: ClassVar[str] = "outreach.error"


class RuleUnknownError(OutreachError):
    """There is no such rule, or it is another institution's."""

    code = "outreach.unknown"


class RuleFaultError(OutreachError):
    """The rule is none: another institution's service, months that are not over or not whole, no such text."""

    code = "outreach.fault"


class TooFewError(OutreachError):
    """So few would be invited that one could be found out."""

    code = "outreach.too_few"


class OverlapError(OutreachError):
    """Another rule of half a year met the same service in the same months: one could be subtracted from the other."""

    code = "outreach.overlap"


class TooOftenError(OutreachError):
    """The institution has asked for too few people too often: somebody looks where the bar is."""

    code = "outreach.too_often"


class RuleOverError(OutreachError):
    """It was decided or stopped before."""

    code = "outreach.over"


class SamePersonError(OutreachError):
    """Whoever proposes does not approve, nor whoever is on one tree of invitations with them."""

    code = "outreach.same_person"


class FreshAccountError(OutreachError):
    """The account was made or recovered within a day, and may be somebody else's."""

    code = "outreach.fresh_account"
