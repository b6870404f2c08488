"""The parental benefit of the State Social Insurance Agency (VSAA)."""

from datetime import date

from connectors.sandbox.common.people import Person
from connectors.sandbox.portal import answering, fields
from connectors.sandbox.portal.fields import Answers, Messages
from connectors.sandbox.portal.services import Refusal, Service, Step, an_added_question


def _steps(_person: Person, today: date, _answers: Answers) -> tuple[Step, ...]:
    return (_INFORMATION, _child(today), _OTHER_PARENT, _PERIOD, answering.payment_and_decision(), _DECLARATIONS)


_INFORMATION = answering.information(
    "Pabalstu var izvēlēties saņemt 13 mēnešus (60 % no vidējās iemaksu algas) vai 19 mēnešus (43,75 %).",
    "Divi mēneši katram vecākam ir nenododami.",
    "Izvēlēto ilgumu pēc pabalsta piešķiršanas mainīt nevar. Lēmums – 10 darba dienās. Bez maksas.",
)


def _child(today: date) -> Step:
    def check(answers: Answers) -> Messages:
        born = answers.get("berna_dzimsanas")
        if born and date.fromisoformat(born) > today:
            return {"berna_dzimsanas": "Dzimšanas datums nevar būt nākotnē"}
        return {}

    return Step(
        slug="berns",
        title="Ziņas par bērnu",
        questions=answering.child(fields.personal_code("berna_pk", "Bērna personas kods", hint="Formā NNNNNN-NNNNN.")),
        check=check,
    )


_OTHER_PARENT = Step(
    slug="otrs-vecaks",
    title="Otrs vecāks",
    questions=(
        fields.choice("otrs_vecaks", "Vai bērnam ir otrs vecāks?", {"ja": "Jā", "ne": "Nē vai nav zināms"}),
        fields.text(
            "otra_vecaka_vards",
            "Otra vecāka vārds un uzvārds",
            needed_when=("otrs_vecaks", "ja"),
            barred_else=True,
            maxlength=120,
        ),
        fields.personal_code(
            "otra_vecaka_pk", "Otra vecāka personas kods", needed_when=("otrs_vecaks", "ja"), barred_else=True
        ),
    ),
)


def _check_period(answers: Answers) -> Messages:
    messages: Messages = {}
    start, born = answers.get("no_datuma", ""), answers.get("berna_dzimsanas", "")
    if start and born and start < born:
        messages["no_datuma"] = "Pabalstu nevar saņemt pirms bērna dzimšanas"
    first, last = answers.get("atvalinajums_no", ""), answers.get("atvalinajums_lidz", "")
    if first and last and last < first:
        messages["atvalinajums_lidz"] = "Atvaļinājuma beigas nedrīkst būt pirms sākuma"
    if answers.get("strada") == "ne" and not answers.get("atvalinajums_no"):
        messages.setdefault("atvalinajums_no", "Ievadiet datumu")
    return messages


_PERIOD = Step(
    slug="pabalsts",
    title="Pabalsta ilgums un darbs",
    questions=(
        fields.choice(
            "ilgums",
            "Cik ilgi vēlaties saņemt pabalstu?",
            {"13": "13 mēnešus, 60 %", "19": "19 mēnešus, 43,75 %"},
        ),
        fields.day("no_datuma", "No kura datuma"),
        fields.choice("strada", "Vai pabalsta laikā strādāsiet?", {"ne": "Nē", "ja": "Jā"}),
        fields.day("atvalinajums_no", "Bērna kopšanas atvaļinājums no", needed_when=("strada", "ne"), barred_else=True),
        fields.day(
            "atvalinajums_lidz", "Bērna kopšanas atvaļinājums līdz", needed_when=("strada", "ne"), barred_else=True
        ),
        fields.text("darba_devejs", "Darba devējs", maxlength=120),
        fields.upload(
            "izzina",
            "Darba devēja izziņa",
            hint="Par atvaļinājumu. PDF, JPG vai PNG, ne lielāka par 5 MB.",
            needed_when=("strada", "ne"),
        ),
    ),
    check=_check_period,
)

_DECLARATIONS = answering.declarations(
    kopj="Apliecinu, ka bērnu kopju un viņš dzīvo kopā ar mani",
    patiesiba="Apliecinu, ka sniegtās ziņas ir patiesas",
    atmaksa="Apņemos atmaksāt nepamatoti saņemtu pabalstu",
)

PARENTAL_BENEFIT = Service(
    id="lv.vsaa.parental_benefit",
    slug="vecaku-pabalsts",
    title="Vecāku pabalsts",
    holder="Valsts sociālās apdrošināšanas aģentūra",
    summary="Pabalsts vecākam, kas kopj bērnu un ir sociāli apdrošināts.",
    prefix="VP",
    build_steps=_steps,
    key_of=lambda answers: f"{answers['berna_dzimsanas']}/{answers['berna_vards'].casefold()}",
    refusal=Refusal("konts", "Konts pieder citai personai"),
    renamed=("berna_pk", "berna_personas_kods"),
    added=an_added_question("dzimsanas_vieta", "Bērna dzimšanas vieta"),
)
