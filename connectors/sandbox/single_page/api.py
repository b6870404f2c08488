"""The API that the page's script talks to."""

import json
from typing import Any

from litestar import Request, Response, Router, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from connectors.sandbox.common.applications import Application
from connectors.sandbox.portal.fields import LARGEST_FILE, file_problem
from connectors.sandbox.single_page.desk import ApiError, Caller, Draft, SinglePageDesk
from connectors.sandbox.single_page.fields import Problems, Question, is_shown, read
from connectors.sandbox.single_page.lists import knows, search
from connectors.sandbox.single_page.services import Step, judge

AnyRequest = Request[Any, Any, Any]
AnyDesk = NamedDependency[SinglePageDesk]
Answer = Response[dict[str, Any]]
OVERVIEW = "parskats"


def _answer(content: dict[str, Any], status: int = 200) -> Answer:
    return Response(content, status_code=status, headers={"Cache-Control": "no-store"})


async def _sent(request: AnyRequest, *members: str) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ApiError(415, "Pieprasījumam jābūt JSON")
    try:
        sent = json.loads(await request.body())
    except ValueError as error:
        raise ApiError(400, "Pieprasījums nav saprotams") from error
    if not isinstance(sent, dict) or set(sent) - set(members):
        raise ApiError(400, "Pieprasījums nav saprotams")
    return sent


@get("/sesija", sync_to_thread=False)
def who(request: AnyRequest, desk: AnyDesk) -> Answer:
    """Who is signed in, and the token that changes must carry."""
    session = desk.signed_in(request)
    actor = f"{session.actor.name} (centrs {session.actor.centre})" if session.actor else ""
    return _answer({"persona": session.person.name, "rikojas": actor, "zime": session.form_token()})


@get("/saraksti/{name:str}", sync_to_thread=False)
def look_in_list(request: AnyRequest, desk: AnyDesk, name: FromPath[str]) -> Answer:
    """What a search box offers."""
    desk.signed_in(request)
    return _answer({"atrasts": search(name, request.query_params.get("q", ""))})


@get("/pakalpojumi/{slug:str}", sync_to_thread=False)
def describe(request: AnyRequest, desk: AnyDesk, slug: FromPath[str]) -> Answer:
    """The steps of a service, and the draft that was begun."""
    caller = desk.caller(request, slug)
    draft = desk.registry.of(caller.session.person, caller.service)
    return _answer(
        {
            "nosaukums": caller.service.title,
            "turetajs": caller.service.holder,
            "sutaVisu": caller.service.sends_all,
            "soli": [step.as_json() for step in caller.steps],
            "melnraksts": draft.id if draft else "",
            "dati": draft.answers if draft else {},
            "datnes": draft.uploads if draft else {},
            "jaunsIzskats": "form_changed_cosmetic" in desk.faults,
        }
    )


@post("/pakalpojumi/{slug:str}/datnes")
async def upload(request: AnyRequest, desk: AnyDesk, slug: FromPath[str]) -> Answer:
    """Take a file into the draft; the step then names it by its id."""
    caller = desk.caller(request, slug)
    given = (await request.form()).get("datne")
    if not isinstance(given, UploadFile) or not given.filename:
        raise ApiError(400, "Datnes nav")
    content = await given.read(LARGEST_FILE + 1)
    if message := file_problem(given.filename, content):
        raise ApiError(422, message)
    draft = desk.registry.begin(caller.session.person, caller.service)
    return _answer({"datne": draft.upload(given.filename, content), "nosaukums": given.filename}, 201)


@put("/pakalpojumi/{slug:str}/melnraksts/{name:str}")
async def save(request: AnyRequest, desk: AnyDesk, slug: FromPath[str], name: FromPath[str]) -> Answer:
    """Save one step in the draft, or say what is wrong with it."""
    desk.lose_session(request, name)
    caller = desk.caller(request, slug)
    step = next((one for one in caller.steps if one.slug == name), None)
    if step is None:
        raise ApiError(404, "Šāda soļa nav")
    sent = await _sent(request, "melnraksts", "dati")
    draft = desk.registry.begin(caller.session.person, caller.service)
    answers, problems = read(step.questions, sent.get("dati"), draft.uploads)
    problems |= _unlisted(step.questions, answers) | judge(step, answers, desk.today()) | _refused(desk, caller, step)
    if problems:
        return _answer({"kludas": problems}, 422)
    draft.answers[step.slug] = answers
    place = caller.steps.index(step) + 1
    following = caller.steps[place].slug if place < len(caller.steps) else OVERVIEW
    return _answer({"melnraksts": draft.id, "talak": following, "dati": answers})


def _unlisted(questions: tuple[Question, ...], answers: dict[str, Any]) -> Problems:
    return {
        one.control: "Izvēlieties no piedāvātā saraksta"
        for one in questions
        if one.kind == "lookup" and is_shown(one, answers) and one.key in answers
        if not knows(one.source, answers[one.key])
    }


def _refused(desk: SinglePageDesk, caller: Caller, step: Step) -> Problems:
    fault = desk.faults.parameters("refuses_values")
    control, message = caller.service.refusal
    if fault.get("at") == "step" and any(one.control == control for one in step.questions):
        return {control: fault["message"] or message}
    return {}


