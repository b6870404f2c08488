"""The annual income declaration of the State Revenue Service (VID)."""

from datetime import date

from connectors.sandbox.portal import fields as texts
from connectors.sandbox.single_page.fields import Answers, Problems, Question, check_registration_number
from connectors.sandbox.single_page.services import Service, Step


def _steps(today: date) -> tuple[Step, ...]:
    return (_general(today), _INCOME, _EXPENSES, _REFUND)


def _general(today: date) -> Step:
    years = tuple((str(today.year - back), f"{today.year - back}. gads") for back in (1, 2, 3))
    return Step(
        slug="vispariga",
        title="Vispārīgā informācija",
        intro="Deklarāciju iesniedz par gadu, kas beidzies. Brīvprātīgu deklarāciju var iesniegt trīs gadus.",
        questions=(
            Question("gads", "select", "Taksācijas gads", options=years),
            Question(
                "veids",
                "radio",
                "Kāpēc iesniedzat deklarāciju?",
                options=(
                    ("atmaksa", "Lai atgūtu pārmaksāto nodokli"),
                    ("obligati", "Deklarācija man jāiesniedz obligāti"),
                ),
            ),
            Question("talrunis", "tel", "Tālrunis", maxlength=20, check=texts.check_phone, tidy=texts.tidy_phone),
            Question("epasts", "email", "E-pasts", required=False, check=texts.check_email),
        ),
    )


_INCOME = Step(
    slug="ienakumi",
    title="Gūtie ienākumi",
    intro="Norādiet katru ienākumu izmaksātāju atsevišķi.",
    questions=(
        Question(
            "ienakumi",
            "rows",
            "Ienākumi",
            row="Ienākumu avots",
            add="Pievienot ienākumu avotu",
            least=1,
            rows=(
                Question("izmaksatajs", "text", "Izmaksātājs", maxlength=120),
                Question("regnr", "text", "Reģistrācijas numurs", maxlength=11, check=check_registration_number),
                Question(
                    "veids",
                    "select",
                    "Ienākuma veids",
                    options=(
                        ("alga", "Darba alga"),
                        ("autors", "Autoratlīdzība"),
                        ("pensija", "Pensija"),
                        ("noma", "Īpašuma noma"),
                        ("cits", "Cits ienākums"),
                    ),
                ),
                Question("summa", "amount", "Ieņēmumi"),
                Question("nodoklis", "amount", "Ieturētais nodoklis", required=False),
                Question("vsaoi", "amount", "Sociālās iemaksas", required=False),
            ),
        ),
    ),
)


def _check_expenses(answers: Answers, _today: date) -> Problems:
    problems: Problems = {}
    for place, row in enumerate(answers.get("izdevumi", [])):
        if row.get("summa") == 0:
            problems[f"izdevumi.{place}.summa"] = "Summai jābūt lielākai par nulli"
    return problems


_EXPENSES = Step(
    slug="izdevumi",
    title="Attaisnotie izdevumi",
    intro="Izdevumi par izglītību un ārstniecību, arī par ģimenes locekļiem. Pievienojiet čeku vai kvīti.",
    questions=(
        Question(
            "izdevumi",
            "rows",
            "Izdevumi",
            row="Izdevums",
            add="Pievienot izdevumu",
            rows=(
                Question(
                    "par",
                    "radio",
                    "Par ko maksāts",
                    options=(("arsts", "Ārstniecība"), ("zobi", "Zobārstniecība"), ("izglitiba", "Izglītība")),
                ),
                Question(
                    "kam",
                    "select",
                    "Par ko (persona)",
                    options=(("es", "Par sevi"), ("berns", "Par bērnu"), ("laulatais", "Par laulāto vai vecākiem")),
                ),
                Question(
                    "kods",
                    "text",
                    "Ģimenes locekļa personas kods",
                    required=False,
                    maxlength=12,
                    check=texts.check_personal_code,
                    tidy=texts.tidy_personal_code,
                ),
                Question("summa", "amount", "Summa"),
                Question("ceks", "file", "Čeks vai kvīts"),
            ),
        ),
    ),
    check=_check_expenses,
)

_REFUND = Step(
    slug="atmaksa",
    title="Pārmaksātā nodokļa atmaksa",
    questions=(
        Question("konts", "text", "Konta numurs (IBAN)", maxlength=34, check=texts.check_iban, tidy=texts.tidy_iban),
        Question("patiesiba", "tick", "Apliecinu, ka deklarācijā sniegtās ziņas ir pilnīgas un patiesas"),
    ),
)

ANNUAL_INCOME = Service(
    id="lv.vid.annual_income_declaration",
    slug="gada-ienakumu-deklaracija",
    title="Gada ienākumu deklarācija",
    holder="Valsts ieņēmumu dienests",
    prefix="VID",
    steps=_steps,
    key_of=lambda draft: str(draft["vispariga"]["gads"]),
    refusal=("konts", "Konts pieder citai personai"),
    renamed="ienakumi",
    added=Question("rezidence", "text", "Nodokļu rezidences valsts", maxlength=80),
)
