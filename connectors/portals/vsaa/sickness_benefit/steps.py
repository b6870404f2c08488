"""How the portal's wizard for the sickness benefit is filled in."""

from connectors.portals import latvija
from connectors.sdk.steps import Attach, Choose, DatePart, Fill, FillDateParts, Pick, Tick
from connectors.sdk.words import Words

SLUG = "slimibas-pabalsts"


def _date(question: str, control: str, legend: str) -> FillDateParts:
    return FillDateParts(
        input=question,
        legend=legend,
        day=DatePart(f"{control}_diena", "Diena"),
        month=DatePart(f"{control}_menesis", "Mēnesis"),
        year=DatePart(f"{control}_gads", "Gads"),
    )


def _tick(question: str, control: str, label: str) -> Tick:
    return Tick(input=question, control=control, label=label, sends="ja")


STEPS = (
    latvija.step(
        SLUG,
        "informacija",
        Words("Informācija par pakalpojumu", "About the service"),
        (_tick("information_read", "iepazinos", "Iepazinos ar informāciju"),),
    ),
    latvija.step(
        SLUG,
        "dati",
        Words("Iesnieguma dati", "The claim"),
        (
            Pick(
                input="action",
                control="darbiba",
                legend="Darbība",
                options={
                    "claim": ("pieprasit", "Pieprasīt slimības pabalstu"),
                    "amend": ("papildinat", "Papildināt agrāk iesniegtu pieprasījumu"),
                },
            ),
            Choose(input="sheet", control="lapa", label="Darbnespējas lapa B", contains=True),
            _date("period_from", "periods_no", "Periods no"),
            _date("period_to", "periods_lidz", "Periods līdz"),
            Fill(input="account", control="konts", label="Konta numurs (IBAN)"),
            Fill(input="phone", control="talrunis", label="Tālrunis"),
            Fill(input="email", control="epasts", label="E-pasts"),
        ),
    ),
    latvija.step(
        SLUG,
        "pielikumi",
        Words("Darba attiecības un pielikumi", "Employment and attachments"),
        (
            Pick(
                input="work_ended",
                control="darbs_beidzies",
                legend="Vai darba attiecības ir beigušās?",
                options={"yes": ("ja", "Jā"), "no": ("ne", "Nē")},
            ),
            _date("work_end_date", "beigsanas_datums", "Darba attiecību beigu datums"),
            Attach(input="employer_statement", control="izzina", label="Darba devēja izziņa"),
        ),
    ),
    latvija.step(
        SLUG,
        "sanemsana",
        Words("Informācijas un lēmuma saņemšana", "News and decision"),
        (
            Pick(
                input="news_by",
                control="informacijas_veids",
                legend="Kā vēlaties saņemt informāciju par iesniegumu?",
                options={
                    "email": ("epasts", "E-pastā"),
                    "phone": ("talrunis", "Īsziņā"),
                    "portal": ("portals", "Portālā"),
                },
            ),
            Pick(
                input="decision_by",
                control="lemuma_veids",
                legend="Kā vēlaties saņemt lēmumu?",
                options={
                    "portal": ("portals", "Portālā"),
                    "eaddress": ("eadrese", "e-adresē"),
                    "post": ("pasts", "Pa pastu"),
                },
            ),
            Fill(input="postal_address", control="pasta_adrese", label="Pasta adrese"),
        ),
    ),
    latvija.step(
        SLUG,
        "apliecinajumi",
        Words("Apliecinājumi", "Declarations"),
        (
            _tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
            _tick("registers", "parbaude", "Piekrītu, ka VSAA pārbauda ziņas citos reģistros"),
            _tick("repay", "atmaksa", "Apņemos atmaksāt nepamatoti saņemtu pabalstu"),
        ),
    ),
)

FINAL = latvija.final(SLUG, {"Konta numurs (IBAN)": "konts", "Darbnespējas lapa B": "lapa"})
