"""What the text of a mail or a message says line by line: fields, links, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from pup_tui.analysis.alerts.words import plain, words
from pup_tui.late_pattern import late_pattern

MOST_FIELDS: Final = 300
MOST_LINKS: Final = 100
_MOST_LINES: Final = 3000
_LONGEST_LINE: Final = 2000
"""Of a text so much is looked through for fields and links."""

_LINKED = late_pattern(r"<((?:https?|mailto):[^|<>\s]{1,2000})(?:\|([^<>]{0,500}))?>")
_MARKDOWN_LINK = late_pattern(r"\[([^\[\]\n]{1,200})\]\((https?://[^()\s]{1,2000})\)")
_URL = late_pattern(r"https?://[^\s<>\"'`|)\]}]+")
_BARE_LINE = late_pattern(r"(?m)^[ \t]{0,100}(https?://\S+)[ \t]*$")
_EMOJI = late_pattern(r":[a-z0-9_+-]{2,40}:(?=\s|$|[*_:])")
_MARKS = late_pattern(r"(?<![\w*])[*_~`]{1,6}(?=\S)|(?<=\S)[*_~`]{1,6}(?![\w*])|`")
_FIELD = late_pattern(
    r"^[\s>•·*|–-]*([^\W\d_][\w ./()#-]{0,40}?)\s*(?::\s*\||:|=|\s\|)\s*(\S.*?)\s*\|?\s*$"
)
_APART = late_pattern(
    r"(?<=[^\s:=])(?:\s{2,}|\s{1,9}[|·•–—]\s{1,9})(?=[^\W\d_][\w ]{1,20}:\s)"
    r"|(?<=[^\s:=])[,;]\s(?=([^\W\d_][\w ]{1,20}):\s)"
)
"""Between two fields in one line; behind a comma, which sentences have too, if the name means a fact."""
_TAG = late_pattern(
    r"(?<![^\s,;|{(\[])([^\W\d_][\w.-]{0,40})[:=](?![\s/=])(\"[^\"]{1,300}\"|'[^']{1,300}'|[^\s,;|{}()\[\]]+)"
)
"""`env:prod`, as tags and logs have it."""
_TEXTS: Final = frozenset({"title", "summary", None})
"""Facts that may say anything, as fields that mean none do."""
_BETWEEN: Final = " ,;|"
_QUOTES: Final = "\"'“”"
_WITH_LINK = late_pattern(r"(.*\S)\s+\((https?://[^)]*)\)\Z")
_ADDRESSES = frozenset(
    {"runbook", "runbookurl", "url", "link", "dashboard", "anleitung", "playbook"}
)
_LABELLED = late_pattern(r"([^\W\d_][\w -]{0,30}?)\s*:?\s*$")
_APP = late_pattern(r"(?:(?:.{1,40}\s)?(?:APP|BOT))?\s*\d{1,2}:\d\d(?:\s[AP]M)?\Z")
"""Below who wrote a message, or behind that in one line: what that is, and when it was."""


def fields_of(text: str) -> dict[str, str]:
    """Lines such as `Host: web-1`, whatever a chat puts around the words; the first of a name counts."""
    fields: dict[str, str] = {}
    lines = (each[:_LONGEST_LINE] for each in text.splitlines()[:_MOST_LINES])
    for name, value in (field for each in lines for field in _fields_in(each)):
        if (link := _WITH_LINK.match(value)) is not None:
            value = link[2] if plain(name) in _ADDRESSES else link[1]
        if value and len(fields) < MOST_FIELDS and not name.lower().startswith(("http", "see ")):
            fields.setdefault(name, value)
    return fields


def _fields_in(line: str) -> Iterator[tuple[str, str]]:
    """The fields of a line, `Host: web-1 | State: down`, and its tags, `host:web-1 env:prod`."""
    tags = list(_TAG.finditer(line))
    if len(tags) == 1 and not (tags[0].start() and plain(tags[0][1]) in words().facts):
        tags = []  # `Error:it is down` is a field
    values = {tag.start(2) for tag in tags}
    for start, stop in _parts_of(line):
        match = _FIELD.match(line[start:stop])
        if match is None or match[2].startswith("//") or start + match.start(2) in values:
            continue
        begin, end = start + match.start(2), start + match.end(2)
        is_text = words().facts.get(plain(match[1])) in _TEXTS
        if not is_text and all(begin != tag.start() for tag in tags):
            end = _without_tags(line, tags, begin, end)
        yield match[1].strip(), line[begin:end].strip().strip(_QUOTES)
    yield from ((tag[1], tag[2].strip(_QUOTES)) for tag in tags)


def _without_tags(line: str, tags: list[re.Match[str]], begin: int, end: int) -> int:
    """Where what begins there ends in front of the tags that stand at its end."""
    for tag in reversed(tags):
        if begin < tag.start() and not line[tag.end() : end].strip(_BETWEEN):
            end = begin + len(line[begin : tag.start()].rstrip(_BETWEEN))
    return end


def _parts_of(line: str) -> Iterator[tuple[int, int]]:
    """Where the parts of a line begin and end that are fields of their own."""
    start = 0
    for apart in _APART.finditer(line):
        name, is_field, _ = line[start : apart.start()].partition(":")
        is_text = bool(is_field) and words().facts.get(plain(name)) in _TEXTS
        goes_on = is_text and apart.group().startswith(",")
        if apart[1] is None or (plain(apart[1]) in words().facts and not goes_on):
            yield start, apart.start()
            start = apart.end()
    yield start, len(line)


def bullets(lines: list[str]) -> list[str]:
    """The items of lists in a message, but for those of annotations, which are no labels."""
    found: list[str] = []
    for line in lines:
        if line.lower().rstrip(": ") == "annotations":
            break
        if line.startswith(("•", "- ", "* ", "– ", "· ")):
            found.append(line)
    return found


def without_marks(text: str) -> str:
    """A message without the marks of a chat: bold, code, emoji, addresses in angle brackets."""
    text = _LINKED.sub(
        lambda link: f"{link[1]} " if not link[2] else f"{link[2]} ({link[1]})", text
    )
    return _MARKS.sub("", _EMOJI.sub("", text))


def links_of(text: str) -> list[dict[str, str]]:
    """The addresses of a text, each with the words that stand for it or in front of it."""
    found: list[tuple[int, str, str]] = []
    taken: list[tuple[int, int]] = []
    for match in islice(_LINKED.finditer(text), MOST_LINKS):
        words = f"{_before(text, match.start())} {match[2] or ''}".strip()
        found.append((match.start(), words, match[1]))
        taken.append(match.span())
    for match in islice(_MARKDOWN_LINK.finditer(text), MOST_LINKS):
        words = f"{_before(text, match.start())} {match[1]}".strip()
        found.append((match.start(), words, match[2]))
        taken.append(match.span())
    found += [
        (match.start(), _before(text, match.start()), trimmed(match.group()))
        for match in islice(_URL.finditer(text), MOST_LINKS)
        if not any(start <= match.start() < end for start, end in taken)
    ]
    return [{"text": words, "url": url} for _, words, url in sorted(found)]


def bare_urls(text: str) -> list[str]:
    """The addresses that stand alone in their lines."""
    return [trimmed(match[1]) for match in _BARE_LINE.finditer(text)]


def trimmed(url: str) -> str:
    """An address without the mark that ends the sentence."""
    return url.rstrip(".,;:!?*_")


def text_of_html(html: str) -> str:
    """The words of a page, its blocks on lines of their own."""
    from html.parser import HTMLParser

    class PageText(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.parts: list[str] = []
            self.hidden = 0
            self.has_begun = False
            """Whether there is a word in the line."""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.hidden += tag in ("style", "script")
            if tag in ("br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"):
                self.parts.append("\n")
                self.has_begun = False
            if tag in ("td", "th"):
                self.parts.append(" | " if self.has_begun else " ")

        def handle_endtag(self, tag: str) -> None:
            self.hidden -= tag in ("style", "script") and self.hidden > 0

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                self.parts.append(data)
                self.has_begun = self.has_begun or not data.isspace()

    words = PageText()
    words.feed(html)
    words.close()
    return "".join(words.parts)


def tree_of(text: str) -> dict[str, Any]:
    """What places of a text are read from."""
    unmarked = without_marks(text)
    lines = [line.strip() for line in unmarked.splitlines() if line.strip()]
    for written in (0, 1):
        if len(lines) > written + 1 and _APP.match(lines[written]):
            lines = lines[written + 1 :]
            break
    said = [line for line in lines if not line.startswith(("http://", "https://", "$ "))]
    return {
        "all": unmarked,
        "fields": fields_of(unmarked),
        "bullets": fields_of("\n".join(bullets(lines))),
        "links": links_of(text),
        "urls": bare_urls(unmarked),
        "first": (said or lines or [""])[0],
        "told": next((line for line in said if _is_told(line)), ""),
    }


def _is_told(line: str) -> bool:
    """Whether a line says something: it is no field, no greeting, no heading and no rule."""
    is_word = any(letter.isalpha() for letter in line)
    is_heading = line.endswith((",", ":")) and len(line) < 40
    return is_word and _FIELD.match(line) is None and not is_heading


def _before(text: str, at: int) -> str:
    """The words right in front of a place, in its line."""
    line = text[max(0, at - 80) : at].rpartition("\n")[2]
    match = _LABELLED.search(_MARKS.sub("", _EMOJI.sub("", line)).rstrip(" :<[("))
    return match[1].strip() if match else ""
