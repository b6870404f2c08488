"""How the registers' form for the cadastre statement is filled in."""

from connectors.portals import registri
from connectors.sdk.steps import Choose, Fill, FillDate, Tick
from connectors.sdk.words import Words

SLUG = "vzd-izzina"
KINDS = {"object": "01", "with_map": "02", "none": "03"}

STEPS = (
    registri.step(
        "VZD_IPASUMS",
        Words("Īpašuma izvēle", "The property"),
        (
            Choose(
                input="found_by",
                control="MEKLET_PEC",
                label="Meklēt pēc",
                options={"number": "K", "address": "A"},
            ),
            Fill(input="cadastre_number", control="KAD_APZ", label="Kadastra apzīmējums"),
            Fill(input="property_address", control="ADRESE", label="Īpašuma adrese"),
        ),
    ),
    registri.step(
        "VZD_VEIDS",
        Words("Izziņas veids", "Kind of statement"),
        (
            Choose(input="kind", control="IZZ_VEIDS", label="Izziņas veids", options=KINDS),
            Choose(input="language", control="VALODA", label="Valoda", options={"latvian": "LAV", "english": "ENG"}),
            FillDate(input="as_of", control="UZ_DATUMU", label="Stāvoklis uz datumu"),
            Fill(input="purpose", control="MERKIS", label="Izmantošanas mērķis"),
        ),
    ),
    registri.step(
        "VZD_SANEMSANA",
        Words("Saņemšana un apmaksa", "Receiving and paying"),
        (
            Choose(
                input="received_by",
                control="SANEMT",
                label="Kā saņemt izziņu",
                options={"eaddress": "E", "portal": "P", "centre": "K"},
            ),
            Choose(
                input="client_centre",
                control="NODALA",
                label="Klientu centrs",
                options={"north": "11", "river": "12", "sea": "13"},
            ),
            Fill(input="email", control="EPASTS", label="E-pasts maksājuma saitei"),
            Tick(input="pays", control="APLIEC", label="Piekrītu maksāt par izziņu", sends="J"),
        ),
    ),
)

FINAL = registri.final(
    "VZD_APSTIPRINAT",
    {
        "Kadastra apzīmējums": "KAD_APZ",
        "Īpašuma adrese": "ADRESE",
        "Izziņas veids": "IZZ_VEIDS",
        "E-pasts maksājuma saitei": "EPASTS",
    },
)
