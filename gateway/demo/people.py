"""The made-up staff of the demonstration. Their secrets are printed in the open: they exist only in demo mode."""

from dataclasses import dataclass

from gateway.people.roles import Role

PASSWORD = "paraugs-paraugs-1"
"""Of everyone in the demonstration."""


@dataclass(frozen=True, slots=True)
class DemoCentre:
    """A made-up centre."""

    id: str
    name: str
    municipality: str


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A made-up member of staff; `totp` is the seed of their one-time codes, in base32."""

    login: str
    name: str
    centre: str
    roles: tuple[Role, ...]
    totp: str


NORTH = DemoCentre("demo-north", "Ziemeļu novada VPVKAC Paraugciemā", "Ziemeļu novads")
SEA = DemoCentre("demo-sea", "Jūras pilsētas VPVKAC", "Jūras pilsēta")
CENTRES = (NORTH, SEA)

STAFF = (
    DemoStaff("inese", "Inese Palīdze", NORTH.id, (Role.ASSISTANT,), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    DemoStaff("kaspars", "Kaspars Talka", SEA.id, (Role.ASSISTANT,), "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"),
    DemoStaff("vilnis", "Vilnis Vadonis", NORTH.id, (Role.MANAGER, Role.ASSISTANT), "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"),
    DemoStaff("sarmite", "Sarmīte Tīkla", NORTH.id, (Role.ADMINISTRATOR,), "NBSWY3DPFQQHO33SNBSWY3DPFQQHO33S"),
    DemoStaff("rita", "Rita Pārbaude", NORTH.id, (Role.AUDITOR,), "OVXGS5DTEBTXEZLFOVXGS5DTEBTXEZLF"),
)
ASSISTANT = STAFF[0]
AUDITOR = STAFF[4]


def staff_named(login: str) -> DemoStaff:
    """The member of staff with this login. Raises `LookupError`."""
    for person in STAFF:
        if person.login == login:
            return person
    raise LookupError(f"nobody in the demonstration is called {login!r}: {', '.join(each.login for each in STAFF)}")
