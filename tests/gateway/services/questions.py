"""What people say at a counter, and the service that they mean: without marks, with slips, in both languages."""

from typing import Final

_SICK, _QUEUE, _PARENT = "lv.vsaa.sickness_benefit", "lv.municipality.kindergarten_queue", "lv.vsaa.parental_benefit"
_BIRTH_MONEY, _TRADE = "lv.vsaa.childbirth_benefit", "lv.municipality.street_trading"
_MARKET, _EVENT = "lv.municipality.street_trading_organising", "lv.municipality.public_event"
_CADASTRE, _BIRTH = "lv.vzd.cadastre_statement", "lv.civil_registry.birth_registration"
_PENSION, _PASSPORT, _HOME = (
    "lv.vsaa.old_age_pension_recalculation",
    "lv.pmlp.passport",
    "lv.pmlp.residence_declaration",
)
_TAX, _FUNERAL, _HOUSING = (
    "lv.vid.annual_income_declaration",
    "lv.vsaa.funeral_benefit",
    "lv.municipality.housing_benefit",
)
_DISABLED, _JOB, _LICENCE = "lv.vdeavk.disability_assessment", "lv.nva.unemployed_status", "lv.csdd.driving_licence"
_COPY = "lv.civil_registry.certificate_copy"

QUESTIONS: Final[tuple[tuple[str, str], ...]] = (
    # As people said it who knew no name of it
    ("dzemdibas", _BIRTH_MONEY),
    ("mani atlaida no darba", _JOB),
    ("nevaru samaksat par apkuri", _HOUSING),
    ("pasi pazaudeju", _PASSPORT),
    ("atpakal naudu no vid", _TAX),
    ("koncertu parka", _EVENT),
    ("sell flowers on the street", _TRADE),
    ("slimibas lpaa", _SICK),
    # As it should be written
    ("slimības lapa", _SICK),
    ("slimības pabalsts", _SICK),
    ("darbnespējas lapa B", _SICK),
    ("pieteikt bērnu bērnudārzā", _QUEUE),
    ("bērnudārza rinda", _QUEUE),
    ("vecāku pabalsts", _PARENT),
    ("māmiņu alga", _PARENT),
    ("bērna piedzimšanas pabalsts", _BIRTH_MONEY),
    ("tirgoties uz ielas", _TRADE),
    ("ielu tirdzniecības atļauja", _TRADE),
    ("gadatirgus organizēšana", _MARKET),
    ("koncerts parkā atļauja", _EVENT),
    ("publisks pasākums", _EVENT),
    ("kadastra izziņa", _CADASTRE),
    ("izziņa par īpašumu", _CADASTRE),
    ("reģistrēt jaundzimušo", _BIRTH),
    ("pensijas pārrēķins", _PENSION),
    ("pasei beidzies termiņš", _PASSPORT),
    ("deklarēt dzīvesvietu", _HOME),
    ("nodokļu atmaksa", _TAX),
    ("gada ienākumu deklarācija", _TAX),
    ("apbedīšanas pabalsts", _FUNERAL),
    ("dzīvokļa pabalsts", _HOUSING),
    ("invaliditātes grupa", _DISABLED),
    ("bezdarbnieka statuss", _JOB),
    ("autovadītāja apliecība", _LICENCE),
    ("dzimšanas apliecības kopija", _COPY),
    # Without marks above letters
    ("slimibas lapa", _SICK),
    ("bernudarzs", _QUEUE),
    ("vecaku pabalsts", _PARENT),
    ("ielu tirdznieciba", _TRADE),
    ("publiska pasakuma atlauja", _EVENT),
    ("pazudeju pasi", _PASSPORT),
    ("deklareta dzivesvieta", _HOME),
    ("nodoklu deklaracija", _TAX),
    ("majokla pabalsts", _HOUSING),
    ("invaliditate", _DISABLED),
    ("vaditaja aplieciba", _LICENCE),
    ("apbedisana", _FUNERAL),
    # With slips of the pen
    ("slimibs lapa", _SICK),
    ("bernudrzs rinda", _QUEUE),
    ("vecaaku pabalst", _PARENT),
    ("tirdznieciibas atlauja uz ielas", _TRADE),
    ("kadasters", _CADASTRE),
    ("penisja", _PENSION),
    ("pasporrt", _PASSPORT),
    ("deklaret adersi", _HOME),
    ("bezdarbinieks", _JOB),
    ("invalditate", _DISABLED),
    # In a whole sentence
    ("man vajag naudu par laiku, kad slimoju", _SICK),
    ("gribu pieteikt meitu dārziņā", _QUEUE),
    ("mani atlaida no darba, ko darīt", _JOB),
    ("man nozaga pasi", _PASSPORT),
    ("nomira tēvs, vajag naudu bērēm", _FUNERAL),
    ("pārcēlos, jāmaina adrese", _HOME),
    ("nevaru samaksāt par dzīvokli", _HOUSING),
    ("beidzas tiesības, kā nomainīt", _LICENCE),
    # In English
    ("sick pay", _SICK),
    ("kindergarten place", _QUEUE),
    ("parental leave money", _PARENT),
    ("sell things in the street", _TRADE),
    ("permit for a concert", _EVENT),
    ("land register extract", _CADASTRE),
    ("register a newborn", _BIRTH),
    ("my passport expired", _PASSPORT),
    ("change of address", _HOME),
    ("tax refund", _TAX),
    ("funeral", _FUNERAL),
    ("help with the rent", _HOUSING),
    ("disability", _DISABLED),
    ("unemployment", _JOB),
    ("driving license", _LICENCE),
    ("copy of a birth certificate", _COPY),
)
"""Question, and the id of the service that has to come first."""
