"""How the portal's wizard for the public event permit is filled in."""

from connectors.portals import latvija
from connectors.portals.municipality import municipalities, permits
from connectors.portals.municipality.public_event.inputs import MOST_PEOPLE
from connectors.sdk.fills import Attach, Choose, Fill, FillNumber, OneFill, Pick, PickSeveral
from connectors.sdk.words import Words

SLUG = "publisks-pasakums"
_ROLES = {"organiser": "organizators", "technical": "tehniskais", "order": "kartiba"}


def _person(number: int) -> tuple[OneFill, ...]:
    """One of the form's lines; those without a person stay empty."""
    within, asked, control = f"{number + 1}. atbildīgā persona", f"people.{number}", f"persona_{number + 1}"
    return (
        Fill(input=f"{asked}.name", control=f"{control}_vards", label="Vārds un uzvārds", within=within),
        Fill(input=f"{asked}.code", control=f"{control}_pk", label="Personas kods", within=within),
        Fill(input=f"{asked}.phone", control=f"{control}_talrunis", label="Tālrunis", within=within),
        Choose(input=f"{asked}.role", control=f"{control}_loma", label="Par ko atbild", within=within, options=_ROLES),
    )


STEPS = (
    latvija.information(SLUG),
    permits.municipality_step(SLUG),
    latvija.step(
        SLUG,
        "pasakums",
        Words("Pasākums", "The event"),
        (
            Fill(input="title", control="nosaukums", label="Pasākuma nosaukums"),
            Pick(
                input="event_kind",
                control="veids",
                legend="Pasākuma veids",
                options={
                    "concert": ("koncerts", "Koncerts"),
                    "sport": ("sports", "Sporta pasākums"),
                    "feast": ("svetki", "Svētki"),
                    "exhibition": ("izstade", "Izstāde"),
                    "other": ("cits", "Cits"),
                },
            ),
            permits.place(),
            latvija.day("first_day", "no_datuma", "Sākuma datums"),
            Fill(input="first_hour", control="no_laika", label="Sākuma laiks"),
            latvija.day("last_day", "lidz_datumam", "Beigu datums"),
            Fill(input="last_hour", control="lidz_laikam", label="Beigu laiks"),
            FillNumber(input="visitors", control="apmekletaji", label="Plānotais apmeklētāju skaits"),
            Pick(
                input="entry",
                control="ieeja",
                legend="Ieeja",
                options={"free": ("brivi", "Bez maksas"), "paid": ("maksa", "Par maksu")},
            ),
            FillNumber(input="ticket_price", control="biletes_cena", label="Biļetes cena (EUR)"),
        ),
    ),
    latvija.step(
        SLUG,
        "personas",
        Words("Atbildīgās personas", "Responsible persons"),
        tuple(fill for number in range(MOST_PEOPLE) for fill in _person(number)),
    ),
    latvija.step(
        SLUG,
        "drosiba",
        Words("Drošība un skaņa", "Safety and sound"),
        (
            FillNumber(input="stewards", control="kartibnieki", label="Kārtības uzturētāju skaits"),
            Attach(input="safety_plan", control="drosibas_plans", label="Drošības plāns"),
            latvija.yes_or_no("sound", "skana", "Vai būs pastiprināta skaņa vai pirotehnika?"),
            PickSeveral(
                input="sound_kinds",
                control="skanas_veids",
                legend="Kas būs?",
                options={
                    "music": ("muzika", "Pastiprināta mūzika"),
                    "speech": ("runas", "Pastiprināta runa"),
                    "fireworks": ("pirotehnika", "Pirotehnika"),
                },
            ),
            Fill(input="sound_until", control="skana_lidz", label="Skaņa līdz"),
            latvija.yes_or_no("alcohol", "alkohols", "Vai tirgos alkoholu?"),
        ),
    ),
    *municipalities.own_steps(SLUG, municipalities.EVENT),
    permits.contact_step(SLUG),
    latvija.declarations(
        SLUG,
        latvija.tick(
            "responsible", "atbildiba", "Apņemos ievērot Publisku izklaides un svētku pasākumu drošības likumu"
        ),
        latvija.tick("cleaning", "sakopsana", "Apņemos pēc pasākuma sakopt teritoriju"),
        latvija.tick("truthful", "patiesiba", "Apliecinu, ka sniegtās ziņas ir patiesas"),
    ),
)

FINAL = latvija.final(SLUG, {"Pašvaldība": "pasvaldiba", "Pasākuma nosaukums": "nosaukums", "Vieta": "vieta"})
