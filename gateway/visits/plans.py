"""The plan of a visit about several services: what waits for what, what was answered once, what a receipt has given.

The order and the waiting come from what the connectors ask and give (`connectors.sdk.together`), from no list of ours.
What was answered is sealed once, for the visit; each filing draws its own answers from it when its turn comes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from connectors.sdk import groups, registry
from connectors.sdk.answers import Answer, InvalidAnswers, Validated, validate
from connectors.sdk.connector import Connector
from connectors.sdk.inputs import Input, Upload
from connectors.sdk.together import Together, TogetherError, together
from delegation.filing import IN_DOUBT, FilingState
from gateway.services import catalogue
from gateway.services.catalogue import Service
from gateway.visits.asking import StoredUpload, stored, uploads
from gateway.visits.errors import NotTogetherError
from gateway.visits.filings import counts
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.states import Late

ANSWERS = "plan"
"""What is sealed of a visit's answers to all its services."""
GIVEN = "given"
"""What is sealed of what a filing's receipt has given."""


class LeftOut(StrEnum):
    """Why a service of several is not done."""

    SKIPPED = "skipped"
    """The assistant and the resident leave it for now."""
    NOT_YET = "not_yet"
    """Something has to be so first, and is not."""


class PlanDraft(msgspec.Struct, frozen=True):
    """What was typed since, checked by nobody and drawn from by no service."""

    values: dict[str, str | list[str]]
    files: dict[str, StoredUpload] = {}
    mark: str = ""
    """New each time it is kept: a page knows by it whether it is still the newest."""


class PlanAnswers(msgspec.Struct, frozen=True):
    """What was typed for all services of a visit, by the names of the set."""

    principal: str
    values: dict[str, str | list[str]] = {}
    files: dict[str, StoredUpload] = {}
    settled: dict[str, str] = {}
    """What was said to what comes before the questions: `yes` or `no`, by service and name with a slash between."""
    is_checked: bool = False
    """Whether the services' rules took them; what is half done is not drawn from."""
    draft: PlanDraft | None = None

    @property
    def mark(self) -> str:
        """The mark of the draft; empty where there is none."""
        return "" if self.draft is None else self.draft.mark

    def answers(self) -> dict[str, Answer | None]:
        """As questions take them."""
        return {**self.values, **self.uploads()}

    def uploads(self) -> dict[str, Upload]:
        """The files as a connector takes them."""
        return uploads(self.files)

    def typed(self, asked: Iterable[Input]) -> tuple[dict[str, str | list[str]], dict[str, Upload]]:
        """What stands in the form: what was answered, and over it what was typed since; values and files.

        Rows stand as they were typed last: one that was taken away does not come back from what was answered.
        """
        if self.draft is None:
            return self.values, self.uploads()
        inputs = tuple(asked)
        files = groups.outside(inputs, self.uploads()) | uploads(self.draft.files)
        return groups.outside(inputs, self.values) | self.draft.values, files


def is_plan(visit: Mapping[str, object]) -> bool:
    """Whether a visit is about several services."""
    return bool(visit["services"])


def set_of(services: Sequence[Service]) -> Together:
    """The electronic ones of these services as one set.

    Raises:
        NotTogetherError: they cannot be asked for together.
    """
    known = registry.all()
    connectors = [known[each.id] for each in services if each.is_electronic and each.id in known]
    try:
        return together(connectors)
    except TogetherError as error:
        raise NotTogetherError(str(error)) from error


def of_visit(conn: Connection, service_ids: Iterable[str]) -> Together:
    """The set of a visit's services; errors as of `set_of`."""
    return set_of(catalogue.find_all(conn, list(service_ids)))


def newest(filings: Iterable[AnyRow], delegation_id: str | None) -> dict[str, AnyRow]:
    """The newest filing of each service. What came to nothing under an earlier delegation is to be done anew."""
    stays = IN_DOUBT | {FilingState.FILED}
    counted = [each for each in filings if counts(each)]
    return {each.service_id: each for each in counted if each.delegation_id == delegation_id or each.state in stays}


