"""A page as blocks: headings, texts, code, lists with their items, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pup_tui.convert.source_text import read_data

if TYPE_CHECKING:
    from markdown_it.token import Token

BlockKind = Literal["heading", "text", "code", "list", "item", "table", "quote", "conditions"]
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_SUMMARY = re.compile(
    r"(?im)^\s*(?:<details[^>]*>\s*)?<summary>\s*(?:<[bh]\d?>)?([^<\n]+)(?:</[bh]\d?>)?\s*</summary>"
    r"|</?details[^>]*>"
)
_TAB = re.compile(r"(?m)^={3}\+? \"([^\"\n]+)\"[ ]*$")
_KINDS: dict[str, BlockKind] = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "blockquote_open": "quote",
}


@dataclass
class PageBlock:
    """One block. `info` is the language of code, and `ordered` that a list is numbered."""

    kind: BlockKind
    text: str = ""
    info: str = ""
    level: int = 0
    ordered: bool = False
    inside: list[PageBlock] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def walk(self) -> Iterator[PageBlock]:
        """The block and all inside it."""
        yield self
        for each in self.inside:
            yield from each.walk()

    @property
    def lead(self) -> str:
        """The first text of an item."""
        return next((each.text for each in self.inside if each.kind == "text"), "")


@dataclass
class Page:
    """A page: what stands in front of it, and its blocks."""

    front: dict[str, Any]
    blocks: list[PageBlock]


def read_page(text: str, name: str) -> Page:
    """Read a page."""
    from markdown_it import MarkdownIt

    front: dict[str, Any] = {}
    found = _FRONT.match(text)
    if found:
        data = read_data(found[1], name) if found[1].strip() else {}
        front = data if isinstance(data, dict) else {}
        text = text[found.end() :]
    # Tabs are alternatives: which one holds is a question as any other.
    text = _TAB.sub(lambda tab: f"- {tab[1]}?\n" if len(tab[1]) > 2 else f"- If {tab[1]}:\n", text)
    # What is folded away has a title of its own.
    text = _SUMMARY.sub(lambda f: f"\n###### {f[1].strip()}\n\n" if f[1] else "\n", text)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    blocks, _ = _blocks(tokens, 0)
    return Page(front, blocks)


def _blocks(tokens: list[Token], at: int) -> tuple[list[PageBlock], int]:
    found: list[PageBlock] = []
    while at < len(tokens):
        token = tokens[at]
        if token.type in _KINDS:
            inside, at = _blocks(tokens, at + 1)
            found.append(
                PageBlock(
                    _KINDS[token.type], inside=inside, ordered=token.type == "ordered_list_open"
                )
            )
        elif token.type == "heading_open":
            found.append(
                PageBlock("heading", tokens[at + 1].content.strip(), level=int(token.tag[1]))
            )
            at += 2
        elif token.type == "paragraph_open":
            found.append(PageBlock("text", tokens[at + 1].content.strip()))
            at += 2
        elif token.type in ("fence", "code_block"):
            info = token.info.strip().split(" ")[0].strip("{}.").lower()
            found.append(PageBlock("code", token.content.rstrip("\n"), info))
        elif token.type == "table_open":
            table, at = _table(tokens, at)
            found.append(table)
        elif token.nesting == -1:
            return found, at
        at += 1
    return found, at


def _table(tokens: list[Token], at: int) -> tuple[PageBlock, int]:
    rows: list[list[str]] = []
    while tokens[at].type != "table_close":
        if tokens[at].type == "tr_open":
            rows.append([])
        elif tokens[at].type == "inline":
            rows[-1].append(tokens[at].content.strip())
        at += 1
    return PageBlock("table", rows=rows), at


_LINK = re.compile(r"\[([^\]]+)\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*(?=\S)|(?<!\w)_(?=\S))(.+?)\1")


def links_in(text: str) -> Iterator[tuple[str, str]]:
    """The links of a text: what is written, and where they lead."""
    for found in _LINK.finditer(text):
        yield found[1], found[2]
    bare = re.sub(r"`[^`]*`", " ", _LINK.sub(" ", text))
    for found in re.finditer(r"(?<![(<\w])https?://[^\s)>\]`]+", bare):
        yield found.group(), found.group().rstrip(".,;")


def plain(text: str) -> str:
    """A text without its marks of emphasis, links and code."""
    text = _LINK.sub(r"\1", text)
    text = _EMPHASIS.sub(r"\2", text)
    return re.sub(r"\s+", " ", text.replace("`", "")).strip()


def code_in(text: str) -> list[str]:
    """What stands as code within a text."""
    return [found[1].strip() for found in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text)]
