"""Texts of figures: what each is called, how it is worked out, where it comes from and what it means."""

from collections.abc import Mapping
from typing import Final

from gateway.reports import cost_tables
from gateway.reports.answering import MIXED
from gateway.reports.facts import NO_GROUP, NO_ROUTE, SEVERAL, Outcome
from gateway.reports.places import PlaceKind
from gateway.reports.sheets import Note, NoteKind
from gateway.reports.weights import Way
from gateway.visits.states import Channel
from ui.i18n import Message, message

GROUPS: Final[Mapping[str, Message]] = {
    "benefits": message("Benefits"),
    "documents": message("Documents"),
    "transport": message("Transport"),
    "work": message("Work and enterprise"),
    "health": message("Health"),
    "social": message("Social help"),
    "family": message("Family"),
    "taxes": message("Taxes"),
    "pensions": message("Pensions"),
    "property": message("Property"),
    NO_GROUP: message("No service chosen"),
    SEVERAL: message("Several groups in one visit"),
    MIXED: message("Several small groups together"),
}
"""Groups of services by name; one that is not here is shown as it is."""
KINDS_OF_CENTRE: Final[Mapping[str, Message]] = {"vpvkac": message("One-stop customer service centre (VPVKAC)")}
"""Kinds that every network has; others are shown by the code that the network gave them."""
CHANNELS: Final[Mapping[str, Message]] = {
    Channel.COUNTER: message("At the counter"),
    Channel.PHONE: message("By telephone"),
    Channel.MOBILE: message("Out of the centre"),
    Channel.SHARED_COMPUTER: message("At the visitors’ computer"),
}
OUTCOMES: Final[Mapping[str, Message]] = {
    Outcome.FILED: message("Filed"),
    Outcome.DECLINED: message("Not accepted by the portal"),
    Outcome.INFORMED: message("Informed"),
    Outcome.REFERRED: message("Told who does it, and where"),
    Outcome.SELF_SERVED: message("Done by the resident alone"),
    Outcome.REFUSED: message("Refused by the resident"),
    Outcome.STOPPED: message("Stopped by the resident"),
    Outcome.LAPSED: message("No yes in time"),
    Outcome.ABANDONED: message("Left undone"),
    Outcome.FAILED: message("Failed"),
    Outcome.UNKNOWN: message("Not yet known"),
}
ROUTES: Final[Mapping[str, Message]] = {
    "phone": message("Sign-in on the phone"),
    "passkey": message("Passkey"),
    "display": message("Code on the counter’s screen"),
    "paper": message("Signature on paper"),
    "call": message("Telephone call"),
    NO_ROUTE: message("No permission was given"),
}
PLACES: Final[Mapping[PlaceKind, Message]] = {
    PlaceKind.NETWORK: message("The whole network"),
    PlaceKind.REGION: message("Region"),
    PlaceKind.MUNICIPALITY: message("Municipality"),
    PlaceKind.KIND: message("Kind of centre"),
    PlaceKind.CENTRE: message("Centre"),
    PlaceKind.SERVICE: message("Service"),
}
WAYS: Final[Mapping[Way, Message]] = {
    Way.ONLINE: message("Online, alone"),
    Way.ASSISTED: message("As an e-service, with an assistant"),
    Way.PHONE: message("By telephone"),
    Way.POST: message("By post"),
    Way.COUNTER: message("At the counter, without an e-service"),
}
BY_HAND: Final[Mapping[cost_tables.Way, Message]] = {
    cost_tables.Way.CALL: message("Calls"),
    cost_tables.Way.EMAIL: message("E-mails"),
    cost_tables.Way.CONSULTATION: message("Consultations"),
    cost_tables.Way.AGENCY: message("Visits to agencies’ own staff in the centre"),
}
"""Ways that staff count themselves, outside of visits."""

MINUTES: Final[Mapping[str, Message]] = {
    "helped_median": message("Help: the middle"),
    "helped_p90": message("Help: nine of ten"),
    "waited_median": message("Waiting: the middle"),
    "waited_p90": message("Waiting: nine of ten"),
}

NOT_DONE: Final = message("Not completed, or not accepted, together")
SATISFIED: Final = message("Satisfied residents")
DONE: Final = message("Could do what they came for")
CLEAR: Final = message("Understood what they allowed")
ADJUSTED: Final = message("Completed, with the network’s mix of services")
COMPLETED: Final = message("Completed, as it was")
ELECTRONIC: Final = message("Done as an e-service")
PAPER: Final = message("Permissions given on paper")
HERE: Final = message("Here")
BEFORE: Final = message("Here before")
NETWORK: Final = message("The whole network")
INDEX: Final = message("Index of relative channel cost")
INDEX_BY_HAND: Final = message("The same index with what was counted by hand")
BY_VISITS: Final = message("by visits")
COUNTED_BY_HAND: Final = message("by hand")
NO_MONTH: Final = message("No month was counted")
TOO_FEW: Final = message("Too few answers to compare")

