"""The child-birth benefit of the State Social Insurance Agency (VSAA)."""

from datetime import date

from connectors.sandbox.common.people import Person
from connectors.sandbox.portal import answering, fields
from connectors.sandbox.portal.fields import Answers, Messages
from connectors.sandbox.portal.services import Refusal, Service, Step, an_added_question

_EARLIEST_DAYS, _LATEST_DAYS = 8, 183
"""After the birth: it can be claimed from the eighth day and within six months."""


def _steps(_person: Person, today: date, _answers: Answers) -> tuple[Step, ...]:
    return (_INFORMATION, _child(today), _CLAIM, answering.payment_and_decision(), _DECLARATIONS)


_INFORMATION = answering.information(
    "Pabalstu piešķir par katru jaundzimušo, no astotās dienas pēc dzimšanas un sešu mēnešu laikā.",
    "To saņem viens no vecākiem vai persona, kas bērnu ņēmusi aizbildnībā.",
    "Lēmumu VSAA pieņem 10 darba dienu laikā. Pakalpojums ir bez maksas.",
)


def _child(today: date) -> Step:
    def check(answers: Answers) -> Messages:
        messages: Messages = {}
        if not answers.get("berna_pk") and not answers.get("ieraksta_numurs"):
            messages["berna_pk"] = "Norādiet bērna personas kodu vai dzimšanas reģistra ieraksta numuru"
        if born := answers.get("berna_dzimsanas"):
            age = (today - date.fromisoformat(born)).days
            if not _EARLIEST_DAYS <= age <= _LATEST_DAYS:
                messages["berna_dzimsanas"] = "Pabalstu var pieprasīt no astotās dienas līdz sešiem mēnešiem"
        return messages

    return Step(
        slug="berns",
        title="Ziņas par bērnu",
        questions=answering.child(
            fields.personal_code("berna_pk", "Bērna personas kods", required=False, hint="Ja tas jau ir piešķirts."),
            fields.text(
                "ieraksta_numurs",
                "Dzimšanas reģistra ieraksta numurs",
                hint="No dzimtsarakstu nodaļas, ja personas koda vēl nav.",
                required=False,
                maxlength=40,
            ),
        ),
        check=check,
    )


_CLAIM = Step(
    slug="pieprasitajs",
    title="Pabalsta pieprasītājs",
    questions=(
        fields.choice("statuss", "Kas jūs esat bērnam?", {"mate": "Māte", "tevs": "Tēvs", "aizbildnis": "Aizbildnis"}),
        fields.upload(
            "lemums",
            "Bāriņtiesas lēmums",
            hint="Aizbildnim. PDF, JPG vai PNG, ne lielāka par 5 MB.",
            needed_when=("statuss", "aizbildnis"),
        ),
        fields.choice("dzivo_kopa", "Vai bērns dzīvo kopā ar jums?", {"ja": "Jā", "ne": "Nē"}),
        fields.choice(
            "iepriekssanemts", "Vai par šo bērnu pabalstu jau saņēmis otrs vecāks?", {"ne": "Nē", "ja": "Jā"}
        ),
    ),
    check=lambda answers: (
        {"iepriekssanemts": "Par vienu bērnu pabalstu izmaksā vienu reizi"}
        if answers.get("iepriekssanemts") == "ja"
        else {}
    ),
)

_DECLARATIONS = answering.declarations(
    patiesiba="Apliecinu, ka sniegtās ziņas ir patiesas",
    parbaude="Piekrītu, ka VSAA pārbauda ziņas citos reģistros",
    atmaksa="Apņemos atmaksāt nepamatoti saņemtu pabalstu",
)

CHILDBIRTH_BENEFIT = Service(
    id="lv.vsaa.childbirth_benefit",
    slug="berna-piedzimsanas-pabalsts",
    title="Bērna piedzimšanas pabalsts",
    holder="Valsts sociālās apdrošināšanas aģentūra",
    summary="Vienreizējs pabalsts par jaundzimušo.",
    prefix="BPP",
    build_steps=_steps,
    key_of=lambda answers: f"{answers['berna_dzimsanas']}/{answers['berna_vards'].casefold()}",
    refusal=Refusal("konts", "Konts pieder citai personai"),
    renamed=("berna_vards", "berna_pilns_vards"),
    added=an_added_question("dzimsanas_vieta", "Bērna dzimšanas vieta"),
)
