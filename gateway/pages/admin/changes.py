"""What is proposed, confirmed and decided: the list, and one change with its before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final, Self

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from connectors.sdk.words import Words
from gateway.changes import accounts, flow, holders, listing, network, recoveries
from gateway.changes.errors import ChangeError, FreshAccountError, SamePersonError
from gateway.changes.listing import Change
from gateway.changes.tables import ChangeKind, ChangeState
from gateway.pages.admin import titles, words
from gateway.pages.people.words import WHY
from gateway.pages.rendering import language_of, page
from gateway.paging import Numbered
from gateway.parts import Parts
from gateway.people import invitations, stopped_alone
from gateway.people.access import StaffSession, Who, allow
from gateway.people.roles import Role
from gateway.web.redirects import see_other
from ui.i18n import Language, Message

AnyRequest = Request[Any, Any, Any]
_PAGE: Final = 20
_LISTED: Final = allow(Who.ADMINISTRATOR, Who.MANAGER)
_READERS: Final = allow(Who.ADMINISTRATOR, Who.MANAGER, Who.OFFICER, Who.NETWORK_OWNER)
"""An officer reads what is about the own holder, the network's owner what is about baskets: `holders.ensure_own`."""
_SHUT: Final = ("suspended", "closed")
"""What shuts a thing and leaves all else of it; a change ends that, and whoever confirms sees that it comes back."""
_WHOLE: Final = frozenset({ChangeKind.ACCOUNT_RECOVER, ChangeKind.ACCOUNT_RESUME, ChangeKind.ACCOUNT_END})
"""Kinds whose name says all that changes."""
_MARKS: Final = ("forms", "difference")
_MARK: Final = 12
"""Signs of a hash that are shown: enough to compare two; the log has it whole."""
_ADMINISTRATOR: Final = allow(Who.ADMINISTRATOR)
_DECIDES: Final = allow(Who.ADMINISTRATOR, Who.OFFICER)
_REFUSES: Final = allow(Who.ADMINISTRATOR, Who.OFFICER, Who.NETWORK_OWNER)


@dataclass(frozen=True, slots=True)
class _One:
    """A change with the names of what it is about."""

    change: Change
    title: str
    names: Mapping[str, str]
    language: Language
    is_idle: bool = False
    """An agreement that allows nothing which another does not."""

    @classmethod
    def read(cls, conn: Connection, change_id: str, language: Language) -> Self:
        """Raises `ChangeUnknownError`."""
        change = listing.one(conn, change_id)
        about = {"service": change.target} if change.kind in titles.OF_SERVICES else {}
        names = titles.names_in(conn, [change.before or {}, change.after or {}, about], language)
        if change.kind in titles.AGREEMENTS:
            title = titles.of_agreement(change.after or change.before or {}, names, language)
        else:
            title = titles.of_target(change, names, language)
        return cls(change, title, names, language)

    def said(self, name: str, value: Any) -> list[Message | str]:
        """A value as lines of the page; services and centres by name."""
        if name == "differences":
            return [Words(**each).to(self.language) for each in value or ()] or ["–"]
        if name in _MARKS:
            return [(value or "–")[:_MARK]]
        return [self.names.get(line, line) if isinstance(line, str) else line for line in words.said(name, value)]


@get("/admin", **_LISTED)
async def show_all(request: AnyRequest, session: StaffSession, parts: Parts) -> Response[Any]:
    """What waits, what one person did alone lately, and what was decided, the newest first."""
    place = Numbered.parse(request.query_params.get("after", ""), _PAGE)

    now = parts.clock.now()

    def work(conn: Connection) -> dict[str, Any]:
        waiting, alone = listing.waiting_and_alone(conn, now)
        decided = listing.decided(conn, most=_PAGE + 1, after=place.after)
        lists = {"waiting": waiting, "alone": alone, "decided": decided}
        named = titles.of_changes(conn, chain(*lists.values()), language_of(request))
        return lists | {"titles": named, "stopped": stopped_alone.in_period(conn, now - listing.LATELY)}

    shown = await parts.database.read(work)
    decided = shown.pop("decided")
    return page(
        request,
        "pages/admin/changes.html",
        kinds=words.KINDS,
        state=words.state,
        why=words.why,
        by=words.by,
        decided=decided[:_PAGE],
        newer=place.newer("/admin"),
        older=place.older("/admin", decided),
        is_administrator=session.role is Role.ADMINISTRATOR,
        whys=WHY,
        **shown,
    )


