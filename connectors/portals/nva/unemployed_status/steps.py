"""How the single page's application for the status of an unemployed person is filled in."""

from connectors.portals import eiestades
from connectors.sdk.steps import Choose, Fill, FillDate, FillNumber, FillTypeahead, Pick, PickSeveral, Tick
from connectors.sdk.words import Words

SLUG = "bezdarbnieka-statuss"
FIRST = "persona"


def _tick(question: str, control: str, label: str) -> Tick:
    return Tick(input=question, control=control, label=label, sends="ja")


STEPS = (
    eiestades.step(
        SLUG,
        FIRST,
        Words("Ziņas par sevi", "About yourself"),
        (
            Pick(
                input="status",
                control="statuss",
                legend="Kādu statusu vēlaties?",
                options={
                    "unemployed": ("bezdarbnieks", "Bezdarbnieka statusu"),
                    "seeker": ("mekletajs", "Darba meklētāja statusu"),
                },
            ),
            FillDate(input="since", control="no", label="No kura datuma"),
            FillTypeahead(input="address", control="adrese", label="Faktiskā dzīvesvieta", sets="adrese_id"),
            Fill(input="phone", control="talrunis", label="Tālrunis"),
            Fill(input="email", control="epasts", label="E-pasts"),
            FillNumber(input="dependants", control="apgadajamie", label="Apgādājamo skaits"),
        ),
    ),
    eiestades.step(
        SLUG,
        "darbs",
        Words("Pēdējā darba vieta", "The last employment"),
        (
            Pick(
                input="worked",
                control="stradajis",
                legend="Vai esat strādājis?",
                options={"yes": ("ja", "Jā"), "no": ("ne", "Nē")},
            ),
            Fill(input="employer", control="devejs", label="Darba devējs"),
            FillTypeahead(
                input="occupation",
                control="profesija",
                label="Profesija",
                sets="profesija_id",
                options={
                    "cleaner": "Apkopējs",
                    "driver": "Autovadītājs",
                    "nursery_teacher": "Bērnudārza audzinātājs",
                    "builder": "Celtnieks",
                    "joiner": "Galdnieks",
                    "accountant": "Grāmatvedis",
                    "nurse": "Medmāsa",
                    "warehouse_worker": "Noliktavas darbinieks",
                    "shop_assistant": "Pārdevējs",
                    "cook": "Pavārs",
                    "programmer": "Programmētājs",
                    "seamstress": "Šuvējs",
                },
            ),
            FillDate(input="ended", control="beidzis", label="Darba attiecību beigu datums"),
            Choose(
                input="reason",
                control="iemesls",
                label="Kāpēc darba attiecības beidzās",
                options={
                    "agreed": "vienosanas",
                    "own": "pats",
                    "fewer": "skaits",
                    "term": "termins",
                    "other": "cits",
                },
            ),
        ),
        appears=frozenset({"devejs", "profesija", "profesija_id", "beidzis", "iemesls"}),
    ),
    eiestades.step(
        SLUG,
        "izglitiba",
        Words("Izglītība un prasmes", "Education and skills"),
        (
            Choose(
                input="education",
                control="limenis",
                label="Augstākā iegūtā izglītība",
                options={"basic": "pamata", "secondary": "videja", "vocational": "arods", "higher": "augstaka"},
            ),
            FillNumber(input="graduated", control="gads", label="Beigšanas gads"),
            PickSeveral(
                input="languages",
                control="valodas",
                legend="Valodas, kurās varat strādāt",
                options={
                    "lv": ("lv", "Latviešu"),
                    "en": ("en", "Angļu"),
                    "ru": ("ru", "Krievu"),
                    "de": ("de", "Vācu"),
                },
            ),
            PickSeveral(
                input="licences",
                control="tiesibas",
                legend="Transportlīdzekļa vadītāja apliecība",
                options={"B": ("B", "B kategorija"), "C": ("C", "C kategorija"), "D": ("D", "D kategorija")},
            ),
            Fill(input="skills", control="prasmes", label="Citas prasmes un vēlmes"),
        ),
    ),
    eiestades.step(
        SLUG,
        "piekrisana",
        Words("Piekrišana un apliecinājumi", "Consent and declarations"),
        (
            _tick("registers", "registri", "Piekrītu, ka NVA pārbauda ziņas citos reģistros"),
            _tick("duties", "pienakumi", "Esmu iepazinies ar bezdarbnieka tiesībām un pienākumiem"),
            _tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
        ),
    ),
)

FINAL = eiestades.final(SLUG, {"Faktiskā dzīvesvieta": "adrese", "Tālrunis": "talrunis"}, keyed=True)
