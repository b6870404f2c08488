"""Steps that several services share: what one has read, how the answer comes, what one declares."""

from connectors.sandbox.portal import fields
from connectors.sandbox.portal.fields import Answers, Messages, Question
from connectors.sandbox.portal.services import Step


def information(*intro: str) -> Step:
    """The first page of every service."""
    return Step(
        slug="informacija",
        title="Informācija par pakalpojumu",
        intro=intro,
        questions=(fields.tick("iepazinos", "Iepazinos ar informāciju"),),
    )


def declarations(**ticks: str) -> Step:
    """The last page before the overview: a box for each sentence."""
    return Step(
        slug="apliecinajumi",
        title="Apliecinājumi",
        questions=tuple(fields.tick(key, label) for key, label in ticks.items()),
    )


def payment_and_decision() -> Step:
    """Account, contact, and how the decision of the State Social Insurance Agency comes."""
    return Step(
        slug="sanemsana",
        title="Izmaksa un lēmuma saņemšana",
        questions=(
            fields.account(),
            fields.phone(required=False, hint="Norādiet tālruni vai e-pastu, vai abus."),
            fields.email(required=False),
            fields.choice(
                "lemuma_veids",
                "Kā vēlaties saņemt lēmumu?",
                {"portals": "Portālā", "eadrese": "e-adresē", "pasts": "Pa pastu"},
            ),
            fields.text("adrese", "Dzīvesvietas adrese", maxlength=200, autocomplete="street-address"),
        ),
        check=_reachable,
    )


def contact() -> Step:
    """Where a municipality writes to."""
    return Step(
        slug="kontakti",
        title="Kontaktinformācija",
        questions=(
            fields.text("adrese", "Adrese", maxlength=200, autocomplete="street-address"),
            fields.email(),
            fields.phone(),
        ),
    )


def child(*more: Question) -> tuple[Question, ...]:
    """Who the child is, as the benefits ask it; `more` stands before the day of birth."""
    return (
        fields.text("berna_vards", "Bērna vārds", maxlength=60),
        fields.text("berna_uzvards", "Bērna uzvārds", maxlength=60),
        *more,
        fields.day("berna_dzimsanas", "Bērna dzimšanas datums"),
    )


def _reachable(answers: Answers) -> Messages:
    return {} if answers.get("talrunis") or answers.get("epasts") else {"talrunis": "Norādiet tālruni vai e-pastu"}
