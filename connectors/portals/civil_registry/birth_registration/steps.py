"""How the registers' form for the registration of a birth is filled in."""

from connectors.portals import registri
from connectors.sdk.steps import Choose, Fill, FillDate, Tick
from connectors.sdk.words import Words

SLUG = "dzimsana"

STEPS = (
    registri.step(
        "DZR_BERNS",
        Words("Ziņas par bērnu", "The child"),
        (
            Fill(input="given_name", control="VARDS", label="Vārds (vārdi)"),
            Fill(input="family_name", control="UZVARDS", label="Uzvārds"),
            Choose(input="sex", control="DZIMUMS", label="Dzimums", options={"male": "V", "female": "S"}),
            FillDate(input="born", control="DZ_DATUMS", label="Dzimšanas datums"),
            Fill(input="born_at", control="DZ_VIETA", label="Dzimšanas vieta"),
            Fill(input="medical_certificate", control="APL_NR", label="Medicīniskās apliecības numurs"),
        ),
    ),
    registri.step(
        "DZR_VECAKI",
        Words("Ziņas par vecākiem", "The parents"),
        (
            Fill(input="mother_name", control="MATES_VARDS", label="Mātes vārds un uzvārds"),
            Fill(input="mother_code", control="MATES_PK", label="Mātes personas kods"),
            Fill(input="mother_nationality", control="MATES_TAUT", label="Mātes tautība"),
            Choose(
                input="father_by",
                control="TEVA_PAMATS",
                label="Ziņu par tēvu pamats",
                options={"marriage": "L", "acknowledged": "P", "not_entered": "N"},
            ),
            Fill(input="marriage_record", control="LAUL_NR", label="Laulības ieraksta numurs"),
            Fill(input="father_name", control="TEVA_VARDS", label="Tēva vārds un uzvārds"),
            Fill(input="father_code", control="TEVA_PK", label="Tēva personas kods"),
            Fill(input="father_nationality", control="TEVA_TAUT", label="Tēva tautība"),
        ),
    ),
    registri.step(
        "DZR_IESTADE",
        Words("Iestāde un apliecība", "Office and certificate"),
        (
            Choose(
                input="office",
                control="NODALA",
                label="Dzimtsarakstu nodaļa",
                options={"north": "21", "river": "22", "sea": "23"},
            ),
            Choose(
                input="certificate_by",
                control="SANEMT",
                label="Kā saņemt apliecību",
                options={"none": "D", "office": "K", "post": "P"},
            ),
            Fill(input="postal_address", control="PASTA_ADR", label="Pasta adrese"),
            Fill(input="phone", control="TALRUNIS", label="Tālrunis"),
            Fill(input="email", control="EPASTS", label="E-pasts"),
            Tick(input="truthful", control="APLIEC", label="Apliecinu, ka ziņas ir patiesas", sends="J"),
        ),
    ),
)

FINAL = registri.final(
    "DZR_APSTIPRINAT",
    {
        "Vārds (vārdi)": "VARDS",
        "Uzvārds": "UZVARDS",
        "Medicīniskās apliecības numurs": "APL_NR",
        "Mātes personas kods": "MATES_PK",
    },
)
