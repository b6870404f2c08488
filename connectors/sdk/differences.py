"""What changed on a portal's page, in words for people who do not read HTML: a centre's manager, a service's owner.

A question is called by its label, as whoever fills the form in sees it; only what nobody sees is called by its name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.sdk.page import FieldShape, FormShape, bare
from connectors.sdk.words import Words

_HIDDEN = "hidden"
_ONE_ENDS_IN = 1
_ELEVEN = 11
_ROW = re.compile(r"(?<![^\W\d_])\d+(?![^\W\d_])")
"""A row's number in a field's name, set apart from words."""

_KINDS = {
    "text": Words("ierakstāms teksts", "a text to type"),
    "textarea": Words("garāks teksts", "a longer text"),
    "select-one": Words("izvēle no saraksta", "a choice from a list"),
    "select-multiple": Words("vairākas izvēles no saraksta", "several choices from a list"),
    "radio": Words("viena no vairākām atbildēm", "one of several answers"),
    "checkbox": Words("atzīmējamas rūtiņas", "boxes to tick"),
    "file": Words("pievienojama datne", "a file to attach"),
    "date": Words("datums", "a date"),
    "number": Words("skaitlis", "a number"),
    "email": Words("e-pasta adrese", "an e-mail address"),
    "tel": Words("tālruņa numurs", "a telephone number"),
    "password": Words("slepens teksts", "a secret text"),
    _HIDDEN: Words("tas, ko lapa nerāda", "something that the page does not show"),
}


@dataclass(frozen=True)
class Place:
    """Which page of a form: its number, from 1, and its title."""

    number: int
    title: Words

    def say(self, what: Words) -> Words:
        """`what`, as a sentence about this page."""
        return Words(
            f"{self.number}. solī „{self.title.lv}” {what.lv}.", f"In step {self.number} “{self.title.en}” {what.en}."
        )


def differences(place: Place, expected: FormShape, seen: FormShape | None) -> tuple[Words, ...]:
    """What changed from `expected` to `seen`, a sentence each; empty when nothing did."""
    return tuple(place.say(what) for what in _changes(expected, seen))


def _changes(expected: FormShape, seen: FormShape | None) -> Iterator[Words]:
    if seen is None:
        yield Words("vairs nav veidlapas vai pogas, ar ko tikt tālāk", "the form, or the button that leads on, is gone")
    elif expected != seen:
        said = [*_way_changes(expected, seen), *_field_changes(expected.fields, seen.fields)]
        yield from said or [Words("jautājumi ir citā secībā", "the questions stand in another order")]


def _way_changes(expected: FormShape, seen: FormShape) -> Iterator[Words]:
    if expected.action != seen.action:
        yield Words(
            f"atbildes tagad tiek sūtītas uz citu adresi (iepriekš {expected.action}, tagad {seen.action})",
            f"the answers are now sent to another address (before {expected.action}, now {seen.action})",
        )
    if (expected.method, expected.enctype) != (seen.method, seen.enctype):
        yield Words("atbildes tagad tiek sūtītas citādi", "the answers are now sent in another way")


def _field_changes(expected: tuple[FieldShape, ...], seen: tuple[FieldShape, ...]) -> Iterator[Words]:
    was = {field.name: field for field in expected}
    now = {field.name: field for field in seen}
    shares_names = len(was) != len(expected) or len(now) != len(seen)
    for rows, others in _renamed_groups(was, now):
        yield _group_is_renamed(rows, others)
        was = {name: field for name, field in was.items() if field not in rows}
        now = {name: field for name, field in now.items() if field not in others}
    renamed = _renamed([was[name] for name in was if name not in now], [now[name] for name in now if name not in was])
    for before, _ in renamed:
        yield _is(before, Words("portālā iekšēji tagad saucas citādi", "now has another name inside the portal"))
    gone, new = {before.name for before, _ in renamed}, {after.name for _, after in renamed}
    for name, field in was.items():
        if name not in now and name not in gone:
            yield Words(f"vairs nav {_genitive(field)}", f"{_called(field).en} is gone")
    for name, field in now.items():
        if name not in was and name not in new:
            yield _added(field)
        elif name in was and field != was[name]:
            yield from _one_field(was[name], field)
    if shares_names:
        yield Words(
            "vairākiem laukiem ir viens iekšējais nosaukums, citādi nekā iepriekš",
            "several fields share one inner name, in another way than before",
        )


def _renamed_groups(
    was: dict[str, FieldShape], now: dict[str, FieldShape]
) -> list[tuple[list[FieldShape], list[FieldShape]]]:
    """Pairs of a repeated group that went and one that came, however many rows of it, which ask the same."""
    gone = _groups(field for name, field in was.items() if name not in now)
    new = _groups(field for name, field in now.items() if name not in was)
    pairs = []
    for rows in gone.values():
        alike = [name for name, others in new.items() if _asked(others) == _asked(rows)]
        if len(alike) == 1:
            pairs.append((rows, new.pop(alike[0])))
    return pairs


def _groups(fields: Iterable[FieldShape]) -> dict[str, list[FieldShape]]:
    """Fields of repeated groups, by what stands in their names before the row's number or the star for any."""
    found: dict[str, list[FieldShape]] = {}
    for field in fields:
        before, row, _ = _ROW.sub("*", field.name).partition("*")
        if row:
            found.setdefault(before, []).append(field)
    return found


def _asked(rows: Iterable[FieldShape]) -> set[tuple[str, str]]:
    return {(field.type, bare(field.label or field.legend)) for field in rows}


