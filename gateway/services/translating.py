"""Asks the translation service that a setting names, in the shape of LibreTranslate, and keeps what it answers.

`POST {url}/translate {"q": […], "source": "lv", "target": "en", "format": "text", "api_key": …}` is answered by
`{"translatedText": […]}`, as many texts as were sent. What fails is tried again later; readers see the original.
Whoever answers there is a stranger: too slow, too long, packed or with signs that nobody sees, it is no translation.
"""

import asyncio
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

import httpx2
import msgspec
import structlog

from gateway.config import Settings
from gateway.database.errors import DatabaseUnavailableError
from gateway.parts import Store
from gateway.services import translations
from gateway.services.catalogue import FALLBACK_LANGUAGE
from gateway.services.translations import Wanted
from gateway.trust import system_authorities

_EVERY: Final = timedelta(minutes=5)
_PATIENCE: Final = 30.0
"""Seconds for one card, from the connection to the last byte."""
_LONGEST_ANSWER: Final = 262_144
"""Bytes; what is packed is not unpacked, so that few cannot become many."""
_LONGEST: Final = 4
"""A translation that is so many times as long as its source, and more than a line, is none."""
_SLACK: Final = 200
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that change the direction of what stands after them: words would read otherwise than they are."""
_log = structlog.get_logger("gateway.translating")


class TranslationError(Exception):
    """The service did not answer, or not with what was asked for; the message holds no text."""


class _Answer(msgspec.Struct, frozen=True):
    translatedText: list[str]  # noqa: N815 - the service's own name


async def keep_translating(store: Store) -> None:
    """Translate what lacks a language, now and every five minutes, until cancelled."""
    while True:
        try:
            await translate_all(store)
        except DatabaseUnavailableError:
            _log.warning("translations wait for the database", exc_info=True)
        await asyncio.sleep(_EVERY.total_seconds())


async def translate_all(store: Store) -> int:
    """Translate every card that lacks a language; the number that came. One that fails leaves the others alone."""
    done = 0
    for one in await store.database.read(translations.wanted):
        try:
            words = await ask(store.settings, one)
            await store.database.write(partial(translations.keep, one=one, words=words, now=store.clock.now()))
        except DatabaseUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a stranger answers must not end the worker
            why = str(error) if isinstance(error, TranslationError) else type(error).__name__
            _log.warning("a card was not translated", service=one.service_id, language=one.language, why=why)
        else:
            done += 1
    return done


async def ask(settings: Settings, one: Wanted) -> Sequence[str]:
    """The words of a card in another language, empty ones as they are.

    Raises:
        TranslationError: they did not come, or not as many, or not like a translation.
    """
    source = translations.words_of(one.source)
    places = [place for place, text in enumerate(source) if text]
    came = await _post(settings, [source[place] for place in places], one.language)
    if len(came) != len(places):
        raise TranslationError("another number of texts came back")
    if any(len(text) > _LONGEST * len(source[place]) + _SLACK for place, text in zip(places, came, strict=True)):
        raise TranslationError("a text came back far too long")
    words = list(source)
    for place, text in zip(places, came, strict=True):
        words[place] = " ".join(text.split())
    if any(sign in _TURNING or unicodedata.category(sign) in {"Cc", "Cs"} for text in words for sign in text):
        raise TranslationError("a text came back with signs that nobody sees")
    if not words[0]:
        raise TranslationError("no title came back")
    return words


async def _post(settings: Settings, texts: Sequence[str], language: str) -> Sequence[str]:
    body: dict[str, Any] = {"q": list(texts), "source": FALLBACK_LANGUAGE, "target": language, "format": "text"}
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await _send(f"{settings.translation_url}/translate", body | _key(settings))
        return msgspec.json.decode(answer, type=_Answer).translatedText
    except (httpx2.HTTPError, TimeoutError) as error:
        raise TranslationError(f"it did not answer: {type(error).__name__}") from None
    except msgspec.MsgspecError:
        raise TranslationError("it answered something else") from None


async def _send(address: str, body: dict[str, Any]) -> bytes:
    came = b""
    async with (
        httpx2.AsyncClient(timeout=_PATIENCE, trust_env=False, verify=system_authorities()) as client,
        client.stream("POST", address, json=body, headers={"Accept-Encoding": "identity"}) as answer,
    ):
        if not answer.is_success:
            raise TranslationError(f"it answered {answer.status_code}")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise TranslationError("the answer is packed, which nobody asked for")
        async for piece in answer.aiter_raw():
            came += piece
            if len(came) > _LONGEST_ANSWER:
                raise TranslationError("the answer is too long")
    return came


def _key(settings: Settings) -> dict[str, str]:
    if settings.translation_key is None:
        return {}
    try:
        return {"api_key": settings.translation_key.read_text(encoding="utf-8").strip()}
    except OSError as error:
        raise TranslationError(f"the file of its key cannot be read: {error.strerror}") from None
