"""What a portal did not take: its words are sealed for whoever corrects them, the questions' names are counted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from connectors.runner import errors as run_errors
from gateway.database.together import insert_once
from gateway.visits.asking import Refusals
from gateway.visits.refusal_tables import RefusedAt, RefusedInput
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault

_MOST: Final = 50
_LONGEST: Final = 128
_NONE_NAMED: Final = ("",)


def keep(
    conn: Connection,
    vault: VisitVault,
    filing: AnyRow,
    messages: Mapping[str, str],
    general: Sequence[str],
    stage: RefusedAt,
    now: datetime,
) -> None:
    """Seal what the portal said with the visit, and count which questions it was about."""
    vault.keep(filing.id, "refusals", msgspec.json.encode(Refusals(dict(messages), tuple(general))), now)
    for name in names(messages) or _NONE_NAMED:
        insert_once(
            conn,
            RefusedInput,
            {
                "filing_id": filing.id,
                "attempt": filing.attempt,
                "input": name,
                "stage": stage,
                "service_id": filing.service_id,
                "connector_version": filing.connector_version,
                "at": now,
            },
        )


def names(messages: Iterable[str]) -> list[str]:
    """The questions' names, as they are counted and recorded."""
    return sorted(each[:_LONGEST] for each in messages)[:_MOST]


def said_of(error: run_errors.RunError) -> dict[str, Any]:
    """What the event of a failed run says besides: which questions were refused."""
    return {"inputs": names(error.messages)} if isinstance(error, run_errors.ValuesRefusedError) else {}