def _group_is_renamed(before: list[FieldShape], after: list[FieldShape]) -> Words:
    names = dict.fromkeys(bare(field.label or field.legend) for field in before if field.type != _HIDDEN)
    latvian, english = ", ".join(f"„{name}”" for name in names), ", ".join(f"“{name}”" for name in names)
    was, now = before[0].legend, after[0].legend
    if was and now and was != now:
        return Words(
            f"atkārtojamā jautājumu grupa „{was}” ({latvian}) tagad saucas „{now}”",
            f"the repeated group of questions “{was}” ({english}) is now called “{now}”",
        )
    return Words(
        f"atkārtojamā jautājumu grupa ({latvian}) portālā iekšēji tagad saucas citādi",
        f"the repeated group of questions ({english}) now has another name inside the portal",
    )


def _renamed(gone: Iterable[FieldShape], new: Iterable[FieldShape]) -> list[tuple[FieldShape, FieldShape]]:
    """Pairs of a field that went and one that came which look the same: nobody sees a difference, the portal does."""
    left = list(new)
    pairs = []
    for before in gone:
        alike = [after for after in left if _looks(after) == _looks(before)]
        if (before.label or before.legend) and len(alike) == 1:
            left.remove(alike[0])
            pairs.append((before, alike[0]))
    return pairs


def _looks(field: FieldShape) -> tuple[str, str, str]:
    return field.type, field.label, field.legend


def _added(field: FieldShape) -> Words:
    if field.type == _HIDDEN:
        return Words(
            f"lapa tagad pati neredzami sūta līdzi vēl ko (portālā to sauc „{field.name}”)",
            f"the page now also sends along something that nobody sees (the portal calls it “{field.name}”)",
        )
    name = _name(field)
    if field.required:
        return Words(f"ir jauns obligāts jautājums „{name}”", f"there is a new required question “{name}”")
    return Words(f"ir jauns jautājums „{name}”", f"there is a new question “{name}”")


def _one_field(was: FieldShape, now: FieldShape) -> Iterator[Words]:
    said = [*_how_it_is_asked(was, now), *_what_it_takes(was, now), *_options(was, now)]
    yield from said or [_is(was, Words("piedāvā atbildes citā secībā", "offers its answers in another order"))]


def _how_it_is_asked(was: FieldShape, now: FieldShape) -> Iterator[Words]:
    if was.type != now.type:
        before, after = _kind(was.type), _kind(now.type)
        yield _is(
            was,
            Words(
                f"ir citāda veida (iepriekš: {before.lv}; tagad: {after.lv})",
                f"is now answered in another way (before: {before.en}; now: {after.en})",
            ),
        )
    if was.label != now.label:
        said = now.label if bare(now.label) == bare(was.label) else bare(now.label)
        yield _is(was, Words(f"tagad saucas „{said}”", f"is now called “{said}”"))
    if was.legend != now.legend:
        yield _is(was, Words(f"tagad ir grupā „{now.legend}”", f"now stands in the group “{now.legend}”"))
    if was.required != now.required:
        yield _is(
            was,
            Words("tagad ir obligāts", "must now be answered")
            if now.required
            else Words("vairs nav obligāts", "need no longer be answered"),
        )


def _what_it_takes(was: FieldShape, now: FieldShape) -> Iterator[Words]:
    if was.maxlength != now.maxlength:
        yield _is(was, _length(now.maxlength))
    if was.pattern != now.pattern:
        yield _is(was, Words("tagad pieņem tikai citādi rakstītas atbildes", "must now be written in another way"))
    if was.accept != now.accept:
        yield _is(was, Words("tagad pieņem cita veida datnes", "now takes other kinds of files"))


def _options(was: FieldShape, now: FieldShape) -> Iterator[Words]:
    before, after = dict(was.options), dict(now.options)
    for value, text in was.options:
        if value not in after:
            yield _is(was, Words(f"vairs nepiedāvā atbildi „{text}”", f"no longer offers the answer “{text}”"))
        elif after[value] != text:
            yield _is(
                was,
                Words(
                    f"atbildi „{text}” tagad sauc „{after[value]}”",
                    f"now calls the answer “{text}” “{after[value]}”",
                ),
            )
    for value, text in now.options:
        if value not in before:
            yield _is(was, Words(f"tagad piedāvā arī atbildi „{text}”", f"now also offers the answer “{text}”"))


def _length(limit: str) -> Words:
    if not limit.isdigit():
        return Words("vairs neierobežo atbildes garumu", "may now be of any length")
    number = int(limit)
    one = number % 10 == _ONE_ENDS_IN and number % 100 != _ELEVEN
    return Words(
        f"tagad pieņem ne vairāk kā {number} {'rakstzīmi' if one else 'rakstzīmes'}",
        f"may now be at most {number} character{'' if number == 1 else 's'} long",
    )


def _is(field: FieldShape, what: Words) -> Words:
    called = _called(field)
    return Words(f"{called.lv} {what.lv}", f"{called.en} {what.en}")


def _called(field: FieldShape) -> Words:
    if field.type == _HIDDEN:
        return Words(
            f"tas, ko lapa pati neredzami sūta līdzi (portālā to sauc „{field.name}”),",
            f"what the page sends along and nobody sees (the portal calls it “{field.name}”)",
        )
    return Words(f"jautājums „{_name(field)}”", f"the question “{_name(field)}”")


def _genitive(field: FieldShape) -> str:
    if field.type == _HIDDEN:
        return f"tā, ko lapa pati neredzami sūtīja līdzi (portālā to sauc “{field.name}”)"
    return f"jautājuma „{_name(field)}”"


def _name(field: FieldShape) -> str:
    if field.label and field.legend and field.label != field.legend:
        return bare(f"{field.legend}: {field.label}")
    return bare(field.label or field.legend or field.name)


def _kind(type_: str) -> Words:
    return _KINDS.get(type_, Words(type_, type_))
