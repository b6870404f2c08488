"""A connector's package, written from a walk through its form: all that the pages say, and marks where they do not."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.browser.explore import Walked
from connectors.sdk import fingerprints
from connectors.sdk.inputs import TAKEN
from connectors.sdk.page import FieldShape, FormShape
from connectors.workshop import skeleton_texts as texts
from connectors.workshop.guessing import Guess, guess
from connectors.workshop.still import COMPLETE, TRANSLATE

_SETTLED = frozenset({"hidden", "submit"})


@dataclass(frozen=True, kw_only=True)
class About:
    """What the author said of the new connector."""

    id: str
    portal: str
    holder: str
    sign_in: str
    landed: str
    javascript: bool = True

    @property
    def module(self) -> str:
        """The package's name: that of the connector with underscores, so that it is nobody else's."""
        return re.sub(r"[^a-z0-9]+", "_", self.id.lower())


@dataclass
class _Asked:
    """One control, the question made of it, and how it is filled in."""

    name: str
    control: FieldShape
    guess: Guess
    said: str


@dataclass
class Skeleton:
    """The package's files, by path; `write` puts them down."""

    about: About
    pages: Sequence[Walked]
    again: Sequence[Walked]
    """The same walk once more, in a browser that knows nothing of the first: what differs is volatile."""
    names: dict[str, str] = field(default_factory=dict)
    """Of the questions, by page and control."""

    def write(self, folder: Path) -> list[Path]:
        """Write the package into `folder`, which must not hold one.

        Raises:
            FileExistsError: it does.
        """
        package = folder / "src" / self.about.module
        package.mkdir(parents=True)
        written = {
            folder / "pyproject.toml": texts.pyproject(self.about.id, self.about.module),
            package / "__init__.py": self._init(),
            package / "inputs.py": self._inputs(),
            package / "steps.py": self._steps(),
            package / "samples.py": self._samples(),
            folder / "service.toml": texts.card(
                id=self.about.id,
                holder=self.about.holder,
                portal=self.about.portal,
                title=self.pages[0].state.title.replace('"', "'"),
                url=self.about.landed,
            ),
            folder / "tests" / "test_contract.py": texts.contract(self.about.id, self.about.module),
        }
        (folder / "tests").mkdir()
        for path, text in written.items():
            path.write_text(text, encoding="utf-8")
        fingerprints.write(package, {_name(page): shape for page in self.pages if (shape := self._shape(page))})
        return [*written, package / fingerprints.NAME]

    def _init(self) -> str:
        title = self.pages[0].state.title or self.about.id
        return texts.init(
            id=self.about.id,
            holder=self.about.holder,
            portal=self.about.portal,
            title=_words(title, self._language),
            language=self._language.lower().partition("-")[0] or "lv",
            javascript=self.about.javascript,
        )

    def _inputs(self) -> str:
        asked = [each for page in self.pages for each in self._asked(page)]
        kinds = sorted(
            {each.guess.kind for each in asked} | ({"Option"} if any(_options(each) for each in asked) else set())
        )
        body = "".join(self._input(each) for each in asked)
        return texts.inputs(kinds=["Input", *kinds], body=body)

    def _input(self, each: _Asked) -> str:
        more = ""
        if options := _options(each):
            lines = "".join(
                f"            Option({value!r}, {_words(label, self._language)}),\n" for value, label in options
            )
            more += f"        options=(\n{lines}        ),\n"
        if each.guess.kind in ("Text", "Name", "TextArea") and each.control.maxlength.isdigit():
            more += f"        max_length={each.control.maxlength},\n"
        is_required = each.control.required or each.guess.kind in ("Select", "Radio")
        more += "" if is_required else "        required=False,\n"
        label = _words(each.said, self._language)
        return f"    {each.guess.kind}(\n        name={each.name!r},\n        label={label},\n{more}    ),\n"

    def _steps(self) -> str:
        steps, last = self.pages[:-1], self.pages[-1]
        fills = sorted({fill.partition("(")[0] for page in self.pages for fill in self._fills(page)})
        if any("Written." in fill for page in self.pages for fill in self._fills(page)):
            fills.append("Written")
        return texts.steps(
            fills=fills,
            sign_in=f"SignIn(path={self.about.sign_in!r}, landed=({self.about.landed!r},))",
            entry=self._path(0),
            steps="".join(self._step(index, page) for index, page in enumerate(steps)),
            final=self._final(len(steps), last),
        )

    def _step(self, index: int, page: Walked) -> str:
        method, sent_to, _ = page.sent or ("POST", page.path, "")
        fields = self._fields(page)
        lines = [
            f"name={_name(page)!r}",
            f"title={_words(page.state.title, self._language)}",
            f"path={self._path(index)!r}",
            f"button={page.button!r}",
            f"request=Request(method={method!r}, path={self._star(index, sent_to)!r}, fields={fields!r})",
            "fills=(\n" + "".join(f"            {fill},\n" for fill in self._fills(page)) + "        )",
        ]
        if volatile := self._volatile(page):
            lines.append(f"volatile=frozenset({sorted(volatile)!r})")
        if page.moved_by_script:
            lines.append(f"moves=Moves.IN_PAGE,  # {COMPLETE}: its script sends; declare the body (`json=`)")
        return "    Step(\n" + "".join(f"        {line},\n" for line in lines) + "    ),\n"

    def _final(self, index: int, page: Walked) -> str:
        shape = page.state.form
        volatile = self._volatile(page)
        files_at = shape.action if shape is not None else COMPLETE
        lines = [
            f"name={_name(page)!r}",
            f"title={_words(page.state.title, self._language)}",
            f"path={self._path(index)!r}",
            f"button={page.button!r}",
            f"request=Request(path={self._star(index, files_at)!r}, fields={self._fields(page)!r})",
            f"shows={dict(self._shows(page))!r}",
        ]
        if fills := self._fills(page):
            lines.append("fills=(\n" + "".join(f"        {fill},\n" for fill in fills) + "    )")
        if volatile:
            lines.append(f"volatile=frozenset({sorted(volatile)!r})")
        return "".join(f"    {line},\n" for line in lines)

    def _samples(self) -> str:
        said = {}
        for page in self.pages:
            for each in self._asked(page):
                said[each.name] = _ours(each, page.answers.get(each.control.name, ""))
        files = [name for name, value in said.items() if value is None]
        answers = {name: value for name, value in said.items() if value is not None}
        return texts.samples(answers, files)

    def _asked(self, page: Walked) -> Iterator[_Asked]:
        for control in _visible(page):
            key = f"{_name(page)} {control.name}"
            if key not in self.names:
                self.names[key] = _free(_slug(control.name), {*self.names.values(), *TAKEN})
            said = (
                control.label.removesuffix(":")
                or control.legend
                or (control.options[0][1] if control.options else control.name)
            )
            yield _Asked(self.names[key], control, guess(control), said)

    def _fills(self, page: Walked) -> list[str]:
        return [_fill(each) for each in self._asked(page)]

    def _fields(self, page: Walked) -> tuple[str, ...]:
        shape = page.state.form
        return tuple(dict.fromkeys(field.name for field in shape.fields if field.name)) if shape is not None else ()

    def _volatile(self, page: Walked) -> set[str]:
        """Hidden controls that hold something else in the second walk."""
        other = self.again[list(self.pages).index(page)]
        values = {control.name: control.value for control in other.state.controls}
        return {
            control.name
            for control in page.state.controls
            if control.type == "hidden" and values.get(control.name) != control.value
        }

    def _shows(self, last: Walked) -> Iterator[tuple[str, str]]:
        """Which rows of the overview repeat which control, found by what was put in."""
        for page in self.pages[:-1]:
            for control in _visible(page):
                value = page.answers.get(control.name, "")
                shown = next((text for each, text in control.options if each == value), value)
                for row in last.state.rows:
                    if len(shown) > 1 and shown.casefold() in row.text.casefold() and control.type != "checkbox":
                        yield row.label, control.name
                        break

    def _path(self, index: int) -> str:
        return self._star(index, self.pages[index].path)

    def _star(self, index: int, path: str) -> str:
        """`path` with `*` for what differs in the second walk: the number of a draft."""
        here, there = self.pages[index].path.split("/"), self.again[index].path.split("/")
        other = {mine for mine, theirs in zip(here, there, strict=False) if mine != theirs}
        return "/".join("*" if part in other else part for part in path.split("/"))

    def _shape(self, page: Walked) -> FormShape | None:
        shape = page.state.form
        if shape is None:
            return None
        index = list(self.pages).index(page)
        return FormShape(
            action=self._star(index, shape.action), method=shape.method, enctype=shape.enctype, fields=shape.fields
        )

    @property
    def _language(self) -> str:
        return self.pages[0].language