@get("/admin/changes/{change_id:str}", **_READERS)
async def show_one(request: AnyRequest, session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """One change: why, by whom, from what to what."""

    def work(conn: Connection) -> tuple[_One, dict[str, Any]]:
        holders.ensure_own(conn, session, change_id)
        one = _One.read(conn, change_id, language_of(request))
        is_account = one.change.kind is ChangeKind.ACCOUNT_RECOVER
        half = recoveries.half_for(conn, session, change_id, parts.clock.now()) if is_account else None
        is_theirs = session.role is Role.ADMINISTRATOR or one.change.confirmed_by == session.staff_id
        is_invite = one.change.kind is ChangeKind.ACCOUNT_INVITE and is_theirs
        invited = invitations.of_change(conn, change_id) if is_invite else None
        waits = one.change.kind is ChangeKind.AGREEMENT_ADD and one.change.is_open
        is_idle = waits and network.broader(conn, one.change.after or {}, parts.clock.now())
        undoes = accounts.undoes(conn, one.change.kind, one.change.target, session.staff_id)
        return replace(one, is_idle=is_idle), {
            "may_see_half": half is not None,
            "invitation_id": invited.id if invited else None,
            "undoes": undoes,
        }

    one, more = await parts.database.read(work)
    return _show(request, session, one, **more)


@post("/admin/changes/{change_id:str}/confirm", **_DECIDES)
async def confirm(session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """It is right; it takes effect after the delay."""
    await _ensure_own(parts, session, change_id)
    try:
        await parts.database.write(lambda conn: flow.confirm(conn, parts, session, change_id))
    except (SamePersonError, FreshAccountError) as error:
        await _note(parts, session, change_id, error)
        raise
    return see_other(f"/admin/changes/{change_id}")


@post("/admin/changes/{change_id:str}/refuse", **_REFUSES)
async def refuse(session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """It never takes effect."""
    await _ensure_own(parts, session, change_id)
    await parts.database.write(lambda conn: flow.refuse(conn, parts, session, change_id))
    return see_other(f"/admin/changes/{change_id}")


@post("/admin/changes/{change_id:str}/withdraw", **_READERS)
async def withdraw(session: StaffSession, parts: Parts, change_id: FromPath[str]) -> Response[Any]:
    """The proposer takes it back."""
    await parts.database.write(lambda conn: flow.withdraw(conn, parts, session, change_id))
    return see_other(f"/admin/changes/{change_id}")


@post("/admin/changes/{change_id:str}/secret", **_ADMINISTRATOR)
async def show_secret(
    request: AnyRequest, session: StaffSession, parts: Parts, change_id: FromPath[str]
) -> Response[Any]:
    """Show a portal's new secret, once: the answer is the page itself, since nothing is kept to lead to."""
    secret = await parts.database.write(lambda conn: flow.show_secret(conn, parts, session, change_id))
    one = await parts.database.read(lambda conn: _One.read(conn, change_id, language_of(request)))
    return _show(request, session, one, secret=secret)


@post("/admin/changes/{change_id:str}/half", **_LISTED)
async def show_half(
    request: AnyRequest, session: StaffSession, parts: Parts, change_id: FromPath[str]
) -> Response[Any]:
    """Show the caller's half of the code to an account, once: nothing is kept to lead to."""
    half = await parts.database.write(lambda conn: recoveries.show_half(conn, parts, session, change_id))
    one = await parts.database.read(lambda conn: _One.read(conn, change_id, language_of(request)))
    return _show(request, session, one, half=half)


def _show(
    request: AnyRequest,
    session: StaffSession,
    one: _One,
    *,
    secret: str | None = None,
    half: str | None = None,
    may_see_half: bool = False,
    invitation_id: str | None = None,
    undoes: bool = False,
) -> Response[Any]:
    change = one.change
    is_own = change.proposed_by == session.staff_id
    is_administrator, is_officer = session.role is Role.ADMINISTRATOR, session.role is Role.OFFICER
    is_owner = session.role is Role.NETWORK_OWNER
    waits = change.state.value == "proposed"
    return page(
        request,
        "pages/admin/change.html",
        back=f"/admin/changes/{change.id}",
        change=change,
        is_idle=one.is_idle,
        title=one.title,
        kinds=words.KINDS,
        state=words.state,
        why=words.why,
        by=words.by,
        is_form=change.kind is ChangeKind.FORM_ACCEPT,
        ending=words.ENDINGS.get(change.ended_why or ""),
        rows=[] if change.kind in _WHOLE else _rows(one),
        secret=secret,
        half=half,
        may_see_half=may_see_half,
        comes_back=_comes_back_for(change, session),
        invitation_id=invitation_id,
        may_confirm=(is_administrator or (is_officer and _is_confirmed_by_holder(change))) and not is_own and waits,
        may_refuse=(is_administrator or ((is_officer or is_owner) and change.kind in holders.REFUSES))
        and not is_own
        and not undoes
        and change.is_open,
        is_officer=is_officer,
        is_owner=is_owner,
        may_withdraw=is_own and change.is_open,
        may_see_secret=is_administrator and is_own and change.secret_waits and secret is None,
    )


def _comes_back_for(change: Change, session: StaffSession) -> str | None:
    """What waits for the reader once a change that was confirmed is in effect; none: nothing."""
    is_confirmer = change.confirmed_by == session.staff_id
    if change.state is not ChangeState.CONFIRMED or not (is_confirmer or change.proposed_by == session.staff_id):
        return None
    if change.kind is ChangeKind.ACCOUNT_RECOVER:
        return None if change.target == session.staff_id else "half"
    if change.kind is ChangeKind.ACCOUNT_INVITE:
        return "code" if is_confirmer else "link"
    return None


def _rows(one: _One) -> list[dict[str, Any]]:
    """The difference, field by field; a change without values is about the whole."""
    change = one.change
    if change.kind is ChangeKind.BASKET_CHANGE:
        return _rows_of_basket(one)
    before: Mapping[str, Any] = change.before or {}
    brought_back = {name for name in _SHUT if change.after and before.get(name)}
    shut = {name for name in _SHUT if not change.after and name in before}
    is_shut = change.kind is not ChangeKind.AGREEMENT_LIFT
    after = {**(before if shut else change.after), **dict.fromkeys(brought_back, False), **dict.fromkeys(shut, is_shut)}
    names = [name for name in words.LABELS if name in after or (not after and name in before)]
    rows: list[dict[str, Any]] = [
        {
            "label": words.LABELS[name],
            "before": ["–"] if change.before is None else one.said(name, before.get(name)),
            "after": one.said(name, after[name]) if name in after else None,
            "differs": name in after and (change.before is None or before.get(name) != after[name]),
        }
        for name in names
    ]
    if change.secret_mark is not None:
        old, new = change.secret_mark_before, change.secret_mark
        rows.append({"label": words.SECRET_MARK, "before": [old or "–"], "after": [new], "differs": old != new})
    return rows


def _rows_of_basket(one: _One) -> list[dict[str, Any]]:
    """What comes and what goes; nobody compares two lists of services by eye."""
    before, after = (set((values or {}).get("services") or ()) for values in (one.change.before, one.change.after))
    came, went = (sorted(one.names.get(each, each) for each in both) for both in (after - before, before - after))
    rows: list[dict[str, Any]] = []
    if came:
        rows.append({"label": words.LABELS["added"], "before": ["–"], "after": came, "differs": True})
    if went:
        rows.append({"label": words.LABELS["removed"], "before": went, "after": ["–"], "differs": True})
    return rows


def _is_confirmed_by_holder(change: Change) -> bool:
    """Whether an officer's word is the second one; what came from the command line is taken up by an administrator."""
    return change.kind in holders.CONFIRMS and change.proposed_by is not None


async def _ensure_own(parts: Parts, session: StaffSession, change_id: str) -> None:
    await parts.database.read(lambda conn: holders.ensure_own(conn, session, change_id))


async def _note(parts: Parts, session: StaffSession, change_id: str, error: ChangeError) -> None:
    await parts.database.write(lambda conn: flow.note_barred(conn, parts, session, change_id, error.code))


HANDLERS = (show_all, show_one, confirm, refuse, withdraw, show_secret, show_half)
