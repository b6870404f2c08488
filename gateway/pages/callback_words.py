"""What whoever calls says aloud, in the resident's language, and answers when they are asked something back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.callbacks.claiming import Taken
from gateway.callbacks.ending import Without
from gateway.pages.forms import field
from ui.i18n import Message, message


def opening(name: str, centre: str) -> tuple[Message, ...]:
    """What is said first, a step at a time, until they agree to the questions."""
    return (
        message("Good day! My name is %(name)s, I am calling from %(centre)s.", name=name, centre=centre),
        message(
            "We ask people by telephone how we helped them. Have you been with us yourself lately, and may I ask you?"
        ),
        message("It is voluntary and takes about a minute. You can stop at any time, and nothing changes for you."),
        message(
            "Your answer is kept without your name and your number, and it is not tied to your visit. I did not serve "
            "you myself, and whoever did does not see it."
        ),
    )


CLOSING: Final = message("Thank you, that was all. Goodbye!")
SATISFACTION: Final = message(
    "How satisfied are you with the help? You can say: very satisfied, satisfied, neither, dissatisfied or very "
    "dissatisfied."
)
DONE: Final = message("Could you do what you came for? You can say: yes, partly or no.")
CLEAR: Final = message("Did you understand what was done in your name? You can say: yes, partly or no.")
COMMENT: Final = message("What should we do better? You need not answer. Please say no names and no numbers.")
DEGREES: Final[Mapping[str, Message]] = {"yes": message("Yes"), "partly": message("Partly"), "no": message("No")}
POINTS: Final[Mapping[str, Message]] = {
    "5": message("Very satisfied"),
    "4": message("Satisfied"),
    "3": message("Neither satisfied nor dissatisfied"),
    "2": message("Dissatisfied"),
    "1": message("Very dissatisfied"),
}
WHO_ARE_YOU: Final = message(
    "I work at the centre, and I see your number for this call alone: neither your name nor what you came for. I shall "
    "ask you for no code, no password and no account. If you doubt it, hang up and call the centre."
)
DO_NOT_WANT: Final = message("Of course. Thank you, and goodbye!")
NEVER_AGAIN: Final = message("We shall not ask you again, after any visit. Goodbye!")
SOMEBODY_ELSE: Final = message("Thank you, there is nothing to pass on. Goodbye!")
HOW: Final[Mapping[Without, Message]] = {
    Without.NOT_REACHED: message("Not reached: nobody, a machine or somebody else answered"),
    Without.DECLINED: message("Does not want to answer"),
    Without.NEVER: message("Never wants to be asked again"),
    Without.WRONG_NUMBER: message("Wrong number: nobody knows of it there"),
    Without.PUT_BACK: message("I did not call: a colleague shall"),
}
NOT_CHOSEN: Final = message("Choose how the call went")
REFUSED: Final[Mapping[Taken, Message]] = {
    Taken.NOBODY: message("Nobody is to be called now. Whoever was tried today is called on another day."),
    Taken.SERVED: message(
        "Those who wait are for a colleague: you took part in serving them, or it is about you. Where nobody else is "
        "here, the manager calls; else they are not called."
    ),
    Taken.QUIET: message("Residents are not called at this hour, nor on public holidays. Come back by day."),
}
SAID: Final[Mapping[str, Message]] = {
    "answered": message("The answer is kept. The number is gone from here."),
    "before": message("They had answered by themselves meanwhile. The call is over, and the number is gone from here."),
    "ended": message("The call is over. The number is gone from here."),
    "lapsed": message("No call is in your hand: its time ran out, and it waits for somebody else."),
}


@dataclass(frozen=True, slots=True)
class Script:
    """The sentences in one language, for a page whose reader reads another."""

    language: str

    def __call__(self, said: Message) -> str:
        """A sentence as it is read aloud."""
        return said.text("en" if self.language.startswith("en") else "lv")


def spoken(wanted: str, language: str) -> str:
    """In which of the two the script stands: as asked for, else as the resident speaks; `lv` or `en`."""
    return wanted if wanted in {"lv", "en"} else language[:2] if language[:2] in {"lv", "en"} else "lv"


def chosen(data: dict[str, str]) -> Without | None:
    """How the form says that a call went; `None` where it does not."""
    how = field(data, "how", 16)
    return Without(how) if how in {*Without} else None
