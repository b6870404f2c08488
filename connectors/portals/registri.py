"""What all services of the registers' portal share: one address, tables, and five minutes between two requests."""

from datetime import timedelta

from connectors.sdk.inputs import ShownWhen
from connectors.sdk.outcome import Outcome, Standing
from connectors.sdk.steps import AnyFill, ErrorMarks, Final, LookUp, ReceiptRule, Request, SignIn, Step, Table
from connectors.sdk.words import Words

PORTAL = "registri"
MARKS = ErrorMarks(beside=".KL", summary=".KLUDA")
_ADDRESS = "/serviss"
_TOKENS = frozenset({"SEK", "ZIME"})
"""Hidden in every form: the page's number and its token, other each time."""
_LOST = ("Sesija beigusies", "Forma vairs nav derīga", "Nepareiza lapu secība")


def entry(slug: str) -> str:
    """The first page of a form."""
    return f"{_ADDRESS}?pak={slug}"


def sign_in(slug: str) -> SignIn:
    """With a delegation, straight to the first page."""
    return SignIn(
        path=f"/oidc/login?via=pilnvara&next=%2Fserviss%3Fpak%3D{slug}",
        landed=(_ADDRESS,),
        lost_paths=("/pieslegties",),
        lost_titles=_LOST,
        session=timedelta(minutes=5),
    )


def step(code: str, title: Words, fills: tuple[AnyFill, ...], shown_when: ShownWhen | None = None) -> Step:
    """One page of a form: what it asks for stands in the field `DARB`, under one address for all."""
    controls = tuple(dict.fromkeys(action.control for fill in fills for action in fill.actions({})))
    return Step(
        name=code.lower(),
        title=title,
        path=_ADDRESS,
        heading=title.lv,
        button="Turpināt",
        request=_request(code, "Turpināt", controls),
        fills=fills,
        volatile=_TOKENS,
        shown_when=shown_when,
    )


def final(code: str, shows: dict[str, str]) -> Final:
    """The page that checks, and *Apstiprināt*. `shows` names the controls whose values its rows must repeat."""
    return Final(
        name="parbaude",
        path=_ADDRESS,
        heading="Pieteikuma pārbaude",
        button="Apstiprināt",
        request=_request(code, "Apstiprināt", ()),
        volatile=_TOKENS,
        fee=r"\bMaksa:\s*([^\n]+)",
        shows=shows,
        declined_paths=("/pieslegties",),
    )


def _request(code: str, button: str, controls: tuple[str, ...]) -> Request:
    fixed = {"DARB": code, "POGA": button}
    return Request(path=_ADDRESS, fields=(*fixed, *sorted(_TOKENS), *controls), fixed=fixed)


def receipt(prefix: str) -> ReceiptRule:
    """The page *Pieteikums reģistrēts*; a reference is like `VZD-2026-000001`."""
    return ReceiptRule(
        path=_ADDRESS,
        reference=rf"Pieteikuma numurs:\s*({prefix}-\d{{4}}-\d{{6,}})\b",
        pdf_link="Apliecinājums (PDF)",
    )


def look_up(title: str) -> LookUp:
    """*Mani pieteikumi*, the page that people read."""
    return LookUp(
        path=f"{_ADDRESS}?skats=mani",
        table=Table(more="Nākamā"),
        service=("Pakalpojums", title),
        key="Lieta",
        reference="Numurs",
        received="Reģistrēts",
        pdf_path=f"{_ADDRESS}/dokuments?num={{reference}}",
        # The portal stores before it answers and gives up an answer after a minute.
        settles_after=timedelta(minutes=2),
    )


OUTCOME = Outcome(
    path=f"{_ADDRESS}?skats=lieta&num={{reference}}",
    state=r"Stāvoklis:\s*([^\n]+)",
    standings={
        "saņemts": Standing.RECEIVED,
        "izskatīšanā": Standing.IN_PROGRESS,
        "jāpapildina": Standing.MORE_WANTED,
        "apmierināts": Standing.GRANTED,
        "noraidīts": Standing.REFUSED,
    },
    wanted=r"Jāpapildina:\s*([^\n]+)",
    until=r"Līdz datumam:\s*([0-9-]+)",
    decision_path=f"{_ADDRESS}/dokuments?num={{reference}}&veids=lemums",
    sign_in=SignIn(
        path="/oidc/login?via=pilnvara&next=%2Fserviss%3Fskats%3Dmani",
        landed=(_ADDRESS,),
        lost_paths=("/pieslegties",),
        lost_titles=_LOST,
    ),
)
"""A page for each application says how far it is; whoever may only look comes in by their list."""
