"""The made-up staff of the demonstration. Their secrets are printed in the open: they exist only in demo mode."""

from dataclasses import dataclass

from gateway.people.roles import Role
from gateway.people.tables import ValueKind

PASSWORD = "paraugs-paraugs-1"
"""Of everyone in the demonstration."""


@dataclass(frozen=True, slots=True)
class DemoCentre:
    """A made-up centre."""

    id: str
    name: str
    municipality: str
    region: str


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A made-up member of staff; `totp` is the seed of their one-time codes, in base32."""

    login: str
    name: str
    centre: str
    roles: tuple[Role, ...]
    totp: str
    holder: str | None = None
    """Whose officer they are, as services name their holder."""
    own: tuple[tuple[ValueKind, str], ...] = ()
    """What is made up as their own; the program knows it as keyed hashes only."""


NORTH = DemoCentre("demo-north", "Ziemeļu novada VPVKAC Paraugciemā", "Ziemeļu novads", "Paraugu reģions")
SEA = DemoCentre("demo-sea", "Jūras pilsētas VPVKAC", "Jūras pilsēta", "Paraugu reģions")
CENTRES = (NORTH, SEA)

HOME = "“Šķietami”, Ziemeļu novads, LV-9901"
"""Where Inese lives; so does a resident of the demonstration, whom a second person therefore looks at first."""
_INESE = (
    (ValueKind.CODE, "329999-00091"),
    (ValueKind.PHONE, "+371 2000 0091"),
    (ValueKind.ACCOUNT, "LV73PARA0000000000091"),
    (ValueKind.ADDRESS, HOME),
)
_KASPARS = (
    (ValueKind.CODE, "329999-00092"),
    (ValueKind.PHONE, "+371 2000 0092"),
    (ValueKind.ACCOUNT, "LV46PARA0000000000092"),
    (ValueKind.ADDRESS, "“Viļņi”, Jūras pilsēta, LV-9902"),
)
_VILNIS = (
    (ValueKind.CODE, "329999-00093"),
    (ValueKind.PHONE, "+371 2000 0093"),
    (ValueKind.ACCOUNT, "LV19PARA0000000000093"),
    (ValueKind.ADDRESS, "“Vadoņi”, Ziemeļu novads, LV-9901"),
)
STAFF = (
    DemoStaff("inese", "Inese Palīdze", NORTH.id, (Role.ASSISTANT,), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", own=_INESE),
    DemoStaff("kaspars", "Kaspars Talka", SEA.id, (Role.ASSISTANT,), "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU", own=_KASPARS),
    DemoStaff(
        "vilnis",
        "Vilnis Vadonis",
        NORTH.id,
        (Role.MANAGER, Role.ASSISTANT),
        "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",
        own=_VILNIS,
    ),
    DemoStaff("sarmite", "Sarmīte Tīkla", NORTH.id, (Role.ADMINISTRATOR,), "NBSWY3DPFQQHO33SNBSWY3DPFQQHO33S"),
    DemoStaff("rita", "Rita Pārbaude", NORTH.id, (Role.AUDITOR,), "OVXGS5DTEBTXEZLFOVXGS5DTEBTXEZLF"),
    DemoStaff("ojars", "Ojārs Otrais", SEA.id, (Role.ADMINISTRATOR,), "MJSXE5DJNZTXG2LOMJSXE5DJNZTXG2LO"),
    DemoStaff("agris", "Agris Skatītājs", SEA.id, (Role.AUDITOR,), "PJSXE5DJNZTXG2LOPJSXE5DJNZTXG2LO"),
    DemoStaff("valda", "Valda Pārzine", NORTH.id, (Role.NETWORK_OWNER,), "KZUWY3TWMFZGCICXKZUWY3TWMFZGCICX"),
    DemoStaff("velta", "Velta Iestāde", NORTH.id, (Role.OFFICER,), "GJSXE5DJNZTXG2LOGJSXE5DJNZTXG2LO", "VSAA"),
)
ASSISTANT = STAFF[0]
WITNESS = STAFF[1]
"""In another centre: sees a signature by video call."""
AUDITOR = STAFF[4]


def staff_named(login: str) -> DemoStaff:
    """The member of staff with this login. Raises `LookupError`."""
    for person in STAFF:
        if person.login == login:
            return person
    raise LookupError(f"nobody in the demonstration is called {login!r}: {', '.join(each.login for each in STAFF)}")
