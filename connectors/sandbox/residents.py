"""Thirteen made-up residents. Nobody has these names and codes."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Resident:
    """One made-up resident, as the identity provider knows them."""

    personal_code: str
    given_name: str
    family_name: str
    birthdate: str
    phone: str
    phone_verified: bool
    email: str
    address: str
    is_reached: bool = True
    """Whether messages to the number and to the address arrive; else both come back."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def subject(self) -> str:
        """The identifier in the national platform's form: `PK:` and the personal code."""
        return f"PK:{self.personal_code}"


def _resident(
    number: int,
    given: str,
    family: str,
    birthdate: str,
    address: str,
    *,
    phone: str = "yes",
    verified: bool = True,
    is_reached: bool = True,
) -> Resident:
    mailbox = f"iedzivotajs{number:02}@piemers.example"
    return Resident(
        personal_code=f"329999-{number:05}",
        given_name=given,
        family_name=family,
        birthdate=birthdate,
        phone=f"+371 2000 00{number:02}" if phone else "",
        phone_verified=bool(phone) and verified,
        email=mailbox,
        address=address,
        is_reached=is_reached,
    )


RESIDENTS: tuple[Resident, ...] = (
    _resident(1, "Anna", "Paraugkalne", "1958-03-14", "Izdomu iela 1-12, Paraugciems, Ziemeļu novads, LV-9901"),
    _resident(2, "Jānis", "Paraugs", "1949-11-02", "Izdomu iela 3, Paraugciems, Ziemeļu novads, LV-9901"),
    _resident(3, "Līga", "Izdomāja", "1991-06-23", "Vēja iela 7-4, Piemēri, Upes novads, LV-9902"),
    _resident(4, "Pēteris", "Piemērs", "1984-01-30", "“Kalnpiemēri”, Upes novads, LV-9902"),
    _resident(5, "Ņina", "Paraugova", "1966-09-09", "Ostas iela 15-31, Jūras pilsēta, LV-9903"),
    _resident(6, "Māris", "Neesošais", "1975-12-05", "Ostas iela 2, Jūras pilsēta, LV-9903"),
    _resident(7, "Elīna", "Smilškaste", "1996-04-18", "Smilšu iela 5-9, Jūras pilsēta, LV-9903"),
    _resident(8, "Gatis", "Šķietamais", "1988-07-27", "“Šķietami”, Ziemeļu novads, LV-9901"),
    _resident(9, "Zenta", "Ķīselpiemēra", "1941-02-11", "Vēja iela 1, Piemēri, Upes novads, LV-9902", verified=False),
    _resident(10, "Arvīds", "Beztelefona", "1937-05-20", "“Klusumi”, Ziemeļu novads, LV-9901", phone=""),
    _resident(11, "Žanete", "Divlapa", "1979-10-16", "Smilšu iela 8-2, Jūras pilsēta, LV-9903"),
    _resident(12, "Uldis", "Bezlapa", "1969-08-01", "“Veselība”, Upes novads, LV-9902"),
    _resident(
        13, "Ivars", "Nesasniedzams", "1963-10-21", "Vēja iela 9, Piemēri, Upes novads, LV-9902", is_reached=False
    ),
)


def find_resident(personal_code: str) -> Resident | None:
    """The made-up resident with this personal code, if there is one."""
    return next((one for one in RESIDENTS if one.personal_code == personal_code), None)


def is_reached(address: str) -> bool:
    """Whether a message to a telephone number or an e-mail address arrives; those of nobody here do."""
    return bare(address) not in _UNREACHED


def bare(address: str) -> str:
    """An address or a number as it is compared: without spaces and capitals."""
    return address.replace(" ", "").lower()


_UNREACHED: Final = frozenset(bare(each) for one in RESIDENTS if not one.is_reached for each in (one.phone, one.email))
