"""What others would say to a counter: the portal, the worker that stands before it, and the identity provider."""

from datetime import datetime

from connectors.runner.api import DeclinedByPortal, Evidence, Filed, GateRequest, Unknown
from delegation.assurance import Assurance
from delegation.readback import Item, ReadBack
from gateway.oauth.relying_party import SignedIn

PORTAL = "http://127.0.0.2:8401"
READ_BACK = ReadBack(
    items=(
        Item("account", "konts", "Konta numurs", "text", "LV97HABA0012345678910", "LV97HABA0012345678910"),
        Item("parskats", "csrf", "", "hidden", "abc", ""),
        Item("parskats", "melnraksts", "", "hidden", "d-1", ""),
        Item("parskats", "versija", "", "hidden", "7", ""),
    ),
    attachments=(),
    fee="0,00 EUR",
    language="lv",
)
FINAL_FIELDS = (("csrf", "other"), ("melnraksts", "d-2"), ("versija", "7"))
"""The portal's tokens differ each time; the version of the overview may not."""


def final_request(run_id: str, fields: tuple[tuple[str, str], ...]) -> GateRequest:
    return GateRequest(
        run_id=run_id,
        kind="final",
        step=None,
        method="POST",
        origin=PORTAL,
        path="/pakalpojumi/slimibas-pabalsts/nosutit",
        fields=fields,
        body_sha256="ab" * 32,
    )


def evidence_at(moment: datetime) -> Evidence:
    return Evidence(body_sha256="ab" * 32, sent_at=moment, status=303)


def filed(moment: datetime) -> Filed:
    return Filed(reference="SP-2026-000001", pdf=b"%PDF-1.7", page_text="", evidence=evidence_at(moment))


def declined(moment: datetime) -> DeclinedByPortal:
    return DeclinedByPortal(messages={"account": "Konts nepieder."}, general=(), evidence=evidence_at(moment))


def unknown(moment: datetime) -> Unknown:
    return Unknown(reason="no_answer", evidence=evidence_at(moment))


def signed_in(code: str, acr: Assurance, at: datetime) -> SignedIn:
    return SignedIn(
        personal_code=code,
        subject=f"PK:{code}",
        given_name="Ilze",
        family_name="Paraudziņa",
        phone_number="+37120000001",
        phone_number_verified=True,
        email=None,
        acr=acr.uri,
        amr=("pin",),
        auth_time=at,
        id_token="e30.e30.c2ln",
    )
