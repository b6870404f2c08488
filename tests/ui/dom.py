"""HTML as a tree that can be compared: attributes without order, classes as sets, white space as one blank."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "br", "img", "meta", "link", "hr", "path", "rect", "wbr"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, object] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def find(self, tag: str) -> "Node":
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag:
                    return child
                try:
                    return child.find(tag)
                except LookupError:
                    continue
        raise LookupError(tag)

    def text(self) -> str:
        return " ".join("".join(c if isinstance(c, str) else f" {c.text()} " for c in self.children).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes: dict[str, object] = {
            name: frozenset((value or "").split()) if name == "class" else value or "" for name, value in attrs
        }
        node = Node(tag, attributes)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Node:
    """Return the tree of `html`; every opened tag must be closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"never closed: {reader.open[-1].tag}"
    return _tidy(reader.root)


def _tidy(node: Node) -> Node:
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node):
            children.append(_tidy(child))
        elif child.strip():
            children.append(" ".join(child.split()))
    # How an arrow is drawn is ours to choose.
    return Node(node.tag, node.attributes, [] if node.tag == "svg" else children)
