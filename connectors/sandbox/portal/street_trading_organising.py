"""A municipality's consent to organising street trading: a market or a fair with several traders."""

from datetime import date
from decimal import Decimal

from connectors.sandbox.common.people import Person
from connectors.sandbox.portal import answering, fields, municipalities
from connectors.sandbox.portal.fields import Answers, Messages, Question
from connectors.sandbox.portal.municipalities import ORGANISING
from connectors.sandbox.portal.services import Refusal, Service, Step, an_added_question

ROWS = 6
"""Lines for traders on the form; those that are not needed stay empty."""


def _steps(_person: Person, today: date, answers: Answers) -> tuple[Step, ...]:
    return (
        _INFORMATION,
        municipalities.choice(),
        _market(today, answers),
        _TRADERS,
        *municipalities.own_questions(ORGANISING, answers),
        answering.contact(),
        _DECLARATIONS,
    )


_INFORMATION = answering.information(
    "Tirdziņa vai gadatirgus rīkotājs saņem vienu atļauju visiem tirgotājiem.",
    "Ja tirgotāju ir vairāk nekā seši, sarakstu pievieno shēmai.",
)


def _market(today: date, answers: Answers) -> Step:
    return Step(
        slug="tirgus",
        title="Tirdzniecības vieta un laiks",
        intro=municipalities.rules(ORGANISING, answers),
        questions=(
            fields.text("nosaukums", "Tirdziņa nosaukums", maxlength=120),
            municipalities.place(answers),
            fields.day("no_datuma", "No datuma"),
            fields.day("lidz_datumam", "Līdz datumam"),
            fields.text("no_laika", "Tirdzniecības laiks no", maxlength=5, check=fields.check_time),
            fields.text("lidz_laikam", "Tirdzniecības laiks līdz", maxlength=5, check=fields.check_time),
            fields.upload("shema", "Vietu izvietojuma shēma", hint="PDF, JPG vai PNG, ne lielāka par 5 MB."),
        ),
        check=lambda given: municipalities.check_days(ORGANISING, today, given),
    )


def _trader(number: int) -> tuple[Question, ...]:
    part, key, first = f"{number}. tirgotājs", f"tirgotajs_{number}", number == 1
    return (
        fields.text(f"{key}_nosaukums", "Nosaukums vai vārds un uzvārds", part=part, required=first, maxlength=120),
        fields.text(f"{key}_numurs", "Reģistrācijas numurs", part=part, required=first, maxlength=12),
        fields.text(f"{key}_preces", "Preces", part=part, required=first, maxlength=120),
        fields.text(f"{key}_vieta", "Vietas numurs", part=part, required=False, maxlength=5, check=fields.check_number),
    )


def _check_traders(answers: Answers) -> Messages:
    """A trader is named whole or not at all."""
    messages: Messages = {}
    for number in range(2, ROWS + 1):
        keys = [f"tirgotajs_{number}_{part}" for part in ("nosaukums", "numurs", "preces")]
        if any(answers.get(key) for key in (*keys, f"tirgotajs_{number}_vieta")):
            messages |= {key: "Aizpildiet šo lauku" for key in keys if not answers.get(key)}
    return messages


_TRADERS = Step(
    slug="tirgotaji",
    title="Tirgotāji",
    questions=tuple(question for number in range(1, ROWS + 1) for question in _trader(number)),
    check=_check_traders,
)

_DECLARATIONS = answering.declarations(
    kartiba="Apņemos nodrošināt kārtību un tirdzniecības vietas sakopšanu",
    noteikumi="Apņemos ievērot pašvaldības saistošos noteikumus par tirdzniecību",
    patiesiba="Apliecinu, ka sniegtās ziņas ir patiesas",
)


def _fee(answers: Answers) -> Decimal:
    return municipalities.fee(ORGANISING, answers)


STREET_TRADING_ORGANISING = Service(
    id="lv.municipality.street_trading_organising",
    slug="ielu-tirdzniecibas-organizesana",
    title="Ielu tirdzniecības organizēšanas atļauja",
    holder="Pašvaldība",
    summary="Atļauja rīkot tirdziņu vai gadatirgu ar vairākiem tirgotājiem.",
    prefix="ITO",
    build_steps=_steps,
    key_of=lambda answers: f"{answers['vieta']}/{answers['no_datuma']}",
    refusal=Refusal("vieta", "Šī vieta izvēlētajās dienās ir aizņemta"),
    renamed=("pasvaldiba", "novads"),
    added=an_added_question("teritorija", "Teritoriālā vienība"),
    fee=_fee,
)
