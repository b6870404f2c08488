"""The sickness benefit of the State Social Insurance Agency (VSAA)."""

from dataclasses import dataclass
from datetime import date, timedelta

from connectors.sandbox.common.people import Person
from connectors.sandbox.portal import fields
from connectors.sandbox.portal.fields import Answers, Messages, Option, Question
from connectors.sandbox.portal.services import Refusal, Service, Step, an_added_question


@dataclass(frozen=True)
class Sheet:
    """A closed sick-leave sheet B, as the register of e-health holds it."""

    number: str
    first_day: date
    last_day: date

    @property
    def shown(self) -> str:
        """As the select says it."""
        return f"Nr. {self.number} ({self.first_day:%d.%m.%Y.}–{self.last_day:%d.%m.%Y.})"


def sheets_of(person: Person, today: date) -> tuple[Sheet, ...]:
    """The sheets that a person has: one, but the made-up 329999-00011 has two and 329999-00012 none."""
    serial = person.personal_code[-5:]
    count = {"00011": 2, "00012": 0}.get(serial, 1)
    first = today - timedelta(days=20)
    return tuple(
        Sheet(
            number=f"B-{first:%y}-{serial}-{number + 1}",
            first_day=first - timedelta(days=60 * number),
            last_day=first - timedelta(days=60 * number - 10),
        )
        for number in range(count)
    )


def _steps(person: Person, today: date, _answers: Answers) -> tuple[Step, ...]:
    sheets = sheets_of(person, today)
    return (_INFORMATION, _data(sheets), _attachments(), _ANSWER, _DECLARATIONS)


_INFORMATION = Step(
    slug="informacija",
    title="Informācija par pakalpojumu",
    intro=(
        "Slimības pabalstu var pieprasīt, kad darbnespējas lapa B ir noslēgta.",
        "Lēmumu VSAA pieņem 10 darba dienu laikā no iesnieguma saņemšanas.",
        "Pakalpojums ir bez maksas.",
    ),
    questions=(fields.tick("iepazinos", "Iepazinos ar informāciju"),),
)


def _data(sheets: tuple[Sheet, ...]) -> Step:
    by_number = {sheet.number: sheet for sheet in sheets}

    def check(answers: Answers) -> Messages:
        messages: Messages = {}
        sheet = by_number.get(answers.get("lapa", ""))
        first, last = answers.get("periods_no", ""), answers.get("periods_lidz", "")
        if sheet:
            for key, value in (("periods_no", first), ("periods_lidz", last)):
                if value and not sheet.first_day <= date.fromisoformat(value) <= sheet.last_day:
                    messages[key] = "Datumam jābūt darbnespējas lapas periodā"
        if first and last and last < first:
            messages["periods_lidz"] = "Perioda beigas nedrīkst būt pirms sākuma"
        if not answers.get("talrunis") and not answers.get("epasts"):
            messages["talrunis"] = "Norādiet tālruni vai e-pastu"
        return messages

    return Step(
        slug="dati",
        title="Iesnieguma dati",
        questions=(
            fields.choice(
                "darbiba",
                "Darbība",
                {
                    "pieprasit": "Pieprasīt slimības pabalstu",
                    "papildinat": "Papildināt agrāk iesniegtu pieprasījumu",
                },
            ),
            Question(
                "lapa",
                "select",
                "Darbnespējas lapa B",
                hint="No e-veselības." if sheets else "E-veselībā jums nav noslēgtu darbnespējas lapu B.",
                options=tuple(Option(sheet.number, sheet.shown) for sheet in sheets),
            ),
            Question("periods_no", "date", "Periods no"),
            Question("periods_lidz", "date", "Periods līdz"),
            fields.text(
                "konts",
                "Konta numurs (IBAN)",
                hint="Jūsu konts Latvijas bankā, piemēram, LV78 PARA 0000 0000 0000 1.",
                maxlength=34,
                check=fields.check_iban,
                tidy=fields.tidy_iban,
            ),
            fields.phone(required=False, hint="Norādiet tālruni vai e-pastu, vai abus."),
            fields.email(required=False),
        ),
        check=check,
    )


def _attachments() -> Step:
    return Step(
        slug="pielikumi",
        title="Darba attiecības un pielikumi",
        questions=(
            fields.choice("darbs_beidzies", "Vai darba attiecības ir beigušās?", {"ja": "Jā", "ne": "Nē"}),
            Question(
                "beigsanas_datums",
                "date",
                "Darba attiecību beigu datums",
                hint="Aizpildiet, ja darba attiecības ir beigušās.",
                needed_when=("darbs_beidzies", "ja"),
                barred_else=True,
            ),
            Question(
                "izzina",
                "file",
                "Darba devēja izziņa",
                hint="PDF, JPG vai PNG, ne lielāka par 5 MB. Obligāta, ja darba attiecības ir beigušās.",
                needed_when=("darbs_beidzies", "ja"),
            ),
        ),
    )


def _check_answer(answers: Answers) -> Messages:
    if answers.get("informacijas_veids") == "epasts" and not answers.get("epasts"):
        return {"informacijas_veids": "E-pasts nav norādīts: izvēlieties citu veidu vai papildiniet datus"}
    if answers.get("informacijas_veids") == "talrunis" and not answers.get("talrunis"):
        return {"informacijas_veids": "Tālrunis nav norādīts: izvēlieties citu veidu vai papildiniet datus"}
    return {}


_ANSWER = Step(
    slug="sanemsana",
    title="Informācijas un lēmuma saņemšana",
    questions=(
        fields.choice(
            "informacijas_veids",
            "Kā vēlaties saņemt informāciju par iesniegumu?",
            {"epasts": "E-pastā", "talrunis": "Īsziņā", "portals": "Portālā"},
        ),
        fields.choice(
            "lemuma_veids",
            "Kā vēlaties saņemt lēmumu?",
            {"portals": "Portālā", "eadrese": "e-adresē", "pasts": "Pa pastu"},
        ),
        fields.text(
            "pasta_adrese",
            "Pasta adrese",
            hint="Aizpildiet, ja lēmumu vēlaties saņemt pa pastu.",
            needed_when=("lemuma_veids", "pasts"),
            maxlength=200,
            autocomplete="street-address",
        ),
    ),
    check=_check_answer,
)

_DECLARATIONS = Step(
    slug="apliecinajumi",
    title="Apliecinājumi",
    questions=(
        fields.tick("patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
        fields.tick("parbaude", "Piekrītu, ka VSAA pārbauda ziņas citos reģistros"),
        fields.tick("atmaksa", "Apņemos atmaksāt nepamatoti saņemtu pabalstu"),
    ),
)

SICKNESS_BENEFIT = Service(
    id="lv.vsaa.sickness_benefit",
    slug="slimibas-pabalsts",
    title="Slimības pabalsts",
    holder="Valsts sociālās apdrošināšanas aģentūra",
    summary="Pabalsta pieprasīšana pēc darbnespējas lapas B.",
    prefix="VSAA",
    build_steps=_steps,
    key_of=lambda answers: f"{answers['periods_no']}/{answers['periods_lidz']}",
    refusal=Refusal("konts", "Konts pieder citai personai"),
    renamed=("konts", "maksajuma_konts"),
    added=an_added_question("nodarbinatiba", "Nodarbinātības statuss"),
)
