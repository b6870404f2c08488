"""The declaration of residence at the Office of Citizenship and Migration Affairs (PMLP)."""

from datetime import date

from connectors.sandbox.portal import fields as texts
from connectors.sandbox.single_page.fields import Answers, Problems, Question
from connectors.sandbox.single_page.services import Draft, Service, Step


def _code(key: str, label: str, shown_when: tuple[str, str] | None = None) -> Question:
    return Question(
        key,
        "text",
        label,
        maxlength=12,
        shown_when=shown_when,
        check=texts.check_personal_code,
        tidy=texts.tidy_personal_code,
    )


_CHILD = ("kas", "berns")
_WHO = Step(
    slug="personas",
    title="Kam deklarē dzīvesvietu",
    questions=(
        Question(
            "kas",
            "radio",
            "Kam deklarējat dzīvesvietu?",
            options=(("es", "Sev"), ("gimene", "Sev un ģimenes locekļiem"), ("berns", "Savam bērnam")),
        ),
        Question("berna_vards", "text", "Bērna vārds", maxlength=80, shown_when=_CHILD),
        Question("berna_uzvards", "text", "Bērna uzvārds", maxlength=80, shown_when=_CHILD),
        _code("berna_kods", "Bērna personas kods", _CHILD),
        Question(
            "locekli",
            "rows",
            "Ģimenes locekļi",
            row="Ģimenes loceklis",
            add="Pievienot ģimenes locekli",
            least=1,
            shown_when=("kas", "gimene"),
            rows=(
                Question("vards", "text", "Vārds un uzvārds", maxlength=120),
                _code("kods", "Personas kods"),
                Question(
                    "kas",
                    "select",
                    "Radniecība",
                    options=(("laulatais", "Laulātais"), ("berns", "Bērns"), ("vecaks", "Vecāks"), ("cits", "Cits")),
                ),
            ),
        ),
    ),
)


def _check_address(answers: Answers, today: date) -> Problems:
    day = answers.get("no", "")
    return {"no": "Datums nevar būt nākotnē"} if day and day > today.isoformat() else {}


_ADDRESS = Step(
    slug="adrese",
    title="Jaunā dzīvesvieta",
    questions=(
        Question(
            "adrese",
            "lookup",
            "Adrese",
            hint="Sāciet rakstīt ielu vai mājas nosaukumu un izvēlieties no saraksta.",
            source="adreses",
        ),
        Question("no", "day_parts", "Dzīvo šajā adresē kopš"),
        Question(
            "ieprieks",
            "radio",
            "Kur dzīvojāt iepriekš?",
            options=(("latvija", "Latvijā"), ("arzemes", "Ārvalstī"), ("nav", "Jaundzimušais: nekur")),
        ),
        Question(
            "valsts",
            "select",
            "Valsts",
            shown_when=("ieprieks", "arzemes"),
            options=(("EE", "Igaunija"), ("LT", "Lietuva"), ("IE", "Īrija"), ("DE", "Vācija"), ("XX", "Cita valsts")),
        ),
    ),
    check=_check_address,
)

_BASIS = Step(
    slug="pamats",
    title="Tiesiskais pamats dzīvot šajā adresē",
    questions=(
        Question(
            "pamats",
            "radio",
            "Tiesiskais pamats",
            options=(
                ("ipasums", "Īpašums"),
                ("ire", "Īres vai nomas līgums"),
                ("radnieciba", "Laulība, radniecība vai svainība ar īpašnieku vai īrnieku"),
            ),
        ),
        Question(
            "kadastrs",
            "text",
            "Īpašuma kadastra numurs",
            required=False,
            maxlength=14,
            shown_when=("pamats", "ipasums"),
        ),
        Question("ligums", "text", "Līguma numurs", maxlength=60, shown_when=("pamats", "ire")),
        Question("ligums_lidz", "day", "Līgums ir spēkā līdz", required=False, shown_when=("pamats", "ire")),
        Question(
            "saimnieks",
            "text",
            "Īpašnieka vai īrnieka vārds un uzvārds",
            maxlength=120,
            shown_when=("pamats", "radnieciba"),
        ),
    ),
)

_DECLARATIONS = Step(
    slug="apliecinajumi",
    title="Apliecinājumi",
    questions=(
        Question("talrunis", "tel", "Tālrunis", maxlength=20, check=texts.check_phone, tidy=texts.tidy_phone),
        Question("tiesibas", "tick", "Apliecinu, ka ir tiesisks pamats dzīvot šajā adresē"),
        Question("patiesiba", "tick", "Apliecinu, ka sniegtās ziņas ir patiesas"),
    ),
)


def _steps(_today: date) -> tuple[Step, ...]:
    return (_WHO, _ADDRESS, _BASIS, _DECLARATIONS)


def _key(draft: Draft) -> str:
    """Who moves, and when."""
    who, where = draft["personas"], draft["adrese"]
    return f"{who.get('berna_kods', who['kas'])}/{where['no']}"


RESIDENCE = Service(
    id="lv.pmlp.residence_declaration",
    slug="dzivesvietas-deklaresana",
    title="Dzīvesvietas deklarēšana",
    holder="Pilsonības un migrācijas lietu pārvalde",
    prefix="PMLP",
    steps=_steps,
    key_of=_key,
    refusal=("adrese", "Šajā adresē deklarēt dzīvesvietu nevar"),
    renamed="ieprieks",
    added=Question("dzivoklis", "text", "Istabu skaits", maxlength=3),
    sends_all=True,
)
