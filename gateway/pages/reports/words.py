"""Words of costs, targets and reports."""

from typing import Final

from gateway.reports.cost_tables import SubsidyKind, Way
from ui.i18n import message

SUBSIDIES: Final = {
    SubsidyKind.UPKEEP: message("Upkeep"),
    SubsidyKind.SALARY: message("Salaries"),
}
WAYS: Final = {
    Way.CALL: message("Calls"),
    Way.EMAIL: message("E-mails"),
    Way.CONSULTATION: message("Consultations"),
    Way.AGENCY: message("Visits to agencies’ own staff in the centre"),
}
