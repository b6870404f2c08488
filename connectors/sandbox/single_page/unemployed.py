"""The status of an unemployed person at the State Employment Agency (NVA)."""

from datetime import date

from connectors.sandbox.portal import fields as texts
from connectors.sandbox.single_page.fields import Answers, Problems, Question
from connectors.sandbox.single_page.services import Service, Step

_WORKED = ("stradajis", "ja")
_PERSON = Step(
    slug="persona",
    title="Ziņas par sevi",
    questions=(
        Question(
            "statuss",
            "radio",
            "Kādu statusu vēlaties?",
            options=(("bezdarbnieks", "Bezdarbnieka statusu"), ("mekletajs", "Darba meklētāja statusu")),
        ),
        Question("no", "day", "No kura datuma", hint="dd.mm.gggg"),
        Question("adrese", "lookup", "Faktiskā dzīvesvieta", source="adreses"),
        Question("talrunis", "tel", "Tālrunis", maxlength=20, check=texts.check_phone, tidy=texts.tidy_phone),
        Question("epasts", "email", "E-pasts", required=False, check=texts.check_email),
        Question("apgadajamie", "number", "Apgādājamo skaits", required=False),
    ),
)


def _check_work(answers: Answers, today: date) -> Problems:
    ended = answers.get("beidzis", "")
    return {"beidzis": "Datums nevar būt nākotnē"} if ended > today.isoformat() else {}


_WORK = Step(
    slug="darbs",
    title="Pēdējā darba vieta",
    questions=(
        Question("stradajis", "radio", "Vai esat strādājis?", options=(("ja", "Jā"), ("ne", "Nē"))),
        Question("devejs", "text", "Darba devējs", maxlength=120, shown_when=_WORKED),
        Question("profesija", "lookup", "Profesija", source="profesijas", shown_when=_WORKED),
        Question("beidzis", "day", "Darba attiecību beigu datums", hint="dd.mm.gggg", shown_when=_WORKED),
        Question(
            "iemesls",
            "select",
            "Kāpēc darba attiecības beidzās",
            shown_when=_WORKED,
            options=(
                ("vienosanas", "Vienošanās"),
                ("pats", "Paša uzteikums"),
                ("skaits", "Darbinieku skaita samazināšana"),
                ("termins", "Beidzās līguma termiņš"),
                ("cits", "Cits iemesls"),
            ),
        ),
    ),
    check=_check_work,
)

_EDUCATION = Step(
    slug="izglitiba",
    title="Izglītība un prasmes",
    questions=(
        Question(
            "limenis",
            "select",
            "Augstākā iegūtā izglītība",
            options=(
                ("pamata", "Pamatizglītība"),
                ("videja", "Vidējā izglītība"),
                ("arods", "Profesionālā izglītība"),
                ("augstaka", "Augstākā izglītība"),
            ),
        ),
        Question("gads", "number", "Beigšanas gads", required=False),
        Question(
            "valodas",
            "boxes",
            "Valodas, kurās varat strādāt",
            options=(("lv", "Latviešu"), ("en", "Angļu"), ("ru", "Krievu"), ("de", "Vācu")),
        ),
        Question(
            "tiesibas",
            "boxes",
            "Transportlīdzekļa vadītāja apliecība",
            required=False,
            options=(("B", "B kategorija"), ("C", "C kategorija"), ("D", "D kategorija")),
        ),
        Question("prasmes", "textarea", "Citas prasmes un vēlmes", required=False, maxlength=1000),
    ),
)

_CONSENT = Step(
    slug="piekrisana",
    title="Piekrišana un apliecinājumi",
    questions=(
        Question("registri", "tick", "Piekrītu, ka NVA pārbauda ziņas citos reģistros"),
        Question("pienakumi", "tick", "Esmu iepazinies ar bezdarbnieka tiesībām un pienākumiem"),
        Question("patiesiba", "tick", "Apliecinu, ka sniegtās ziņas ir patiesas"),
    ),
)


def _steps(_today: date) -> tuple[Step, ...]:
    return (_PERSON, _WORK, _EDUCATION, _CONSENT)


UNEMPLOYED = Service(
    id="lv.nva.unemployed_status",
    slug="bezdarbnieka-statuss",
    title="Bezdarbnieka statusa pieteikums",
    holder="Nodarbinātības valsts aģentūra",
    prefix="NVA",
    steps=_steps,
    key_of=lambda draft: f"{draft['persona']['statuss']}/{draft['persona']['no']}",
    refusal=("talrunis", "Šis tālrunis reģistrēts citai personai"),
    renamed="devejs",
    added=Question("stazs", "text", "Darba stāžs gados", maxlength=3),
)
