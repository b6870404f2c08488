"""The lists that the page's search boxes ask: addresses and occupations, all of them made up but for their form."""

from connectors.sandbox.residents import RESIDENTS

ADDRESSES = (
    *dict.fromkeys(one.address for one in RESIDENTS),
    "Izdomu iela 1-13, Paraugciems, Ziemeļu novads, LV-9901",
    "Izdomu iela 11, Paraugciems, Ziemeļu novads, LV-9901",
    "Vēja iela 7-5, Piemēri, Upes novads, LV-9902",
    "Ostas iela 15-32, Jūras pilsēta, LV-9903",
)
OCCUPATIONS = (
    "Apkopējs", "Autovadītājs", "Bērnudārza audzinātājs", "Celtnieks", "Galdnieks", "Grāmatvedis", "Medmāsa",
    "Noliktavas darbinieks", "Pārdevējs", "Pavārs", "Programmētājs", "Šuvējs",
)  # fmt: skip
_LISTS = {"adreses": ADDRESSES, "profesijas": OCCUPATIONS}
_MOST = 8


def search(name: str, wanted: str) -> list[dict[str, str]]:
    """The entries of a list in which all the words stand, at most eight."""
    words = wanted.casefold().replace(",", " ").split()
    found = [
        {"id": f"{name[:3]}-{number:04}", "teksts": text}
        for number, text in enumerate(_LISTS.get(name, ()))
        if words and all(word in text.casefold() for word in words)
    ]
    return found[:_MOST]


def knows(name: str, entry: object) -> bool:
    """Whether an entry of a list is what its id says."""
    texts = _LISTS.get(name, ())
    return any({"id": f"{name[:3]}-{number:04}", "teksts": text} == entry for number, text in enumerate(texts))
