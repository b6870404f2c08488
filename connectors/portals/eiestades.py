"""What all services of the single page share: how it signs in, what its script sends, what its errors look like.

Each step is sent as `{"melnraksts", "dati"}`; `dati` has a member for each question, called as its control.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from connectors.sdk import members
from connectors.sdk.members import Member, Members
from connectors.sdk.outcome import Listed, Outcome, Standing
from connectors.sdk.steps import (
    AnyFill,
    Attach,
    ErrorMarks,
    Fill,
    FillDate,
    FillDateParts,
    FillNumber,
    FillRows,
    FillTypeahead,
    Final,
    LookUp,
    Moves,
    PickSeveral,
    ReceiptRule,
    Request,
    SignIn,
    Step,
    Tick,
)
from connectors.sdk.words import Words

PORTAL = "eiestades"
MARKS = ErrorMarks(beside=".kluda", summary="#kludas")
_DRAFT = "melnraksts"
"""Hidden on every view: the draft's id, another each time."""
_MOST_UPLOADS = 20


def entry(slug: str, first: str) -> str:
    """The first view of a service."""
    return f"/e/{slug}/{first}"


def sign_in(slug: str, first: str) -> SignIn:
    """With a delegation, straight to the first view."""
    return SignIn(
        path=f"/oidc/login?via=pilnvara&next={entry(slug, first)}",
        landed=(entry(slug, first),),
        lost_paths=("/pieslegties",),
    )


def step(slug: str, name: str, title: Words, fills: tuple[AnyFill, ...], appears: frozenset[str] = frozenset()) -> Step:
    """One view, saved in the draft by *Turpināt*."""
    return Step(
        name=name,
        title=title,
        path=f"/e/{slug}/{name}",
        heading=title.lv,
        moves=Moves.IN_PAGE,
        button="Turpināt",
        request=Request(
            method="PUT",
            path=f"/api/pakalpojumi/{slug}/melnraksts/{name}",
            json=Members({f"/{_DRAFT}": members.text(_DRAFT), **_members(fills, "/dati")}),
        ),
        extra=tuple(_uploads(slug, fills)),
        fills=fills,
        volatile=frozenset({_DRAFT}),
        appears=appears,
    )


def final(slug: str, shows: Mapping[str, str], carries: tuple[Step, ...] = (), *, keyed: bool = False) -> Final:
    """The overview and *Iesniegt*. What it sends repeats the answers of `carries`; `keyed` as `look_up` has it."""
    answers = {
        pointer: replace(member, page=each.name)
        for each in carries
        for pointer, member in _members(each.fills, f"/dati/{each.name}").items()
    }
    own = {f"/{_DRAFT}": members.text(_DRAFT), "/versija": members.text("versija")}
    return Final(
        name="parskats",
        path=f"/e/{slug}/parskats",
        heading="Pārskats",
        moves=Moves.IN_PAGE,
        button="Iesniegt",
        request=Request(path=f"/api/pakalpojumi/{slug}/nosutit", json=Members({**own, **answers})),
        volatile=frozenset({_DRAFT}),
        fee=r"Maksa: ([^\n]+)",
        shows=shows,
        declined_paths=("/pieslegties",),
        idempotency_header="Idempotency-Key" if keyed else None,
    )


def receipt(slug: str, prefix: str) -> ReceiptRule:
    """The view *Iesniegums saņemts*; a reference is like `VID-2026-000001`."""
    return ReceiptRule(
        path=f"/e/{slug}/sanemts/*",
        reference=rf"\b({prefix}-\d{{4}}-\d{{6,}})\b",
        pdf_link="Lejupielādēt apliecinājumu (PDF)",
        answer_reference="/numurs",
    )


def look_up(service: str, *, keyed: bool = False) -> LookUp:
    """*Mani iesniegumi*, as the page's own script asks for it; `keyed` where the holder files one sending once."""
    return LookUp(
        path="/api/iesniegumi",
        items="iesniegumi",
        service=("service", service),
        key="key",
        reference="reference",
        received="received_at",
        pdf_path="/iesniegumi/{reference}/apliecinajums.pdf",
        # The portal stores before it answers and gives up an answer after a minute.
        settles_after=timedelta(minutes=2),
        idempotency_key="idempotency" if keyed else None,
    )


OUTCOME = Outcome(
    path="/api/iesniegumi",
    listed=Listed(items="iesniegumi", reference="reference"),
    state="state",
    standings={
        "saņemts": Standing.RECEIVED,
        "izskatīšanā": Standing.IN_PROGRESS,
        "jāpapildina": Standing.MORE_WANTED,
        "apmierināts": Standing.GRANTED,
        "noraidīts": Standing.REFUSED,
    },
    wanted="wanted",
    until="until",
    decision_path="/iesniegumi/{reference}/lemums.pdf",
    sign_in=SignIn(
        path="/oidc/login?via=pilnvara&next=/e/iesniegumi",
        landed=("/e/iesniegumi",),
        lost_paths=("/pieslegties",),
    ),
)
"""The same list says how far the holder is; whoever may only look comes in by it."""


def _members(fills: tuple[AnyFill, ...], within: str) -> dict[str, Member]:
    """The members that a view's script makes of these controls, by pointer."""
    found: dict[str, Member] = {}
    for fill in fills:
        if isinstance(fill, FillRows):
            group = fill.pattern()[0].control.partition(".")[0]
            rows = {pointer: member for each in fill.fills for pointer, member in _of(each)}
            found |= {f"{within}/{group}/*/{pointer.rpartition('.')[2]}": member for pointer, member in rows.items()}
        else:
            found |= {f"{within}/{pointer}": member for pointer, member in _of(fill)}
    return found


def _of(fill: AnyFill) -> Iterator[tuple[str, Member]]:
    if isinstance(fill, FillDateParts):
        parts = (fill.day.control, fill.month.control, fill.year.control)
        yield fill.day.control.removesuffix("_diena"), members.day(*parts)
    elif isinstance(fill, FillTypeahead):
        yield f"{fill.control}/id", members.text(fill.sets)
        yield f"{fill.control}/teksts", members.text(fill.control)
    elif isinstance(fill, Attach):
        yield fill.control, members.text(fill.sets)
    elif isinstance(fill, PickSeveral):
        yield fill.control, members.several(fill.control)
    elif not isinstance(fill, FillRows):
        yield fill.control, _KINDS.get(type(fill), members.text)(fill.control)


_KINDS: Mapping[type[object], Callable[[str], Member]] = {
    FillDate: members.day,
    FillNumber: members.number,
    Tick: members.flag,
    Fill: members.text,
}


def _uploads(slug: str, fills: tuple[AnyFill, ...]) -> Iterator[Request]:
    for fill in fills:
        for each in fill.fills if isinstance(fill, FillRows) else (fill,):
            if isinstance(each, Attach):
                asked = f"{fill.input}.*.{each.input}" if isinstance(fill, FillRows) else each.input
                yield Request(
                    path=f"/api/pakalpojumi/{slug}/datnes",
                    fields=("datne",),
                    files={"datne": asked},
                    times=_MOST_UPLOADS,
                )
