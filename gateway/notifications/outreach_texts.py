"""What messages say by which an institution invites: no word of what it is about, the same for everybody."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.notifications.text import Text

_AGAIN_LV = Text("Iestāde atgādina", "Pilnvara: iestāde atgādina par pakalpojumu, ko lietojāt. Lasiet: {link}")
_AGAIN_EN = Text("An institution reminds you", "Pilnvara: an institution reminds you of a service you used: {link}")
_SERVICE_LV = Text("Iestāde jums piedāvā pakalpojumu", "Pilnvara: iestāde jums piedāvā pakalpojumu. Lasiet: {link}")
_SERVICE_EN = Text("An institution offers you a service", "Pilnvara: an institution offers you a service: {link}")

OUTREACH_TEXTS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "invited_again": {"lv": _AGAIN_LV, "lv-plain": _AGAIN_LV, "en": _AGAIN_EN, "en-plain": _AGAIN_EN},
        "invited_service": {"lv": _SERVICE_LV, "lv-plain": _SERVICE_LV, "en": _SERVICE_EN, "en-plain": _SERVICE_EN},
    }
)
"""By template, then by language."""
