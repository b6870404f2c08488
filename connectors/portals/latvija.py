"""What all services of the portal share: how it signs in, how its wizards are built, what its errors look like."""

from datetime import timedelta

from connectors.sdk.fills import AnyFill, DatePart, FillDateParts, Pick, Tick
from connectors.sdk.inputs import ShownWhen
from connectors.sdk.outcome import Listed, Outcome, Standing
from connectors.sdk.steps import ErrorMarks, Final, LookUp, ReceiptRule, Request, SignIn, Step
from connectors.sdk.words import Words

PORTAL = "latvija"
MARKS = ErrorMarks(beside=".kluda", summary="#kludas")
_TOKENS = frozenset({"csrf", "melnraksts"})
"""Hidden in every form: the page's token and the draft's id, other each time."""


def entry(slug: str) -> str:
    """The first page of a wizard."""
    return f"/pakalpojumi/{slug}/informacija"


def sign_in(slug: str) -> SignIn:
    """With a delegation, straight to the first page."""
    return SignIn(
        path=f"/oidc/login?via=pilnvara&next={entry(slug)}",
        landed=(entry(slug),),
        lost_paths=("/pieslegties",),
    )


def tick(question: str, control: str, label: str) -> Tick:
    """A box of the wizard."""
    return Tick(input=question, control=control, label=label, sends="ja")


def yes_or_no(question: str, control: str, legend: str) -> Pick:
    """Two buttons, *Jā* and *Nē*."""
    return Pick(input=question, control=control, legend=legend, options={"yes": ("ja", "Jā"), "no": ("ne", "Nē")})


def day(question: str, control: str, legend: str) -> FillDateParts:
    """A date in three controls."""
    return FillDateParts(
        input=question,
        legend=legend,
        day=DatePart(f"{control}_diena", "Diena"),
        month=DatePart(f"{control}_menesis", "Mēnesis"),
        year=DatePart(f"{control}_gads", "Gads"),
    )


def information(slug: str) -> Step:
    """The first page: what one has read."""
    return step(
        slug,
        "informacija",
        Words("Informācija par pakalpojumu", "About the service"),
        (tick("information_read", "iepazinos", "Iepazinos ar informāciju"),),
    )


def declarations(slug: str, *fills: AnyFill) -> Step:
    """The last page before the overview."""
    return step(slug, "apliecinajumi", Words("Apliecinājumi", "Declarations"), fills)


def step(
    slug: str,
    name: str,
    title: Words,
    fills: tuple[AnyFill, ...],
    shown_when: ShownWhen | None = None,
    *,
    at: str | None = None,
) -> Step:
    """One page of a wizard: posted to its own address by *Tālāk*; `at` where that is not its name."""
    path = f"/pakalpojumi/{slug}/{at or name}"
    controls = tuple(dict.fromkeys(action.control for fill in fills for action in fill.actions({})))
    return Step(
        name=name,
        title=title,
        path=path,
        button="Tālāk",
        request=Request(path=path, fields=(*sorted(_TOKENS), *controls)),
        fills=fills,
        volatile=_TOKENS,
        shown_when=shown_when,
    )


def final(slug: str, shows: dict[str, str]) -> Final:
    """The overview and *Nosūtīt*. `shows` names the controls whose values its rows must repeat."""
    return Final(
        name="parskats",
        path=f"/pakalpojumi/{slug}/parskats",
        button="Nosūtīt",
        request=Request(path=f"/pakalpojumi/{slug}/nosutit", fields=(*sorted(_TOKENS), "versija")),
        volatile=_TOKENS,
        fee=r"Maksa: ([^\n]+)",
        shows=shows,
        declined_paths=("/pieslegties",),
    )


def receipt(slug: str, prefix: str) -> ReceiptRule:
    """The page *Iesniegums saņemts*; a reference is like `VSAA-2026-000001`."""
    return ReceiptRule(
        path=f"/pakalpojumi/{slug}/sanemts/*",
        reference=rf"\b({prefix}-\d{{4}}-\d{{6,}})\b",
        pdf_link="Lejupielādēt apliecinājumu (PDF)",
        location_reference=rf"/sanemts/({prefix}-\d{{4}}-\d{{6,}})$",
    )


def look_up(service: str) -> LookUp:
    """*Mani iesniegumi*, as the portal's own page reads it."""
    return LookUp(
        path="/api/mani-iesniegumi",
        items="iesniegumi",
        service=("service", service),
        key="key",
        reference="reference",
        received="received_at",
        pdf_path="/iesniegumi/{reference}/apliecinajums.pdf",
        # The portal stores before it answers and gives up an answer after a minute.
        settles_after=timedelta(minutes=2),
    )


OUTCOME = Outcome(
    path="/api/mani-iesniegumi",
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
        path="/oidc/login?via=pilnvara&next=/mani-iesniegumi",
        landed=("/mani-iesniegumi",),
        lost_paths=("/pieslegties",),
    ),
)
"""The same list says how far the holder is; whoever may only look comes in by it."""