def _visible(page: Walked) -> list[FieldShape]:
    shape = page.state.form
    if shape is None:
        return []
    unasked = page.folded
    return [each for each in shape.fields if each.name and each.type not in _SETTLED and each.name not in unasked]


def _options(each: _Asked) -> list[tuple[str, str]]:
    if each.guess.kind not in ("Select", "Radio", "CheckboxGroup"):
        return []
    return [(_slug(value) or value, label or value) for value, label in each.control.options if value]


def _fill(each: _Asked) -> str:
    control, kind = each.control, each.guess.kind
    begin = f"input={each.name!r}, control={control.name!r}"
    within = f", within={control.legend!r}" if control.legend and control.label else ""
    labelled = f"{begin}, label={control.label!r}{within}"
    offered = [(_slug(value) or value, value, text) for value, text in control.options if value]
    picked = {ours: (value, text) for ours, value, text in offered}
    made = {
        "Select": f"Choose({labelled}, options={ {ours: value for ours, value, _ in offered}!r})",
        "Radio": f"Pick({begin}, legend={control.legend!r}, options={picked!r})",
        "CheckboxGroup": f"PickSeveral({begin}, legend={control.legend!r}, options={picked!r})",
        "File": f"Attach({labelled})",
        "Date": f"FillDate({labelled}, written=Written.{each.guess.written})",
    }
    if control.type == "select-multiple":
        return f"ChooseSeveral({labelled}, options={ {ours: value for ours, value, _ in offered}!r})"
    if kind == "Checkbox":
        sends, said = control.options[0]
        return f"Tick({begin}, label={said!r}, sends={sends!r})"
    return made.get(kind, f"Fill({labelled})")


def _ours(each: _Asked, value: str) -> str | list[str] | None:
    """What was put into a control, as the question's answer; none for a file."""
    match each.guess.kind:
        case "File":
            return None
        case "Checkbox":
            return "yes"
        case "CheckboxGroup":
            return [_slug(value) or value]
        case "Select" | "Radio":
            return _slug(value) or value
    return value


def _words(text: str, language: str) -> str:
    """`Words(…)`, with a mark where the page does not speak the language."""
    if not re.search(r"[^\W\d_]", text):
        return f"Words({text!r}, {text!r})"
    marked = f"{TRANSLATE} {text}"
    return f"Words({marked!r}, {text!r})" if language.lower().startswith("en") else f"Words({text!r}, {marked!r})"


def _name(page: Walked) -> str:
    return _slug(page.path.rstrip("/").rpartition("/")[2]) or "start"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def _free(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    wanted = name if name and not name[0].isdigit() else f"q_{name}"
    number = 2
    free = wanted
    while free in used:
        free, number = f"{wanted}_{number}", number + 1
    return free
