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
    problem: str = ""
    """Why it went no further, in words."""

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
    problem, failed = "", None
    try:
        await bench.runner.survey(task, bench.decide, bench.progress, shapes)
    except errors.RunError as error:
        failed, problem = error, said(error)
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
            problem=problem,
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


def said(error: errors.RunError) -> str:
    """Why a run ended, for whoever writes the connector; the portal's own words repeat made-up values at most."""
    if isinstance(error, errors.ValuesRefusedError):
        words = [f"{name}: {text}" for name, text in error.messages.items()]
        return "the portal refused the sample: " + "; ".join([*words, *error.general])
    return str(error)
