"""How the portal's wizard for the kindergarten queue is filled in."""

from connectors.portals import latvija
from connectors.sdk.steps import Choose, DatePart, Fill, FillDateParts, Pick, Tick
from connectors.sdk.words import Words

SLUG = "bernudarza-rinda"
_START = "Vēlamais sākums"


def _tick(question: str, control: str, label: str) -> Tick:
    return Tick(input=question, control=control, label=label, sends="ja")


STEPS = (
    latvija.step(
        SLUG,
        "informacija",
        Words("Informācija par pakalpojumu", "About the service"),
        (_tick("information_read", "iepazinos", "Iepazinos ar informāciju"),),
    ),
    latvija.step(
        SLUG,
        "berns",
        Words("Ziņas par bērnu", "The child"),
        (
            Fill(input="child_given_name", control="berna_vards", label="Bērna vārds"),
            Fill(input="child_family_name", control="berna_uzvards", label="Bērna uzvārds"),
            Fill(input="child_code", control="berna_pk", label="Bērna personas kods"),
            FillDateParts(
                input="child_born",
                legend="Bērna dzimšanas datums",
                day=DatePart("berna_dzimsanas_diena", "Diena"),
                month=DatePart("berna_dzimsanas_menesis", "Mēnesis"),
                year=DatePart("berna_dzimsanas_gads", "Gads"),
            ),
        ),
    ),
    latvija.step(
        SLUG,
        "iestade",
        Words("Pašvaldība un iestāde", "Municipality and kindergarten"),
        (
            Choose(input="municipality", control="pasvaldiba", label="Pašvaldība"),
            Choose(input="first_choice", control="iestade_1", label="Pirmā vēlamā iestāde"),
            Choose(input="second_choice", control="iestade_2", label="Otrā vēlamā iestāde"),
            Choose(input="start_month", control="sakums_menesis", label="Mēnesis", within=_START),
            Fill(input="start_year", control="sakums_gads", label="Gads", within=_START),
            Pick(
                input="group_language",
                control="valoda",
                legend="Grupas valoda",
                options={"latvian": ("latviesu", "Latviešu"), "bilingual": ("bilingvala", "Latviešu un angļu")},
            ),
        ),
    ),
    latvija.step(
        SLUG,
        "gimene",
        Words("Ģimene", "Family"),
        (
            Pick(
                input="sibling",
                control="brali_masas",
                legend="Vai šo iestādi jau apmeklē bērna brālis vai māsa?",
                options={"yes": ("ja", "Jā"), "no": ("ne", "Nē")},
            ),
            Fill(input="sibling_name", control="brala_vards", label="Brāļa vai māsas vārds un uzvārds"),
            Fill(input="sibling_group", control="brala_grupa", label="Grupa"),
        ),
    ),
    latvija.step(
        SLUG,
        "kontakti",
        Words("Kontaktinformācija", "Contact"),
        (
            Fill(input="address", control="adrese", label="Dzīvesvietas adrese"),
            Fill(input="email", control="epasts", label="E-pasts"),
            Fill(input="phone", control="talrunis", label="Tālrunis"),
        ),
    ),
    latvija.step(
        SLUG,
        "apliecinajumi",
        Words("Apliecinājumi", "Declarations"),
        (
            _tick("guardian", "parstavis", "Apliecinu, ka esmu bērna likumiskais pārstāvis"),
            _tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
        ),
    ),
)

FINAL = latvija.final(SLUG, {"Bērna personas kods": "berna_pk", "Pirmā vēlamā iestāde": "iestade_1"})
