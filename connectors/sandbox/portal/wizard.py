"""The steps of a service, from the first page to the reference number."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from connectors.sandbox.common.desk import Visitor
from connectors.sandbox.pages import PageError, page, see_other
from connectors.sandbox.portal.desk import PortalDesk
from connectors.sandbox.portal.drafts import Draft
from connectors.sandbox.portal.fields import (
    LARGEST_FILE,
    Attachment,
    Messages,
    Question,
    file_problem,
    read_answer,
    spread,
)
from connectors.sandbox.portal.kindergarten_queue import MONTH_OPTIONS
from connectors.sandbox.portal.services import Service, Step, judge

OVERVIEW = "parskats"
AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Wizard:
    """One service, opened by one visitor."""

    service: Service
    visitor: Visitor
    steps: tuple[Step, ...]
    draft: Draft | None

    def address(self, slug: str) -> str:
        """Path of a step."""
        return f"/pakalpojumi/{self.service.slug}/{slug}"

    def step(self, slug: str) -> Step:
        """The step with this slug.

        Raises:
            PageError: there is none.
        """
        for step in self.steps:
            if step.slug == slug:
                return step
        raise PageError(404, "Lapa nav atrasta", "Pārbaudiet adresi un mēģiniet vēlreiz.")

    def first_incomplete(self) -> Step | None:
        """The first step that was not saved, or no longer fits what was answered elsewhere."""
        for step in self.steps:
            if self.draft is None or step.slug not in self.draft.saved or judge(step, self.draft.answers):
                return step
        return None

    def may_show(self, step: Step) -> bool:
        """Whether all steps before it are complete."""
        incomplete = self.first_incomplete()
        return incomplete is None or self.steps.index(step) <= self.steps.index(incomplete)

    def before(self, step: Step) -> str:
        """Address that *Atpakaļ* leads to."""
        place = self.steps.index(step)
        return self.address(self.steps[place - 1].slug) if place else f"/pakalpojumi/{self.service.slug}"

    def after(self, step: Step) -> str:
        """Address that *Tālāk* leads to."""
        place = self.steps.index(step) + 1
        return self.address(self.steps[place].slug if place < len(self.steps) else OVERVIEW)


@dataclass(frozen=True)
class Reading:
    """A posted step: answers by key, what the controls held, attachments, and what is wrong."""

    answers: dict[str, str]
    raw: dict[str, str]
    attachments: dict[str, Attachment]
    messages: Messages


def open_wizard(desk: PortalDesk, request: AnyRequest, slug: str) -> Wizard:
    """The wizard of a service, for whoever sends `request`.

    Raises:
        PageError: there is no such service, or the visitor's delegation does not name it.
        SignInNeededError: nobody is signed in, or not any more.
    """
    service = desk.service(slug)
    visitor = desk.visitor(request)
    if not visitor.session.may_open(service.id):
        raise PageError(403, "Šim pakalpojumam pilnvarojuma nav", f"Pilnvarojumā nav pakalpojuma “{service.title}”.")
    if not visitor.session.may_file(service.id):
        raise PageError(403, "Iesniegt nav atļauts", "Ar šo pilnvarojumu var tikai uzzināt, kas noticis ar iesniegto.")
    person = visitor.session.person
    draft = desk.registry.open_draft(person, service)
    steps = service.steps(person, desk.today(), desk.faults, draft.answers if draft else {})
    return Wizard(service, visitor, steps, draft)


async def read_step(step: Step, form: FormMultiDict, draft: Draft) -> Reading:
    """What a posted form says, judged together with what the draft holds already."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    for question in step.questions:
        if question.kind == "several":
            texts[question.control] = ",".join(str(value) for value in form.getall(question.control, []))
    answers: dict[str, str] = {}
    attachments: dict[str, Attachment] = {}
    messages: Messages = {}
    for question in step.questions:
        if question.kind == "file":
            answer, message = await _read_file(question, form.get(question.control), draft, attachments)
        else:
            answer, message = read_answer(question, texts)
        answers[question.key] = answer
        if message:
            messages[question.key] = message
    raw = {name: texts.get(name, "") for question in step.questions for name in question.controls}
    return Reading(answers, raw, attachments, {**judge(step, {**draft.answers, **answers}), **messages})


