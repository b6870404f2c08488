"""What the permit to organise street trading asks, once."""

from connectors.portals.municipality import municipalities, permits
from connectors.sdk.inputs import Checkbox, File, Group, Input, Name, Number, Text
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

MOST_TRADERS = 6
"""As many as the portal's form has lines for."""

PRECONDITIONS = (
    Precondition(
        name="plan_ready",
        question=Words(
            "Vai ir shēma, kurā redzamas visas tirdzniecības vietas?", "Is there a plan that shows all places of sale?"
        ),
        advice=Words(
            "Bez shēmas pašvaldība iesniegumu neizskata. Uzzīmējiet to, kaut ar roku, un nofotografējiet.",
            "Without the plan it is not considered. Draw it, by hand if need be, and take a picture of it.",
        ),
    ),
)

_TRADERS = Group(
    name="traders",
    label=Words("Tirgotāji", "Traders"),
    help=Words("Ja to ir vairāk nekā seši, pārējos norādiet shēmā.", "Name those after the sixth on the plan."),
    row=Words("tirgotājs", "Trader"),
    most=MOST_TRADERS,
    items=(
        Name(
            name="name",
            label=Words("Nosaukums vai vārds un uzvārds", "Name of the business or person"),
            max_length=120,
            sensitive=True,
        ),
        Text(
            name="registration",
            label=Words("Reģistrācijas numurs", "Registration number"),
            max_length=12,
            sensitive=True,
        ),
        Text(name="goods", label=Words("Preces", "Goods"), max_length=120),
        Number(name="place", label=Words("Vietas numurs", "Number of the place"), required=False, least=1, most=999),
    ),
)

INPUTS: tuple[Input, ...] = (
    permits.information(
        Words(
            "Vienu atļauju saņem rīkotājs visiem tirgotājiem. Nodeva redzama pārskatā pirms nosūtīšanas.",
            "The organiser gets one permit for all traders. The overview shows the fee before anything is sent.",
        )
    ),
    municipalities.choice(municipalities.ORGANISING),
    Text(name="title", label=Words("Tirdziņa nosaukums", "Name of the market"), max_length=120),
    municipalities.place(),
    *permits.days(),
    *permits.hours(
        Words("Tirdzniecības laiks no", "Trading from (time)"),
        Words("Tirdzniecības laiks līdz", "Trading until (time)"),
    ),
    File(
        name="plan",
        label=Words("Vietu izvietojuma shēma", "Plan of the places"),
        help=Words("PDF, JPG vai PNG, ne lielāka par 5 MB.", "PDF, JPG or PNG, 5 MB at most."),
        max_bytes=5_000_000,
    ),
    _TRADERS,
    *municipalities.own_questions(municipalities.ORGANISING),
    *permits.contact(),
    Checkbox(
        name="order",
        label=Words(
            "Apņemos nodrošināt kārtību un tirdzniecības vietas sakopšanu",
            "I undertake to keep order and to clean up the place",
        ),
    ),
    Checkbox(
        name="rules",
        label=Words(
            "Apņemos ievērot pašvaldības saistošos noteikumus par tirdzniecību",
            "I undertake to keep the municipality's rules on trading",
        ),
    ),
    permits.truthful(),
)
