"""Texts that Python chooses: stages, endings, reasons, choices. In plain words; no code ever reaches a reader."""

from collections.abc import Mapping
from typing import Final

from delegation.assurance import Route
from gateway.visits.paper import WitnessReason
from gateway.visits.receipts import HandedOver
from gateway.visits.states import Late
from gateway.visits.stopping import StopReason
from gateway.visits.tables import Channel, Ending, HelpReason, SecondLookKind
from gateway.visits.turns import TurnState
from gateway.visits.view import Stage, VisitView
from ui.i18n import Message, message

_WAITS: Final = message("The application waits for its turn")
_WAITS_FOR_PORTAL: Final = message("The application waits for the portal")
STAGES: Final[Mapping[Stage, Message]] = {
    Stage.GUIDING: message("The resident acts alone"),
    Stage.SERVICE: message("Choose the service"),
    Stage.REFERRAL: message("This service is not filed here"),
    Stage.REQUEST: message("Ask the resident for a yes"),
    Stage.SECOND_LOOK: message("Waiting for a colleague"),
    Stage.APPROVAL: message("Waiting for the resident’s yes"),
    Stage.REFUSED: message("The resident said no"),
    Stage.LAPSED: message("Nobody said yes"),
    Stage.EXPIRED: message("The delegation has ended"),
    Stage.QUESTIONS: message("Questions"),
    Stage.FILLING: message("The form is being filled in"),
    Stage.PERMIT: message("The resident checks what will be sent"),
    Stage.PERMIT_LAPSED: message("The check was not answered in time"),
    Stage.PERMIT_REFUSED: message("The resident did not agree to send it"),
    Stage.SENDING: message("It is being sent"),
    Stage.LOOKING_UP: message("We are asking the portal what it received"),
    Stage.FILED: message("Filed"),
    Stage.DECLINED: message("The portal did not accept it"),
    Stage.NOT_FILED: message("It was not filed"),
    Stage.NEEDS_HUMAN: message("You have to look in the portal"),
    Stage.ARRIVED: message("It had arrived before"),
    Stage.BOTH: message("It may have arrived twice"),
    Stage.STOPPED: message("Stopped"),
    Stage.FAILED: message("It could not be filled in"),
    Stage.SET_ASIDE: message("Set aside for another day"),
    Stage.CLOSED: message("The visit is closed"),
}
"""The heading of each stage's page."""

PANELS: Final[Mapping[str, Message]] = {stage.value: text for stage, text in STAGES.items()} | {
    "plan_preconditions": message("Before the questions"),
    "plan_questions": message("Questions of all services"),
    "plan_waiting": message("It cannot go on yet"),
    "plan_left_out": message("It is left out"),
}
"""The title of a page that shows the panel of another stage: of the questions, when answers are corrected."""

NEXT: Final[Mapping[Stage, Message]] = {
    Stage.GUIDING: message("Look how it goes"),
    Stage.SERVICE: message("Find the service"),
    Stage.REFERRAL: message("Hand over the information"),
    Stage.REQUEST: message("Ask for a yes"),
    Stage.SECOND_LOOK: message("Ask a colleague to look"),
    Stage.APPROVAL: message("Show the code"),
    Stage.REFUSED: message("Ask again or end the visit"),
    Stage.LAPSED: message("Ask again or end the visit"),
    Stage.EXPIRED: message("Ask again or end the visit"),
    Stage.QUESTIONS: message("Answer the questions"),
    Stage.FILLING: message("Wait for the portal"),
    Stage.PERMIT: message("Wait for the resident"),
    Stage.PERMIT_LAPSED: message("Ask again"),
    Stage.PERMIT_REFUSED: message("Correct the answers"),
    Stage.SENDING: message("Wait for the portal"),
    Stage.LOOKING_UP: message("Wait for the portal"),
    Stage.FILED: message("Hand over the receipt"),
    Stage.DECLINED: message("Correct the answers"),
    Stage.NOT_FILED: message("Try again"),
    Stage.NEEDS_HUMAN: message("Look in the portal"),
    Stage.ARRIVED: message("Tell the resident"),
    Stage.BOTH: message("Tell the resident and the institution"),
    Stage.STOPPED: message("Ask again or end the visit"),
    Stage.FAILED: message("Try again"),
    Stage.SET_ASIDE: message("Take it up"),
    Stage.CLOSED: message("Nothing more to do"),
}
"""What the assistant does next; the text of the link on the desk."""

