"""How the fields of a card, their sides and the states of drafts are called on pages."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.services.catalogue import Delivery, Form
from gateway.services.sides import Side
from gateway.services.tables import DraftState
from ui.i18n import Message, message

FIELDS: Final[Mapping[str, Message]] = {
    "title": message("Title"),
    "summary": message("In one sentence"),
    "synonyms": message("Other words that people say for it"),
    "video": message("Video"),
    "who": message("For whom"),
    "needed": message("What is needed"),
    "before": message("What has to be so first"),
    "takes": message("How long it takes"),
    "costs": message("What it costs"),
    "pays": message("How it is paid"),
    "next": message("What happens next"),
    "withdraw": message("To take it back"),
    "where": message("Where and when"),
    "delivery": message("In which forms it is given"),
}
HINTS: Final[Mapping[str, Message]] = {
    "summary": message("What it is for, as you would say it at the counter"),
    "synonyms": message("One a line; the search finds the service by them"),
    "video": message("The whole address, with https; it stands on somebody else’s pages"),
    "needed": message("One a line"),
    "before": message("One a line, as many in every language; the assistant goes through them before the yes"),
    "where": message("Only for what is not filed here: where, when and with which papers"),
}
LISTS: Final = frozenset({"synonyms", "needed", "before"})
LONG: Final = frozenset({"summary", "who", "takes", "costs", "pays", "next", "withdraw", "where"})
FORMS: Final[Mapping[Form, Message]] = {
    Form.IN_PERSON: message("In person"),
    Form.ONLINE: message("On the internet"),
    Form.PHONE: message("By telephone"),
    Form.POST: message("By post"),
}
WRITTEN_ALREADY: Final = message("Somebody is writing a new version already: their draft stands below, with their name")
SIDES: Final[Mapping[Side, Message]] = {Side.CENTRE: message("The network’s"), Side.HOLDER: message("The holder’s")}
STATES: Final[Mapping[DraftState, Message]] = {
    DraftState.DRAFT: message("Being written"),
    DraftState.SUBMITTED: message("Waits for approval"),
    DraftState.PUBLISHED: message("Published"),
    DraftState.REFUSED: message("Refused"),
    DraftState.TAKEN_BACK: message("Taken back"),
}


def said(value: Any) -> list[Message | str]:
    """What a field holds, as lines of a page; nothing for what is empty."""
    if isinstance(value, tuple):
        return [_form(each) if isinstance(each, Delivery) else str(each) for each in value]
    return [value] if value else []


def _form(delivery: Delivery) -> str:
    return ": ".join([str(FORMS[delivery.form]), ". ".join(filter(None, (delivery.where, delivery.when)))])
