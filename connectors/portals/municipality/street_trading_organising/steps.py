"""How the portal's wizard for organising street trading is filled in."""

from connectors.portals import latvija
from connectors.portals.municipality import municipalities, permits
from connectors.portals.municipality.street_trading_organising.inputs import MOST_TRADERS
from connectors.sdk.fills import Attach, Fill, FillNumber, OneFill
from connectors.sdk.words import Words

SLUG = "ielu-tirdzniecibas-organizesana"


def _trader(number: int) -> tuple[OneFill, ...]:
    """One of the form's lines; those without a trader stay empty."""
    within, asked, control = f"{number + 1}. tirgotājs", f"traders.{number}", f"tirgotajs_{number + 1}"
    return (
        Fill(
            input=f"{asked}.name",
            control=f"{control}_nosaukums",
            label="Nosaukums vai vārds un uzvārds",
            within=within,
        ),
        Fill(input=f"{asked}.registration", control=f"{control}_numurs", label="Reģistrācijas numurs", within=within),
        Fill(input=f"{asked}.goods", control=f"{control}_preces", label="Preces", within=within),
        FillNumber(input=f"{asked}.place", control=f"{control}_vieta", label="Vietas numurs", within=within),
    )


STEPS = (
    latvija.information(SLUG),
    permits.municipality_step(SLUG),
    latvija.step(
        SLUG,
        "tirgus",
        Words("Tirdzniecības vieta un laiks", "Place and time of the market"),
        (
            Fill(input="title", control="nosaukums", label="Tirdziņa nosaukums"),
            permits.place(),
            latvija.day("first_day", "no_datuma", "No datuma"),
            latvija.day("last_day", "lidz_datumam", "Līdz datumam"),
            Fill(input="first_hour", control="no_laika", label="Tirdzniecības laiks no"),
            Fill(input="last_hour", control="lidz_laikam", label="Tirdzniecības laiks līdz"),
            Attach(input="plan", control="shema", label="Vietu izvietojuma shēma"),
        ),
    ),
    latvija.step(
        SLUG,
        "tirgotaji",
        Words("Tirgotāji", "Traders"),
        tuple(fill for number in range(MOST_TRADERS) for fill in _trader(number)),
    ),
    *municipalities.own_steps(SLUG, municipalities.ORGANISING),
    permits.contact_step(SLUG),
    latvija.declarations(
        SLUG,
        latvija.tick("order", "kartiba", "Apņemos nodrošināt kārtību un tirdzniecības vietas sakopšanu"),
        latvija.tick("rules", "noteikumi", "Apņemos ievērot pašvaldības saistošos noteikumus par tirdzniecību"),
        latvija.tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
    ),
)

FINAL = latvija.final(SLUG, {"Pašvaldība": "pasvaldiba", "Tirdziņa nosaukums": "nosaukums", "Vieta": "vieta"})
