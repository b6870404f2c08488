"""The form by which somebody answers, as it was typed and as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.feedback.answers import LONGEST_COMMENT, Answer, Degree
from gateway.pages.forms import field
from ui.i18n import Message, message

Asked = Mapping[str, Message]
"""What is said of each question that was not answered, by its field."""
OF_A_VISIT: Final[Asked] = {
    "satisfaction": message("Choose how satisfied you are"),
    "done": message("Choose whether you could do what you came for"),
    "clear": message("Choose whether you understood what was done"),
}
OF_AN_E_SERVICE: Final[Asked] = {
    "satisfaction": message("Choose how satisfied you are with the e-service"),
    "done": message("Choose whether you could do what you wanted"),
    "clear": message("Choose whether it was clear what you had to do"),
}
_TOO_LONG = message("The comment may have up to %(num)s characters", num=LONGEST_COMMENT)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds, as it was typed."""

    satisfaction: str = ""
    done: str = ""
    clear: str = ""
    comment: str = ""

    @classmethod
    def of(cls, data: dict[str, str]) -> "Filled":
        """Read the fields of a form; an honest one is never longer than what is kept here."""
        return cls(
            satisfaction=field(data, "satisfaction", 1),
            done=field(data, "done", 8),
            clear=field(data, "clear", 8),
            comment=field(data, "comment", 10 * LONGEST_COMMENT).replace("\r\n", "\n"),
        )

    def faults(self, asked: Asked = OF_A_VISIT, *, is_rated: bool = False) -> dict[str, Message]:
        """What is missing or wrong, by field; where it `is_rated` already nobody asks how satisfied they are."""
        right = {
            "satisfaction": is_rated or self.satisfaction in {"1", "2", "3", "4", "5"},
            "done": self.done in {*Degree},
            "clear": self.clear in {*Degree},
        }
        found = {name: said for name, said in asked.items() if not right[name]}
        if len(self.comment) > LONGEST_COMMENT:
            found["comment"] = _TOO_LONG
        return found

    def answer(self, *, is_rated: bool) -> Answer:
        """The answer, once `faults` has found nothing."""
        return Answer(
            satisfaction=None if is_rated else int(self.satisfaction),
            done=Degree(self.done),
            clear=Degree(self.clear),
            comment=self.comment or None,
        )
