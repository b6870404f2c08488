"""The civil registry: the birth of a child is registered."""

import re

from connectors.sandbox.tables.forms import Answers, Choice, Field, Matter, Sheet, personal_code


def _certificate(text: str) -> str:
    return "" if re.fullmatch(r"MA-\d{2}-\d{5}", text) else "Apliecības numurs ir formā MA-26-00001"


def _gives(_answers: Answers, number: int) -> tuple[tuple[str, str], ...]:
    return (
        ("Reģistra ieraksta numurs", f"DR-{number:06}"),
        ("Bērnam piešķirtais personas kods", f"329999-{20000 + number:05}"),
    )


_BY_MARRIAGE = ("TEVA_PAMATS", "L")

BIRTH_REGISTRATION = Matter(
    id="lv.civil_registry.birth_registration",
    slug="dzimsana",
    title="Dzimšanas reģistrācija",
    holder="Dzimtsarakstu nodaļa",
    summary="Bērna dzimšanas fakta reģistrācija un dzimšanas apliecība.",
    prefix="DZR",
    sheets=(
        Sheet(
            "DZR_BERNS",
            "Ziņas par bērnu",
            (
                Field("VARDS", "text", "Vārds (vārdi)", maxlength=50, note="Ne vairāk kā divi vārdi"),
                Field("UZVARDS", "text", "Uzvārds", maxlength=50),
                Field("DZIMUMS", "list", "Dzimums", choices=(Choice("V", "Vīriešu"), Choice("S", "Sieviešu"))),
                Field("DZ_DATUMS", "date", "Dzimšanas datums", maxlength=10, note="dd.mm.gggg"),
                Field("DZ_VIETA", "text", "Dzimšanas vieta"),
                Field(
                    "APL_NR",
                    "text",
                    "Medicīniskās apliecības numurs",
                    maxlength=11,
                    is_titled=True,
                    check=_certificate,
                ),
            ),
        ),
        Sheet(
            "DZR_VECAKI",
            "Ziņas par vecākiem",
            (
                Field("MATES_VARDS", "text", "Mātes vārds un uzvārds"),
                Field("MATES_PK", "text", "Mātes personas kods", maxlength=12, check=personal_code),
                Field("MATES_TAUT", "text", "Mātes tautība", required=False, maxlength=40),
                Field(
                    "TEVA_PAMATS",
                    "list",
                    "Ziņu par tēvu pamats",
                    choices=(
                        Choice("L", "Vecāki ir laulībā"),
                        Choice("P", "Paternitāte ir atzīta"),
                        Choice("N", "Ziņas par tēvu neieraksta"),
                    ),
                ),
                Field("LAUL_NR", "text", "Laulības ieraksta numurs", needed_when=_BY_MARRIAGE, maxlength=20),
                Field("TEVA_VARDS", "text", "Tēva vārds un uzvārds", required=False),
                Field("TEVA_PK", "text", "Tēva personas kods", required=False, maxlength=12, check=personal_code),
                Field("TEVA_TAUT", "text", "Tēva tautība", required=False, maxlength=40),
            ),
        ),
        Sheet(
            "DZR_IESTADE",
            "Iestāde un apliecība",
            (
                Field(
                    "NODALA",
                    "list",
                    "Dzimtsarakstu nodaļa",
                    choices=(
                        Choice("21", "Ziemeļu novada dzimtsarakstu nodaļa"),
                        Choice("22", "Upes novada dzimtsarakstu nodaļa"),
                        Choice("23", "Jūras pilsētas dzimtsarakstu nodaļa"),
                    ),
                ),
                Field(
                    "SANEMT",
                    "list",
                    "Kā saņemt apliecību",
                    choices=(Choice("D", "Tikai ieraksts reģistrā"), Choice("K", "Nodaļā"), Choice("P", "Pa pastu")),
                ),
                Field("PASTA_ADR", "text", "Pasta adrese", needed_when=("SANEMT", "P"), maxlength=200),
                Field("TALRUNIS", "text", "Tālrunis", is_titled=True, maxlength=20),
                Field("EPASTS", "text", "E-pasts", required=False, is_titled=True),
                Field("APLIEC", "checkbox", "Apliecinu, ka ziņas ir patiesas", is_titled=True),
            ),
        ),
    ),
    key_of=lambda answers: answers.get("APL_NR", ""),
    fee_of=lambda _answers: "0,00 EUR",
    final="DZR_APSTIPRINAT",
    refused=("APL_NR", "Apliecība ar šādu numuru nav izsniegta"),
    renamed=("MATES_PK", "MATES_KODS"),
    gives=_gives,
)
