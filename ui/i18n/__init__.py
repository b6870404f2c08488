"""Words in several languages: catalogues read once, messages marked in Python, the language of the moment.

The source language is plain English, standing in the templates and in `message("…")`. `lv.po` holds Latvian;
`lv_plain.po` and `en_plain.po` hold only what a plain-language reader gets otherwise, and fall back to their base.
"""

from ui.i18n.catalogues import Language, UnknownLanguageError, catalogue, speaking, spoken
from ui.i18n.messages import Message, Written, message, plural_message

__all__ = [
    "Language",
    "Message",
    "UnknownLanguageError",
    "Written",
    "catalogue",
    "message",
    "plural_message",
    "speaking",
    "spoken",
]
