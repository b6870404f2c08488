"""A municipality's permit for a public event."""

from datetime import date

from connectors.sandbox.common.people import Person
from connectors.sandbox.portal import answering, fields, municipalities
from connectors.sandbox.portal.fields import Answers, Messages, Question
from connectors.sandbox.portal.municipalities import EVENT
from connectors.sandbox.portal.services import Refusal, Service, Step, an_added_question

ROWS = 4
"""Lines for responsible persons on the form; those that are not needed stay empty."""
KINDS = {
    "koncerts": "Koncerts",
    "sports": "Sporta pasākums",
    "svetki": "Svētki",
    "izstade": "Izstāde",
    "cits": "Cits",
}
SOUND = {"muzika": "Pastiprināta mūzika", "runas": "Pastiprināta runa", "pirotehnika": "Pirotehnika"}


def _steps(_person: Person, today: date, answers: Answers) -> tuple[Step, ...]:
    return (
        _INFORMATION,
        municipalities.choice(),
        _event(today, answers),
        _PEOPLE,
        _SAFETY,
        *municipalities.own_questions(EVENT, answers),
        answering.contact(),
        _DECLARATIONS,
    )


_INFORMATION = answering.information(
    "Atļauja vajadzīga pasākumam, kas notiek publiskā vietā un ir pieejams ikvienam.",
    "Pasākuma organizators atbild par kārtību un drošību.",
)


def _event(today: date, answers: Answers) -> Step:
    return Step(
        slug="pasakums",
        title="Pasākums",
        intro=municipalities.rules(EVENT, answers),
        questions=(
            fields.text("nosaukums", "Pasākuma nosaukums", maxlength=120),
            fields.choice("veids", "Pasākuma veids", KINDS),
            municipalities.place(answers),
            fields.day("no_datuma", "Sākuma datums"),
            fields.text("no_laika", "Sākuma laiks", maxlength=5, check=fields.check_time),
            fields.day("lidz_datumam", "Beigu datums"),
            fields.text("lidz_laikam", "Beigu laiks", maxlength=5, check=fields.check_time),
            fields.text("apmekletaji", "Plānotais apmeklētāju skaits", maxlength=6, check=fields.check_number),
            fields.choice("ieeja", "Ieeja", {"brivi": "Bez maksas", "maksa": "Par maksu"}),
            fields.text(
                "biletes_cena",
                "Biļetes cena (EUR)",
                needed_when=("ieeja", "maksa"),
                barred_else=True,
                maxlength=10,
                check=fields.check_amount,
            ),
        ),
        check=lambda given: municipalities.check_days(EVENT, today, given),
    )


def _person(number: int) -> tuple[Question, ...]:
    part, key, first = f"{number}. atbildīgā persona", f"persona_{number}", number == 1
    return (
        fields.text(f"{key}_vards", "Vārds un uzvārds", part=part, required=first, maxlength=120),
        fields.personal_code(f"{key}_pk", "Personas kods", part=part, required=first),
        fields.phone(f"{key}_talrunis", "Tālrunis", part=part, required=first),
        fields.selection(
            f"{key}_loma",
            "Par ko atbild",
            {"organizators": "Organizators", "tehniskais": "Tehniskais vadītājs", "kartiba": "Kārtības uzturēšana"},
            part=part,
            required=first,
        ),
    )


def _check_people(answers: Answers) -> Messages:
    """Somebody is named whole or not at all."""
    messages: Messages = {}
    for number in range(2, ROWS + 1):
        keys = [f"persona_{number}_{part}" for part in ("vards", "pk", "talrunis", "loma")]
        if any(answers.get(key) for key in keys):
            messages |= {key: "Aizpildiet šo lauku" for key in keys if not answers.get(key)}
    return messages


_PEOPLE = Step(
    slug="personas",
    title="Atbildīgās personas",
    questions=tuple(question for number in range(1, ROWS + 1) for question in _person(number)),
    check=_check_people,
)

_SAFETY = Step(
    slug="drosiba",
    title="Drošība un skaņa",
    questions=(
        fields.text("kartibnieki", "Kārtības uzturētāju skaits", maxlength=4, check=fields.check_number),
        fields.upload("drosibas_plans", "Drošības plāns", hint="PDF, JPG vai PNG, ne lielāka par 5 MB."),
        fields.choice("skana", "Vai būs pastiprināta skaņa vai pirotehnika?", {"ja": "Jā", "ne": "Nē"}),
        fields.several("skanas_veids", "Kas būs?", SOUND, needed_when=("skana", "ja"), barred_else=True),
        fields.text(
            "skana_lidz",
            "Skaņa līdz",
            needed_when=("skana", "ja"),
            barred_else=True,
            maxlength=5,
            check=fields.check_time,
        ),
        fields.choice("alkohols", "Vai tirgos alkoholu?", {"ja": "Jā", "ne": "Nē"}),
    ),
)

_DECLARATIONS = answering.declarations(
    atbildiba="Apņemos ievērot Publisku izklaides un svētku pasākumu drošības likumu",
    sakopsana="Apņemos pēc pasākuma sakopt teritoriju",
    patiesiba="Apliecinu, ka sniegtās ziņas ir patiesas",
)

PUBLIC_EVENT = Service(
    id="lv.municipality.public_event",
    slug="publisks-pasakums",
    title="Publiska pasākuma atļauja",
    holder="Pašvaldība",
    summary="Atļauja rīkot koncertu, svētkus, sacensības vai citu publisku pasākumu.",
    prefix="PP",
    build_steps=_steps,
    key_of=lambda answers: f"{answers['vieta']}/{answers['no_datuma']}",
    refusal=Refusal("vieta", "Šajā vietā un laikā jau ir saskaņots cits pasākums"),
    renamed=("pasvaldiba", "novads"),
    added=an_added_question("teritorija", "Teritoriālā vienība"),
    fee=lambda answers: municipalities.fee(EVENT, answers),
)
