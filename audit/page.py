"""A bundle as a page to read and to print, in Latvian and English: self-contained, without a script.

It is written from the other members alone, so that a verifier writes it again and sees whether somebody changed it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from audit import words
from audit.archive import Manifest
from audit.entry import Entry

NAME = "index.html"
VERSION = 1
"""Raised whenever the same members would give another page."""

_RIGA = ZoneInfo("Europe/Riga")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}"
    "h1{font-size:1.8rem}h2{font-size:1.3rem;margin-top:2rem}pre{white-space:pre-wrap;border-left:4px solid #1d70b8;"
    "padding:.5rem 1rem;font:inherit}table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #b1b4b6;"
    "padding:.4rem .6rem .4rem 0;text-align:left;vertical-align:top;overflow-wrap:anywhere}dl{display:grid;"
    "grid-template-columns:minmax(8rem,max-content) 1fr;gap:.2rem 1rem}dt{font-weight:bold}dd{margin:0;"
    "overflow-wrap:anywhere}section+section{border-top:3px solid #0b0c0c;margin-top:3rem;padding-top:1rem}"
    "code{overflow-wrap:anywhere}@media print{details{display:block}nav{display:none}section+section{"
    "break-before:page}}"
)


@dataclass(frozen=True)
class _Texts:
    """The words of the page in one language."""

    language: str
    title: str
    lead: str
    visit: str
    log: str
    entries: str
    complete: str
    complete_at: str
    complete_never: str
    lost: str
    lost_text: str
    allowed: str
    delegation: str
    template: str
    sealed: str
    erased: str
    sent: str
    nothing_sent: str
    filing: str
    reference: str
    at: str
    values: str
    label: str
    value: str
    steps: str
    what: str
    who: str
    data: str
    unknown: str
    check: str
    check_text: str


_LV = _Texts(
    language="lv",
    title="Apmeklējuma pierādījumi",
    lead="Šī lapa vārdiem stāsta, kas notika. Pati par sevi tā neko nepierāda: pierāda ieraksti un paraksti šajā pašā "
    "datnē, un tos var pārbaudīt jebkurš, nevienam neprasot.",
    visit="Apmeklējums",
    log="Žurnāls",
    entries="Ieraksti",
    complete="Pilnīgums",
    complete_at="neviens ieraksts nav izlaists līdz žurnāla ierakstam {size} ({at})",
    complete_never="žurnāls vēl nav noteicis, ar kuru ierakstu apmeklējums beidzas",
    lost="Žurnālā trūkst",
    lost_text="{missing} ierakstu, kas bija parakstīti un ir zuduši uz visiem laikiem; žurnāls to nosaka pats",
    allowed="Kas tika atļauts",
    delegation="Deleģējums",
    template="Veidne",
    sealed="Teksts šajā datnē nav atklāts.",
    erased="Iedzīvotāja dati ir dzēsti: to atslēga ir iznīcināta.",
    sent="Kas tika nosūtīts",
    nothing_sent="Iestādes apliecinājuma nav.",
    filing="Iesniegums",
    reference="Numurs",
    at="Laiks",
    values="Atklātās ziņas",
    label="Nosaukums",
    value="Ziņa",
    steps="Soli pa solim",
    what="Kas notika",
    who="Kas to darīja",
    data="Ierakstītie dati",
    unknown="Notikums, kuru šī programma nepazīst",
    check="Kā pārbaudīt",
    check_text="Bez tīkla, ar Python pakotni “pilnvara”; žurnāla publisko atslēgu ņemiet no citurienes:",
)
_EN = _Texts(
    language="en",
    title="What proves a visit",
    lead="This page says in words what happened. By itself it proves nothing: the entries and signatures in the same "
    "file do, and anybody can verify them without asking anyone.",
    visit="Visit",
    log="Log",
    entries="Entries",
    complete="Completeness",
    complete_at="no entry is left out up to entry {size} of the log ({at})",
    complete_never="the log has not stated yet with which entry the visit ends",
    lost="Missing in the log",
    lost_text="{missing} entries that had been signed for are lost for ever; the log states so itself",
    allowed="What was allowed",
    delegation="Delegation",
    template="Template",
    sealed="The text is not disclosed in this file.",
    erased="The resident’s details were erased: their key is destroyed.",
    sent="What was sent",
    nothing_sent="There is no receipt of an institution.",
    filing="Application",
    reference="Number",
    at="Time",
    values="Disclosed details",
    label="Name",
    value="Detail",
    steps="Step by step",
    what="What happened",
    who="Who did it",
    data="Recorded data",
    unknown="An event that this program does not know",
    check="How to verify",
    check_text="Without a network, with the Python package “pilnvara”; take the log’s public key from elsewhere:",
)


@dataclass(frozen=True)
class Told:
    """What the page is written from: all of it taken from the other members."""

    manifest: Manifest
    entries: tuple[Entry, ...]
    heads: Entry | None
    """The entry that states where all chains end."""
    statements: Mapping[int, str]
    """Texts by the number of their folder."""
    receipts: tuple[Mapping[str, Any], ...]
    values: tuple[tuple[str, ...], ...]
    """Disclosed rows of read-backs: page, control, label, type, value, shown text."""


def render(told: Told) -> bytes:
    """The page; the same members give the same bytes."""
    nav = '<nav><a href="#lv">Latviski</a> · <a href="#en">English</a></nav>'
    sections = "".join("".join(_section(told, texts)) for texts in (_LV, _EN))
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{_LV.title} · {_EN.title}</title><style>{_STYLE}</style>"
    )
    body = f"{nav}<main>{sections}</main>"
    return f'<!doctype html>\n<html lang="lv"><head>{head}</head><body>{body}</body></html>\n'.encode()


def _section(told: Told, texts: _Texts) -> Iterator[str]:
    said = told.manifest
    yield f'<section id="{texts.language}" lang="{texts.language}"><h1>{texts.title}</h1><p>{texts.lead}</p>'
    rows = {
        texts.visit: said.visit,
        texts.log: said.origin,
        texts.entries: f"1–{said.last}",
        texts.complete: _completeness(told, texts),
    }
    if missing := (told.heads.data.get("missing") if told.heads else None):
        rows[texts.lost] = texts.lost_text.format(missing=missing)
    yield f"<dl>{''.join(f'<dt>{key}</dt><dd>{escape(value)}</dd>' for key, value in rows.items())}</dl>"
    if said.erased:
        yield f"<p><strong>{texts.erased}</strong></p>"
    yield f"<h2>{texts.allowed}</h2>"
    for number, delegation in enumerate(said.delegations, 1):
        yield f"<p>{texts.delegation} {number}: <code>{escape(delegation)}</code></p>"
        text = told.statements.get(number)
        yield f"<p>{texts.sealed}</p>" if text is None else f"<pre>{escape(text)}</pre>"
    yield f"<h2>{texts.sent}</h2>"
    yield from _receipts(told, texts)
    if told.values:
        yield f"<h2>{texts.values}</h2>"
        rows_of = [(label or control, shown or value) for _, control, label, _, value, shown in told.values]
        yield _table((texts.label, texts.value), rows_of)
    yield f"<h2>{texts.steps}</h2>"
    yield _table(("n", texts.at, texts.what, texts.who, texts.data), [_step(each, texts) for each in told.entries])
    command = f'python -m audit verify-bundle bundle.zip --vkey "$VKEY" --origin {said.origin}'
    yield f"<h2>{texts.check}</h2><p>{texts.check_text}</p><pre><code>{escape(command)}</code></pre></section>"


def _completeness(told: Told, texts: _Texts) -> str:
    if told.heads is None:
        return texts.complete_never
    size = told.heads.data.get("size")
    return texts.complete_at.format(size=size, at=_time(told.heads))


def _receipts(told: Told, texts: _Texts) -> Iterator[str]:
    if not told.receipts:
        yield f"<p>{texts.nothing_sent}</p>"
        return
    rows = [tuple(str(each.get(key, "")) for key in ("reference", "filing", "stored_at")) for each in told.receipts]
    yield _table((texts.reference, texts.filing, texts.at), rows)


def _step(entry: Entry, texts: _Texts) -> tuple[str, ...]:
    place = 0 if texts.language == "lv" else 1
    known = words.events().get(entry.type)
    actor = entry.actor
    who = [words.ACTORS[actor.kind][place], actor.id, *(each for each in (actor.terminal, actor.centre) if each)]
    data = ", ".join(f"{key}: {_value(value)}" for key, value in entry.data.items() if value not in (None, []))
    return (
        str(entry.n),
        _time(entry),
        known[place] if known else f"{texts.unknown}: {entry.type}",
        " · ".join(who),
        data,
    )


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in headings)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _time(entry: Entry) -> str:
    return f"{entry.time.astimezone(_RIGA):%d.%m.%Y %H:%M:%S}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
