"""The forms with which a change is proposed."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection, select

from gateway.changes import flow, holders, listing, network
from gateway.changes.checks import Faults
from gateway.changes.errors import ChangeFaultError, ChangeUnknownError, Fault
from gateway.changes.kinds import ALWAYS, Plan
from gateway.changes.tables import ChangeKind
from gateway.ids import new_id
from gateway.pages.admin import basket, choosing, fields, titles, words
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people import staff
from gateway.people.access import StaffSession, Who, allow
from gateway.people.errors import AccessRefusedError, UnknownPersonError
from gateway.people.roles import Role
from gateway.people.tables import Staff
from gateway.web.exchange import parts_of
from gateway.web.redirects import see_other
from ui.i18n import Language, Message

AnyRequest = Request[Any, Any, Any]
_LONGEST_TARGET: Final = 200
_PROPOSERS: Final = allow(Who.ADMINISTRATOR, Who.MANAGER, Who.OFFICER)
_NEW: Final = {
    ChangeKind.PORTAL_REGISTER,
    ChangeKind.PROVIDER_ADD,
    ChangeKind.TRAINING_DEFINE,
    ChangeKind.API_KEY_ADD,
    ChangeKind.RATING_OPEN,
}
_OWN_ID: Final = {ChangeKind.AGREEMENT_ADD, ChangeKind.ACCOUNT_INVITE}
"""What is known by an id that is made here."""
_WITHOUT_TARGET: Final = {*_NEW, *_OWN_ID, ChangeKind.TRAINING_GRANT}


@get("/admin/propose/{kind_name:str}", **_PROPOSERS)
async def show_form(
    request: AnyRequest, session: StaffSession, parts: Parts, kind_name: FromPath[str]
) -> Response[Any]:
    """The form of one kind of change, beginning with how things are now."""
    kind = _kind(kind_name, session)
    target = request.query_params.get("target", "")[:_LONGEST_TARGET]
    if kind is ChangeKind.BASKET_CHANGE:
        return see_other(basket.path(quote(target, safe="")))
    typed: dict[str, str] = {}
    await parts.database.read(lambda conn: holders.ensure_own_target(conn, session, kind, target))
    if kind not in _WITHOUT_TARGET:
        now = await parts.database.read(lambda conn: flow.KINDS[kind].current(conn, target))
        if now is None:
            raise ChangeUnknownError("nothing of this name to be changed")
        typed = fields.write(kind, now)
    elif kind is ChangeKind.TRAINING_GRANT and target:
        typed = await parts.database.read(lambda conn: _renewed(conn, target))
    elif kind is ChangeKind.ACCOUNT_INVITE:
        typed = {"centre": session.centre_id, "language": "lv"}
    return await _form(request, session, kind, target, typed)


@post("/admin/propose/{kind_name:str}", **_PROPOSERS)
async def propose(
    request: AnyRequest, session: StaffSession, parts: Parts, kind_name: FromPath[str], data: Form
) -> Response[Any]:
    """Propose it; what only makes things stricter is in effect after this."""
    kind = _kind(kind_name, session)
    reason, target = field(data, "reason", 4 * flow.LONGEST_REASON), field(data, "target", _LONGEST_TARGET)
    if kind is ChangeKind.BASKET_CHANGE:
        return see_other(basket.path(quote(target, safe="")))

    def work(conn: Connection) -> str:
        holders.ensure_own_target(conn, session, kind, target)
        faults = Faults()
        values, beside = fields.read(kind, data, faults)
        aim = _target(conn, kind, target, beside, faults)
        plan = Plan(kind=kind, target=aim, values=values, secret=beside.get("secret") or None)
        wants_secret = bool(beside.get("new_secret"))
        return flow.propose(conn, parts, plan, by=session, reason=reason, new_secret=wants_secret, known=faults)

    try:
        change_id = await parts.database.write(work)
    except ChangeFaultError as error:
        typed = {name: text for name, text in data.items() if name != "secret"}
        return await _form(request, session, kind, target, typed, fault=error)
    return see_other(f"/admin/changes/{change_id}")


def _kind(name: str, session: StaffSession) -> ChangeKind:
    kind = next((each for each in ChangeKind if each.value == name), None)
    if kind is None:
        raise ChangeUnknownError("no such kind of change")
    if session.role not in flow.KINDS[kind].proposers:
        raise AccessRefusedError("not in this role")
    return kind


def _target(conn: Connection, kind: ChangeKind, target: str, beside: dict[str, Any], faults: Faults) -> str:
    if kind in _OWN_ID:
        return new_id()
    if kind is not ChangeKind.TRAINING_GRANT:
        return target
    staff_id = ""
    try:
        staff_id = staff.find_by_login(conn, beside["staff"])
    except UnknownPersonError:
        faults.add("staff", Fault.UNKNOWN)
    return network.training_target(staff_id, beside["training"])


def _renewed(conn: Connection, target: str) -> dict[str, str]:
    """Whose training, and which: to be noted until another day."""
    staff_id, _, training_id = target.partition(" ")
    login = conn.execute(select(Staff.login).where(Staff.id == staff_id)).scalar_one_or_none()
    return {} if login is None else {"staff": login, "training": training_id}


async def _form(
    request: AnyRequest,
    session: StaffSession,
    kind: ChangeKind,
    target: str,
    typed: dict[str, str],
    fault: ChangeFaultError | None = None,
) -> Response[Any]:
    language, database = language_of(request), parts_of(request).database
    holder = session.holder if session.role is Role.OFFICER else None
    title, options = await database.read(
        lambda conn: (
            _title(conn, kind, target, language) if target else "",
            choosing.of_kind(conn, kind, holder, language),
        )
    )
    asked = fields.FORMS[kind]
    errors = {} if fault is None else _errors([each.name for each in asked], fault)
    return page(
        request,
        "pages/admin/propose.html",
        status=422 if errors else 200,
        back=f"/admin/propose/{kind.value}" + (f"?target={quote(target)}" if target else ""),
        kind=kind,
        heading=words.KINDS[kind],
        target=None if kind in _WITHOUT_TARGET else target,
        title=title,
        fields=asked,
        is_alone=flow.KINDS[kind].is_stricter is ALWAYS,
        fixed={"holder": holder} if holder else {},
        options=options,
        labels=words.LABELS,
        typed=typed,
        errors=errors,
        longest=flow.LONGEST_REASON,
    )


def _title(conn: Connection, kind: ChangeKind, target: str, language: Language) -> str:
    if kind in titles.OF_SERVICES:
        return titles.names_in(conn, [{"service": target}], language).get(target, target)
    now = flow.KINDS[kind].current(conn, target) if kind in titles.AGREEMENTS else None
    if now is None:
        return listing.title_of(conn, target)
    return titles.of_agreement(now, titles.names_in(conn, [now], language), language)


def _errors(shown: list[str], fault: ChangeFaultError) -> dict[str, Message]:
    """All that is wrong, in the order of the form; what belongs to none of its fields stands beside the reason."""
    found = {name: words.FAULTS[fault.all[name]] for name in (*shown, "reason") if name in fault.all}
    elsewhere = [each for name, each in fault.all.items() if name not in found]
    return found | ({} if "reason" in found or not elsewhere else {"reason": words.FAULTS[elsewhere[0]]})


HANDLERS = (show_form, propose)
