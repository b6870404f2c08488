"""What the permit for a public event asks, once."""

from connectors.portals.municipality import municipalities, permits
from connectors.sdk.inputs import (
    Checkbox,
    CheckboxGroup,
    Date,
    File,
    Group,
    Input,
    Money,
    Name,
    Number,
    Option,
    PersonalCode,
    Phone,
    Radio,
    Select,
    ShownWhen,
    Text,
)
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

MOST_PEOPLE = 4
"""As many as the portal's form has lines for."""
_SOUND = ShownWhen("sound", "yes")
_YES_OR_NO = (Option("yes", Words("Jā", "Yes")), Option("no", Words("Nē", "No")))

PRECONDITIONS = (
    Precondition(
        name="safety_plan_ready",
        question=Words("Vai drošības plāns ir sagatavots?", "Is the safety plan ready?"),
        advice=Words(
            "Drošības plānā raksta, kas atbild par kārtību, kur ir izejas un kā rīkojas nelaimē. Bez tā atļauju nedod.",
            "It says who keeps order, where the exits are and what is done in an accident. No permit without it.",
        ),
    ),
)

_PEOPLE = Group(
    name="people",
    label=Words("Atbildīgās personas", "Responsible persons"),
    row=Words("atbildīgā persona", "Responsible person"),
    most=MOST_PEOPLE,
    items=(
        Name(name="name", label=Words("Vārds un uzvārds", "Full name"), max_length=120, sensitive=True),
        PersonalCode(name="code", label=Words("Personas kods", "Personal code"), sensitive=True),
        Phone(name="phone", label=Words("Tālrunis", "Telephone"), sensitive=True),
        Select(
            name="role",
            label=Words("Par ko atbild", "Responsible for"),
            options=(
                Option("organiser", Words("Organizators", "Organiser")),
                Option("technical", Words("Tehniskais vadītājs", "Technical manager")),
                Option("order", Words("Kārtības uzturēšana", "Keeping order")),
            ),
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    permits.information(
        Words(
            "Atļauja vajadzīga pasākumam publiskā vietā, kas pieejams ikvienam. Nodeva redzama pārskatā.",
            "An event in a public place that is open to all needs a permit. The overview shows the fee.",
        )
    ),
    municipalities.choice(municipalities.EVENT),
    Text(name="title", label=Words("Pasākuma nosaukums", "Name of the event"), max_length=120),
    Radio(
        name="event_kind",
        label=Words("Pasākuma veids", "Kind of event"),
        options=(
            Option("concert", Words("Koncerts", "Concert")),
            Option("sport", Words("Sporta pasākums", "Sports event")),
            Option("feast", Words("Svētki", "Festivity")),
            Option("exhibition", Words("Izstāde", "Exhibition")),
            Option("other", Words("Cits", "Other")),
        ),
    ),
    municipalities.place(),
    Date(name="first_day", label=Words("Sākuma datums", "First day"), lockable=True),
    Date(name="last_day", label=Words("Beigu datums", "Last day"), not_before_input="first_day", lockable=True),
    *permits.hours(Words("Sākuma laiks", "Starts at (time)"), Words("Beigu laiks", "Ends at (time)")),
    Number(
        name="visitors",
        label=Words("Plānotais apmeklētāju skaits", "Expected number of visitors"),
        least=1,
        most=100_000,
    ),
    Radio(
        name="entry",
        label=Words("Ieeja", "Entry"),
        options=(
            Option("free", Words("Bez maksas", "Free of charge")),
            Option("paid", Words("Par maksu", "With tickets")),
        ),
    ),
    Money(
        name="ticket_price",
        label=Words("Biļetes cena (EUR)", "Price of a ticket (EUR)"),
        shown_when=ShownWhen("entry", "paid"),
        most="1000.00",
    ),
    _PEOPLE,
    Number(
        name="stewards",
        label=Words("Kārtības uzturētāju skaits", "Number of stewards"),
        least=1,
        most=999,
    ),
    File(
        name="safety_plan",
        label=Words("Drošības plāns", "Safety plan"),
        help=Words("PDF, JPG vai PNG, ne lielāks par 5 MB.", "PDF, JPG or PNG, 5 MB at most."),
        max_bytes=5_000_000,
    ),
    Radio(
        name="sound",
        label=Words("Vai būs pastiprināta skaņa vai pirotehnika?", "Will there be amplified sound or fireworks?"),
        options=_YES_OR_NO,
    ),
    CheckboxGroup(
        name="sound_kinds",
        label=Words("Kas būs?", "What will there be?"),
        shown_when=_SOUND,
        options=(
            Option("music", Words("Pastiprināta mūzika", "Amplified music")),
            Option("speech", Words("Pastiprināta runa", "Amplified speech")),
            Option("fireworks", Words("Pirotehnika", "Fireworks")),
        ),
    ),
    permits.time("sound_until", Words("Skaņa līdz", "Sound until (time)"), _SOUND),
    Radio(name="alcohol", label=Words("Vai tirgos alkoholu?", "Will alcohol be sold?"), options=_YES_OR_NO),
    *municipalities.own_questions(municipalities.EVENT),
    *permits.contact(),
    Checkbox(
        name="responsible",
        label=Words(
            "Apņemos ievērot Publisku izklaides un svētku pasākumu drošības likumu",
            "I undertake to keep the Law on Safety of Public Entertainment and Festive Events",
        ),
    ),
    Checkbox(
        name="cleaning",
        label=Words("Apņemos pēc pasākuma sakopt teritoriju", "I undertake to clean up after the event"),
    ),
    permits.truthful(),
)
