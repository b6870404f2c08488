"""What messages say of a visit that goes on another day, or with a colleague: no word of what it is about."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.notifications.text import Text

ANOTHER_DAY_TEXTS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "visit_set_aside": {
            "lv": Text(
                "Pārējo varat iesniegt citā dienā",
                "Pilnvara: pārējo var iesniegt citā dienā līdz {until}. Nāciet uz centru ar dokumentu. Apturēt: {link}",
            ),
            "lv-plain": Text(
                "Pārējo var iesniegt citā dienā",
                "Pilnvara: pārējo var iesniegt citā dienā līdz {until}. Paņemiet līdzi dokumentu. Apturēt: {link}",
            ),
            "en": Text(
                "What is left can be filed on another day",
                "Pilnvara: what is left can be filed until {until}. Come to the centre with a document. Stop: {link}",
            ),
            "en-plain": Text(
                "The rest can be sent on another day",
                "Pilnvara: the rest can be sent until {until}. Bring your document to the centre. Stop: {link}",
            ),
        },
        "visit_handed_over": {
            "lv": Text(
                "Jums palīdz cits darbinieks",
                "Pilnvara: tālāk palīdz cits darbinieks. Iesniegs tikai ar jaunu atļauju. Apturēt: {link}",
            ),
            "lv-plain": Text(
                "Jums palīdz cits cilvēks",
                "Pilnvara: tagad jums palīdz cits darbinieks. Viņam vajag jaunu „jā”. Apturēt: {link}",
            ),
            "en": Text(
                "A colleague helps you now",
                "Pilnvara: another assistant goes on. Filing needs a new permission from you. Stop: {link}",
            ),
            "en-plain": Text(
                "Another person helps you now",
                "Pilnvara: another helper goes on. They need a new yes from you. Stop: {link}",
            ),
        },
        "visit_passed_on": {
            "lv": Text(
                "Jums palīdz cits darbinieks",
                "Pilnvara: tālāk palīdz cits šī centra darbinieks, kā atļāvāt. Apturēt: {link}",
            ),
            "lv-plain": Text(
                "Jums palīdz cits cilvēks",
                "Pilnvara: tagad jums palīdz cits šī centra darbinieks. Jūs to atļāvāt. Apturēt: {link}",
            ),
            "en": Text(
                "A colleague helps you now",
                "Pilnvara: another assistant of the centre goes on, as you allowed. Stop: {link}",
            ),
            "en-plain": Text(
                "Another person helps you now",
                "Pilnvara: another helper of the centre goes on. You allowed it. Stop: {link}",
            ),
        },
        "visit_reminded": {
            "lv": Text(
                "Atļauja drīz beigsies",
                "Pilnvara: vēl nav iesniegts viss. Atļauja beidzas {until}. Apturēt: {link}",
            ),
            "lv-plain": Text(
                "Atļauja drīz beigsies",
                "Pilnvara: viss vēl nav nosūtīts. Atļauja beidzas {until}. Apturēt: {link}",
            ),
            "en": Text(
                "Your permission ends soon",
                "Pilnvara: not everything has been filed. Your permission ends on {until}. Come soon. Stop: {link}",
            ),
            "en-plain": Text(
                "Your permission ends soon",
                "Pilnvara: not all has been sent yet. Your yes ends on {until}. Come to the centre. Stop: {link}",
            ),
        },
    }
)
