"""What lists call a service. One of a special category is not named there: who came for it says something of health.

Lists of visits stand on shared screens, and are read by people who have no part in the visit: a centre's manager, a
colleague who passes, whoever stands behind the resident. Where its work is done (the visit's page, a second look, a
doubt that is settled), on the resident's own pages and papers, at its holder and for the auditor it has its title.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from gateway.services import catalogue
from gateway.services.catalogue import Service
from gateway.services.sensitivity import Sensitivity
from gateway.services.tables import Service as ServiceRow
from ui.i18n import Language, message

COLUMNS: Final = (
    ServiceRow.cards,
    ServiceRow.sensitivity.label("service_sensitivity"),
    ServiceRow.holder.label("service_holder"),
)
"""What a list's statement reads of each service."""


def in_list(row: Any, language: str) -> str | None:
    """What a list calls the service of a row with `COLUMNS`; none where the row has no service."""
    if row.cards is None:
        return None
    if row.service_sensitivity == Sensitivity.SPECIAL:
        return _discreet(row.service_holder, language)
    return catalogue.title_of(row.cards, language)


def listed(service: Service, language: str) -> str:
    """What a list calls a service."""
    if service.sensitivity is Sensitivity.SPECIAL:
        return _discreet(service.holder, language)
    return service.card(language).title


def titled(row: Any, language: str) -> str | None:
    """The title of the service of a row with `COLUMNS`, for whoever has to know it; none where it has no service."""
    cards: Mapping[str, Mapping[str, Any]] | None = row.cards
    return None if cards is None else catalogue.title_of(cards, language)


def _discreet(holder: str, language: str) -> str:
    return message("A service of %(holder)s that lists do not name", holder=holder).text(
        cast("Language", language)
    )  # sessions have no other