async def _read_file(
    question: Question, value: object, draft: Draft, attachments: dict[str, Attachment]
) -> tuple[str, str]:
    kept = draft.answers.get(question.key, "")
    if not isinstance(value, UploadFile) or not value.filename:
        return kept, ""
    content = await value.read(LARGEST_FILE + 1)
    filename = value.filename.replace("\\", "/").rpartition("/")[2]
    if message := file_problem(filename, content):
        return kept, message
    attachments[question.key] = Attachment(filename, content, hashlib.sha256(content).hexdigest())
    return filename, ""


def show_step(desk: PortalDesk, wizard: Wizard, step: Step, reading: Reading | None = None) -> Response[str]:
    """The page of a step: with the draft's answers, or with what was posted and is wrong."""
    draft = wizard.draft
    raw: dict[str, str] = {}
    for question in step.questions:
        raw |= spread(question, draft.answers.get(question.key, "") if draft else "")
    if reading:
        raw |= reading.raw
    return page(
        "portal/step.html",
        422 if reading else 200,
        **wizard.visitor.shown(),
        wizard=wizard,
        step=step,
        place=wizard.steps.index(step),
        raw=raw,
        attachments=draft.attachments if draft else {},
        messages=reading.messages if reading else {},
        months=MONTH_OPTIONS,
        restyled="form_changed_cosmetic" in desk.faults,
    )


def show_overview(
    wizard: Wizard, status: int = 200, messages: Sequence[tuple[str, str]] = (), notice: str = ""
) -> Response[str]:
    """The overview, with the button that files."""
    draft = wizard.draft
    if draft is None:
        raise PageError(404, "Melnraksta nav", "Sāciet pakalpojumu no sākuma.")
    return page(
        "portal/overview.html",
        status,
        **wizard.visitor.shown(),
        wizard=wizard,
        draft=draft,
        sections=[(step, draft.shown(step)) for step in wizard.steps],
        fee=f"{wizard.service.fee(draft.answers):.2f}".replace(".", ","),
        messages=messages,
        notice=notice,
    )


@get("/pakalpojumi/{slug:str}/{name:str}", sync_to_thread=False)
def open_step(
    request: AnyRequest, desk: NamedDependency[PortalDesk], slug: FromPath[str], name: FromPath[str]
) -> Response[str] | Response[None]:
    """A step, or the overview."""
    wizard = open_wizard(desk, request, slug)
    incomplete = wizard.first_incomplete()
    if name == OVERVIEW:
        return see_other(wizard.address(incomplete.slug)) if incomplete else show_overview(wizard)
    step = wizard.step(name)
    if incomplete and not wizard.may_show(step):
        return see_other(wizard.address(incomplete.slug))
    return show_step(desk, wizard, step)


@post("/pakalpojumi/{slug:str}/{name:str}")
async def save_step(
    request: AnyRequest, desk: NamedDependency[PortalDesk], slug: FromPath[str], name: FromPath[str]
) -> Response[str] | Response[None]:
    """Save a step in the draft and go on, or say what is wrong."""
    desk.lose_session(request, name)
    wizard = open_wizard(desk, request, slug)
    step = wizard.step(name)
    form = await request.form()
    wizard.visitor.check_form(form)
    incomplete = wizard.first_incomplete()
    if incomplete and not wizard.may_show(step):
        return see_other(wizard.address(incomplete.slug))
    draft = wizard.draft or desk.registry.begin(wizard.visitor.session.person, wizard.service)
    wizard = Wizard(wizard.service, wizard.visitor, wizard.steps, draft)
    reading = await read_step(step, form, draft)
    _refuse(desk, wizard.service, step, reading)
    if reading.messages:
        return show_step(desk, wizard, step, reading)
    draft.answers.update(reading.answers)
    draft.attachments.update(reading.attachments)
    draft.saved.add(step.slug)
    # What was answered may decide which step comes next.
    onward = open_wizard(desk, request, slug)
    return see_other(onward.after(onward.step(step.slug)))


