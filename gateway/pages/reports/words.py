"""Words of costs, targets and reports."""

from typing import Final

from gateway.reports.cost_tables import SubsidyKind
from ui.i18n import message

SUBSIDIES: Final = {
    SubsidyKind.UPKEEP: message("Upkeep"),
    SubsidyKind.SALARY: message("Salaries"),
}