_F, _S, _D, _R = NoteKind.FORMULA, NoteKind.SOURCE, NoteKind.DEFINITION, NoteKind.REMARK
ANSWERS_NOTES: Final = (
    Note(
        _F,
        message(
            "Satisfied: answers with 4 or 5 points of 5, by all answers with points. Between the two shares beside "
            "it the true share lies in 95 of 100 cases (Wilson’s interval)."
        ),
    ),
    Note(
        _S,
        message(
            "Answers to the question after a visit. They are counted in bundles of at least five of one centre; "
            "what waits for others is shown nowhere, so that nobody’s answer can be worked out."
        ),
    ),
    Note(
        _D,
        message(
            "Of fewer than 5 answers nothing is shown, of fewer than 30 there are too few to compare. Share who "
            "answered: which part of all who were asked the answers tell of."
        ),
    ),
)
IN_FIVES: Final = Note(
    _D,
    message(
        "What was not completed, or not accepted, is counted together. Each of these outcomes is told of months, "
        "quarters and years that are over, rounded down to fives, and not below five: at least so many. So nobody can "
        "be found by subtracting."
    ),
)
COMPLETED_NOTES: Final = (
    Note(
        _F,
        message(
            "Completed: services with a final outcome, by all whose outcome is known. With the network’s "
            "mix: the share in each group of services, weighted by how many of it the whole network gave "
            "in this time (direct standardisation)."
        ),
    ),
    Note(
        _S,
        message(
            "What happened to each service in visits that were closed in this time. An outcome that comes"
            " late changes the month in which the visit was closed."
        ),
    ),
    Note(
        _D,
        message(
            "Final: filed, not accepted by the portal, informed, told who does it, or done by the "
            "resident alone. Not final: refused, stopped, no yes in time, left undone, failed. As an "
            "e-service: filed, or done by the resident alone."
        ),
    ),
    IN_FIVES,
)
TIMES_NOTES: Final = (
    Note(
        _F,
        message(
            "The middle: half of the visits took at most so many minutes. Nine of ten: 90 % took at most "
            "so many. Exact to the minute up to an hour, to five minutes up to two hours."
        ),
    ),
    Note(
        _S,
        message(
            "From the beginning of a visit to its end, by the gateway’s clock. Time in which the "
            "resident’s yes was waited for is counted apart."
        ),
    ),
    Note(
        _D,
        message(
            "Visits that were left, or set aside for another day, have no minutes. Of fewer than 5 visits"
            " nothing is shown, and of fewer than 20 no nine of ten."
        ),
    ),
)
VOLUME_NOTES: Final = (
    Note(_F, message("Services given, counted one by one and added up over the months of this time.")),
    Note(_D, message("Each application is one service given; a visit without an application counts once.")),
    Note(_S, message("Visits that were closed in this time, also those whose details were erased since.")),
)
BY_HAND_NOTES: Final = (
    Note(
        _S,
        message(
            "Calls, e-mails, consultations and agencies’ own staff are counted by hand: each centre’s manager types "
            "them month by month. They stand in no other table of visits, and a month without a count adds nothing. "
            "Of several centres the months of each are counted."
        ),
    ),
)
INDEX_NOTES: Final = (
    Note(_F, message("The weight of each way, weighted by how many services were given by it.")),
    Note(
        _S,
        message(
            "Weights that the network owner has set, with the day from which each holds; those of the last day of "
            "this time count. Counted by hand, a call weighs as the telephone, an e-mail as post, and a consultation "
            "or a visit to an agency’s own staff as the counter."
        ),
    ),
    Note(_D, message("An index and no money: 1 would be if everybody did everything online and alone.")),
)
CENTRES_NOTES: Final = (
    Note(_F, message("Each share as in the tables above, of one centre alone.")),
    Note(_S, message("The same visits and answers as above, by the centre in which they were.")),
    Note(
        _D,
        message(
            "In the order of names and in no other: centres do different work for different people, so no centre is "
            "first or last."
        ),
    ),
)
_PEERS: Final = message(
    "Other centres of the same kind, without this one: a quarter of them is below the lowest quarter, half below the "
    "middle, a quarter above the highest quarter. Which centre is where is not told. Centres with fewer than 30 cases "
    "are left out, and of fewer than four others nothing is told."
)
PEERS_NOTES: Final = (
    Note(_F, message("Quartiles of what the others have: between two of them by the straight line.")),
    Note(_S, message("The same figures of each of the others, in the same time.")),
    Note(_D, _PEERS),
)
PEER_TIMES_NOTES: Final = (
    Note(
        _F,
        message(
            "Minutes as in the table above, of twelve months together. Quartiles of what the others have, in whole "
            "minutes: between two of them by the straight line."
        ),
    ),
    Note(
        _S,
        message(
            "The minutes of each of the others in the same twelve months. They are worked out when a month is over; so "
            "the twelve months end with the chosen time, or with the last month that is over."
        ),
    ),
    Note(_D, _PEERS),
    Note(_D, message("More minutes are not worse: whoever needs more time is to get it.")),
)
NO_PEERS: Final = Note(
    _R,
    message(
        "There are not four other centres of this kind with 30 cases each: so there is nothing to compare with yet."
    ),
)
NO_MINUTES: Final = Note(
    _R, message("In these twelve months no group of services has minutes of 5 visits here: so nothing is compared.")
)
NO_MONTH_OVER: Final = Note(
    _R, message("No month is over yet of which minutes are known: this fills by itself when one is.")
)


def group_name(group: str) -> Message | str:
    """How a group of services is called."""
    return GROUPS.get(group, group)
