"""A portal looked at without a resident: is it there, does it sign in, is each form still the committed one?

Nothing is filed. Each step but the last is sent, with a sample's made-up answers: there is no other way to the next.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from connectors.runner import errors, judge
from connectors.runner.api import PrepareTask
from connectors.sdk.connector import Connector
from connectors.sdk.page import FormShape
from connectors.sdk.steps import Final, Step
from connectors.sdk.words import Words
from connectors.workshop.bench import Bench

_AWAY = (errors.PortalUnavailableError, errors.RunTimeoutError)
_NOT_SIGNED_IN = (*_AWAY, errors.SignInRefusedError, errors.IssuerRefusedError)


class Seen(StrEnum):
    """What a look found."""

    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    """There was no committed form to compare with."""
    NOT_REACHED = "not_reached"


class PageSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the form."""

    page: str
    title: Words
    seen: Seen
    differences: tuple[Words, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at one connector's portal found."""

    connector: str
    version: str
    portal: str
    reached: bool
    signed_in: bool
    pages: tuple[PageSeen, ...]
    problem: Words | None = None
    """Why it went no further, and what to do, for whoever decides; none where it saw every page."""
    detail: str = ""
    """The same for whoever writes the connector, in English."""

    @property
    def has_drifted(self) -> bool:
        """Whether a form is another than the committed one."""
        return any(page.seen is Seen.CHANGED for page in self.pages)

    @property
    def is_whole(self) -> bool:
        """Whether every page was looked at."""
        return all(page.seen is not Seen.NOT_REACHED for page in self.pages)


async def look(bench: Bench, connector: Connector, task: PrepareTask) -> tuple[Look, dict[str, FormShape]]:
    """Walk through the form up to the last page; also gives the forms as they are, by page."""
    shapes: dict[str, FormShape] = {}
    detail, failed = "", None
    try:
        await bench.runner.survey(task, bench.decide, bench.progress, shapes)
    except errors.RunError as error:
        failed, detail = error, said(error)
    steps = connector.steps_for(task.values)
    pages = _pages(connector, (*steps, connector.final), shapes, failed)
    is_inside = failed is None or bool(shapes)
    return (
        Look(
            connector=connector.id,
            version=connector.manifest.version,
            portal=task.portal_origin,
            reached=is_inside or not isinstance(failed, _AWAY),
            signed_in=is_inside or not isinstance(failed, _NOT_SIGNED_IN),
            pages=pages,
            problem=None if failed is None else why(failed),
            detail=detail,
        ),
        shapes,
    )


def _pages(
    connector: Connector,
    pages: tuple[Step | Final, ...],
    shapes: Mapping[str, FormShape],
    failed: errors.RunError | None,
) -> tuple[PageSeen, ...]:
    seen: list[PageSeen] = []
    for page in pages:
        differences: tuple[Words, ...] = ()
        committed = connector.fingerprints.get(page.name)
        if page.name in shapes:
            differences = judge.changes(connector, page, shapes[page.name]) if committed else ()
            verdict = Seen.NEW if committed is None else Seen.CHANGED if differences else Seen.SAME
        elif isinstance(failed, errors.FormChangedError) and all(before.seen is Seen.SAME for before in seen):
            differences, verdict = failed.differences, Seen.CHANGED
            failed = None
        else:
            verdict = Seen.NOT_REACHED
        seen.append(PageSeen(page=page.name, title=page.title, seen=verdict, differences=differences))
    return tuple(seen)


_WHY: tuple[tuple[tuple[type[errors.RunError], ...], Words], ...] = (
    (
        (errors.PortalUnavailableError, errors.RunTimeoutError),
        Words(
            "Portālu nevar sasniegt: tas neatbild vai saka, ka nedarbojas. Paskatieties vēlāk; ja tas nepāriet, "
            "jautājiet portāla uzturētājam.",
            "The portal cannot be reached: it does not answer, or it says that it is out of order. Look again later; "
            "if it stays so, ask whoever runs the portal.",
        ),
    ),
    (
        (errors.PortalUntrustedError,),
        Words(
            "Tas, kurš atbild portāla adresē, nevar pierādīt, ka ir portāls. Jautājiet portāla uzturētājam.",
            "Whoever answers at the portal’s address cannot prove to be the portal. Ask whoever runs the portal.",
        ),
    ),
    (
        (errors.SignInRefusedError, errors.IssuerRefusedError),
        Words(
            "Portāls ir sasniedzams, bet izmēģinājuma pierakstīšanās tajā neizdodas. Jautājiet portāla uzturētājam, "
            "vai testa sistēma mūsu pierakstīšanos pazīst.",
            "The portal can be reached, but the trial sign-in does not work there. Ask whoever runs the portal whether "
            "its test system knows our sign-in.",
        ),
    ),
    (
        (errors.SessionLostError,),
        Words(
            "Portāls pa vidu pieprasīja pierakstīties no jauna. Paskatieties vēlreiz.",
            "The portal asked in the middle to sign in again. Look once more.",
        ),
    ),
    (
        (errors.ValuesRefusedError,),
        Words(
            "Portāls nepieņem savienotāja izdomātās atbildes, tāpēc nākamās lapas nav redzētas. Savienotāja autoram "
            "jādod citas.",
            "The portal does not take the connector’s made-up answers, so the next pages were not seen. The "
            "connector’s author has to give others.",
        ),
    ),
    (
        (errors.FormChangedError, errors.TamperedError, errors.GateRefusedError),
        Words(
            "Lapa nedarbojas tā, kā savienotājs to pazīst, tāpēc nākamās lapas nav redzētas. Savienotāja autoram tas "
            "jāpielāgo.",
            "The page does not work as the connector knows it, so the next pages were not seen. The connector’s author "
            "has to adapt it.",
        ),
    ),
)
_OURS = Words(
    "Skatīšanās apstājās tehnisku iemeslu dēļ mūsu pusē. Paskatieties vēlreiz; ja tas nepāriet, pasakiet operatoram.",
    "The look stopped for a technical reason on our side. Look once more; if it stays so, tell the operator.",
)


def why(error: errors.RunError) -> Words:
    """Why a look went no further, and what to do, in words that need no knowledge of programs."""
    return next((words for kinds, words in _WHY if isinstance(error, kinds)), _OURS)


def said(error: errors.RunError) -> str:
    """Why a run ended, for whoever writes the connector; the portal's own words repeat made-up values at most."""
    if isinstance(error, errors.ValuesRefusedError):
        words = [f"{name}: {text}" for name, text in error.messages.items()]
        return "the portal refused the sample: " + "; ".join([*words, *error.general])
    return str(error)
