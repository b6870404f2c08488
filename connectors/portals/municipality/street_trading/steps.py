"""How the portal's wizard for the street trading permit is filled in."""

from connectors.portals import latvija
from connectors.portals.municipality import municipalities, permits
from connectors.sdk.fills import Fill, FillNumber, Pick, PickSeveral
from connectors.sdk.words import Words

SLUG = "ielu-tirdznieciba"

STEPS = (
    latvija.information(SLUG),
    permits.municipality_step(SLUG),
    latvija.step(
        SLUG,
        "tirgotajs",
        Words("Tirgotājs un preces", "Trader and goods"),
        (
            Pick(
                input="trader",
                control="tirgotaja_veids",
                legend="Kā tirgosieties?",
                options={
                    "person": ("persona", "Kā fiziska persona"),
                    "business": ("saimnieciska", "Kā saimnieciskās darbības veicējs"),
                },
            ),
            Fill(input="registration", control="registracijas_numurs", label="Nodokļu maksātāja reģistrācijas numurs"),
            PickSeveral(
                input="goods",
                control="preces",
                legend="Ko tirgosiet?",
                options={
                    "food": ("partika", "Pārtika"),
                    "produce": ("lauksaimnieciba", "Pašu izaudzēti augļi un dārzeņi"),
                    "flowers": ("ziedi", "Ziedi un stādi"),
                    "crafts": ("amatnieciba", "Amatnieku izstrādājumi"),
                    "other": ("citas", "Citas preces"),
                },
            ),
            Fill(input="food_registration", control="pvd_numurs", label="PVD reģistrācijas numurs"),
            Fill(input="goods_described", control="preces_apraksts", label="Preču apraksts"),
        ),
    ),
    latvija.step(
        SLUG,
        "vieta",
        Words("Vieta un laiks", "Place and time"),
        (
            permits.place(),
            FillNumber(input="area", control="platiba", label="Vietas platība (m²)"),
            latvija.day("first_day", "no_datuma", "No datuma"),
            latvija.day("last_day", "lidz_datumam", "Līdz datumam"),
            Fill(input="first_hour", control="no_laika", label="Tirdzniecības laiks no"),
            Fill(input="last_hour", control="lidz_laikam", label="Tirdzniecības laiks līdz"),
        ),
    ),
    *municipalities.own_steps(SLUG, municipalities.TRADING),
    permits.contact_step(SLUG),
    latvija.declarations(
        SLUG,
        latvija.tick("rules", "noteikumi", "Apņemos ievērot pašvaldības saistošos noteikumus par tirdzniecību"),
        latvija.tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
    ),
)

FINAL = latvija.final(SLUG, {"Pašvaldība": "pasvaldiba", "Vieta": "vieta", "Preču apraksts": "preces_apraksts"})
