"""Reading the sandbox's pages as a browser without JavaScript does: forms, labels, messages."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

VOID = {"meta", "link", "input", "br", "hr", "img", "wbr"}
INLINE = {"a", "strong", "span", "time", "code", "small"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    content: list["Element | str"] = field(default_factory=list)

    @property
    def children(self) -> "list[Element]":
        return [one for one in self.content if isinstance(one, Element)]

    @property
    def text(self) -> str:
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> list[str]:
        """Texts in order; an inline element runs on, any other stands apart."""
        texts: list[str] = []
        for one in self.content:
            apart = isinstance(one, Element) and one.tag not in INLINE
            found = [one] if isinstance(one, str) else one._texts()
            texts += [" ", *found, " "] if apart else found
        return texts

    def walk(self) -> "list[Element]":
        return [self, *(one for child in self.children for one in child.walk())]

    def all(self, tag: str) -> "list[Element]":
        return [one for one in self.walk() if one.tag == tag]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("root", {})
        self.stray: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.content.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        if self.at.tag != tag:
            self.stray.append(tag)
        elif self.at.parent:
            self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.content.append(data)


@dataclass(frozen=True)
class Page:
    """One answer, parsed."""

    response: httpx2.Response
    root: Element
    unbalanced: tuple[str, ...]

    @classmethod
    def of(cls, response: httpx2.Response) -> "Page":
        builder = _Builder()
        builder.feed(response.text)
        return cls(response, builder.root, tuple(builder.stray))

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        return self.response.url.path

    @property
    def heading(self) -> str:
        return self.root.all("h1")[0].text

    def by_id(self, name: str) -> Element | None:
        return next((one for one in self.root.walk() if one.attributes.get("id") == name), None)

    def text_of(self, name: str) -> str:
        found = self.by_id(name)
        return found.text if found else ""

    def message_beside(self, control: str) -> str:
        return self.text_of(f"{control}-kluda")

    def label_of(self, control_id: str) -> str:
        labels = [one for one in self.root.all("label") if one.attributes.get("for") == control_id]
        return labels[0].text if len(labels) == 1 else ""

    def form(self, name: str) -> "Form":
        element = self.by_id(name)
        assert element is not None, f"no form {name} on {self.path}: {self.heading}"
        return Form(element)


class Form:
    """A form with what a browser would send of it."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.action = element.attributes["action"]
        self.multipart = element.attributes.get("enctype") == "multipart/form-data"

    def controls(self) -> list[Element]:
        return [one for one in self.element.walk() if one.tag in ("input", "select") and one.attributes.get("name")]

    def values(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for control in self.controls():
            kind, name = control.attributes.get("type", ""), control.attributes["name"]
            if control.tag == "select":
                chosen = [one for one in control.all("option") if "selected" in one.attributes]
                values[name] = chosen[0].attributes["value"] if chosen else ""
            elif kind in ("radio", "checkbox"):
                if "checked" in control.attributes:
                    values[name] = control.attributes["value"]
            elif kind != "file":
                values[name] = control.attributes.get("value", "")
        return values
