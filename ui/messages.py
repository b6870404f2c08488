"""Keeps the catalogues complete: `python -m ui.messages extract | check [--prune]`.

Words stand in the templates (`_("…")`, `ngettext`) and in Python (`message("…")`, `plural_message`). The files are
sorted and carry no line numbers, so that two people who add words at once rarely meet in one line.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from ui.i18n.catalogues import FOLDER

ROOT = Path(__file__).parent.parent
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "message": None,
    "plural_message": (1, 2),
    "message_forms": (1, 2),
}
PLURALS = {
    "lv": "nplurals=3; plural=(n%10==0 || n%100>=11 && n%100<=19 ? 0 : n%10==1 ? 1 : 2);",
    "en": "nplurals=2; plural=(n != 1);",
}
COMPLETE = ("lv",)
"""Every sentence must be there in these."""
PARTIAL = ("lv_plain", "en_plain")
"""These hold only what easy language says otherwise."""
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%\{\w+\}|\{\w+\}")

Id = str | tuple[str, ...] | list[str]


@dataclass(frozen=True)
class Fault:
    """One thing that keeps a catalogue from being complete."""

    catalogue: str
    sentence: str
    problem: str

    def __str__(self) -> str:
        return f"{self.catalogue}.po: {self.problem}: {self.sentence!r}"


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Return every file in which words may stand, in a stable order."""
    yield from sorted((root / "ui" / "templates").rglob("*.html"))
    for package in ("gateway", "ui"):
        yield from sorted(
            path for path in (root / package).rglob("*.py") if not {"node_modules", "versions"} & set(path.parts)
        )


def gathered(paths: Iterable[Path]) -> Catalog:
    """Return all sentences that stand in `paths`."""
    found = Catalog(fuzzy=False)
    for path in paths:
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        options = {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
        with path.open("rb") as file:
            for sentence, context in _found(method, file, options if path.suffix == ".html" else {}):
                found.add(sentence, context=context)
    return found


def _found(method: str, file: BinaryIO, options: dict[str, str]) -> Iterator[tuple[Id, str | None]]:
    for _line, sentence, _comments, context in extract(method, file, keywords=KEYWORDS, options=options):
        if sentence:
            yield sentence, context


def read(name: str, folder: Path = FOLDER) -> Catalog:
    """Return the catalogue called `name`, empty when there is none yet."""
    path = folder / f"{name}.po"
    if not path.exists():
        return Catalog(fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def bring_up_to_date(name: str, words: Catalog, folder: Path = FOLDER, *, prune: bool = False) -> None:
    """Write `name` anew: sentences of `words` with what was already translated; the rest is kept as obsolete.

    A partial catalogue takes no new sentence: its reader gets the base language's. `prune` drops the obsolete ones.
    """
    old = read(name, folder)
    wanted = {(ids(entry.id), entry.context) for entry in words if entry.id}
    for entry in list(old.obsolete.values()):
        if (ids(entry.id), entry.context) in wanted:
            old.add(entry.id, entry.string, user_comments=entry.user_comments, context=entry.context)
    old.update(words, no_fuzzy_matching=True)
    said_again = {(ids(entry.id), entry.context) for entry in old if entry.id}
    kept = [entry for entry in sorted(old, key=_order) if entry.id and (name in COMPLETE or _written(entry))]
    gone = [
        entry for entry in old.obsolete.values() if entry.string and (ids(entry.id), entry.context) not in said_again
    ]
    obsolete = [] if prune else sorted(gone, key=_order)
    body = read_po(BytesIO(_head(name).encode()))
    for entry in kept:
        forms = entry.string or ("",) * body.num_plurals if entry.pluralizable else entry.string
        if isinstance(forms, (tuple, list)):
            forms = (*forms, "", "", "")[: body.num_plurals]
        body.add(entry.id, forms, user_comments=entry.user_comments, context=entry.context)
    for entry in obsolete:
        body.obsolete[ids(entry.id)[0]] = entry
    with (folder / f"{name}.po").open("wb") as file:
        file.write(_head(name).encode())
        write_po(file, body, width=0, omit_header=True, no_location=True)


def _written(entry: Message) -> bool:
    return any(entry.string or ()) if not isinstance(entry.string, str) else bool(entry.string)


def _order(entry: Message) -> tuple[str, str]:
    return ids(entry.id)[0], entry.context or ""


def _head(name: str) -> str:
    return (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"MIME-Version: 1.0\\n"\n"Language: {name[:2]}\\n"\n"Plural-Forms: {PLURALS[name[:2]]}\\n"\n\n'
    )


def ids(sentence: Id) -> tuple[str, ...]:
    """Return one sentence's source forms: one, or singular and plural."""
    return (sentence,) if isinstance(sentence, str) else tuple(sentence)


def faults(name: str, words: Catalog, folder: Path = FOLDER) -> Iterator[Fault]:
    """Return everything that keeps the catalogue `name` from fitting `words`."""
    catalogue = read(name, folder)
    if catalogue.plural_forms != PLURALS[name[:2]].rstrip(";") and catalogue.plural_forms != PLURALS[name[:2]]:
        yield Fault(name, str(catalogue.plural_forms), "wrong plural rule")
    for entry in catalogue.obsolete.values():
        yield Fault(name, ids(entry.id)[0], "obsolete, no page says it any more")
    wanted = {(ids(entry.id), entry.context) for entry in words if entry.id}
    have = {(ids(entry.id), entry.context) for entry in catalogue if entry.id}
    for sentence, _context in sorted(have - wanted, key=str):
        yield Fault(name, sentence[0], "no page says it")
    if name in COMPLETE:
        for sentence, _context in sorted(wanted - have, key=str):
            yield Fault(name, sentence[0], "missing, run extract")
    for entry in catalogue:
        if entry.id:
            yield from _faults_of(name, ids(entry.id), entry.string, fuzzy=entry.fuzzy)


def _faults_of(name: str, sentence: tuple[str, ...], written: object, *, fuzzy: bool) -> Iterator[Fault]:
    forms = (written,) if isinstance(written, str) else tuple(written) if isinstance(written, (tuple, list)) else ()
    if fuzzy:
        yield Fault(name, sentence[0], "fuzzy")
    expected = 1 if len(sentence) == 1 else int(PLURALS[name[:2]][9])
    if len(forms) != expected or not all(forms):
        yield Fault(name, sentence[0], "untranslated")
        return
    names = {found for form in sentence for found in PLACEHOLDER.findall(form)}
    for form in forms:
        if set(PLACEHOLDER.findall(str(form))) != names:
            yield Fault(name, sentence[0], f"other placeholders in {form!r}")


def main(arguments: list[str]) -> int:
    """Run one command; 0 done or complete, 1 incomplete, 2 no such command."""
    match arguments:
        case ["extract", *flags]:
            words = gathered(sources())
            for name in (*COMPLETE, *PARTIAL):
                bring_up_to_date(name, words, prune="--prune" in flags)
            print(f"{len(words)} sentences")
            return 0
        case ["check"]:
            words = gathered(sources())
            found = [fault for name in (*COMPLETE, *PARTIAL) for fault in faults(name, words)]
            for fault in found:
                print(fault)
            print(f"{len(words)} sentences, {len(found)} faults")
            return 1 if found else 0
        case _:
            print("python -m ui.messages extract [--prune] | check", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
