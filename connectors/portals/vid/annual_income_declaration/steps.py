"""How the single page's annual income declaration is filled in."""

from connectors.portals import eiestades
from connectors.sdk.steps import Attach, Choose, Fill, FillNumber, FillRows, Pick, Tick
from connectors.sdk.words import Words

SLUG = "gada-ienakumu-deklaracija"
FIRST = "vispariga"


def _amount(question: str, control: str, label: str) -> FillNumber:
    return FillNumber(input=question, control=control, label=label, thousands=" ")


STEPS = (
    eiestades.step(
        SLUG,
        FIRST,
        Words("Vispārīgā informācija", "General information"),
        (
            Choose(input="tax_year", control="gads", label="Taksācijas gads", contains=True),
            Pick(
                input="reason",
                control="veids",
                legend="Kāpēc iesniedzat deklarāciju?",
                options={
                    "refund": ("atmaksa", "Lai atgūtu pārmaksāto nodokli"),
                    "obliged": ("obligati", "Deklarācija man jāiesniedz obligāti"),
                },
            ),
            Fill(input="phone", control="talrunis", label="Tālrunis"),
            Fill(input="email", control="epasts", label="E-pasts"),
        ),
    ),
    eiestades.step(
        SLUG,
        "ienakumi",
        Words("Gūtie ienākumi", "Income received"),
        (
            FillRows(
                input="income",
                add="Pievienot ienākumu avotu",
                row="Ienākumu avots {number}",
                remove="Noņemt",
                fills=(
                    Fill(input="payer", control="ienakumi.*.izmaksatajs", label="Izmaksātājs"),
                    Fill(input="payer_number", control="ienakumi.*.regnr", label="Reģistrācijas numurs"),
                    Choose(
                        input="kind",
                        control="ienakumi.*.veids",
                        label="Ienākuma veids",
                        options={
                            "salary": "alga",
                            "royalty": "autors",
                            "pension": "pensija",
                            "rent": "noma",
                            "other": "cits",
                        },
                    ),
                    _amount("amount", "ienakumi.*.summa", "Ieņēmumi"),
                    _amount("tax", "ienakumi.*.nodoklis", "Ieturētais nodoklis"),
                    _amount("social", "ienakumi.*.vsaoi", "Sociālās iemaksas"),
                ),
            ),
        ),
    ),
    eiestades.step(
        SLUG,
        "izdevumi",
        Words("Attaisnotie izdevumi", "Eligible expenses"),
        (
            FillRows(
                input="expenses",
                add="Pievienot izdevumu",
                row="Izdevums {number}",
                remove="Noņemt",
                fills=(
                    Pick(
                        input="what",
                        control="izdevumi.*.par",
                        legend="Par ko maksāts",
                        options={
                            "health": ("arsts", "Ārstniecība"),
                            "teeth": ("zobi", "Zobārstniecība"),
                            "education": ("izglitiba", "Izglītība"),
                        },
                    ),
                    Choose(
                        input="for_whom",
                        control="izdevumi.*.kam",
                        label="Par ko (persona)",
                        options={"self": "es", "child": "berns", "family": "laulatais"},
                    ),
                    Fill(input="code", control="izdevumi.*.kods", label="Ģimenes locekļa personas kods"),
                    _amount("amount", "izdevumi.*.summa", "Summa"),
                    Attach(
                        input="receipt",
                        control="izdevumi.*.ceks",
                        label="Čeks vai kvīts",
                        sets="izdevumi.*.ceks_id",
                    ),
                ),
            ),
        ),
    ),
    eiestades.step(
        SLUG,
        "atmaksa",
        Words("Pārmaksātā nodokļa atmaksa", "Paying overpaid tax back"),
        (
            Fill(input="account", control="konts", label="Konta numurs (IBAN)"),
            Tick(
                input="truthful",
                control="patiesiba",
                label="Apliecinu, ka deklarācijā sniegtās ziņas ir pilnīgas un patiesas",
                sends="ja",
            ),
        ),
    ),
)

FINAL = eiestades.final(SLUG, {"Konta numurs (IBAN)": "konts", "Taksācijas gads": "gads"})
