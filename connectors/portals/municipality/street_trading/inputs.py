"""What the permit for street trading asks, once."""

from connectors.portals.municipality import municipalities, permits
from connectors.sdk.inputs import Checkbox, CheckboxGroup, Input, Number, Option, Radio, ShownWhen, Text
from connectors.sdk.manifest import Precondition
from connectors.sdk.words import Words

PRECONDITIONS = (
    Precondition(
        name="own_goods",
        question=Words(
            "Vai tirgosiet pats, vienā tirdzniecības vietā?", "Will you trade yourself, at one place of sale?"
        ),
        advice=Words(
            "Tirdziņu ar vairākiem tirgotājiem saskaņo ar ielu tirdzniecības organizēšanas atļauju.",
            "A market with several traders needs the permit to organise street trading.",
        ),
    ),
)

INPUTS: tuple[Input, ...] = (
    permits.information(
        Words(
            "Nodevu par katru dienu nosaka pašvaldība; tā redzama pārskatā pirms nosūtīšanas.",
            "The municipality sets a fee for each day; the overview shows it before anything is sent.",
        )
    ),
    municipalities.choice(municipalities.TRADING),
    Radio(
        name="trader",
        label=Words("Kā tirgosieties?", "As what will you trade?"),
        options=(
            Option("person", Words("Kā fiziska persona", "As a private person")),
            Option("business", Words("Kā saimnieciskās darbības veicējs", "As a registered business")),
        ),
    ),
    Text(
        name="registration",
        label=Words("Nodokļu maksātāja reģistrācijas numurs", "Taxpayer's registration number"),
        shown_when=ShownWhen("trader", "business"),
        max_length=12,
        sensitive=True,
    ),
    CheckboxGroup(
        name="goods",
        label=Words("Ko tirgosiet?", "What will you sell?"),
        options=(
            Option("food", Words("Pārtiku", "Food")),
            Option("produce", Words("Pašu izaudzētus augļus un dārzeņus", "Fruit and vegetables of your own")),
            Option("flowers", Words("Ziedus un stādus", "Flowers and seedlings")),
            Option("crafts", Words("Amatnieku izstrādājumus", "Crafts")),
            Option("other", Words("Citas preces", "Other goods")),
        ),
    ),
    Text(
        name="food_registration",
        label=Words("PVD reģistrācijas numurs", "Registration number at the Food and Veterinary Service"),
        shown_when=ShownWhen("goods", "food"),
        max_length=20,
    ),
    Text(name="goods_described", label=Words("Preču apraksts", "Description of the goods")),
    municipalities.place(),
    Number(name="area", label=Words("Vietas platība (m²)", "Area of the place (m²)"), least=1, most=500),
    *permits.days(),
    *permits.hours(
        Words("Tirdzniecības laiks no", "Trading from (time)"),
        Words("Tirdzniecības laiks līdz", "Trading until (time)"),
    ),
    *municipalities.own_questions(municipalities.TRADING),
    *permits.contact(),
    Checkbox(
        name="rules",
        label=Words(
            "Apņemos ievērot pašvaldības saistošos noteikumus par tirdzniecību",
            "I undertake to keep the municipality's rules on trading",
        ),
    ),
    permits.truthful(),
)
