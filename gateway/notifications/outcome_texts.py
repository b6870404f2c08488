"""What messages say of an application after it was sent: no word of what it is about, or of how it was decided."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.notifications.text import Text

OUTCOME_TEXTS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "news": {
            "lv": Text(
                "Jaunumi par jūsu iesniegumu",
                "Pilnvara: ir jaunumi par jūsu iesniegumu. Skatiet {link} vai nāciet uz centru.",
            ),
            "lv-plain": Text(
                "Jaunumi par jūsu iesniegumu",
                "Pilnvara: par jūsu iesniegumu ir ziņas. Skatiet {link} vai nāciet uz centru.",
            ),
            "en": Text(
                "News of your application",
                "Pilnvara: there is news of your application. See {link} or come to any centre.",
            ),
            "en-plain": Text(
                "News of your application",
                "Pilnvara: there is news about your application. Look: {link} or come to a centre.",
            ),
        },
        "following_ended": {
            "lv": Text(
                "Iesniegumam vairs nesekojam",
                "Pilnvara: atļauja sekot iesniegumam ir beigusies. Skatiet {link} vai jautājiet iestādē.",
            ),
            "lv-plain": Text(
                "Iesniegumam vairs nesekojam",
                "Pilnvara: iesniegumam vairs nesekojam. Skatiet {link} vai jautājiet iestādē.",
            ),
            "en": Text(
                "We no longer follow your application",
                "Pilnvara: your leave to follow your application is over. See {link} or ask the institution.",
            ),
            "en-plain": Text(
                "We stopped looking",
                "Pilnvara: we do not look at your application any more. See {link} or ask the institution.",
            ),
        },
        "arrived": {
            "lv": Text(
                "Jūsu iesniegums ir saņemts",
                "Pilnvara: iestāde jūsu iesniegumu ir saņēmusi. Skatiet {link} vai nāciet uz centru.",
            ),
            "lv-plain": Text(
                "Jūsu iesniegums ir saņemts",
                "Pilnvara: iestāde jūsu iesniegumu saņēma. Skatiet {link} vai nāciet uz centru.",
            ),
            "en": Text(
                "Your application was received",
                "Pilnvara: we found out that the institution has your application. See {link} or come to any centre.",
            ),
            "en-plain": Text(
                "Your application arrived",
                "Pilnvara: the institution has your application. Look: {link} or come to a centre.",
            ),
        },
        "arrived_late": {
            "lv": Text(
                "Jūsu iesniegums tomēr ir saņemts",
                "Pilnvara: iestāde jūsu iesniegumu tomēr ir saņēmusi. Skatiet {link} vai nāciet uz centru.",
            ),
            "lv-plain": Text(
                "Jūsu iesniegums tomēr ir saņemts",
                "Pilnvara: iestāde jūsu iesniegumu tomēr saņēma. Skatiet {link} vai nāciet uz centru.",
            ),
            "en": Text(
                "Your application was received after all",
                "Pilnvara: the institution now says that it has your application. See {link} or come to any centre.",
            ),
            "en-plain": Text(
                "Your application arrived after all",
                "Pilnvara: the institution has your application after all. Look: {link} or come to a centre.",
            ),
        },
        "both_arrived": {
            "lv": Text(
                "Iestādei, iespējams, ir divi jūsu iesniegumi",
                "Pilnvara: iestādei ir arī iesniegums, kuru uzskatīja par zudušu. {link} vai nāciet uz centru.",
            ),
            "lv-plain": Text(
                "Iestādei, iespējams, ir divi jūsu iesniegumi",
                "Pilnvara: iestādei var būt divi jūsu iesniegumi. Nāciet uz centru vai skatiet {link}",
            ),
            "en": Text(
                "The institution may have two applications of yours",
                "Pilnvara: what was sent again had arrived the first time too. See {link} or come to any centre.",
            ),
            "en-plain": Text(
                "The institution may have two applications",
                "Pilnvara: the institution may have two of your applications. Come to a centre, or look: {link}",
            ),
        },
        "not_arrived": {
            "lv": Text(
                "Jūsu iesniegums nav saņemts",
                "Pilnvara: noskaidrots, ka iestāde jūsu iesniegumu nav saņēmusi. Skatiet {link} vai nāciet uz centru.",
            ),
            "lv-plain": Text(
                "Jūsu iesniegums nav saņemts",
                "Pilnvara: iestāde jūsu iesniegumu nesaņēma. Nāciet uz centru vai skatiet {link}",
            ),
            "en": Text(
                "Your application did not arrive",
                "Pilnvara: we found out that your application did not arrive. See {link} or come to any centre.",
            ),
            "en-plain": Text(
                "Your application did not arrive",
                "Pilnvara: the institution does not have your application. Come to a centre, or look: {link}",
            ),
        },
    }
)
