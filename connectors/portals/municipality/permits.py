"""What the permits of municipalities ask alike: when, who answers, and what is declared."""

from connectors.portals import latvija, questions
from connectors.sdk.fills import Choose, Fill, OneFill
from connectors.sdk.inputs import Checkbox, Date, Input, ShownWhen, Text
from connectors.sdk.steps import Step, Values
from connectors.sdk.words import Words

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_AS_A_TIME = Words("Stundas un minūtes, piemēram, 09:00.", "Hours and minutes, such as 09:00.")
_NOT_A_TIME = Words("Ievadiet laiku, piemēram, 09:00.", "Enter a time of day, such as 09:00.")


def information(help_words: Words) -> Checkbox:
    """What has been read, and what matters of it."""
    return Checkbox(
        name="information_read",
        label=Words("Iepazinos ar informāciju par pakalpojumu", "I have read about the service"),
        help=help_words,
    )


def days() -> tuple[Input, Input]:
    """From which day to which."""
    return (
        Date(name="first_day", label=Words("No datuma", "First day"), lockable=True),
        Date(name="last_day", label=Words("Līdz datumam", "Last day"), not_before_input="first_day", lockable=True),
    )


def hours(first: Words, last: Words) -> tuple[Input, Input]:
    """From which time of day to which."""
    return (time("first_hour", first), time("last_hour", last))


def time(name: str, label: Words, shown_when: ShownWhen | None = None) -> Text:
    """A time of day."""
    return Text(
        name=name,
        label=label,
        help=_AS_A_TIME,
        max_length=5,
        pattern=_TIME,
        invalid=_NOT_A_TIME,
        shown_when=shown_when,
    )


def contact() -> tuple[Input, ...]:
    """Where the municipality writes to."""
    return (
        Text(
            name="address",
            label=Words("Adrese", "Address"),
            prefill="resident.address",
            concept="resident.address",
            sensitive=True,
        ),
        questions.EMAIL,
        questions.PHONE,
    )


def truthful() -> Checkbox:
    """The declaration that every form has."""
    return Checkbox(
        name="truthful",
        label=Words("Apliecinu, ka sniegtās ziņas ir patiesas", "I declare that what I have said is true"),
        concept="declared.truthful",
    )


def municipality_step(slug: str) -> Step:
    """The page on which the municipality is chosen."""
    return latvija.step(
        slug,
        "pasvaldiba",
        Words("Pašvaldība", "Municipality"),
        (Choose(input="municipality", control="pasvaldiba", label="Pašvaldība"),),
    )


def place() -> OneFill:
    """The select with the places of one municipality."""
    return Choose(input="place", control="vieta", label="Vieta", varies=True)


def contact_step(slug: str) -> Step:
    """The page with address, e-mail and telephone."""
    return latvija.step(
        slug,
        "kontakti",
        Words("Kontaktinformācija", "Contact"),
        (
            Fill(input="address", control="adrese", label="Adrese"),
            Fill(input="email", control="epasts", label="E-pasts"),
            Fill(input="phone", control="talrunis", label="Tālrunis"),
        ),
    )


def key(values: Values) -> str:
    """One permit for one place from one day on."""
    return f"{values['place']}/{values['first_day']}"