COLOURS: Final[Mapping[Stage, str]] = {
    Stage.REFUSED: "red",
    Stage.STOPPED: "red",
    Stage.FAILED: "red",
    Stage.DECLINED: "red",
    Stage.NOT_FILED: "red",
    Stage.NEEDS_HUMAN: "orange",
    Stage.BOTH: "orange",
    Stage.ARRIVED: "green",
    Stage.SECOND_LOOK: "orange",
    Stage.LAPSED: "orange",
    Stage.EXPIRED: "orange",
    Stage.PERMIT_LAPSED: "orange",
    Stage.PERMIT_REFUSED: "orange",
    Stage.FILED: "green",
    Stage.SET_ASIDE: "grey",
    Stage.CLOSED: "grey",
}
"""Of the tag that names a stage; the others are blue."""

STEPS: Final = (
    message("Service"),
    message("The resident’s yes"),
    message("Questions"),
    message("The resident’s check"),
    message("Sent to the portal"),
    message("Feedback"),
)
STEPS_ALONE: Final = (message("The resident acts alone"), message("Feedback"))
"""Of a visit at a shared computer, in which nothing is done in anybody's name."""

TURNS: Final[Mapping[TurnState, Message]] = {
    TurnState.CURRENT: message("Being worked on"),
    TurnState.FILED: message("Filed"),
    TurnState.SENDING: message("Being sent"),
    TurnState.IN_DOUBT: message("Not known yet"),
    TurnState.ENDED: message("Not filed"),
    TurnState.LEFT: message("Still to do"),
    TurnState.WAITING: message("Waits for another service"),
    TurnState.LEFT_OUT: message("Left out"),
    TurnState.REFERRED: message("Not filed here"),
}
"""How far one of several services is."""

TURN_COLOURS: Final[Mapping[TurnState, str]] = {
    TurnState.FILED: "green",
    TurnState.IN_DOUBT: "orange",
    TurnState.ENDED: "red",
    TurnState.LEFT: "grey",
    TurnState.WAITING: "grey",
    TurnState.LEFT_OUT: "grey",
    TurnState.REFERRED: "grey",
}

WAIT_FOR_OTHERS: Final = frozenset(
    {Stage.SECOND_LOOK, Stage.APPROVAL, Stage.FILLING, Stage.PERMIT, Stage.SENDING, Stage.LOOKING_UP}
)
"""Stages in which the resident, a colleague, a worker or the portal is awaited."""

CHANNELS: Final[Mapping[Channel, Message]] = {
    Channel.COUNTER: message("At the counter"),
    Channel.PHONE: message("By telephone"),
    Channel.MOBILE: message("At a mobile centre"),
    Channel.SHARED_COMPUTER: message("At the visitors’ computer"),
}

_ENDINGS: Final[Mapping[Ending, Message]] = {
    Ending.FILED: message("Filed"),
    Ending.REFUSED: message("The resident said no"),
    Ending.LAPSED: message("Nobody answered in time"),
    Ending.EXPIRED: message("The delegation has ended"),
    Ending.STOPPED: message("Stopped"),
    Ending.FAILED: message("Not filed"),
    Ending.UNKNOWN: message("Not known yet"),
    Ending.ABANDONED: message("Ended before anything was filed"),
    Ending.INFORMED: message("Information given"),
    Ending.REFERRED: message("Sent on to whoever does it"),
    Ending.SELF_SERVED: message("Done by the resident alone"),
}
_BY_PORTAL: Final = message("Not accepted by the portal")
SOUGHT: Final[Mapping[Ending, Message]] = {
    **_ENDINGS,
    Ending.REFUSED: message("The resident said no to the permission"),
    Ending.DECLINED: message("The resident or the portal said no to what was filled in"),
}
"""Endings to be looked for: a no to what was filled in whoever said it; each line found says whose it was."""
ENDED_BY_WORD: Final[Mapping[Ending, Message]] = {
    Ending.INFORMED: message("They know now what they wanted to know"),
    Ending.REFERRED: message("They know where to go, when, and what to take along"),
    Ending.SELF_SERVED: message("They did it on the visitors’ computer or their own device; you only guided"),
    Ending.ABANDONED: message("They left, or it did not come to it"),
}
"""What each ending means that the assistant may say."""
END_BY: Final[Mapping[Ending, Message]] = {
    Ending.INFORMED: message("End: information given"),
    Ending.REFERRED: message("End: sent on to whoever does it"),
    Ending.SELF_SERVED: message("End: done by the resident alone"),
    Ending.ABANDONED: message("End: it did not come to filing"),
}
"""The button that says so and ends the visit."""
HELP_REASONS: Final[Mapping[HelpReason, Message]] = {
    HelpReason.CANNOT_USE_COMPUTER: message("Cannot use a computer or a phone for it"),
    HelpReason.NO_EID: message("Has no eID, bank access or other means of signing in"),
    HelpReason.LANGUAGE: message("Does not know the language well enough"),
    HelpReason.COMPLICATED: message("The form or the text is too complicated"),
    HelpReason.NO_DEVICE: message("Has no device or no connection"),
    HelpReason.OTHER: message("Another reason"),
}

