"""An institution invites residents by a rule: an officer proposes, a second person approves, anybody of them stops.

Whoever stands behind a number is shown to nobody.
"""

from datetime import date
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from gateway.outreach import rules
from gateway.outreach.errors import OutreachError, RuleFaultError, RuleUnknownError
from gateway.outreach.rules import TEMPLATES, Wanted
from gateway.outreach.tables import RuleState
from gateway.pages.forms import Form, field
from gateway.pages.rendering import language_of, page
from gateway.parts import Parts
from gateway.people.access import StaffSession, Who, allow
from gateway.problem_texts import PROBLEMS, Problem
from gateway.services import catalogue
from gateway.web.redirects import see_other
from ui.i18n import Message, message

AnyRequest = Request[Any, Any, Any]
HERE: Final = "/holder/invitations"
_BOTH: Final = allow(Who.OFFICER, Who.ADMINISTRATOR)
TEXTS: Final[dict[str, Message]] = {
    "invited_again": message("An institution reminds you of a service you used"),
    "invited_service": message("An institution offers you a service"),
}
STATES: Final[dict[RuleState, Message]] = {
    RuleState.PROPOSED: message("Waits for a second person"),
    RuleState.SENDING: message("Is being sent"),
    RuleState.DONE: message("Sent"),
    RuleState.STOPPED: message("Stopped"),
}


@get(HERE, **_BOTH)
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """The institution's rules, and the form for another."""
    return await _list(request, session, parts, {}, None)


@post(HERE, **allow(Who.OFFICER))
async def propose(request: AnyRequest, session: StaffSession, parts: Parts, data: Form) -> Response[Any]:
    """Propose a rule."""
    typed = {name: field(data, name, 128) for name in ("service", "since", "until", "template")}
    try:
        wanted = Wanted(
            service_id=typed["service"],
            since=_day(typed["since"]),
            until=_day(typed["until"]),
            template=typed["template"],
        )
        rule_id = await parts.database.write(lambda conn: rules.propose(conn, parts, session, wanted))
    except OutreachError as error:
        return await _list(request, session, parts, typed, PROBLEMS[error.code])
    return see_other(f"{HERE}/{rule_id}")


@get(f"{HERE}/{{rule_id:str}}", **_BOTH)
async def show(request: AnyRequest, session: StaffSession, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """One rule: what it says, and how many it has reached."""
    return await _one(request, session, parts, rule_id, None)


@post(f"{HERE}/{{rule_id:str}}/approve", **_BOTH)
async def approve(request: AnyRequest, session: StaffSession, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """Let it be sent."""
    try:
        await parts.database.write(lambda conn: rules.approve(conn, parts, session, rule_id))
    except RuleUnknownError:
        raise
    except OutreachError as error:
        return await _one(request, session, parts, rule_id, PROBLEMS[error.code])
    return see_other(f"{HERE}/{rule_id}")


@post(f"{HERE}/{{rule_id:str}}/stop", **_BOTH)
async def stop(request: AnyRequest, session: StaffSession, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """Send nothing more of it."""
    try:
        await parts.database.write(lambda conn: rules.stop(conn, parts, session, rule_id))
    except RuleUnknownError:
        raise
    except OutreachError as error:
        return await _one(request, session, parts, rule_id, PROBLEMS[error.code])
    return see_other(f"{HERE}/{rule_id}")


@get("/offers/{rule_id:str}", **allow(Who.ANYONE, Who.RESIDENT))
async def offer(request: AnyRequest, parts: Parts, rule_id: FromPath[str]) -> Response[Any]:
    """Where the link of an invitation leads: the same page for everybody."""
    language = language_of(request)

    def look(conn: Connection) -> tuple[str, str]:
        holder, service_id = rules.offered(conn, rule_id)
        return holder, catalogue.find(conn, service_id).card(language).title

    holder, title = await parts.database.read(look)
    return page(request, "pages/resident/offer.html", holder=holder, service=title)


async def _list(
    request: AnyRequest, session: StaffSession, parts: Parts, typed: dict[str, str], problem: Problem | None
) -> Response[Any]:
    language = language_of(request)

    def look(conn: Connection) -> tuple[Any, dict[str, str]]:
        found = rules.listed(conn, session)
        own = rules.services_of(conn, session.holder)
        return found, catalogue.titles(conn, {*own, *(each.service_id for each in found)}, language)

    found, titles = await parts.database.read(look)
    own = await parts.database.read(lambda conn: rules.services_of(conn, session.holder))
    return page(
        request,
        "pages/holder/invitations.html",
        status=problem.status if problem else 200,
        back=HERE,
        here=HERE,
        rules=found,
        titles=titles,
        services=own,
        texts={name: TEXTS[name] for name in TEMPLATES},
        states=STATES,
        typed={"service": "", "since": "", "until": "", "template": ""} | typed,
        problem=problem,
        fewest=rules.FEWEST,
    )


async def _one(
    request: AnyRequest, session: StaffSession, parts: Parts, rule_id: str, problem: Problem | None
) -> Response[Any]:
    language = language_of(request)

    def look(conn: Connection) -> tuple[Any, Any, dict[str, str]]:
        rule = rules.one(conn, session, rule_id)
        return rule, rules.counts(conn, rule_id), catalogue.titles(conn, {rule.service_id}, language)

    rule, counts, titles = await parts.database.read(look)
    is_left = rule.state in {RuleState.PROPOSED, RuleState.SENDING} or counts.waiting > 0
    return page(
        request,
        "pages/holder/invitation.html",
        status=problem.status if problem else 200,
        back=f"{HERE}/{rule_id}",
        here=f"{HERE}/{rule_id}",
        all_of_them=HERE,
        rule=rule,
        counts=counts,
        service=titles.get(rule.service_id, rule.service_id),
        text=TEXTS[rule.template],
        state=STATES[rule.state],
        can_approve=rule.state is RuleState.PROPOSED and rule.proposed_by != session.staff_id,
        can_stop=is_left and rule.state is not RuleState.STOPPED,
        problem=problem,
    )


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise RuleFaultError("days") from None


HANDLERS = (show_all, propose, show, approve, stop, offer)
