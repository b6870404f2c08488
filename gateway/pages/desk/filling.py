"""The connector's questions: answered, kept half done, and sent to the portal's form by a worker."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, post
from sqlalchemy import Connection

from connectors.sdk import registry
from connectors.sdk.answers import InvalidAnswers, validate
from connectors.sdk.connector import Connector
from connectors.sdk.words import Words
from gateway.days import day_of
from gateway.pages.desk import filling_panel, keeping, questions
from gateway.pages.desk.answering import AtVisit
from gateway.pages.desk.filling_panel import Known
from gateway.pages.desk.panels import Wish, can_fill
from gateway.pages.desk.questions import PRECONDITION, Read
from gateway.pages.forms import Form, field
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.visits import asking, fixed, reading
from gateway.visits.errors import OutOfOrderError
from gateway.visits.marks import Marks
from gateway.web.redirects import see_other
from ui.i18n import message

_NO_ANSWER: Final = message("Answer yes or no")
_FIXED: Final = Words(
    "Šo vērtību nosaka deleģējums: to var mainīt tikai ar jaunu deleģējumu.",
    "The delegation fixes this value: only a new delegation can change it.",
)


@post("/desk/visits/{visit_id:str}/preconditions", **allow(Who.ASSISTANT))
async def answer_preconditions(at: AtVisit, data: Form) -> Response[Any]:
    """Keep what was said to the questions that come first; a *no* is met with advice."""
    connector = await _connector(at)
    if connector is None:
        return see_other(at.path)
    names = [f"{PRECONDITION}{each.name}" for each in connector.preconditions]
    given = {name: value for name in names if (value := field(data, name)) in {"yes", "no"}}
    missing = {name: _NO_ANSWER for name in names if name not in given}
    if missing:
        return await at.show(Wish(errors=missing), status=422)

    def step(conn: Connection) -> None:
        view = reading.for_desk(conn, at.parts, at.session, at.visit_id)
        draft = reading.OpenedVisit(conn, at.parts, view).draft() if view.delegation else None
        values = (draft.values if draft else {}) | given
        asking.save_draft(conn, at.parts, at.session, at.visit_id, values, asking.uploads(draft.files) if draft else {})

    return await at.take(step)


@post("/desk/visits/{visit_id:str}/answers", **allow(Who.ASSISTANT, keeps=True))
async def answer_questions(at: AtVisit) -> Response[Any]:
    """Check the answers and send a worker to the portal, or keep them as they are."""
    connector = await _connector(at)
    if connector is None:
        return see_other(at.path)
    before = await at.parts.database.read(at.doing(_before))
    form = await at.request.form()
    sent = await questions.read(form, connector.inputs, before.known.values, before.known.files)

    is_old = keeping.is_old(form, before.draft) and before.may_answer
    if is_old and not form.get("do"):
        return await at.show(_wish(sent), status=409, problem=keeping.NEWER_PROBLEM)
    unfinished = _unfinished(str(form.get("do", "")), sent, connector)
    if unfinished is not None and before.may_answer:
        typed, then = unfinished
        return await at.take(at.doing(_keep, connector, typed), wish=_wish(sent), then=then)
    if not before.may_answer:
        if before.may_keep:
            await at.parts.database.write(at.doing(_keep, connector, sent))
        return await at.take(_refuse)
    return await _fill(at, connector, before, sent, seen=str(form.get("seen", "")))


async def _fill(at: AtVisit, connector: Connector, before: "_Before", sent: Read, *, seen: str) -> Response[Any]:
    """Send a worker to the portal with what was typed, or say beside each question what is wrong."""
    answers, today = questions.answers_of(sent.values, sent.files), day_of(at.parts.clock.now())
    checked = validate(connector.inputs, answers, at.session.language, today=today)
    if isinstance(checked, InvalidAnswers):
        await at.parts.database.write(at.doing(_keep, connector, sent))
        return await at.show(_wish(sent, checked.errors), status=422)
    changed = dict.fromkeys(fixed.differing(before.fixed, connector, checked.values), _FIXED.to(at.session.language))
    if changed:
        return await at.show(_wish(sent, changed), status=422)
    return await at.take(at.doing(asking.fill, checked.values, checked.files, seen=seen), wish=_wish(sent))


@post("/desk/visits/{visit_id:str}/draft", status_code=200, **allow(Who.ASSISTANT))
async def keep_typed(at: AtVisit) -> Response[Any]:
    """Keep what stands in the form while it is typed in; the page asks for it by itself."""
    connector = await _connector(at)
    before = await at.parts.database.read(at.doing(_before))
    if connector is None or not before.may_answer:
        return keeping.refuse(at)
    form = await at.request.form()
    sent = await questions.read(form, connector.inputs, before.known.values, before.known.files)
    return await keeping.keep(at, at.doing(_keep, connector, sent, keeping.marks(form)))


def _unfinished(wanted: str, sent: Read, connector: Connector) -> tuple[Read, str] | None:
    """What another button than the one that fills in keeps, and what of the visit's page is seen then."""
    if wanted == "keep":
        return sent, "?note=draft"
    changed = questions.with_other_rows(sent, connector.inputs, wanted)
    return changed and (changed[0], f"?panel=edit#{changed[1]}")


def _wish(sent: Read, errors: dict[str, str] | None = None) -> Wish:
    return Wish(panel="edit", typed=sent.values, errors=errors or {}, kept=sent.kept)


def _keep(
    conn: Connection,
    parts: Parts,
    session: StaffSession,
    visit_id: str,
    connector: Connector,
    sent: Read,
    marks: Marks | None = None,
) -> str:
    """Keep what was typed, and that what comes first is settled."""
    settled = {f"{PRECONDITION}{each.name}": "yes" for each in connector.preconditions}
    values = {**settled, **sent.values}
    return asking.save_draft(conn, parts, session, visit_id, values, sent.files, marks=marks)


def _refuse(_conn: Connection) -> None:
    raise OutOfOrderError("answer when nothing is asked")


async def _connector(at: AtVisit) -> Connector | None:
    """The connector of the visit's service, if it is electronic."""
    view = await at.parts.database.read(at.doing(reading.for_desk))
    return registry.find(view.service.id) if view.service and view.service.is_electronic else None


@dataclass(frozen=True)
class _Before:
    """What stood in the form before it was sent."""

    known: Known
    may_answer: bool
    fixed: dict[str, str]
    """Values that the delegation fixes."""
    draft: str
    """The mark of the newest draft; empty where there is none."""
    may_keep: bool
    """The delegation ended while somebody typed: what was typed is kept for the next one."""


def _before(conn: Connection, parts: Parts, session: StaffSession, visit_id: str) -> _Before:
    view = reading.for_desk(conn, parts, session, visit_id)
    is_done = view.receipt is not None and not view.may_file_another
    if not view.is_open or view.delegation is None or is_done:
        return _Before(Known({}, {}), may_answer=False, fixed={}, draft="", may_keep=False)
    opened = reading.OpenedVisit(conn, parts, view, *filling_panel.KINDS)
    known = filling_panel.known(conn, parts, view, opened)
    may_keep = view.filing is None or view.filing["sent_at"] is None or view.may_file_another
    draft = opened.draft()
    return _Before(
        known,
        may_answer=can_fill(view),
        fixed=opened.fixed(),
        draft=draft.mark if draft else "",
        may_keep=may_keep,
    )


HANDLERS = (answer_preconditions, answer_questions, keep_typed)
