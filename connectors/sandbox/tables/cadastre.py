"""VZD: a statement from the cadastre, which costs money."""

import re

from connectors.sandbox.tables.forms import Answers, Choice, Field, Matter, Sheet

FEES = {"01": "3,00 EUR", "02": "6,50 EUR", "03": "0,00 EUR"}


def _number(text: str) -> str:
    return "" if re.fullmatch(r"\d{11}", text) else "Kadastra apzīmējumā ir 11 cipari"


def _e_mail(text: str) -> str:
    return "" if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", text) else "E-pasta adrese nav pareiza"


def _key(answers: Answers) -> str:
    return f"{answers.get('KAD_APZ') or answers.get('ADRESE', '')}/{answers.get('IZZ_VEIDS', '')}"


CADASTRE_STATEMENT = Matter(
    id="lv.vzd.cadastre_statement",
    slug="vzd-izzina",
    title="Kadastra izziņa",
    holder="Valsts zemes dienests",
    summary="Izziņa par nekustamo īpašumu no Nekustamā īpašuma valsts kadastra informācijas sistēmas.",
    prefix="VZD",
    sheets=(
        Sheet(
            "VZD_IPASUMS",
            "Īpašuma izvēle",
            (
                Field(
                    "MEKLET_PEC",
                    "list",
                    "Meklēt pēc",
                    choices=(Choice("K", "Pēc kadastra apzīmējuma"), Choice("A", "Pēc adreses")),
                ),
                Field(
                    "KAD_APZ",
                    "text",
                    "Kadastra apzīmējums",
                    needed_when=("MEKLET_PEC", "K"),
                    maxlength=11,
                    note="11 cipari",
                    check=_number,
                ),
                Field("ADRESE", "text", "Īpašuma adrese", needed_when=("MEKLET_PEC", "A"), maxlength=200),
            ),
        ),
        Sheet(
            "VZD_VEIDS",
            "Izziņas veids",
            (
                Field(
                    "IZZ_VEIDS",
                    "list",
                    "Izziņas veids",
                    choices=(
                        Choice("01", "Par kadastra objektu"),
                        Choice("02", "Par kadastra objektu ar grafisko daļu"),
                        Choice("03", "Par to, ka īpašums nav reģistrēts"),
                    ),
                ),
                Field("VALODA", "select", "Valoda", choices=(Choice("LAV", "Latviešu"), Choice("ENG", "Angļu"))),
                Field("UZ_DATUMU", "date", "Stāvoklis uz datumu", maxlength=10, note="dd.mm.gggg"),
                Field("MERKIS", "textarea", "Izmantošanas mērķis", required=False, maxlength=300),
            ),
        ),
        Sheet(
            "VZD_SANEMSANA",
            "Saņemšana un apmaksa",
            (
                Field(
                    "SANEMT",
                    "list",
                    "Kā saņemt izziņu",
                    choices=(
                        Choice("E", "E-adresē"),
                        Choice("P", "Portālā"),
                        Choice("K", "Klātienē, izdrukātu"),
                    ),
                ),
                Field(
                    "NODALA",
                    "select",
                    "Klientu centrs",
                    needed_when=("SANEMT", "K"),
                    choices=(
                        Choice("11", "Ziemeļu klientu centrs"),
                        Choice("12", "Upes klientu centrs"),
                        Choice("13", "Jūras klientu centrs"),
                    ),
                ),
                Field("EPASTS", "text", "E-pasts maksājuma saitei", is_titled=True, check=_e_mail),
                Field("APLIEC", "checkbox", "Piekrītu maksāt par izziņu", is_titled=True),
            ),
        ),
    ),
    key_of=_key,
    fee_of=lambda answers: FEES.get(answers.get("IZZ_VEIDS", ""), ""),
    final="VZD_APSTIPRINAT",
    refused=("KAD_APZ", "Īpašums ar šādu apzīmējumu kadastrā nav atrasts"),
    renamed=("UZ_DATUMU", "DATUMS_UZ"),
)
