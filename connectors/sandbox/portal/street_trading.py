"""A municipality's consent to street trading."""

from datetime import date

from connectors.sandbox.common.people import Person
from connectors.sandbox.portal import answering, fields, municipalities
from connectors.sandbox.portal.fields import Answers
from connectors.sandbox.portal.municipalities import TRADING
from connectors.sandbox.portal.services import Refusal, Service, Step, an_added_question

GOODS = {
    "partika": "Pārtika",
    "lauksaimnieciba": "Pašu izaudzēti augļi un dārzeņi",
    "ziedi": "Ziedi un stādi",
    "amatnieciba": "Amatnieku izstrādājumi",
    "citas": "Citas preces",
}


def _steps(_person: Person, today: date, answers: Answers) -> tuple[Step, ...]:
    return (
        _INFORMATION,
        municipalities.choice(),
        _trader(),
        _place(today, answers),
        *municipalities.own_questions(TRADING, answers),
        answering.contact(),
        _DECLARATIONS,
    )


_INFORMATION = answering.information(
    "Tirgoties publiskā vietā var ar pašvaldības atļauju. Par to maksā nodevu par katru dienu.",
    "Nodevu un dienu skaitu, cik iepriekš jāpiesakās, nosaka pašvaldība.",
)


def _trader() -> Step:
    return Step(
        slug="tirgotajs",
        title="Tirgotājs un preces",
        questions=(
            fields.choice(
                "tirgotaja_veids",
                "Kā tirgosieties?",
                {"persona": "Kā fiziska persona", "saimnieciska": "Kā saimnieciskās darbības veicējs"},
            ),
            fields.text(
                "registracijas_numurs",
                "Nodokļu maksātāja reģistrācijas numurs",
                needed_when=("tirgotaja_veids", "saimnieciska"),
                barred_else=True,
                maxlength=12,
            ),
            fields.several("preces", "Ko tirgosiet?", GOODS),
            fields.text(
                "pvd_numurs",
                "PVD reģistrācijas numurs",
                hint="Ja tirgosiet pārtiku.",
                needed_when=("preces", "partika"),
                barred_else=True,
                maxlength=20,
            ),
            fields.text("preces_apraksts", "Preču apraksts", maxlength=200),
        ),
    )


def _place(today: date, answers: Answers) -> Step:
    return Step(
        slug="vieta",
        title="Vieta un laiks",
        intro=municipalities.rules(TRADING, answers),
        questions=(
            municipalities.place(answers),
            fields.text("platiba", "Vietas platība (m²)", maxlength=5, check=fields.check_number),
            fields.day("no_datuma", "No datuma"),
            fields.day("lidz_datumam", "Līdz datumam"),
            fields.text("no_laika", "Tirdzniecības laiks no", maxlength=5, check=fields.check_time),
            fields.text("lidz_laikam", "Tirdzniecības laiks līdz", maxlength=5, check=fields.check_time),
        ),
        check=lambda given: municipalities.check_days(TRADING, today, given),
    )


_DECLARATIONS = answering.declarations(
    noteikumi="Apņemos ievērot pašvaldības saistošos noteikumus par tirdzniecību",
    patiesiba="Apliecinu, ka sniegtās ziņas ir patiesas",
)

STREET_TRADING = Service(
    id="lv.municipality.street_trading",
    slug="ielu-tirdznieciba",
    title="Ielu tirdzniecības atļauja",
    holder="Pašvaldība",
    summary="Atļauja tirgoties pašvaldības noteiktā vietā.",
    prefix="IT",
    build_steps=_steps,
    key_of=lambda answers: f"{answers['vieta']}/{answers['no_datuma']}",
    refusal=Refusal("vieta", "Šī vieta izvēlētajās dienās ir aizņemta"),
    renamed=("pasvaldiba", "novads"),
    added=an_added_question("teritorija", "Teritoriālā vienība"),
    fee=lambda answers: municipalities.fee(TRADING, answers),
)
