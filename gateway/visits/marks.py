"""Which draft is the newest: each has a mark, and a form knows from which of them it may be made."""

from typing import NamedTuple

from gateway.ids import is_id, new_id
from gateway.visits.errors import DraftNewerError


class Marks(NamedTuple):
    """What a form says of drafts: those that it knows, and what the next is to be called.

    The page names the next itself: where the answer that would tell it is lost, it still knows its own draft.
    """

    known: tuple[str, ...]
    """Of the draft that the form was made from and of those that it has sent since; an empty mark stands for none."""
    following: str

    def ensure_newest(self, mark: str) -> None:
        """Raise `DraftNewerError` where the form does not know the draft that was kept last."""
        if mark not in self.known:
            raise DraftNewerError("a newer draft was kept")


def new_mark(marks: Marks | None) -> str:
    """The mark of the draft that is kept now: the form's own, or a new one where it names no identifier."""
    return marks.following if marks is not None and is_id(marks.following) else new_id()
