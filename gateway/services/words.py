"""Words as a search compares them: without capitals, diacritics and endings, and in pieces that survive a slip.

Latvian inflects at the end of a word (*pabalsts, pabalsta, pabalstu*), so words are also compared by a stem that is cut
off roughly; it need not be a linguist's stem, only the same for the forms of one word.
"""

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[a-z0-9]+")
_ENDING = re.compile(
    r"(?<=\w{3})(?:sana[ismu]?|sanas|sanos|sanam|umiem|um[aiu]?|tajiem|taj[ao]|tais|iem|ij(?:as?|u)|at[aeu]s?|ams?|"
    r"a[ist]?|e[imns]?|i[ms]?|o[st]?|us?|s|ing|ed|ies|ly|y)$"
)
"""The longest ending that leaves three letters or more."""
_SAID_BY_THE_WAY = frozenset(
    _WORD.findall(
        "es man mani mans mana manu gribu vajag vajadzetu ludzu ka kur kas ko ir un vai par uz ar no lai pie dabut "
        "sanemt nokartot palidziet palidzet darit tagad "
        "i my me want need would like please how where what is the a an to for of on in and get have do can now"
    )
)
"""What people say around the thing that they need."""


def fold(text: str) -> str:
    """Lower-case `text` and take its diacritics off: *bērnudārzs* is *bernudarzs*."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return _WORD.findall(fold(text))


def asked(text: str) -> list[str]:
    """The words of a query that say what is needed; all of them when there are no others."""
    every = list(dict.fromkeys(words(text)))
    telling = [word for word in every if word not in _SAID_BY_THE_WAY]
    return telling or every


def stem(word: str) -> str:
    """The folded `word` without its ending."""
    return _ENDING.sub("", word)


def pieces(word: str) -> Iterator[str]:
    """The overlapping groups of three letters of a word, with its edges marked."""
    edged = f"  {word} "
    return (edged[start : start + 3] for start in range(len(edged) - 2))
