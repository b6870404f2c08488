"""Several services answered at once: what comes first, the questions, what is left out or taken back in."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from sqlalchemy import Connection

from connectors.sdk import registry
from connectors.sdk.answers import InvalidAnswers
from connectors.sdk.inputs import Upload
from gateway.days import day_of
from gateway.pages.desk import keeping, panels, plan_panel, questions
from gateway.pages.desk.answering import AtVisit
from gateway.pages.desk.panels import Wish
from gateway.pages.desk.plan_panel import FIXED, PRECONDITION, Planned
from gateway.pages.desk.questions import Read, Typed
from gateway.pages.forms import Form, field
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import advancing, fixed, plans, reading
from gateway.visits.errors import OutOfOrderError
from gateway.web.redirects import see_other
from ui.i18n import message

_NO_ANSWER: Final = message("Answer yes or no")


@dataclass(frozen=True)
class _Before:
    """The plan as it stood before the form was sent, and what was known."""

    planned: Planned
    values: dict[str, Typed]
    files: dict[str, Upload]
    may_answer: bool


@post("/desk/visits/{visit_id:str}/plan/preconditions", **allow(Who.ASSISTANT))
async def settle(at: AtVisit, data: Form) -> Response[Any]:
    """Keep what was said to what comes first; a *no* leaves that service out, and what waits for it."""
    before = await at.parts.database.read(at.doing(_before))
    if before is None:
        return see_other(at.path)
    asked = [key for _service, key, _each in plan_panel.preconditions(before.planned)]
    said = {key: value for key in asked if (value := field(data, f"{PRECONDITION}{key}")) in {"yes", "no"}}
    missing = {f"{PRECONDITION}{key}": _NO_ANSWER for key in asked if key not in said}
    if missing:
        return await at.show(Wish(panel="before", errors=missing), status=422)
    return await at.take(at.doing(advancing.settle, said))


@post("/desk/visits/{visit_id:str}/plan/answers", **allow(Who.ASSISTANT, keeps=True))
async def answer(at: AtVisit) -> Response[Any]:
    """Check the answers to all services and begin with the first, or keep them as they are."""
    before = await at.parts.database.read(at.doing(_before))
    if before is None:
        return see_other(at.path)
    form, sent = await _read(at, before)
    wanted, then = str(form.get("do", "")), "?note=draft"
    if keeping.is_old(form, before.planned.answers.mark) and not wanted:
        return await at.show(_wish(sent), status=409, problem=keeping.NEWER_PROBLEM)
    changed = questions.with_other_rows(sent, before.planned.inputs, wanted)
    if changed is not None:
        sent, then = changed[0], f"?panel=edit#{changed[1]}"
    keep = at.doing(advancing.keep, _all(before, sent), _files(before, sent))
    if wanted == "keep" or changed is not None:
        return await at.take(keep, wish=_wish(sent), then=then)
    if not before.may_answer:
        return await at.take(_refuse)
    await at.parts.database.write(keep)  # whatever is refused now, nobody types it twice
    errors = _errors(before, sent, at.session.language)
    if errors:
        return await at.show(_wish(sent, errors), status=422)
    return await at.take(at.doing(advancing.answer, _all(before, sent), _files(before, sent)), wish=_wish(sent))


@post("/desk/visits/{visit_id:str}/plan/draft", status_code=200, **allow(Who.ASSISTANT))
async def keep_typed(at: AtVisit) -> Response[Any]:
    """Keep what stands in the form while it is typed in; the page asks for it by itself."""
    before = await at.parts.database.read(at.doing(_before))
    if before is None or not before.may_answer:
        return keeping.refuse(at)
    form, sent = await _read(at, before)
    keep = at.doing(advancing.keep, _all(before, sent), _files(before, sent), marks=keeping.marks(form))
    return await keeping.keep(at, keep)


@post("/desk/visits/{visit_id:str}/plan/leave-out", **allow(Who.ASSISTANT))
async def leave_out(at: AtVisit, data: Form) -> Response[Any]:
    """Leave one of the services undone for now."""
    return await at.take(at.doing(advancing.leave_out, field(data, "service")), then="?note=left_out")


@post("/desk/visits/{visit_id:str}/plan/take-back", **allow(Who.ASSISTANT))
async def take_back(at: AtVisit, data: Form) -> Response[Any]:
    """Do after all what was left out."""
    return await at.take(at.doing(advancing.take_back_in, field(data, "service")))


def _before(conn: Connection, parts: Parts, session: StaffSession, visit_id: str) -> _Before | None:
    view = reading.for_desk(conn, parts, session, visit_id)
    planned = plan_panel.read(conn, parts, view) if view.is_open else None
    if planned is None:
        return None
    known = plan_panel.known(conn, parts, planned)
    return _Before(planned, known.values, known.files, may_answer=panels.can_answer_all(view))


async def _read(at: AtVisit, before: _Before) -> tuple[FormMultiDict, Read]:
    form = await at.request.form()
    return form, await questions.read(form, before.planned.inputs, before.values, before.files)


def _wish(sent: Read, errors: dict[str, str] | None = None) -> Wish:
    return Wish(panel="edit", typed=sent.values, errors=errors or {}, kept=sent.kept)


def _all(before: _Before, sent: Read) -> dict[str, Typed]:
    """What stands in the form, and what was answered to questions that it does not ask any more."""
    shown = {each.name for each in before.planned.inputs}
    earlier = {name: value for name, value in before.planned.typed[0].items() if _whose(name) not in shown}
    return earlier | sent.values


def _files(before: _Before, sent: Read) -> dict[str, Upload]:
    shown = {each.name for each in before.planned.inputs}
    earlier = before.planned.typed[1]
    return {name: file for name, file in earlier.items() if _whose(name) not in shown} | sent.files


def _whose(name: str) -> str:
    """The question that a value belongs to: of a row of repeated ones, those."""
    return ".".join(name.split(".")[:2])


def _errors(before: _Before, sent: Read, language: str) -> dict[str, str]:
    """What each service's own rules say, at the questions of the set; the first of several words counts."""
    planned = before.planned
    answers = questions.answers_of(_all(before, sent), _files(before, sent))
    errors: dict[str, str] = {}
    for service in planned.unfiled:
        checked = plans.check(
            planned.plan,
            service,
            answers,
            planned.given,
            language=language,
            without=planned.awaited,
            today=day_of(planned.view.now),
        )
        if isinstance(checked, InvalidAnswers):
            found = checked.errors
        else:
            changed = fixed.differing(planned.fixed_of(service), registry.find(service), checked.values)
            found = dict.fromkeys(changed, FIXED.to(language))
        errors = {planned.plan.name_of(service, name): text for name, text in found.items()} | errors
    return errors


def _refuse(_conn: Connection) -> None:
    raise OutOfOrderError("answer when nothing is asked")


HANDLERS = (settle, answer, keep_typed, leave_out, take_back)
