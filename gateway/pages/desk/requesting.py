"""Asking the resident: what the form held, checked, and the steps around a question that waits for its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from litestar import Response, post
from litestar.params import FromPath
from sqlalchemy import Connection

from connectors.sdk.inputs import Phone
from connectors.sdk.rules import AnswerError, kept
from connectors.sdk.words import Words
from delegation.assurance import Route
from gateway.pages.desk import keeping, parties_form, questions, request_panel, scope_form, words
from gateway.pages.desk.answering import AtVisit
from gateway.pages.desk.panels import Wish
from gateway.pages.desk.request_panel import Before
from gateway.pages.forms import Form, field
from gateway.people.access import Who, allow
from gateway.people.personal_code import PersonalCodeError, is_doubtful, normalise
from gateway.people.residents import Profile
from gateway.visits import approvals, confirming, granting, request_drafts, requesting, sent_codes
from gateway.visits.asked import NO_DOCUMENT, Asked
from gateway.visits.marks import Marks
from ui.i18n import Message, message

_NUMBER: Final = Phone(name="number", label=Words("Tālrunis", "Telephone"))
_FIELDS: Final = (
    "name",
    "code",
    "document",
    "present",
    "route",
    "number",
    "checked_code",
    "another_day",
    "any_assistant",
)
_NO_NAME: Final = message("Enter the name and surname as the document has them")
_NO_CODE: Final = message("Enter the personal code: 11 digits, such as 329999-00001")
_NO_DOCUMENT: Final = message("Choose which document you checked")
_NOT_PRESENT: Final = message("Confirm that this is the person on the document")
_NO_ROUTE: Final = message("Choose how the resident says yes")
_DOUBT: Final = message("Look at the personal code again")


@dataclass(frozen=True)
class Checked:
    """A form that asks for a delegation: what it asks, or what is wrong with it."""

    asked: Asked | None
    errors: Mapping[str, Message | str]


@post("/desk/visits/{visit_id:str}/ask", **allow(Who.ASSISTANT, keeps=True))
async def ask(at: AtVisit, data: Form) -> Response[Any]:
    """Ask the resident for a delegation, or keep the form as it is."""
    mark, wanted = field(data, keeping.MARK), field(data, "do")
    before = await at.parts.database.read(at.doing(request_panel.before)) if _asks_back(data) else None
    typed, kept = _read(data, before)
    wish = Wish(panel="again", typed=typed | dict.fromkeys(kept, ""), kept=kept)
    if before is not None and wanted == "keep":
        return await at.take(_keeping(at, typed, before), wish=wish, then="?panel=again&note=request_kept")
    if before is not None and mark and keeping.is_old(data, before.draft):
        return await at.show(wish, status=409, problem=keeping.NEWER_PROBLEM)
    checked = check(typed, at.session.language)
    if checked.asked is None:
        return await at.show(replace(wish, errors=checked.errors), status=422)
    asked = checked.asked

    def step(conn: Connection) -> None:
        requesting.request_delegation(conn, at.parts, at.session, at.visit_id, asked)
        if mark:
            request_drafts.forget(conn, at.parts, at.visit_id)

    return await at.take(step, wish=wish)


@post("/desk/visits/{visit_id:str}/ask/draft", status_code=200, **allow(Who.ASSISTANT))
async def keep_typed(at: AtVisit, data: Form) -> Response[Any]:
    """Keep what stands in the form while it is typed in; the page asks for it by itself."""
    before = await at.parts.database.read(at.doing(request_panel.before))
    typed, _kept = _read(data, before)
    return await keeping.keep(at, _keeping(at, typed, before, keeping.marks(data)))


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/code", **allow(Who.ASSISTANT))
async def renew_code(at: AtVisit, approval_id: FromPath[str]) -> Response[Any]:
    """Make a new code, in place of one whose time is over."""
    return await at.take(at.doing(approvals.renew_invitation, approval_id), then="?note=code")


@post("/desk/visits/{visit_id:str}/approvals/{approval_id:str}/sent-code", **allow(Who.ASSISTANT))
async def renew_sent_code(at: AtVisit, approval_id: FromPath[str]) -> Response[Any]:
    """Send a new code for the display, in place of one that did not come."""
    return await at.take(at.doing(sent_codes.renew, approval_id), then="?note=sent")


@post("/desk/visits/{visit_id:str}/withdraw", **allow(Who.ASSISTANT))
async def withdraw(at: AtVisit) -> Response[Any]:
    """Take the question back, to ask in another way."""
    return await at.take(at.doing(granting.withdraw_request), then="?panel=again")


@post("/desk/visits/{visit_id:str}/ask-permit", **allow(Who.ASSISTANT))
async def ask_permit(at: AtVisit) -> Response[Any]:
    """Ask once more for the yes to what was read back."""
    return await at.take(at.doing(confirming.ask_again))


def _asks_back(data: Mapping[str, str]) -> bool:
    """Whether a form has to do with what was kept of it before."""
    return any(data.get(name) for name in (keeping.MARK, "do")) or any(name.startswith(questions.KEEP) for name in data)


def _read(data: Form, before: Before | None) -> tuple[dict[str, str], frozenset[str]]:
    """What the form says; which of its empty fields stand for what is known."""
    typed = {name: field(data, name) for name in (*_FIELDS, *parties_form.FIELDS)} | scope_form.fields(data)
    typed |= {name: field(data, name) for name in data if name.startswith(request_panel.MET)}
    known = before.personal if before else {}
    kept = frozenset(name for name in known if not typed[name] and f"{questions.KEEP}{name}" in data)
    return typed | {name: known[name] for name in kept}, kept


def _keeping(
    at: AtVisit, typed: Mapping[str, str], before: Before, marks: Marks | None = None
) -> Callable[[Connection], str]:
    """The step that keeps what was typed; what an assistant says to have looked at is said anew."""
    values = {name: value for name, value in typed.items() if value and not request_panel.is_anew(name)}
    return at.doing(request_drafts.keep, values, before.services, marks=marks)


def check(typed: Mapping[str, str], language: str) -> Checked:
    """Check a form. A check digit that does not fit asks for a second look, once, and never refuses."""
    errors: dict[str, Message | str] = {}  # in the order of the form
    is_call = typed["route"] == Route.CALL.value  # nobody stands here, so no document is checked
    if typed["document"] not in words.DOCUMENTS and not is_call:
        errors["document"] = _NO_DOCUMENT
    name = " ".join(typed["name"].split())
    if len(name) < 2 or not name.isprintable():  # what cannot be seen may not stand in a statement
        errors["name"] = _NO_NAME
    code = _code(typed["code"])
    if code is None:
        errors["code"] = _NO_CODE
    elif is_doubtful(code) and typed["checked_code"] != code:
        errors |= {"code": _DOUBT, "doubt": code}
    if typed["present"] != "yes" and not is_call:
        errors["present"] = _NOT_PRESENT
    route = next((each for each in words.ROUTES if each.value == typed["route"]), None)
    if route is None:
        errors["route"] = _NO_ROUTE
    number = None
    if route is Route.DISPLAY and typed["number"]:
        try:
            number = kept(_NUMBER, typed["number"])
        except AnswerError as error:
            errors["number"] = error.words.to(language)
    spoken, wrong = parties_form.read(typed, code)
    errors |= wrong
    if errors or code is None or route is None:
        return Checked(None, errors)
    here = Profile(name=name, code=code)
    asked = Asked(
        person=spoken.principal or here,
        approver=here if spoken.principal else None,
        co_approvers=(spoken.second,) if spoken.second else (),
        authority=spoken.authority,
        services=scope_form.read(typed),
        route=route,
        document_kind=NO_DOCUMENT if is_call else typed["document"],
        number=number,
        another_day=typed["another_day"] == "another_day",
        any_of_centre=typed["any_assistant"] == "any_assistant",
        met=frozenset(
            name.removeprefix(request_panel.MET)
            for name, value in typed.items()
            if name.startswith(request_panel.MET) and value == name
        ),
    )
    return Checked(asked, {})


def _code(typed: str) -> str | None:
    try:
        return normalise(typed)
    except PersonalCodeError:
        return None


HANDLERS = (ask, keep_typed, renew_code, renew_sent_code, withdraw, ask_permit)
