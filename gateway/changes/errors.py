"""Why a change of a security setting was not taken a step further. `gateway.problems` makes pages of these."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class Fault(StrEnum):
    """What is wrong with one field of a proposal."""

    MISSING = "missing"
    ADDRESS = "address"
    KNOWN = "known"
    UNKNOWN = "unknown"
    KEYS = "keys"
    LEVEL = "level"
    CLAIM = "claim"
    MONTHS = "months"
    TOO_LONG = "too_long"
    IN_USE = "in_use"
    DATE = "date"
    REASON = "reason"
    PENDING = "pending"
    NOTHING = "nothing"
    REFUSED = "refused"
    UNPROVED = "unproved"
    """A connector that has been tried with made-up people alone would file at a live portal."""
    REAL = "real"
    """A gateway for made-up people would reach something real."""
    APART = "apart"
    """An auditor would have another role too."""
    OTHERS = "others"
    """A service of another institution."""
    HOLDER = "holder"
    """An officer would be nobody's, or somebody else one's."""
    LAST = "last"
    """Nobody else could administer the gateway."""
    TWO_YEARS = "two_years"
    """A program's key would be good for longer than it may be."""
    FINGERPRINT = "fingerprint"
    AGENCY = "agency"
    """A key for an institution's things would be nobody's, or one for the network's figures somebody's."""
    NUMBER = "number"
    UNEQUAL = "unequal"
    """Cards of one service name other numbers of preconditions."""
    LENGTH = "length"
    """More is written than a field of a card holds."""
    OWN = "own"
    """It is about whoever proposes it."""


class ChangeError(Exception):
    """A step of a change was refused. Never holds a secret."""

    code: ClassVar[str] = "change.error"


class ChangeUnknownError(ChangeError):
    """There is no such change."""

    code = "change.not_found"


class ChangeOverError(ChangeError):
    """The change was confirmed, refused, withdrawn, applied, or has lapsed."""

    code = "change.over"


class SamePersonError(ChangeError):
    """Whoever proposed a change, or sits at the same computer, does not confirm it."""

    code = "change.same_person"


class FreshAccountError(ChangeError):
    """The account was created or recovered within a day: whoever took it over cannot change the rules with it."""

    code = "change.fresh_account"


class SecretGoneError(ChangeError):
    """The secret was shown already, was never made here, or is not the caller's to see."""

    code = "change.secret_gone"


class ChangeFaultError(ChangeError):
    """A proposal cannot stand like this; `field` says where to mend it first, and `all` everything that is wrong."""

    code = "change.fault"

    def __init__(self, field: str, fault: Fault, more: Mapping[str, Fault] | None = None) -> None:
        self.field = field
        self.fault = fault
        self.all: Mapping[str, Fault] = {field: fault, **(more or {})}
        super().__init__("; ".join(f"{name}: {each.value}" for name, each in self.all.items()))