def _refuse(desk: PortalDesk, service: Service, step: Step, reading: Reading) -> None:
    fault = desk.faults.parameters("refuses_values")
    refusal = service.refusal
    if fault.get("at") == "step" and any(one.key == refusal.key for one in step.questions):
        reading.messages.setdefault(refusal.key, fault["message"] or refusal.message)


@post("/pakalpojumi/{slug:str}/partraukt")
async def abandon(request: AnyRequest, desk: NamedDependency[PortalDesk], slug: FromPath[str]) -> Response[None]:
    """Throw the draft away."""
    wizard = open_wizard(desk, request, slug)
    wizard.visitor.check_form(await request.form())
    if wizard.draft:
        del desk.registry.drafts[wizard.draft.id]
    return see_other(f"/pakalpojumi/{slug}")


@post("/pakalpojumi/{slug:str}/nosutit")
async def file_draft(
    request: AnyRequest, desk: NamedDependency[PortalDesk], slug: FromPath[str]
) -> Response[str] | Response[None]:
    """The final request: file what the overview showed."""
    desk.lose_session(request, "nosutit")
    wizard = open_wizard(desk, request, slug)
    form = await request.form()
    wizard.visitor.check_form(form)
    draft = desk.registry.drafts.get(str(form.get("melnraksts", "")))
    if draft is None or draft.person.personal_code != wizard.visitor.session.person.personal_code:
        raise PageError(404, "Melnraksta nav", "Melnraksts ir dzēsts. Sāciet pakalpojumu no sākuma.")
    wizard = Wizard(wizard.service, wizard.visitor, wizard.steps, draft)
    if draft.reference and "accepts_twice" not in desk.faults:
        return page("portal/already.html", 409, **wizard.visitor.shown(), reference=draft.reference)
    if incomplete := wizard.first_incomplete():
        message = f"Solis “{incomplete.title}” jāaizpilda no jauna"
        return show_overview(wizard, 422, [(message, wizard.address(incomplete.slug))])
    if form.get("versija") != draft.version():
        notice = "Iesnieguma dati kopš pārskata atvēršanas ir mainīti. Pārbaudiet tos vēlreiz."
        return show_overview(wizard, 409, notice=notice)
    fault = desk.faults.parameters("refuses_values")
    if fault.get("at") == "final":
        return show_overview(wizard, 422, [_declined(wizard, fault["message"])])
    application = desk.registry.accept(draft, wizard.steps, wizard.visitor.session, desk.now())
    desk.received.add(request.headers.get("pilnvara-permit", ""))
    return see_other(f"/pakalpojumi/{slug}/sanemts/{application.reference}")


def _declined(wizard: Wizard, message: str) -> tuple[str, str]:
    refusal = wizard.service.refusal
    for step in wizard.steps:
        for question in step.questions:
            if question.key == refusal.key:
                address = f"{wizard.address(step.slug)}#{question.anchor}"
                return f"{question.label}: {message or refusal.message}", address
    return message or refusal.message, wizard.address(OVERVIEW)


@post("/pakalpojumi/{slug:str}/nosutit-talak")
async def file_elsewhere(request: AnyRequest, desk: NamedDependency[PortalDesk], slug: FromPath[str]) -> Response[None]:
    """Where the fault `redirects_final` leads: takes the same body again, asks for nothing else, files once more."""
    form = await request.form()
    draft = desk.registry.drafts.get(str(form.get("melnraksts", "")))
    if draft is None or "redirects_final" not in desk.faults:
        raise PageError(404, "Melnraksta nav", "Melnraksts ir dzēsts. Sāciet pakalpojumu no sākuma.")
    steps = draft.service.steps(draft.person, desk.today(), desk.faults, draft.answers)
    application = desk.registry.accept(draft, steps, None, desk.now())
    return see_other(f"/pakalpojumi/{slug}/sanemts/{application.reference}")


WIZARD_ROUTES = Router("/", route_handlers=[open_step, save_step, abandon, file_draft, file_elsewhere])
