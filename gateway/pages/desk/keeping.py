"""What is typed is kept by itself: how the desk's forms ask for it, and what they are told."""

from collections.abc import Callable
from typing import Any, Final

from litestar import MediaType, Response
from sqlalchemy import Connection

from gateway.pages.desk import words
from gateway.pages.desk.answering import AtVisit
from gateway.pages.rendering import language_of
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits.errors import DraftNewerError, VisitError
from ui.formats import write_time
from ui.i18n import Message, message

MARK: Final = "draft"
"""The field that says from which draft a form was made."""
NEWER_PROBLEM: Final[Problem] = PROBLEMS[DraftNewerError.code]
_NEWER: Final = message(
    "Other answers were kept since, in another tab: this tab keeps nothing by itself any more. “Keep for later” keeps"
    " what stands here."
)


async def keep(at: AtVisit, step: Callable[[Connection], str]) -> Response[Any]:
    """Keep what stands in a form by `step`, which returns the draft's new mark; the page shows what is said.

    Answers 409 where it may not be kept, with why.
    """
    try:
        mark = await at.parts.database.write(step)
    except VisitError as error:
        return refuse(at, _NEWER if isinstance(error, DraftNewerError) else words.MOVED_ON)
    return _said(at, 200, message("Kept at %(time)s", time=write_time(at.parts.clock.now())), mark)


def refuse(at: AtVisit, why: Message = words.MOVED_ON) -> Response[Any]:
    """Nothing is kept: the visit has moved on."""
    return _said(at, 409, why)


def _said(at: AtVisit, status: int, text: Message, mark: str = "") -> Response[Any]:
    said = {"text": text.text(language_of(at.request)), MARK: mark}
    return Response(said, status_code=status, media_type=MediaType.JSON)
