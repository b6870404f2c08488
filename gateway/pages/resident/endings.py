"""How a matter came out, told to the resident: what happened, and what to do now."""

from dataclasses import dataclass, replace

from gateway.visits import actors
from gateway.visits.tables import Ending
from gateway.visits.view import Stage, VisitView
from ui.i18n import Message, message


@dataclass(frozen=True, slots=True)
class Told:
    """One outcome in plain words."""

    title: Message
    happened: Message
    advice: Message
    is_over: bool = True
    """Whether nothing more comes on this page; else it waits for what the assistant does."""


_ASK_AGAIN = message("If you still want it done, tell the assistant: you can be asked again.")
_NOTHING_LEFT = message("Nothing was sent in your name.")
_COME_BACK = message("Come back to the centre if you need more help.")
_TRY_AGAIN = message("Come back to the centre if you want to try again.")

_STAGES: dict[Stage, Told] = {
    Stage.SECOND_LOOK: Told(
        message("A second member of staff looks first"),
        message("Nothing is allowed and nothing was sent. Somebody else from the centre will talk to you."),
        message("Tell them freely what you want. After that you are asked on this page."),
        is_over=False,
    ),
    Stage.REFUSED: Told(
        message("You said no"),
        message("The assistant may do nothing in your name, and nothing was sent."),
        _ASK_AGAIN,
        is_over=False,
    ),
    Stage.LAPSED: Told(
        message("Nobody answered in time"),
        message("The question is closed, or the assistant took it back. Nothing is allowed, and nothing was sent."),
        _ASK_AGAIN,
        is_over=False,
    ),
    Stage.SET_ASIDE: Told(
        message("What is left waits for another day"),
        message("Nothing more is sent today. What was filed stays filed; what is left waits until you come back."),
        message("Come to the centre with your document. You will see everything again before it is sent."),
    ),
    Stage.EXPIRED: Told(
        message("The time of your permission is over"),
        _NOTHING_LEFT,
        _ASK_AGAIN,
        is_over=False,
    ),
    Stage.STOPPED: Told(
        message("Everything is stopped"),
        message("Nothing was sent in your name, and nothing more will be. A draft may stay in the portal."),
        _ASK_AGAIN,
        is_over=False,
    ),
    Stage.ARRIVED: Told(
        message("It had arrived before"),
        message("The institution says now that it has what was sent before. Nothing was sent a second time."),
        message("Keep the number that the assistant tells you. It also stands on your own page."),
        is_over=False,
    ),
    Stage.BOTH: Told(
        message("It may have arrived twice"),
        message("The institution says now that it also has what was thought lost and was sent again."),
        message("Ask the institution to take back one of the two. The assistant has both numbers."),
        is_over=False,
    ),
    Stage.PERMIT_LAPSED: Told(
        message("Nobody confirmed in time"),
        message("Without your yes nothing is sent. What was filled in is kept for a short while."),
        message("Tell the assistant whether you want to be asked once more."),
        is_over=False,
    ),
    Stage.PERMIT_REFUSED: Told(
        message("You said that something is wrong"),
        _NOTHING_LEFT,
        message("Tell the assistant what is wrong. After it is mended you will see everything again."),
        is_over=False,
    ),
    Stage.DECLINED: Told(
        message("The institution did not take it"),
        message("It looked at what was sent and refused it. It has not been filed."),
        message("The assistant sees why. Decide together whether to mend it and send it again: you will be asked."),
        is_over=False,
    ),
    Stage.FAILED: Told(
        message("It could not be filled in"),
        message("The portal did not work as it should. Nothing was sent in your name."),
        message("The assistant can try again, or tell you where else it can be done."),
        is_over=False,
    ),
    Stage.LOOKING_UP: Told(
        message("We are asking the portal"),
        message("It was sent once, but the portal’s answer did not arrive. It is never sent a second time by itself."),
        message("Please wait. The portal is being asked whether it has it."),
        is_over=False,
    ),
    Stage.NEEDS_HUMAN: Told(
        message("It is not certain yet whether it arrived"),
        message("It was sent once, and the portal could not tell whether it has it. It is not sent a second time."),
        message("The assistant will ask the institution and let you know."),
        is_over=False,
    ),
    Stage.NOT_FILED: Told(
        message("It did not arrive"),
        message("The portal says that it has nothing from you. Nothing was filed."),
        message("Decide with the assistant whether to send it again: you will be asked."),
        is_over=False,
    ),
}
_ENDINGS: dict[Ending, Told] = {
    Ending.FILED: Told(
        message("It has been filed"),
        message("The institution has received what you confirmed."),
        message("Keep the reference number from your receipt."),
    ),
    Ending.REFUSED: _STAGES[Stage.REFUSED],
    Ending.LAPSED: _STAGES[Stage.LAPSED],
    Ending.EXPIRED: _STAGES[Stage.EXPIRED],
    Ending.STOPPED: _STAGES[Stage.STOPPED],
    Ending.DECLINED: Told(
        message("The institution did not take it"),
        message("It looked at what was sent and refused it. It has not been filed."),
        _TRY_AGAIN,
    ),
    Ending.FAILED: Told(
        message("It was not filed"),
        message("The portal did not work as it should. Nothing was filed in your name."),
        message("Come back to the centre, or use the portal by yourself later."),
    ),
    Ending.UNKNOWN: _STAGES[Stage.NEEDS_HUMAN],
    Ending.ABANDONED: Told(
        message("The visit has ended"),
        _NOTHING_LEFT,
        message("Come back to the centre if you want it done."),
    ),
    Ending.INFORMED: Told(
        message("The visit has ended"),
        _NOTHING_LEFT,
        _COME_BACK,
    ),
    Ending.REFERRED: Told(
        message("The visit has ended"),
        message("The centre told you who does it, and where. Nothing was sent in your name."),
        _COME_BACK,
    ),
    Ending.SELF_SERVED: Told(
        message("The visit has ended"),
        message("What was done, you did yourself. The centre sent nothing in your name."),
        _COME_BACK,
    ),
}
_NO_TO_WHAT_WAS_FILLED_IN = Told(
    message("You said that something is wrong"),
    message("What had been filled in was not sent. Nothing was filed in your name."),
    _TRY_AGAIN,
)
"""The visit ended by their no; the portal never had it."""
_ONE_SAID_NO = replace(_NO_TO_WHAT_WAS_FILLED_IN, title=message("One of those who signed said no"))
"""Where several sign, one confirms for all."""
_STOPPED_AFTER_REFUSAL = Told(
    message("Everything is stopped"),
    message("What the institution refused has not been filed. Nothing more will be sent in your name."),
    _ASK_AGAIN,
    is_over=False,
)
"""It did leave once, so it would not be true that nothing was sent."""
_FOUND_OUT_BY_A_PERSON = replace(
    _STAGES[Stage.NOT_FILED],
    happened=message("Somebody from the centre found out that nothing from you has arrived. Nothing was filed."),
)
"""The portal itself has not said so."""
_LOOKED_AT_BEFORE_SENDING = Told(
    message("A second member of staff looks first"),
    message("It has not been sent. Somebody else from the centre will talk to you about a detail that is new."),
    message("Tell them freely what you want. After that you see here what would be sent."),
    is_over=False,
)
"""The help itself is allowed by then, so it would not be true that nothing is."""
_NEWEST_ALONE: dict[Stage, Message] = {
    Stage.SECOND_LOOK: message("Nothing more is allowed yet. Somebody else from the centre will talk to you."),
    Stage.REFUSED: message("The assistant may do nothing more in your name."),
    Stage.LAPSED: message("The question is closed, or the assistant took it back. Nothing more is allowed."),
    Stage.EXPIRED: message("What you had not confirmed was not sent."),
    Stage.STOPPED: message(
        "What you had not confirmed was not sent, and nothing more will be. A draft may stay in the portal."
    ),
    Stage.PERMIT_REFUSED: message("What you said no to was not sent."),
    Stage.FAILED: message("The portal did not work as it should. What you had not confirmed was not sent."),
}
"""What happened where something else had been sent before: that nothing was sent would not be true."""
OVER = Told(
    message("This question is closed"),
    message("It was answered, its time has passed, or the number was wrong too often. Nothing was allowed by it."),
    message("Ask the assistant to put the question anew."),
    is_over=False,
)
_REFUSED_BY_ONE = Told(
    message("One of those who have to sign said no"),
    message("It needs the yes of all. The assistant may do nothing, and nothing was sent."),
    _ASK_AGAIN,
    is_over=False,
)
"""Where several sign, it would not be true of every reader that they said no."""
NOTHING_ASKED = Told(
    message("Nothing is asked of you now"),
    message("The assistant is working on your matter at the counter."),
    message("If you are asked for something, it will appear here."),
    is_over=False,
)


