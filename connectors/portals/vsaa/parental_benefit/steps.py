"""How the portal's wizard for the parental benefit is filled in."""

from connectors.portals import latvija
from connectors.portals.vsaa.family import child_fills, payment_step
from connectors.sdk.fills import Attach, Fill, Pick
from connectors.sdk.words import Words

SLUG = "vecaku-pabalsts"

STEPS = (
    latvija.information(SLUG),
    latvija.step(
        SLUG,
        "berns",
        Words("Ziņas par bērnu", "The child"),
        child_fills(Fill(input="child_code", control="berna_pk", label="Bērna personas kods")),
    ),
    latvija.step(
        SLUG,
        "otrs-vecaks",
        Words("Otrs vecāks", "The other parent"),
        (
            Pick(
                input="has_other_parent",
                control="otrs_vecaks",
                legend="Vai bērnam ir otrs vecāks?",
                options={"yes": ("ja", "Jā"), "no": ("ne", "Nē vai nav zināms")},
            ),
            Fill(input="other_parent_name", control="otra_vecaka_vards", label="Otra vecāka vārds un uzvārds"),
            Fill(input="other_parent_code", control="otra_vecaka_pk", label="Otra vecāka personas kods"),
        ),
    ),
    latvija.step(
        SLUG,
        "pabalsts",
        Words("Pabalsta ilgums un darbs", "Length of the benefit, and work"),
        (
            Pick(
                input="length",
                control="ilgums",
                legend="Cik ilgi vēlaties saņemt pabalstu?",
                options={"13": ("13", "13 mēnešus, 60 %"), "19": ("19", "19 mēnešus, 43,75 %")},
            ),
            latvija.day("from_day", "no_datuma", "No kura datuma"),
            latvija.yes_or_no("works", "strada", "Vai pabalsta laikā strādāsiet?"),
            latvija.day("leave_from", "atvalinajums_no", "Bērna kopšanas atvaļinājums no"),
            latvija.day("leave_to", "atvalinajums_lidz", "Bērna kopšanas atvaļinājums līdz"),
            Fill(input="employer", control="darba_devejs", label="Darba devējs"),
            Attach(input="employer_statement", control="izzina", label="Darba devēja izziņa"),
        ),
    ),
    payment_step(SLUG),
    latvija.declarations(
        SLUG,
        latvija.tick("cares", "kopj", "Apliecinu, ka bērnu kopju un viņš dzīvo kopā ar mani"),
        latvija.tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
        latvija.tick("repay", "atmaksa", "Apņemos atmaksāt nepamatoti saņemtu pabalstu"),
    ),
)

FINAL = latvija.final(
    SLUG,
    {
        "Bērna personas kods": "berna_pk",
        "Cik ilgi vēlaties saņemt pabalstu?": "ilgums",
        "Konta numurs (IBAN)": "konts",
    },
)