@delete("/pakalpojumi/{slug:str}/melnraksts", status_code=200)
async def abandon(request: AnyRequest, desk: AnyDesk, slug: FromPath[str]) -> Answer:
    """Throw the draft away."""
    caller = desk.caller(request, slug)
    draft = desk.registry.of(caller.session.person, caller.service)
    if draft:
        del desk.registry.drafts[draft.id]
    return _answer({})


@get("/pakalpojumi/{slug:str}/parskats", sync_to_thread=False)
def overview(request: AnyRequest, desk: AnyDesk, slug: FromPath[str]) -> Answer:
    """What would be filed, or the first step that is not complete."""
    caller = desk.caller(request, slug)
    draft = desk.registry.of(caller.session.person, caller.service)
    lacking = draft.incomplete(caller.steps, desk.now()) if draft else caller.steps[0]
    if draft is None or lacking is not None:
        return _answer({"solis": lacking.slug if lacking else ""})
    return _answer(
        {
            "sadalas": draft.sections(caller.steps),
            "maksa": "0,00 EUR",
            "versija": draft.version(),
            "melnraksts": draft.id,
        }
    )


@post("/pakalpojumi/{slug:str}/nosutit", status_code=201)
async def file_draft(request: AnyRequest, desk: AnyDesk, slug: FromPath[str]) -> Answer:
    """The final request: file what the overview showed, and the same sending (`Idempotency-Key`) once."""
    desk.lose_session(request, "nosutit")
    caller = desk.caller(request, slug)
    sent = await _sent(request, "melnraksts", "versija", "dati")
    draft = desk.registry.drafts.get(str(sent.get("melnraksts")))
    if draft is None or draft.person.personal_code != caller.session.person.personal_code:
        raise ApiError(404, "Melnraksta nav")
    sending = request.headers.get("idempotency-key", "")
    before = desk.registry.sent_before(caller.service, caller.session.person, sending)
    if before is not None and "accepts_twice" not in desk.faults:
        if before.answers != draft.said():
            problem = f"Ar šo atslēgu jau ir saņemts iesniegums ar citām ziņām: {before.reference}"
            return _answer({"kludas": {"": problem}}, 422)
        return _taken(before)
    if draft.reference and "accepts_twice" not in desk.faults:
        raise ApiError(409, f"Iesniegums jau ir saņemts: {draft.reference}")
    if problem := _out_of_date(desk, caller, draft, sent):
        raise ApiError(409, problem)
    fault = desk.faults.parameters("refuses_values")
    if fault.get("at") == "final":
        control, message = caller.service.refusal
        return _answer({"kludas": {"": f"{_label(caller, control)}: {fault['message'] or message}"}}, 422)
    application = desk.registry.accept(draft, caller.steps, caller.session, desk.now(), sending)
    desk.received.add(request.headers.get("pilnvara-permit", ""))
    return _taken(application)


def _taken(application: Application) -> Answer:
    return _answer({"numurs": application.reference, "sanemts": f"{application.received_at:%d.%m.%Y. %H:%M}"}, 201)


def _out_of_date(desk: SinglePageDesk, caller: Caller, draft: Draft, sent: dict[str, Any]) -> str:
    lacking = draft.incomplete(caller.steps, desk.now())
    if lacking:
        return f"Solis “{lacking.title}” jāaizpilda no jauna"
    if sent.get("versija") != draft.version():
        return "Iesnieguma dati kopš pārskata atvēršanas ir mainīti. Pārbaudiet tos vēlreiz."
    if caller.service.sends_all and sent.get("dati") != draft.answers:
        return "Iesniegtais atšķiras no saglabātā. Pārbaudiet to vēlreiz."
    return ""


def _label(caller: Caller, control: str) -> str:
    questions = (one for step in caller.steps for one in step.questions)
    return next((one.label for one in questions if one.control == control), control)


@post("/pakalpojumi/{slug:str}/nosutit-talak", status_code=201)
async def file_elsewhere(request: AnyRequest, desk: AnyDesk, slug: FromPath[str]) -> Answer:
    """Where the fault `redirects_final` leads: takes the same body again, asks for nothing else, files once more."""
    sent = await _sent(request, "melnraksts", "versija", "dati")
    draft = desk.registry.drafts.get(str(sent.get("melnraksts")))
    if draft is None or draft.service.slug != slug or "redirects_final" not in desk.faults:
        raise ApiError(404, "Melnraksta nav")
    application = desk.registry.accept(draft, draft.service.steps(desk.today()), None, desk.now())
    return _answer({"numurs": application.reference, "sanemts": ""}, 201)


@get("/iesniegumi", sync_to_thread=False)
def list_applications(request: AnyRequest, desk: AnyDesk) -> Answer:
    """What this person has filed."""
    session = desk.signed_in(request)
    listed = [
        one.for_person(desk.handlings.of(one.reference, one.received_at))
        for one in desk.registry.applications_for(session)
    ]
    return _answer({"iesniegumi": listed})


API_ROUTES = Router(
    "/api",
    route_handlers=[
        who, look_in_list, describe, upload, save, abandon, overview, file_draft, file_elsewhere, list_applications,
    ],
)  # fmt: skip
