"""How much harm the details of a service can do, and what follows from it, whatever its own rules say.

*Ordinary*: nothing follows. *Sensitive* (income, family, housing): the yes to the statement is at least substantial.
*Special category* (health and the like, GDPR article 9): both yeses are at least substantial, no yes is said on a
call, at which nobody sees a document, one assistant is named and no other goes on with it, and every detail that
differs from what is known of the resident is looked at by a second member of staff.
"""

from enum import StrEnum
from typing import Final

from delegation.assurance import Assurance, Route, ServiceRules

EVERY_DETAIL: Final = "*"
"""Among guarded inputs: all that have a known value."""


class Sensitivity(StrEnum):
    """What kind of details a service is about."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    SPECIAL = "special"


def held_to(rules: ServiceRules, kind: Sensitivity) -> ServiceRules:
    """The rules of a service of this kind: never laxer than the kind allows."""
    if kind is Sensitivity.ORDINARY:
        return rules
    grant, permit = least(kind)
    return ServiceRules(
        grant_least=max(rules.grant_least, grant),
        permit_least=max(rules.permit_least, permit),
        routes=rules.routes - barred(kind),
    )


def least(kind: Sensitivity) -> tuple[Assurance, Assurance]:
    """The least level of the yes to the statement, and of the yes to what is sent."""
    if kind is Sensitivity.SPECIAL:
        return Assurance.SUBSTANTIAL, Assurance.SUBSTANTIAL
    return (Assurance.SUBSTANTIAL if kind is Sensitivity.SENSITIVE else Assurance.LOW), Assurance.LOW


def barred(kind: Sensitivity) -> frozenset[Route]:
    """Ways of saying yes that such a service does not take."""
    return frozenset({Route.CALL}) if kind is Sensitivity.SPECIAL else frozenset()


def is_personal(kind: Sensitivity) -> bool:
    """Whether one assistant is named, and no other of the centre goes on with it."""
    return kind is Sensitivity.SPECIAL


def guards(kind: Sensitivity) -> frozenset[str]:
    """Inputs that a second person looks at beside those that rules and connector name."""
    return frozenset({EVERY_DETAIL}) if kind is Sensitivity.SPECIAL else frozenset()
