"""A place in a municipality's queue for kindergartens."""

from datetime import date

from connectors.sandbox.common.people import Person
from connectors.sandbox.portal import fields
from connectors.sandbox.portal.fields import MONTHS, Answers, Messages, Option, Question
from connectors.sandbox.portal.services import Refusal, Service, Step, an_added_question

_MUNICIPALITIES = (
    Option("ziemelu", "Ziemeļu novads"),
    Option("upes", "Upes novads"),
    Option("juras", "Jūras pilsēta"),
)
_KINDERGARTENS = (
    Option("ziemelu-saulite", "PII “Saulīte”", "Ziemeļu novads"),
    Option("ziemelu-zvaigznite", "PII “Zvaigznīte”", "Ziemeļu novads"),
    Option("upes-vizbulite", "PII “Vizbulīte”", "Upes novads"),
    Option("upes-strautins", "PII “Strautiņš”", "Upes novads"),
    Option("juras-kaija", "PII “Kaija”", "Jūras pilsēta"),
    Option("juras-dzintars", "PII “Dzintariņš”", "Jūras pilsēta"),
)
_OLDEST_CHILD_YEARS = 7
_LATEST_START_YEARS = 5


def _steps(_person: Person, today: date, _answers: Answers) -> tuple[Step, ...]:
    return (_INFORMATION, _child(today), _place(today), _FAMILY, _CONTACT, _DECLARATIONS)


_INFORMATION = Step(
    slug="informacija",
    title="Informācija par pakalpojumu",
    intro=(
        "Bērnu rindā var pieteikt no dzimšanas līdz septiņu gadu vecumam.",
        "Var norādīt divas vēlamās iestādes vienā pašvaldībā.",
        "Pakalpojums ir bez maksas.",
    ),
    questions=(fields.tick("iepazinos", "Iepazinos ar informāciju"),),
)


def _child(today: date) -> Step:
    def check(answers: Answers) -> Messages:
        if not (born := answers.get("berna_dzimsanas")):
            return {}
        day = date.fromisoformat(born)
        if day > today:
            return {"berna_dzimsanas": "Dzimšanas datums nevar būt nākotnē"}
        age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
        return {} if age < _OLDEST_CHILD_YEARS else {"berna_dzimsanas": "Bērnam jābūt jaunākam par septiņiem gadiem"}

    return Step(
        slug="berns",
        title="Ziņas par bērnu",
        questions=(
            fields.text("berna_vards", "Bērna vārds", maxlength=60),
            fields.text("berna_uzvards", "Bērna uzvārds", maxlength=60),
            fields.text(
                "berna_pk",
                "Bērna personas kods",
                hint="Formā NNNNNN-NNNNN.",
                maxlength=12,
                check=fields.check_personal_code,
                tidy=fields.tidy_personal_code,
            ),
            Question("berna_dzimsanas", "date", "Bērna dzimšanas datums"),
        ),
        check=check,
    )


def _place(today: date) -> Step:
    def check(answers: Answers) -> Messages:
        messages: Messages = {}
        municipality = answers.get("pasvaldiba", "")
        first, second = answers.get("iestade_1", ""), answers.get("iestade_2", "")
        for key, place in (("iestade_1", first), ("iestade_2", second)):
            if municipality and place and not place.startswith(f"{municipality}-"):
                messages[key] = "Izvēlieties izvēlētās pašvaldības iestādi"
        if first and first == second:
            messages["iestade_2"] = "Izvēlieties citu iestādi nekā pirmo"
        start = answers.get("sakums", "")
        if start and not f"{today:%Y-%m}" <= start <= f"{today.year + _LATEST_START_YEARS}-{today:%m}":
            messages["sakums"] = "Sākumam jābūt no šī mēneša līdz pieciem gadiem uz priekšu"
        return messages

    return Step(
        slug="iestade",
        title="Pašvaldība un iestāde",
        questions=(
            Question("pasvaldiba", "select", "Pašvaldība", options=_MUNICIPALITIES),
            Question("iestade_1", "select", "Pirmā vēlamā iestāde", options=_KINDERGARTENS),
            Question("iestade_2", "select", "Otrā vēlamā iestāde", options=_KINDERGARTENS),
            Question("sakums", "month", "Vēlamais sākums"),
            fields.choice("valoda", "Grupas valoda", {"latviesu": "Latviešu", "bilingvala": "Latviešu un angļu"}),
        ),
        check=check,
    )


_FAMILY = Step(
    slug="gimene",
    title="Ģimene",
    questions=(
        fields.choice("brali_masas", "Vai šo iestādi jau apmeklē bērna brālis vai māsa?", {"ja": "Jā", "ne": "Nē"}),
        fields.text(
            "brala_vards",
            "Brāļa vai māsas vārds un uzvārds",
            hint="Aizpildiet, ja brālis vai māsa jau apmeklē iestādi.",
            needed_when=("brali_masas", "ja"),
            barred_else=True,
            maxlength=120,
        ),
        fields.text(
            "brala_grupa",
            "Grupa",
            hint="Aizpildiet, ja brālis vai māsa jau apmeklē iestādi.",
            needed_when=("brali_masas", "ja"),
            barred_else=True,
            maxlength=60,
        ),
    ),
)

_CONTACT = Step(
    slug="kontakti",
    title="Kontaktinformācija",
    questions=(
        fields.text("adrese", "Dzīvesvietas adrese", maxlength=200, autocomplete="street-address"),
        fields.email(),
        fields.phone(),
    ),
)

_DECLARATIONS = Step(
    slug="apliecinajumi",
    title="Apliecinājumi",
    questions=(
        fields.tick("parstavis", "Apliecinu, ka esmu bērna likumiskais pārstāvis"),
        fields.tick("patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
    ),
)

MONTH_OPTIONS = tuple(Option(str(number), name) for number, name in enumerate(MONTHS, start=1))

KINDERGARTEN_QUEUE = Service(
    id="lv.municipality.kindergarten_queue",
    slug="bernudarza-rinda",
    title="Pieteikums bērnudārza rindai",
    holder="Pašvaldība",
    summary="Bērna pieteikšana rindai pašvaldības pirmsskolas izglītības iestādē.",
    prefix="PASV",
    build_steps=_steps,
    key_of=lambda answers: answers["berna_pk"],
    refusal=Refusal("berna_pk", "Bērns Iedzīvotāju reģistrā nav atrasts"),
    renamed=("berna_pk", "berna_personas_kods"),
    added=an_added_question("dzimsanas_vieta", "Bērna dzimšanas vieta"),
)