ROUTES: Final[Mapping[Route, Message]] = {
    Route.PHONE: message("On the resident’s own phone"),
    Route.PASSKEY: message("With a passkey on the resident’s own phone"),
    Route.DISPLAY: message("On the display that faces the resident"),
    Route.PAPER: message("On paper, with a signature that a colleague sees"),
    Route.CALL: message("On the telephone, by calling back"),
}

SECOND_LOOKS: Final[Mapping[SecondLookKind, Message]] = {
    SecondLookKind.PAPER_GRANT: message("Witness a signature under a permission"),
    SecondLookKind.PAPER_PERMIT: message("Witness a signature under what will be sent"),
    SecondLookKind.SAME_ADDRESS: message("Resident and assistant have the same address"),
    SecondLookKind.COLLEAGUE_VALUE: message("A detail of the resident is also a colleague’s"),
    SecondLookKind.SENSITIVE_VALUE: message("A guarded detail is new"),
    SecondLookKind.SENT_AGAIN: message("What did not arrive is to be sent again"),
}
"""What a second person is asked to look at."""

WITNESS_REASONS: Final[Mapping[WitnessReason, Message]] = {
    WitnessReason.NOT_SEEN: message("I did not see this person sign"),
    WitnessReason.OTHER_PERSON: message("Somebody else signed, or I cannot tell who"),
    WitnessReason.OTHER_TEXT: message("The sheet is of another text, or cannot be read"),
    WitnessReason.UNWILLING: message("The person did not understand it, or did not want it"),
}
"""Why a witness refuses, in their own words; the desk is told the same."""

DOCUMENTS: Final[Mapping[str, Message]] = {
    "id_card": message("Identity card"),
    "passport": message("Passport"),
    "other": message("Another identity document"),
}
"""By what the flow records as the kind of document."""

STOP_REASONS: Final[Mapping[StopReason, Message]] = {
    StopReason.RESIDENT_ASKED: message("The resident asks for it"),
    StopReason.WRONG_PERSON: message("It is about the wrong person"),
    StopReason.MISTAKE: message("Something was chosen or typed by mistake"),
    StopReason.OTHER: message("Another reason"),
}

WHY_STOPPED: Final[Mapping[str, Message]] = {reason.value: text for reason, text in STOP_REASONS.items()} | {
    StopReason.MISUSE.value: message("Something is not as it should be"),
    StopReason.CASE.value: message("Somebody says that it was not them, or that the details are wrong"),
}
"""Why somebody else than the resident stopped it, by what the delegation keeps."""

HANDED_OVER: Final[Mapping[HandedOver, Message]] = {
    HandedOver.PRINTED: message("Printed on paper"),
    HandedOver.PHONE: message("The resident has it on their own phone"),
    HandedOver.EMAIL: message("The portal sends it by e-mail"),
    HandedOver.SHOWN: message("The resident wrote the number down or needs nothing"),
}

NOTES: Final[Mapping[str, Message]] = {
    "handed": message("How the receipt was handed over has been recorded"),
    "draft": message("The answers have been kept. You can go on later"),
    "request_kept": message("What you typed has been kept. Nobody has been asked yet"),
    "taken": message("What this computer had kept is a draft at the gateway now. Nothing was sent"),
    "dropped": message("What this computer had kept has been thrown away"),
    "code": message("There is a new code"),
    "sent": message("A new code has been sent. The one before does not work any more"),
    "language": message("The resident’s language has been changed"),
    "settled": message("Your decision has been recorded"),
    "both": message("It has been recorded that you told them"),
    "took_over": message("The visit is yours now. What was typed before is kept"),
    "taken_over": message("That visit is served elsewhere now. Nothing of it is left at this computer"),
    "counter": message("The resident is served at the counter now. Choose the service"),
    "left_out": message("The service is left out. You can take it back in while the visit is open"),
}
"""What a step that succeeded says on the next page, by the name in its address."""

MOVED_ON: Final = message("This has already been done, or the visit has moved on")
MOVED_ON_ADVICE: Final = message("Nothing was done twice. This page shows where the visit stands now.")

LOOK_UPS: Final[Mapping[str, Message]] = {
    "empty": message("The portal did not list it"),
    "part": message("The portal listed it, which does not show whether all parts of it arrived"),
    "several": message("The portal listed several applications that it could be"),
}
LOOK_UP_FAILED: Final = message("The portal did not answer")
"""What came of asking the portal whether something arrived."""

