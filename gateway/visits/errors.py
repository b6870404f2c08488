"""What a step of the flow refuses, by name. `gateway.problems` turns these into HTTP; nothing here knows of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


class VisitError(Exception):
    """A step of the flow was refused. Nothing was changed. Never names a person."""

    code: ClassVar[str] = "visit.error"


class NotFoundError(VisitError):
    """There is no such thing, or it is not the caller's: the two are told apart nowhere."""

    code = "visit.not_found"


class TakenOverError(NotFoundError):
    """The caller served the visit until somebody took it over; nothing of it is theirs any more."""

    code = "visit.taken_over"


class VisitClosedError(VisitError):
    """The visit has ended; a new one is needed."""

    code = "visit.closed"


class OutOfOrderError(VisitError):
    """The step does not fit the state that the visit is in now, often a page left open or a second click."""

    code = "visit.out_of_order"


class DraftNewerError(VisitError):
    """A newer draft was kept since the page was made, as in another tab: it is not written over unasked."""

    code = "draft.newer"


class StaleFormError(VisitError):
    """The id that a form carries is no id, or belongs to something else: the form was sent before, or is not ours."""

    code = "form.stale"


class FormUnknownError(VisitError):
    """The portal's form is not the one that the connector was written for: nothing new is filed there."""

    code = "service.form_changed"


class ConnectorUnprovedError(VisitError):
    """The connector has been proved at made-up portals and test systems alone: it files at no live portal."""

    code = "service.connector_unproved"


class RouteNotAllowedError(VisitError):
    """The service does not take this route to a yes, or the route cannot reach the assurance that it asks."""

    code = "approval.route_not_allowed"


class NoKnownNumberError(VisitError):
    """No number is known for the resident that was not typed at this counter."""

    code = "approval.no_known_number"


class NumberMissingError(NoKnownNumberError):
    """As that, where the services take a number that is typed at this counter, and none was."""

    code = "approval.number_missing"


class DocumentNotCheckedError(VisitError):
    """Whoever is asked has shown no document yet, or nobody has recorded it."""

    code = "approval.document_not_checked"


class OtherPersonError(VisitError):
    """The visit is about somebody else: what is sealed in it falls with that person's key alone."""

    code = "visit.other_person"


class NotTogetherError(VisitError):
    """These services cannot be asked for together: each waits for another, or they ask one thing in two ways."""

    code = "service.not_together"


class CodeUnknownError(VisitError):
    """The code or link is wrong, used, or past its time. Which of them is not said."""

    code = "approval.code_unknown"


class CodesUsedUpError(VisitError):
    """Enough one-time codes were sent to this number, or in this visit; the last one stays good."""

    code = "approval.codes_used_up"


class StopCodeUnknownError(VisitError):
    """No delegation has this code to stop it."""

    code = "stop.code_unknown"


class CorrectionNotFreshError(VisitError):
    """Where somebody is reached is changed only within minutes of a sign-in with a provider."""

    code = "mine.not_fresh"


class PersonErasedError(VisitError):
    """Whoever's matter it is was erased in this moment; asked again, they are somebody new."""

    code = "retention.person_erased"


class CaseOverError(VisitError):
    """The case is closed, or not so far that it could be."""

    code = "case.over"


class PaperVoidError(VisitError):
    """The signed sheet is of another text than what is asked now."""

    code = "approval.paper_void"


class ApprovalOverError(VisitError):
    """The asking is over: answered, lapsed, or out of tries."""

    code = "approval.over"


class SubjectMismatchError(VisitError):
    """Somebody else than the approver signed in."""

    code = "approval.subject_mismatch"


class SignInStaleError(VisitError):
    """The sign-in was not fresh, came back twice, or belongs to another browser."""

    code = "approval.sign_in_stale"


class NobodyHereError(VisitError):
    """Nothing was ever done here in the name of whoever signed in."""

    code = "mine.nobody"


class AssuranceTooLowError(VisitError):
    """The yes was said at a lower level of assurance than the service asks."""

    code = "approval.assurance_too_low"


class ExpiredError(VisitError):
    """The delegation has reached its end; a new yes is needed."""

    code = "delegation.expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """What holds the same thing: of which service, since when, under which number, in whose visit."""

    service_id: str
    visit_id: str
    assistant_id: str
    terminal_id: str
    centre: str
    is_filed: bool
    """Else it is still worked on, on its way, or nobody knows yet."""
    sent_at: datetime | None
    """When it left; `None` where it has not."""
    reference: str | None
    """The number that the portal gave it, of the resident whose matter it is."""


class AlreadyFiledError(VisitError):
    """The same thing is already open, on its way or filed for this resident; `earlier` says where, if it is known."""

    code = "filing.already_filed"

    def __init__(self, message: str, earlier: Earlier | None = None) -> None:
        super().__init__(message)
        self.earlier = earlier


class ReadBackChangedError(VisitError):
    """The portal's page no longer holds what was confirmed; it must be confirmed again."""

    code = "filing.readback_changed"


class SecondPersonError(VisitError):
    """This person may not be the second pair of eyes: who asked, who serves the visit, or whom it is about."""

    code = "second_look.not_you"


class NotLookedAtError(VisitError):
    """Nobody answers for what they have not been shown."""

    code = "second_look.not_looked_at"


class SecondLookOverError(VisitError):
    """The second look was answered, or its time is over."""

    code = "second_look.over"


class NotOfferedError(VisitError):
    """A service does not offer what was asked for it: an action, so many filings, a value to be fixed."""

    code = "service.not_offered"


class PreconditionsOpenError(VisitError):
    """The assistant has not gone through all that a card says has to be so before the yes."""

    code = "service.preconditions_open"


class NothingToKeepError(NotOfferedError):
    """A value is to be fixed, and none is known of the person. Names the service, never the person."""

    code = "service.nothing_to_keep"


class LockedValueError(VisitError):
    """An answer differs from a value that the delegation fixes. Names the inputs, never a value."""

    code = "delegation.locked_value"

    def __init__(self, inputs: tuple[str, ...]) -> None:
        """Take the names of the inputs."""
        super().__init__(f"fixed: {', '.join(inputs)}")
        self.inputs = inputs


class FindingOverError(VisitError):
    """The finding is closed or withdrawn, or not so far that it could be."""

    code = "finding.over"


class OwnFindingError(VisitError):
    """Nobody notes or reads what is noted, or records, answers or ends a finding, about a visit that they served."""

    code = "finding.own_visit"


class InquiryStandsError(VisitError):
    """A finding is told to the centre: it cannot be recorded while an inquiry keeps the visit quiet."""

    code = "finding.inquiry_stands"


class InquiryOverError(VisitError):
    """The inquiry is over, or its time to be agreed to is."""

    code = "inquiry.over"


class InquirySecondError(VisitError):
    """This auditor may not be the second: who proposed it, at the same computer, new, or concerned themselves."""

    code = "inquiry.not_you"


class InquiryFaultError(VisitError):
    """A proposal cannot stand like this. Names the field and the fault, never what was typed."""

    code = "inquiry.cannot_stand"

    def __init__(self, field: str, fault: str) -> None:
        """Take the field of the form and the code of what is wrong with it."""
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault
