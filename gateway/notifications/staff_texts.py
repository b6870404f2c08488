"""What messages say to somebody who is to work here: no name, and no word of what they will do."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.notifications.text import Text

STAFF_TEXTS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "staff_invited": {
            "lv": Text(
                "Jūs esat uzaicināts izveidot kontu",
                "Pilnvara: jūs esat uzaicināts izveidot darba kontu. Atveriet saiti līdz {until}: {link} "
                "Ja jūs to negaidījāt, neatveriet to un pasakiet centra vadītājam.",
            ),
            "lv-plain": Text(
                "Jums ir uzaicinājums",
                "Pilnvara: jums ir uzaicinājums izveidot darba kontu. Atveriet saiti līdz {until}: {link} "
                "Jūs to negaidījāt? Neatveriet. Pasakiet centra vadītājam.",
            ),
            "en": Text(
                "You are invited to have an account",
                "Pilnvara: you are invited to make your account for work. Open the link by {until}: {link} "
                "If you did not expect it, do not open it, and tell the manager of the centre.",
            ),
            "en-plain": Text(
                "You have an invitation",
                "Pilnvara: you can make your account for work. Open the link by {until}: {link} "
                "You did not expect it? Do not open it. Tell the manager of the centre.",
            ),
        },
    }
)
"""By template, then by language."""