def waits_for(plan: Together, service: str, newest: Mapping[str, AnyRow]) -> tuple[str, ...]:
    """The services that have to be filed before this one, and are not."""
    waiting = plan.waits.get(service)
    return () if waiting is None else tuple(each for each in waiting.givers if not _is_filed(newest.get(each)))


def ready(plan: Together, newest: Mapping[str, AnyRow], left_out: Mapping[str, str]) -> tuple[str, ...]:
    """The services that can be gone on with by themselves, in their order: not those that came to nothing."""
    return tuple(
        each
        for each in plan.services
        if each not in left_out and _is_untried(newest.get(each)) and not waits_for(plan, each, newest)
    )


def awaited(plan: Together, newest: Mapping[str, AnyRow]) -> frozenset[str]:
    """The concepts that nobody is asked for, since a service that is still to be filed gives them."""
    return frozenset(
        concept
        for waiting in plan.waits.values()
        for concept, giver in waiting.gives.items()
        if not _is_filed(newest.get(giver))
    )


def unfiled(plan: Together, newest: Mapping[str, AnyRow], left_out: Mapping[str, str]) -> tuple[str, ...]:
    """The services whose answers may still be given or corrected."""
    done = IN_DOUBT | {FilingState.FILED}
    return tuple(
        each
        for each in plan.services
        if each not in left_out and ((row := newest.get(each)) is None or row.state not in done)
    )


def check(
    plan: Together,
    service: str,
    answers: Mapping[str, Answer | None],
    given: Mapping[str, str],
    *,
    language: str,
    without: Iterable[str] = (),
    today: date | None = None,
) -> Validated | InvalidAnswers:
    """Hold one service's own rules against its answers; `without` are concepts that are not known yet.

    `today` is there where somebody is at the questions, who can mend a date that has come too late.
    """
    connector, unknown = registry.find(service), frozenset(without)
    asked = tuple(each for each in connector.inputs if each.concept not in unknown)
    return validate(asked, plan.drawn(service, {**given, **answers}), language, today=today)


def find(vault: VisitVault, visit_id: str, principal_id: str) -> PlanAnswers:
    """What was answered for this person; nothing where nobody has typed yet."""
    kept = vault.find(visit_id, ANSWERS)
    found = None if kept is None else msgspec.json.decode(kept, type=PlanAnswers)
    return found if found is not None and found.principal == principal_id else PlanAnswers(principal_id)


def keep(vault: VisitVault, visit_id: str, answers: PlanAnswers, now: datetime) -> None:
    """Seal what was answered, in place of what was before."""
    vault.keep(visit_id, ANSWERS, msgspec.json.encode(answers), now)


def made(
    principal_id: str,
    values: Mapping[str, str | list[str]],
    files: Mapping[str, Upload],
    settled: Mapping[str, str],
    *,
    is_checked: bool,
) -> PlanAnswers:
    """Answers as they are sealed."""
    return PlanAnswers(principal_id, dict(values), stored(files), dict(settled), is_checked)


def keep_given(vault: VisitVault, filing_id: str, connector: Connector, page_text: str, now: datetime) -> list[str]:
    """Seal what the receipt's page says that later services need; return the concepts."""
    found = {
        concept: match[1].strip()
        for concept, pattern in connector.gives.items()
        if (match := re.search(pattern, page_text)) is not None
    }
    if found:
        vault.keep(filing_id, GIVEN, msgspec.json.encode(found), now)
    return sorted(found)


def given_in(vault: VisitVault, filings: Iterable[AnyRow]) -> dict[str, str]:
    """What the receipts of these filings have given, by concept."""
    known: dict[str, str] = {}
    for filing in filings:
        kept = vault.find(filing.id, GIVEN) if filing.state is FilingState.FILED else None
        known |= {} if kept is None else msgspec.json.decode(kept, type=dict[str, str])
    return known


def _is_filed(filing: AnyRow | None) -> bool:
    return filing is not None and filing.state is FilingState.FILED


def _is_untried(filing: AnyRow | None) -> bool:
    """Whether nothing came to nothing by itself: what was overtaken by an earlier one is not tried again."""
    is_left = filing is not None and filing.state is FilingState.ABANDONED
    return filing is None or (is_left and filing.reason != Late.OVERTAKEN_ELSEWHERE)