_UNEXPECTED: Final = message("The work was interrupted for a technical reason.")
REASONS: Final[Mapping[str, Message]] = {
    "run.portal_untrusted": message(
        "Whoever answers at the portal’s address could not prove to be the portal. Nothing was sent there."
    ),
    "run.portal_unavailable": message("The portal did not answer, or said that it is out of order."),
    "run.form_changed": message("The portal’s form is not the one that we know, so nothing was filled in further."),
    "run.sign_in_refused": message("The portal did not let us sign in with the delegation."),
    "run.issuer_refused": message("We could not confirm the delegation to the portal, so nothing was filled in there."),
    "run.session_lost": message("The portal ended our session while the form was being filled in."),
    "run.child_died": message("The browser that filled in the form stopped working."),
    "run.package_refused": message("The service’s program is not the one that was allowed here. It was not started."),
    "run.out_of_reach": message("This gateway is for practice: it files nothing at a real portal."),
    "run.gate_refused": message("The portal’s page tried to send something that we do not know. It was held back."),
    "run.tampered": message("What was about to be sent differed from what was confirmed. It was held back."),
    "run.timeout": message("Filling in the form took too long."),
    "service.connector_unproved": message(
        "Our way into the portal has only been tried with made-up people. Nothing was filled in. Tell the operator."
    ),
    "delegation.revoked": message("The delegation was stopped before anything was sent."),
    "delegation.expired": message("The delegation ended before anything was sent."),
    "delegation.locked_value": message("The portal’s form held another value than the one that the delegation fixes."),
    "service.left_out": message("It was left out. The other services go on."),
    "service.set_aside": message("It was set aside to work on another service first."),
    "visit.closed": message("The visit was ended before anything was sent."),
    Late.ARRIVED.value: message("It was taken for lost, until the portal said that it has it."),
    Late.OVERTAKEN.value: message("The earlier application had arrived. This one was not sent."),
    Late.OVERTAKEN_ELSEWHERE.value: message("The earlier application had arrived. This one was not sent."),
    Late.BOTH.value: message("The portal said late that it has it, and the same had been sent again."),
    Late.BOTH_KNOWN.value: message("The portal said late that it has it, and the same had been sent again."),
    "barred.basket": message("The centre may not offer the service any more. Nothing was sent."),
    "barred.agreement": message("The agreement with the institution has ended. Nothing was sent."),
    "barred.account": message("The account of the assistant who served you was taken out of use. Nothing was sent."),
    "barred.training": message("The training that the service asks for is past its time. Nothing was sent."),
    "second_look.refused": message("The colleague who looked did not confirm. Look at the answers with the resident."),
    "second_look.lapsed": message("No colleague looked in time. Send the answers again to ask once more."),
    "no_answer": message("The application left, but the portal gave no answer."),
    "timeout": message("The application left, but the portal gave no answer in time."),
    "redirected": message("The portal wanted the application sent to another address. We did not follow."),
    "server_error": message("The application left, and the portal answered with an error."),
    "no_reference": message("The application left, but the portal showed no number for it."),
    "session_lost": message(
        "The portal asked for a sign-in in place of an answer. It has not looked at the application."
    ),
    "broke_off": message("The application leaves in several parts, and not all of them were taken."),
    "browser_died": message("The application left, and the browser stopped before the answer was read."),
    "worker_died": message("The application left, and the program stopped before the answer was read."),
    "second_look.missing": message("No colleague has confirmed that it may be sent again. Nothing was sent."),
    "look_up.empty": message("The portal does not list it yet. That does not prove that it has not arrived."),
    "look_up.part": message("The portal lists it, but not whether all parts of it arrived."),
    "look_up.ambiguous": message("The portal lists several applications that it could be."),
}


def reason(code: str | None) -> Message:
    """Why a filing stands where it stands, in plain words."""
    return REASONS.get(code or "", _UNEXPECTED)


def ended(ending: Ending, *, was_sent: bool) -> Message:
    """How a visit ended; of a no, whose it was: the portal says no only to what was sent (`was_sent`)."""
    if ending is not Ending.DECLINED:
        return _ENDINGS[ending]
    return _BY_PORTAL if was_sent else _ENDINGS[Ending.REFUSED]


def stage_of(view: VisitView, *, is_portal_unwell: bool = False) -> Message:
    """Where a visit stands; a form that nobody fills in yet waits."""
    if not view.is_queued:
        return STAGES[view.stage]
    return _WAITS_FOR_PORTAL if is_portal_unwell else _WAITS
