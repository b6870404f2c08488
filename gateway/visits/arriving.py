"""The portal has it: its number and PDF are kept, and what comes after a filing begins."""

import re
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert

from audit.entry import Actor
from audit.events import EventName
from connectors.sdk import registry
from delegation.assurance import NumberSource
from delegation.commitment import HashKind
from delegation.filing import FilingState
from gateway.ids import new_id
from gateway.parts import Parts
from gateway.people import residents
from gateway.people.residents import Profile
from gateway.visits import actors, advancing, disclosure, filings, following, plans, read_backs
from gateway.visits.asking import Answers
from gateway.visits.rows import AnyRow
from gateway.visits.sealed import VisitVault
from gateway.visits.tables import Receipt
from gateway.visits.trail import say

_AMOUNT = re.compile(r"\d{1,3}(?:[ \u00a0.]?\d{3})?(?:[.,]\d{2})?[ \u00a0]?(?:EUR|€)")


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """What the portal gave for an application."""

    reference: str
    pdf: bytes | None
    text: str = ""
    """Of the page, where one was seen: later services may be fed with what it says."""


def file_receipt(
    conn: Connection,
    parts: Parts,
    filing: AnyRow,
    page: ReceiptPage,
    who: Actor,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    """The portal has it: keep reference, PDF and what later services need, say so, and go on with those.

    `reason` replaces the one that the filing had, where there is something to say of how that was learned.
    """
    reference, pdf = page.reference, page.pdf
    vault = VisitVault.of(conn, parts.sealer, filing.visit_id)
    receipt_id = new_id()
    pdf_hash = None if pdf is None else vault.hasher.hash(HashKind.RECEIPT, pdf)
    conn.execute(
        insert(Receipt).values(
            id=receipt_id,
            filing_id=filing.id,
            reference=reference,
            fee=_to_be_paid(read_backs.read(vault, filing.id).fee),
            pdf_hash=pdf_hash,
            payload_hash=filing.readback_hash,
            body_sha256=filing.body_sha256,
            stored_at=now,
        )
    )
    if pdf is not None:
        vault.keep(filing.id, "pdf", pdf, now)
    given = plans.keep_given(vault, filing.id, registry.find(filing.service_id), page.text, now)
    _remember_account(conn, parts, vault, filing, now)
    why = reason or filing.reason
    filings.move(conn, filing, FilingState.FILED, reference=reference, ended_at=now, reason=why)
    reference_hash = vault.hasher.hash(HashKind.RECEIPT, reference.encode())
    say(conn, filing.visit_id, EventName.FILING_FILED, who, now, filing=filing.id, reference=reference_hash)
    say(
        conn,
        filing.visit_id,
        EventName.RECEIPT_STORED,
        actors.SYSTEM,
        now,
        receipt=receipt_id,
        filing=filing.id,
        payload=filing.readback_hash,
        pdf=pdf_hash,
        **disclosure.commit_receipt(vault, filing.id, reference, pdf),
        **({"gives": given} if given else {}),
    )
    following.begin(conn, parts, filing, now)
    advancing.later(conn, filing, now)


def _to_be_paid(fee: str) -> str | None:
    """The amount in what the portal wrote of its fee: of its own words nothing else is kept in the open."""
    found = _AMOUNT.search(fee)
    return found.group() if found and set(found.group()) & set("123456789") else None


def _remember_account(conn: Connection, parts: Parts, vault: VisitVault, filing: AnyRow, now: datetime) -> None:
    """The account that the resident has confirmed and the portal has taken is known from now on."""
    values = msgspec.json.decode(vault.take(filing.id, "answers"), type=Answers).values
    asked = [each.name for each in registry.find(filing.service_id).inputs if each.prefill == "resident.iban"]
    account = next((value for name in asked if isinstance(value := values.get(name), str)), None)
    if account:
        profile = Profile(name="", code="", iban=account)
        source = NumberSource.EARLIER_APPROVAL
        residents.remember(conn, parts, filing.principal_id, profile, source=source, now=now)