def told(view: VisitView, reader_id: str | None = None) -> Told:
    """How the visit stands or ended; `reader_id` is the resident who reads it, where they have signed in."""
    if _is_anothers_no(view, reader_id):
        return _REFUSED_BY_ONE
    if view.stage is Stage.CLOSED:
        return _closed(view, reader_id)
    if view.stage is Stage.STOPPED and view.filing is not None and view.filing["sent_at"] is not None:
        return _STOPPED_AFTER_REFUSAL
    if view.stage is Stage.SECOND_LOOK and view.may_file:
        return _LOOKED_AT_BEFORE_SENDING
    found = _FOUND_OUT_BY_A_PERSON if _is_a_persons_word(view) else _STAGES.get(view.stage, NOTHING_ASKED)
    if view.sent_before is not None and view.stage in _NEWEST_ALONE:
        return replace(found, happened=_NEWEST_ALONE[view.stage])
    return found


def _closed(view: VisitView, reader_id: str | None) -> Told:
    """How a visit ended; of a no to what was filled in, whose it was."""
    if view.visit["ending"] is not Ending.DECLINED or view.was_sent:
        return _ENDINGS[view.visit["ending"]]
    return _NO_TO_WHAT_WAS_FILLED_IN if _is_readers(view, reader_id) else _ONE_SAID_NO


def _is_a_persons_word(view: VisitView) -> bool:
    """Whether somebody, and not the portal, says that nothing has arrived."""
    return view.stage is Stage.NOT_FILED and view.filing is not None and view.filing["decided_by"] is not None


def _is_readers(view: VisitView, reader_id: str | None) -> bool:
    """Whether a no to what was filled in is the reader's own, as far as anybody knows."""
    one = view.delegation
    return one is None or not one["co_approver_ids"] or reader_id == one["approver_id"]


def _is_anothers_no(view: VisitView, reader_id: str | None) -> bool:
    """Whether one of several refused, and not, as far as anybody knows, who reads it."""
    is_refused = view.stage is Stage.REFUSED or view.visit["ending"] is Ending.REFUSED
    if not is_refused or view.delegation is None or not view.delegation["co_approver_ids"]:
        return False
    return reader_id is None or actors.resident_in(view.delegation["ended_by"]) != reader_id
