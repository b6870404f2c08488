"""How pages speak of messages: which there are, by which way they come, and which come in any case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.pages.forms import field
from gateway.people.preferences import Kind, Preferences, Way
from ui.i18n import Message, message

KINDS: Final[Mapping[Kind, Message]] = {
    Kind.NEWS: message("News of your applications, and that time runs out"),
    Kind.FEEDBACK: message("The question how you were helped, once after a visit"),
    Kind.INVITATIONS: message("Invitations: what an institution offers to people in your situation"),
}
ENDED: Final[Mapping[Kind, Message]] = {
    Kind.NEWS: message("News of applications"),
    Kind.FEEDBACK: message("The question how you were helped"),
    Kind.INVITATIONS: message("Invitations by institutions"),
}
WAYS: Final[Mapping[str, Message]] = {
    "": message("As I can be reached: by SMS, else by e-mail"),
    Way.SMS.value: message("By SMS"),
    Way.EMAIL.value: message("By e-mail"),
    Way.CALL.value: message("The question how I was helped by a call; the rest by SMS, else by e-mail"),
    Way.NONE.value: message("None of these: I look at my page, or ask at a centre"),
}
CHOICES: Final[Mapping[str, Message]] = {"yes": message("Yes"), "no": message("No")}
ALWAYS: Final = (
    message("Codes, since without them nothing can be allowed."),
    message("That you allowed something, or it was stopped: so that you can stop what was not you."),
    message("That your phone number, e-mail or passkey was changed, or your details are to be erased."),
    message("That an application did not arrive or arrived twice, and the answer to a case of yours."),
)
"""Which cannot be switched off, each with its reason."""
NOT_CHOSEN: Final = message("Choose yes or no")
CONTACTS: Final[Mapping[str, Message]] = {
    "phone": message("The phone number does not work: nothing reaches it. It is used again once it is set anew."),
    "email": message("The e-mail address does not work: nothing reaches it. It is used again once it is set anew."),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says."""

    choices: Mapping[str, str]
    way: str

    @classmethod
    def of(cls, data: dict[str, str]) -> "Filled":
        """Read the form."""
        return cls({kind.value: field(data, kind.value, 3) for kind in Kind}, field(data, "way", 8))

    @classmethod
    def as_kept(cls, kept: Preferences) -> "Filled":
        """What the form holds before anything is changed."""
        choices = {kind.value: "yes" if kind in kept.wanted else "no" for kind in Kind}
        return cls(choices, kept.way.value if kept.way else "")

    @property
    def faults(self) -> dict[str, Message]:
        """What is missing, by field."""
        return {name: NOT_CHOSEN for name, chosen in self.choices.items() if chosen not in CHOICES}

    @property
    def said(self) -> Preferences:
        """What is kept, once there are no faults."""
        wanted = frozenset(kind for kind in Kind if self.choices[kind.value] == "yes")
        return Preferences(wanted=wanted, way=Way(self.way) if self.way in {*Way} else None)
