"""What is typed is kept by itself: how the desk's forms ask for it, and what they are told."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from litestar import MediaType, Response
from sqlalchemy import Connection

from gateway.pages.desk import words
from gateway.pages.desk.answering import AtVisit
from gateway.pages.rendering import language_of
from gateway.problem_texts import PROBLEMS, Problem
from gateway.visits.errors import DraftNewerError, VisitError
from gateway.visits.marks import Marks
from ui.formats import write_time
from ui.i18n import Message, message

MARK: Final = "draft"
"""The field that says from which drafts a form may be made."""
_FOLLOWING: Final = "next"
"""The field by which a page names the mark of what it sends."""
NEWER_PROBLEM: Final[Problem] = PROBLEMS[DraftNewerError.code]
_NEWER: Final = message(
    "Other answers were kept since, in another tab: this tab keeps nothing by itself any more. “Keep for later” keeps"
    " what stands here."
)


def marks(form: Mapping[str, Any]) -> Marks:
    """What a form says of drafts."""
    return Marks(tuple(str(form.get(MARK, "")).split(" ")), str(form.get(_FOLLOWING, "")))


def is_old(form: Mapping[str, Any], newest: str) -> bool:
    """Whether a form was made from another draft than the newest; without scripts that is known as well."""
    return MARK in form and newest not in marks(form).known


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
