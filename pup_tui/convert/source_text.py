"""Foreign data read safely: YAML by the checked reader of runbooks, JSON, and XML without entities."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.parsers import expat

from pup_tui.convert.errors import ConversionError
from pup_tui.runbook import yaml
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode

MAX_BYTES = yaml.MAX_BYTES
"""A source is at most as long as a runbook may be."""

_TAGS = re.compile(r"(?m)((?:^|[:\[,{-])[ ]*)!(?:vault|unsafe|Sub|Ref)\b[ ]?")
_DEEPEST = 64


def read_data(text: str, name: str) -> Any:
    """A text that is YAML or JSON, as maps, lists, texts, numbers and truth values.

    Raises ConversionError.
    """
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    # Tags name what only their own program can make of a value; its text is what can be read here.
    tree, problems = yaml.parse(_TAGS.sub(r"\1", text).encode(), name)
    if tree is None or problems:
        first = problems[0] if problems else None
        what = first.message if first else "there is nothing in it"
        where = first.place_in(name) if first else name
        raise ConversionError(f"the source cannot be read: {what}", where, "correct it first")
    return plain(tree)


def plain(node: YamlNode) -> Any:
    """What a node of YAML holds."""
    if isinstance(node, Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries.values()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if not isinstance(node, Scalar):
        return None
    return _typed(node)


def _typed(node: Scalar) -> Any:
    try:
        value = node.value
    except ValueError:
        return node.text
    if isinstance(value, float) and repr(value) != node.text:
        return node.text
    if node.style == "plain" and node.text in ("yes", "Yes", "on", "no", "No", "off"):
        return node.text in ("yes", "Yes", "on")
    return value


class Element:
    """An element of XML: its name, attributes, text and the elements inside it."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.inside: list[Element] = []

    def first(self, name: str) -> Element | None:
        """The first element inside of this name."""
        return next((each for each in self.inside if each.name == name), None)

    def all(self, name: str) -> list[Element]:
        """The elements inside of this name."""
        return [each for each in self.inside if each.name == name]

    def text_of(self, name: str) -> str | None:
        """The text of the first element inside of this name."""
        found = self.first(name)
        return None if found is None else found.text.strip()


def read_xml(text: str, name: str) -> Element:
    """The root of a text that is XML. Raises ConversionError; what declares entities is refused."""
    top = Element("", {})
    stack = [top]
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(stack) > _DEEPEST:
            raise ConversionError("the XML nests too deep", name, "")
        element = Element(tag, attributes)
        stack[-1].inside.append(element)
        stack.append(element)

    def end(_tag: str) -> None:
        stack.pop()

    def characters(data: str) -> None:
        stack[-1].text += data

    def doctype(*_: object) -> None:
        raise ConversionError("the XML declares a document type", name, "remove the DOCTYPE")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise ConversionError(
            f"the XML cannot be read: {error}", name, "correct it first"
        ) from error
    if not top.inside:
        raise ConversionError("there is nothing in it", name, "")
    return top.inside[0]
