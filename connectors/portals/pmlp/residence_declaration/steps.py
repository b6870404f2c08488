"""How the single page's declaration of residence is filled in. Its last request carries all answers once more."""

from connectors.portals import eiestades
from connectors.sdk.steps import (
    Choose,
    DatePart,
    Fill,
    FillDate,
    FillDateParts,
    FillRows,
    FillTypeahead,
    How,
    Pick,
    Tick,
)
from connectors.sdk.words import Words

SLUG = "dzivesvietas-deklaresana"
FIRST = "personas"

STEPS = (
    eiestades.step(
        SLUG,
        FIRST,
        Words("Kam deklarē dzīvesvietu", "Whose residence"),
        (
            Pick(
                input="whom",
                control="kas",
                legend="Kam deklarējat dzīvesvietu?",
                options={
                    "self": ("es", "Sev"),
                    "family": ("gimene", "Sev un ģimenes locekļiem"),
                    "child": ("berns", "Savam bērnam"),
                },
            ),
            Fill(input="child_given_name", control="berna_vards", label="Bērna vārds"),
            Fill(input="child_family_name", control="berna_uzvards", label="Bērna uzvārds"),
            Fill(input="child_code", control="berna_kods", label="Bērna personas kods"),
            FillRows(
                input="members",
                add="Pievienot ģimenes locekli",
                row="Ģimenes loceklis {number}",
                remove="Noņemt",
                fills=(
                    Fill(input="name", control="locekli.*.vards", label="Vārds un uzvārds"),
                    Fill(input="code", control="locekli.*.kods", label="Personas kods"),
                    Choose(
                        input="kinship",
                        control="locekli.*.kas",
                        label="Radniecība",
                        options={"spouse": "laulatais", "child": "berns", "parent": "vecaks", "other": "cits"},
                    ),
                ),
            ),
        ),
        appears=frozenset({"berna_vards", "berna_uzvards", "berna_kods"}),
    ),
    eiestades.step(
        SLUG,
        "adrese",
        Words("Jaunā dzīvesvieta", "The new residence"),
        (
            FillTypeahead(input="address", control="adrese", label="Adrese", sets="adrese_id"),
            FillDateParts(
                input="since",
                legend="Dzīvo šajā adresē kopš",
                day=DatePart("no_diena", "Diena", How.SELECT),
                month=DatePart("no_menesis", "Mēnesis", How.SELECT),
                year=DatePart("no_gads", "Gads", How.SELECT, varies=True),
            ),
            Pick(
                input="before",
                control="ieprieks",
                legend="Kur dzīvojāt iepriekš?",
                options={
                    "latvia": ("latvija", "Latvijā"),
                    "abroad": ("arzemes", "Ārvalstī"),
                    "none": ("nav", "Jaundzimušais: nekur"),
                },
            ),
            Choose(input="country", control="valsts", label="Valsts"),
        ),
        appears=frozenset({"valsts"}),
    ),
    eiestades.step(
        SLUG,
        "pamats",
        Words("Tiesiskais pamats dzīvot šajā adresē", "Lawful ground to live there"),
        (
            Pick(
                input="basis",
                control="pamats",
                legend="Tiesiskais pamats",
                options={
                    "owner": ("ipasums", "Īpašums"),
                    "tenant": ("ire", "Īres vai nomas līgums"),
                    "family": ("radnieciba", "Laulība, radniecība vai svainība ar īpašnieku vai īrnieku"),
                },
            ),
            Fill(input="cadastre", control="kadastrs", label="Īpašuma kadastra numurs"),
            Fill(input="contract", control="ligums", label="Līguma numurs"),
            FillDate(input="contract_until", control="ligums_lidz", label="Līgums ir spēkā līdz"),
            Fill(input="host", control="saimnieks", label="Īpašnieka vai īrnieka vārds un uzvārds"),
        ),
        appears=frozenset({"kadastrs", "ligums", "ligums_lidz", "saimnieks"}),
    ),
    eiestades.step(
        SLUG,
        "apliecinajumi",
        Words("Apliecinājumi", "Declarations"),
        (
            Fill(input="phone", control="talrunis", label="Tālrunis"),
            Tick(
                input="lawful",
                control="tiesibas",
                label="Apliecinu, ka ir tiesisks pamats dzīvot šajā adresē",
                sends="ja",
            ),
            Tick(input="truthful", control="patiesiba", label="Apliecinu, ka sniegtās ziņas ir patiesas", sends="ja"),
        ),
    ),
)

FINAL = eiestades.final(SLUG, {"Adrese": "adrese", "Tālrunis": "talrunis"}, carries=STEPS)
