"""A visit at one moment, and the stage it stands at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from delegation.filing import FilingState
from delegation.model import Action, DelegationState
from gateway.services import catalogue
from gateway.visits.delegations import files_until
from gateway.visits.states import Late
from gateway.visits.tables import ApprovalState, Channel, RunState, VisitState

AnyColumns: TypeAlias = Mapping[str, Any]


class Stage(StrEnum):
    """Where a visit stands: which one thing its pages are about."""

    GUIDING = "guiding"
    """The resident acts alone at a shared computer, and is only guided."""
    SERVICE = "service"
    """No service is chosen."""
    REFERRAL = "referral"
    """The service is not filed here: its card says where, when and with what."""
    REQUEST = "request"
    """A service is chosen; the delegation is to be asked for."""
    SECOND_LOOK = "second_look"
    """A second member of staff has to look before the approver is asked."""
    APPROVAL = "approval"
    """The approver is asked."""
    REFUSED = "refused"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    QUESTIONS = "questions"
    """The delegation is in force; the questions are to be answered, or mended."""
    FILLING = "filling"
    PERMIT = "permit"
    """The read-back is shown; the approver is asked."""
    PERMIT_LAPSED = "permit_lapsed"
    PERMIT_REFUSED = "permit_refused"
    SENDING = "sending"
    LOOKING_UP = "looking_up"
    FILED = "filed"
    DECLINED = "declined"
    NOT_FILED = "not_filed"
    NEEDS_HUMAN = "needs_human"
    ARRIVED = "arrived"
    """What was begun here was sent before, elsewhere, and did arrive: the portal said so late."""
    BOTH = "both"
    """It arrived late, and the same had been sent again: a person has to act."""
    STOPPED = "stopped"
    FAILED = "failed"
    SET_ASIDE = "set_aside"
    """It goes on another day, once somebody has taken it up again."""
    CLOSED = "closed"


_OF_FILING = {
    FilingState.CONFIRMED: Stage.SENDING,
    FilingState.SENT: Stage.SENDING,
    FilingState.UNKNOWN: Stage.LOOKING_UP,
    FilingState.FILED: Stage.FILED,
    FilingState.NOT_FILED: Stage.NOT_FILED,
    FilingState.NEEDS_HUMAN: Stage.NEEDS_HUMAN,
    FilingState.FAILED: Stage.FAILED,
    FilingState.ABANDONED: Stage.STOPPED,
}
_OF_LATE = {
    Late.OVERTAKEN_ELSEWHERE: Stage.ARRIVED,
    Late.BOTH: Stage.BOTH,
    Late.BOTH_KNOWN: Stage.BOTH,
}
_OF_DELEGATION = {
    DelegationState.REQUESTED: Stage.APPROVAL,
    DelegationState.REFUSED: Stage.REFUSED,
    DelegationState.LAPSED: Stage.LAPSED,
    DelegationState.REVOKED: Stage.STOPPED,
}
SET_ASIDE = "service.set_aside"
"""Reason of a filing that was left so that another service could be worked on."""
LEFT_OUT = "service.left_out"
"""Reason of a filing that was left for now, so that the others of a visit go on."""
_LEAVES_ROOM = (FilingState.FILED, FilingState.UNKNOWN, FilingState.NEEDS_HUMAN)
_AT_WORK = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True)
class VisitView:
    """A visit at one moment. The parts are columns by name, `None` where there is no such part yet."""

    visit: AnyColumns
    delegation: AnyColumns | None
    approval: AnyColumns | None
    filing: AnyColumns | None
    run: AnyColumns | None
    receipt: AnyColumns | None
    service: catalogue.Service | None
    """What the visit is about now; a delegation may still be for what it was about before."""
    assistant: str
    centre: str
    municipality: str
    """The centre's own, by its Latvian name."""
    version: int
    """Number of the visit's last event: a page that shows it is current while it stays the same."""
    looked_at: datetime | None
    """When somebody at the desk last asked to see the resident's values."""
    looks_waiting: int
    """How many second looks are asked for in this visit and not answered."""
    sent_before: datetime | None
    """When something else of this visit left that the portal may have: another filing, or another service's."""
    in_trouble: bool
    """Whether the portal of the service is out of order, or its form has changed."""
    has_come_back: bool
    """Whether a message of the visit ever came back because nobody is reached at its address."""
    now: datetime

    @property
    def id(self) -> str:
        """The visit's id."""
        return str(self.visit["id"])

    @property
    def language(self) -> str:
        """The resident's language."""
        return str(self.visit["language"])

    @property
    def is_open(self) -> bool:
        """Whether anything more can happen."""
        return self.visit["state"] is VisitState.OPEN

    @property
    def was_sent(self) -> bool:
        """Whether its newest filing left for the portal: a no that ended it came from there."""
        return self.filing is not None and self.filing["sent_at"] is not None

    @property
    def is_put_off(self) -> bool:
        """Whether what is left is done on another day."""
        return self.visit["state"] is VisitState.SET_ASIDE

    @property
    def is_of_an_earlier_day(self) -> bool:
        """Whether the newest delegation named an assistant who does not go on with the visit."""
        delegation = self.delegation
        changed = [at for at in (self.visit["set_aside_at"], self.visit["handed_at"]) if at is not None]
        if delegation is None or not changed or delegation["state"] is DelegationState.REQUESTED:
            return False
        is_over = not self.may_still_file or delegation["state"] in (DelegationState.REVOKED, DelegationState.LAPSED)
        is_earlier = delegation["requested_at"] < max(changed)
        return is_earlier and is_over and (delegation["ended_by"] in (None, "visit"))

    @property
    def stage(self) -> Stage:
        """Which one thing the pages are about."""
        if not self.is_open:
            return Stage.SET_ASIDE if self.is_put_off else Stage.CLOSED
        if self.delegation is None or self.is_for_another_service or self.is_of_an_earlier_day:
            return self._stage_of_service
        of_filing = self._stage_of_filing
        if of_filing is not None:
            return of_filing
        if self.delegation["state"] in _OF_DELEGATION:
            is_asked = self.delegation["state"] is DelegationState.REQUESTED
            is_held = is_asked and self.approval is None and self.looks_waiting > 0
            return Stage.SECOND_LOOK if is_held else _OF_DELEGATION[self.delegation["state"]]
        if self.files_until is not None and self.now >= self.files_until:
            return Stage.EXPIRED
        return self._stage_of_unsent()

    @property
    def _stage_of_filing(self) -> Stage | None:
        """Where the filing alone says it; what the portal said late counts before its state."""
        filing = self.filing
        if filing is None:
            return None
        late = _OF_LATE.get(filing["reason"])
        return late or (None if self.is_set_aside else _OF_FILING.get(filing["state"]))

    @property
    def is_set_aside(self) -> bool:
        """Whether the service was left half done for another one, to be taken up again."""
        return self.filing is not None and self.filing["reason"] in (SET_ASIDE, LEFT_OUT)

    @property
    def came_late(self) -> bool:
        """Whether it was taken for lost until the portal said that it has it."""
        return self.filing is not None and self.filing["reason"] == Late.ARRIVED

    @property
    def allowed(self) -> AnyColumns | None:
        """What the delegation allows for the service that is worked on."""
        services = () if self.delegation is None else self.delegation["services"]
        return next((each for each in services if each["service"] == self.visit["service_id"]), None)

    @property
    def filings_left(self) -> int:
        """How often the service may still be filed."""
        return 0 if self.allowed is None else int(self.allowed["max_filings"]) - int(self.allowed["used"])

    @property
    def may_file_another(self) -> bool:
        """Whether what was sent last leaves room for one more filing of the same service."""
        is_sent = self.filing is not None and self.filing["state"] in _LEAVES_ROOM
        return self.is_open and self.may_file and is_sent and self.filings_left > 0

    @property
    def ends_after_filing(self) -> dict[str, datetime]:
        """When each right to the service that outlives its filing ends, by the action; without those that are over."""
        delegation = self.delegation
        if delegation is None or delegation["state"] not in _IN_FORCE:
            return {}
        actions = () if self.allowed is None else self.allowed["actions"]
        ends = {each["action"]: datetime.fromisoformat(each["valid_until"]) for each in actions}
        return {name: end for name, end in ends.items() if name != Action.FILE and self.now < end}

    @property
    def files_until(self) -> datetime | None:
        """When the right to file the service that is worked on ends; `None` without a delegation for it."""
        if self.delegation is None:
            return None
        return files_until(self.delegation["services"], self.visit["service_id"])

    @property
    def may_still_file(self) -> bool:
        """Whether the right to file, asked for or given, has not reached its end."""
        return self.files_until is not None and self.now < self.files_until

    @property
    def may_file(self) -> bool:
        """Whether a delegation for the service is in force and its right to file has not ended."""
        is_active = self.delegation is not None and self.delegation["state"] is DelegationState.ACTIVE
        return is_active and self.files_until is not None and self.now < self.files_until

    @property
    def is_for_another_service(self) -> bool:
        """Whether the newest delegation is over and was for a service that the visit has left."""
        delegation = self.delegation
        if delegation is None or delegation["state"] in (DelegationState.REQUESTED, DelegationState.ACTIVE):
            return False
        return all(each["service"] != self.visit["service_id"] for each in delegation["services"])

    @property
    def acts_alone(self) -> bool:
        """Whether the resident acts alone at a shared computer: nothing is done in their name."""
        return self.delegation is None and self.visit["channel"] is Channel.SHARED_COMPUTER

    @property
    def _stage_of_service(self) -> Stage:
        if self.acts_alone:
            return Stage.GUIDING
        if self.service is None:
            return Stage.SERVICE
        return Stage.REQUEST if self.service.is_electronic else Stage.REFERRAL

    def _stage_of_unsent(self) -> Stage:
        filing = self.filing
        if filing is None:
            return Stage.QUESTIONS
        state = filing["state"]
        if self.is_set_aside:
            return Stage.QUESTIONS
        if state is FilingState.PREPARED:
            unasked = Stage.SECOND_LOOK if self.looks_waiting else Stage.PERMIT_LAPSED
            return Stage.PERMIT if self.is_asked else unasked
        if state is FilingState.DECLINED:
            return Stage.DECLINED if filing["sent_at"] is not None else Stage.PERMIT_REFUSED
        if state is FilingState.STOPPED:
            return Stage.STOPPED
        # Drafted: either a worker is filling the form, or the portal has sent us back to the questions.
        at_work = self.run is not None and self.run["state"] in _AT_WORK and self.run["attempt"] == filing["attempt"]
        return Stage.FILLING if at_work else Stage.QUESTIONS

    @property
    def is_asked(self) -> bool:
        """Whether an approval is waiting for its answer."""
        approval = self.approval
        return (
            approval is not None
            and approval["state"] in (ApprovalState.WAITING, ApprovalState.OPENED, ApprovalState.MATCHED)
            and approval["tries_left"] > 0
            and self.now < approval["lapses_at"]
        )

    @property
    def is_queued(self) -> bool:
        """Whether the answers wait to be filled in: for a free worker, or for the portal."""
        return self.stage is Stage.FILLING and self.run is not None and self.run["state"] is RunState.QUEUED

    @property
    def can_stop(self) -> bool:
        """Whether a no may still be in time; not offered again to whoever has said it."""
        is_stopped = self.delegation is not None and self.delegation["state"] is DelegationState.REVOKED
        return self.is_open and not is_stopped and (self.stage in _STOPPABLE or self.still_allows)

    @property
    def still_allows(self) -> bool:
        """Whether a no would end something even after the newest filing was sent: another one, or following it."""
        delegation = self.delegation
        if delegation is None or delegation["state"] not in _IN_FORCE:
            return False
        return any(
            self.now < datetime.fromisoformat(action["valid_until"])
            for service in delegation["services"]
            for action in service["actions"]
            if action["action"] != Action.FILE or int(service["used"]) < int(service["max_filings"])
        )


_IN_FORCE = (DelegationState.ACTIVE, DelegationState.SPENT)
_STOPPABLE = frozenset(
    {
        Stage.SECOND_LOOK,
        Stage.APPROVAL,
        Stage.QUESTIONS,
        Stage.FILLING,
        Stage.PERMIT,
        Stage.PERMIT_LAPSED,
        Stage.PERMIT_REFUSED,
        Stage.SENDING,
        Stage.FAILED,
    }
)
