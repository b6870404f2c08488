"""The registers' portal: one address for every page, and what is to be done in a field of the form."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, quote

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency

from connectors.sandbox.common.applications import Application, Filing
from connectors.sandbox.common.desk import SignInNeededError, Visitor
from connectors.sandbox.common.receipts import decision_pdf, receipt_pdf
from connectors.sandbox.common.sign_in import SIGN_IN_ROUTES, SignInDesk
from connectors.sandbox.common.trouble import TroubledPortal
from connectors.sandbox.pages import PageError, build_application, page, see_other
from connectors.sandbox.tables.desk import SERVICES, TablesDesk, Work
from connectors.sandbox.tables.forms import Answers, Matter, Messages, Sheet, judge, read

GO_ON, CONFIRM, GO_BACK, GIVE_UP = "Turpināt", "Apstiprināt", "Atpakaļ", "Pārtraukt"
_A_PAGE = 10
"""Applications on one page of the list."""
AnyRequest = Request[Any, Any, Any]


@get("/", sync_to_thread=False)
def home() -> Response[None]:
    """The first page is the list of matters."""
    return see_other("/serviss")


@get("/serviss", sync_to_thread=False)
def show(request: AnyRequest, desk: NamedDependency[TablesDesk]) -> Response[str] | Response[bytes]:
    """A matter from its first page, what was filed, or the list of matters."""
    asked = request.query_params
    if slug := asked.get("pak", ""):
        visitor, matter = _allowed(desk, request, slug)
        return show_sheet(desk, visitor, desk.registry.begin(visitor, matter, desk.sheets(matter)))
    if asked.get("skats") == "mani":
        return _list(desk, request, int(asked.get("lapa", "1")))
    if asked.get("skats") == "lieta":
        visitor, application = _own(desk, request, asked.get("num", ""))
        handling = desk.handlings.of(application.reference, application.received_at)
        return page("tables/case.html", **visitor.shown(), application=application, handling=handling)
    session = desk.session(request)
    return page("tables/matters.html", session=session, matters=SERVICES)


@get("/serviss/dokuments", sync_to_thread=True)
def download(request: AnyRequest, desk: NamedDependency[TablesDesk]) -> Response[bytes]:
    """The receipt or the decision as a PDF."""
    _, application = _own(desk, request, request.query_params.get("num", ""))
    if request.query_params.get("veids") == "lemums":
        handling = desk.handlings.of(application.reference, application.received_at)
        if not handling.is_decided:
            raise PageError(404, "Lēmuma vēl nav", "Lieta vēl nav izlemta.")
        return _pdf(f"lemums-{application.reference}", decision_pdf(application, handling))
    return _pdf(f"apliecinajums-{application.reference}", receipt_pdf(application))


def _pdf(name: str, content: bytes) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


@post(["/serviss", "/serviss-talak"], status_code=200)
async def take(request: AnyRequest, desk: NamedDependency[TablesDesk]) -> Response[str]:
    """Whatever a form asks for: its fields say what."""
    form = {str(name): str(value) for name, value in (await request.form()).items()}
    desk.lose_session(request, form.get("DARB", ""))
    visitor = desk.visitor(request)
    work = desk.registry.of(visitor)
    if work is None or not visitor.session.accepts(form.get("ZIME", "")):
        raise PageError(200, "Forma vairs nav derīga", "Sāciet pakalpojumu no sākuma.")
    if request.url.path != "/serviss" and "redirects_final" not in desk.faults:
        raise PageError(404, "Lapa nav atrasta", "Pārbaudiet adresi.")
    is_again = request.url.path != "/serviss" or "accepts_twice" in desk.faults
    if form.get("SEK") != str(work.number) and not is_again:
        raise PageError(200, "Nepareiza lapu secība", "Pārlūka poga “Atpakaļ” šeit nedarbojas. Sāciet no sākuma.")
    if form.get("POGA") == GIVE_UP:
        desk.registry.end(visitor)
        return page("tables/matters.html", session=visitor.session, matters=SERVICES)
    if form.get("POGA") == GO_BACK:
        work.turn(-1 if work.at else 0)
        return show_sheet(desk, visitor, work)
    if form.get("DARB") == work.matter.final and work.at >= len(work.sheets):
        return _file(desk, request, visitor, work)
    return _save(desk, visitor, work, form)


def _save(desk: TablesDesk, visitor: Visitor, work: Work, form: dict[str, str]) -> Response[str]:
    if work.at >= len(work.sheets) or form.get("DARB") != work.sheets[work.at].code:
        raise PageError(200, "Nepareiza lapu secība", "Sāciet pakalpojumu no sākuma.")
    sheet = work.sheets[work.at]
    work.answers |= read(sheet, form)
    messages = judge(sheet, work.answers)
    fault, (field, message) = desk.faults.parameters("refuses_values"), work.matter.refused
    if fault.get("at") == "step" and any(one.name == field for one in sheet.fields):
        messages.setdefault(field, fault["message"] or message)
    work.turn(0 if messages else 1)
    return show_sheet(desk, visitor, work, messages)


def show_sheet(
    desk: TablesDesk, visitor: Visitor, work: Work, messages: Messages | None = None, notice: str = ""
) -> Response[str]:
    """The page that a form has come to, the one that checks included."""
    shown = {**visitor.shown(), "work": work, "matter": work.matter, "notice": notice}
    if work.at >= len(work.sheets):
        parts = [(sheet, _rows(sheet, work.answers)) for sheet in work.sheets]
        return page("tables/check.html", **shown, parts=parts, fee=work.matter.fee_of(work.answers))
    restyled = work.at == 1 and "form_changed_cosmetic" in desk.faults
    return page("tables/sheet.html", **shown, sheet=work.sheets[work.at], messages=messages or {}, restyled=restyled)


def _rows(sheet: Sheet, answers: Answers) -> tuple[tuple[str, str], ...]:
    """Label and shown answer of each field."""
    return tuple((one.label, one.shown(answers.get(one.name, ""))) for one in sheet.fields)


def _file(desk: TablesDesk, request: AnyRequest, visitor: Visitor, work: Work) -> Response[str]:
    fault = desk.faults.parameters("refuses_values")
    if fault.get("at") == "final":
        field, message = work.matter.refused
        label = next(one.label for sheet in work.sheets for one in sheet.fields if one.name == field)
        work.turn()
        return show_sheet(desk, visitor, work, notice=f"{label}: {fault['message'] or message}")
    application = desk.registry.file(_filing(desk, work), visitor.session, desk.now())
    work.reference = application.reference
    work.number += 1
    desk.received.add(request.headers.get("pilnvara-permit", ""))
    return page("tables/received.html", **visitor.shown(), application=application, matter=work.matter)


def _filing(desk: TablesDesk, work: Work) -> Filing:
    number = int(desk.registry.next_reference(work.matter, desk.now()).rpartition("-")[2])
    return Filing(
        service=work.matter,
        person=work.person,
        key=work.matter.key_of(work.answers),
        answers=work.answers,
        sections=tuple((sheet.title, _rows(sheet, work.answers)) for sheet in work.sheets),
        fee=work.matter.fee_of(work.answers),
        given=work.matter.gives(work.answers, number),
    )


def _list(desk: TablesDesk, request: AnyRequest, number: int) -> Response[str]:
    visitor = desk.visitor(request)
    everything = desk.registry.applications_for(visitor.session)
    first = (number - 1) * _A_PAGE
    shown: Sequence[Application] = everything[first : first + _A_PAGE]
    return page(
        "tables/cases.html",
        **visitor.shown(),
        cases=[(one, desk.handlings.of(one.reference, one.received_at)) for one in shown],
        number=number,
        has_more=len(everything) > first + _A_PAGE,
    )


def _allowed(desk: TablesDesk, request: AnyRequest, slug: str) -> tuple[Visitor, Matter]:
    matter, visitor = desk.matter(slug), desk.visitor(request)
    if not visitor.session.may_open(matter.id) or not visitor.session.may_file(matter.id):
        raise PageError(403, "Šim pakalpojumam pilnvarojuma nav", f"Pilnvarojumā nav pakalpojuma “{matter.title}”.")
    return visitor, matter


def _own(desk: TablesDesk, request: AnyRequest, reference: str) -> tuple[Visitor, Application]:
    visitor = desk.visitor(request)
    for application in desk.registry.applications_for(visitor.session):
        if application.reference == reference:
            return visitor, application
    raise PageError(404, "Lieta nav atrasta", "Jums nav lietas ar šādu numuru.")


def _is_final(body: bytes) -> bool:
    asked = parse_qs(body.decode("utf-8", "replace"))
    return asked.get("POGA") == [CONFIRM] and asked.get("DARB", [""])[0] in {matter.final for matter in SERVICES}


def _to_sign_in(_request: object, error: SignInNeededError) -> Response[str] | Response[None]:
    """A session that has ended is a page of its own, and no redirect: so it was done when this portal was new."""
    if error.ended:
        return page("tables/ended.html")
    return see_other(f"/pieslegties?next={quote(error.come_back)}")


def build_tables(desk: TablesDesk, sign_in: SignInDesk, control: object, control_router: Router) -> TroubledPortal:
    """The portal as one ASGI application."""
    application = build_application(
        [home, show, take, download, SIGN_IN_ROUTES, control_router],
        {"desk": desk, "sign_in": sign_in, "control": control},
        "tables/error.html",
        {SignInNeededError: _to_sign_in},
    )
    return TroubledPortal(application, desk, _is_final)
