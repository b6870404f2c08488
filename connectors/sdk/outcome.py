"""What becomes of an application once it is filed: where the portal tells it, and what its words mean.

A life of four stages: information and request lie with us, execution and result with the holder. To look changes
nothing at the portal: only GETs leave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from connectors.sdk.steps import SignIn


class Stage(StrEnum):
    """How far the service has come, in the order in which everybody is shown it."""

    INFORMATION = "information"
    REQUEST = "request"
    EXECUTION = "execution"
    RESULT = "result"


class Standing(StrEnum):
    """What a holder says of one application."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    MORE_WANTED = "more_wanted"
    """Something has to be brought or corrected before it goes on."""
    GRANTED = "granted"
    REFUSED = "refused"

    @property
    def stage(self) -> Stage:
        """The stage that it belongs to."""
        return _STAGES.get(self, Stage.EXECUTION)

    @property
    def is_decided(self) -> bool:
        """Whether nothing more is to come but the decision itself."""
        return self.stage is Stage.RESULT


_STAGES: Mapping[Standing, Stage] = {
    Standing.RECEIVED: Stage.REQUEST,
    Standing.GRANTED: Stage.RESULT,
    Standing.REFUSED: Stage.RESULT,
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A JSON document that a signed-in session may GET; the other names in `Outcome` are fields of its entries."""

    items: str | None
    """Name of the list in the JSON object; `None` when the document is the list."""
    reference: str
    """Field with the number of the application."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Where a portal tells the state of an application.

    With `listed` the names are fields of its entry; without, regular expressions over the page's text whose group 1 is
    meant. What is said in words that `standings` does not know counts as a changed portal, never as news.
    """

    path: str
    """`{reference}` stands for the number that the portal gave."""
    state: str
    """Where the portal's word for the state stands."""
    standings: Mapping[str, Standing]
    """What each of the portal's words means."""
    listed: Listed | None = None
    wanted: str | None = None
    """Where it says what more is wanted, in its own words."""
    until: str | None = None
    """Where it says by when: ISO 8601, or `dd.mm.yyyy`."""
    decision_path: str | None = None
    """The decision as a PDF, with `{reference}`; `None` where the portal gives none."""
    every: timedelta = timedelta(days=1)
    """How often to look at most: a portal is not there for us alone."""
    sign_in: SignIn | None = None
    """The way in for who may only look; the connector's own when not given."""
