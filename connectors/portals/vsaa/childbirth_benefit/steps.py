"""How the portal's wizard for the child-birth benefit is filled in."""

from connectors.portals import latvija
from connectors.portals.vsaa.family import child_fills, payment_step
from connectors.sdk.fills import Attach, Fill, Pick
from connectors.sdk.words import Words

SLUG = "berna-piedzimsanas-pabalsts"

STEPS = (
    latvija.information(SLUG),
    latvija.step(
        SLUG,
        "berns",
        Words("Ziņas par bērnu", "The child"),
        child_fills(
            Fill(input="child_code", control="berna_pk", label="Bērna personas kods"),
            Fill(input="birth_record", control="ieraksta_numurs", label="Dzimšanas reģistra ieraksta numurs"),
        ),
    ),
    latvija.step(
        SLUG,
        "pieprasitajs",
        Words("Pabalsta pieprasītājs", "Who claims it"),
        (
            Pick(
                input="claimant",
                control="statuss",
                legend="Kas jūs esat bērnam?",
                options={
                    "mother": ("mate", "Māte"),
                    "father": ("tevs", "Tēvs"),
                    "guardian": ("aizbildnis", "Aizbildnis"),
                },
            ),
            Attach(input="court_decision", control="lemums", label="Bāriņtiesas lēmums"),
            latvija.yes_or_no("lives_together", "dzivo_kopa", "Vai bērns dzīvo kopā ar jums?"),
            latvija.yes_or_no("paid_before", "iepriekssanemts", "Vai par šo bērnu pabalstu jau saņēmis otrs vecāks?"),
        ),
    ),
    payment_step(SLUG),
    latvija.declarations(
        SLUG,
        latvija.tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
        latvija.tick("registers", "parbaude", "Piekrītu, ka VSAA pārbauda ziņas citos reģistros"),
        latvija.tick("repay", "atmaksa", "Apņemos atmaksāt nepamatoti saņemtu pabalstu"),
    ),
)

FINAL = latvija.final(SLUG, {"Bērna vārds": "berna_vards", "Konta numurs (IBAN)": "konts"})
