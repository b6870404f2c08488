"""Forms of proposals: everything that is wrong is told at once, and what is proposed is named as people call it."""

import re

import pytest
from sqlalchemy import select

from audit.events import EventName
from gateway.changes.tables import ChangeKind
from gateway.pages.admin import fields, words
from gateway.services.tables import Agreement
from tests.gateway.changes.conftest import SERVICE, WHY, Office

PORTAL_OF_FAULTS = {
    "target": "",
    "portal": "",
    "name": "",
    "origin": "portal",
    "redirect_uris": "ftp://portal.example",
    "services": "no.such.service",
    "auth_method": "private_key_jwt",
    "jwks": "{",
    "logout_uri": "ftp://portal.example",
    "reason": "",
}
PROVIDER_OF_FAULTS = {
    "target": "",
    "name_lv": "",
    "issuer": "provider",
    "client_id": "",
    "scope": "profile",
    "auth_method": "by_hand",
    "acr_levels": "high",
    "code_claim": "a claim",
    "phone_claim": "a claim",
    "reason": "",
}
RULES_OF_FAULTS = {"target": SERVICE, "grant_least": "9", "permit_least": "9", "training": "none", "reason": ""}
AGREEMENT_OF_FAULTS = {
    "holder": "Nobody",
    "service": "no.such.service",
    "centre": "nowhere",
    "begins_at": "soon",
    "ends_at": "never",
    "reason": "",
}


@pytest.mark.parametrize(
    ("kind", "typed", "wrong"),
    [
        (ChangeKind.PORTAL_REGISTER, PORTAL_OF_FAULTS, set(PORTAL_OF_FAULTS) - {"auth_method"}),
        (ChangeKind.PROVIDER_ADD, PROVIDER_OF_FAULTS, {*PROVIDER_OF_FAULTS, "secret"}),
        (ChangeKind.SERVICE_RULES, RULES_OF_FAULTS, {"grant_least", "permit_least", "routes", "training", "reason"}),
        (ChangeKind.AGREEMENT_ADD, AGREEMENT_OF_FAULTS, set(AGREEMENT_OF_FAULTS)),
        (
            ChangeKind.TRAINING_DEFINE,
            {"target": "", "name_lv": "", "name_en": "", "valid_months": "x", "reason": ""},
            {"target", "name_lv", "name_en", "valid_months", "reason"},
        ),
        (
            ChangeKind.TRAINING_GRANT,
            {"staff": "nobody", "training": "none", "valid_until": "soon", "reason": ""},
            {"staff", "training", "valid_until", "reason"},
        ),
    ],
)
def test_everything_that_is_wrong_is_told_at_once_with_a_link_to_its_field(
    office: Office, kind: ChangeKind, typed: dict[str, str], wrong: set[str]
) -> None:
    answer = office.page().post(f"/admin/propose/{kind.value}", typed)
    assert answer.status == 422
    summary = re.search(r"govuk-error-summary__list.*?</ul>", answer.text, re.DOTALL)
    assert summary, answer.text
    links = re.findall(r'href="#([^"]+)"', summary[0])
    assert set(links) == wrong
    places = [answer.text.index(f'id="{name}"') for name in links]
    assert places == sorted(places), "in the order of the form"
    assert EventName.SETTINGS_PROPOSED not in office.events()


def test_every_field_of_every_form_has_its_label() -> None:
    asked = {each.name for form in fields.FORMS.values() for each in form}
    assert asked - words.LABELS.keys() == set()
    assert set(ChangeKind) == fields.FORMS.keys() == words.KINDS.keys()


def test_an_agreement_is_named_by_its_parties_its_place_and_its_days(office: Office) -> None:
    form = {
        "holder": "Parauga iestāde",
        "service": SERVICE,
        "centre": office.callers.centre_id,
        "begins_at": "2027-01-10",
        "ends_at": "2027-07-12",
        "reason": WHY,
    }
    path = office.page().post("/admin/propose/agreement.add", form).location
    title = "Parauga iestāde, Parauga pabalsts, Parauga centrs, 10.01.2027 – 12.07.2027"
    page = office.page(office.second)
    assert title in page.get("/admin").text
    shown = page.get(path).text
    assert re.search(rf"<h1[^>]*>[^<]*: {title}</h1>", shown), shown
    assert office.callers.centre_id not in shown
    page.post(f"{path}/confirm")
    office.wait()
    office.apply(path.rpartition("/")[2])
    kept = office.read(
        lambda conn: conn.execute(select(Agreement.id).where(Agreement.service_id == SERVICE)).scalar_one()
    )
    page = office.page()
    assert title in page.get("/admin").text
    listed = page.get("/admin/agreements").text
    assert f"({title.replace(' – ', ', ')})" in listed
    assert title in page.get(f"/admin/propose/agreement.end?target={kept}").text
    ending = page.post("/admin/propose/agreement.end", {"target": kept, "reason": WHY}).location
    assert title in page.get(ending).text
    assert f"– {title}" not in page.get(ending).text
    assert kept not in page.get("/admin").text
