"""Cuts a text into literal pieces, ``{{ … }}`` and ``{% … %}``, by the rules of the format.

Jinja's own lexer cannot do this: here ``{#`` is text, ``{%`` opens a tag only before a word that
is one, and tokens of other template languages (``{{ .Names }}``, ``{{#is_alert}}``) pass through, as do
the actions of Go templates (``{{ range .items }}``, ``{{ end }}``).
"""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import MAX_BLOCKS

RAW_HINT: Final = (
    "a text that is to stand as it is, braces and all, goes between {% raw %} and {% endraw %}"
)

TAGS: Final = frozenset({"if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"})
"""The first words of the tags that the language has."""

_REFUSED: Final = frozenset(
    {
        *("autoescape", "endautoescape", "block", "endblock", "break", "call", "endcall"),
        *("continue", "debug", "do", "extends", "filter", "endfilter", "from", "import"),
        *("include", "macro", "endmacro", "pluralize", "set", "endset", "trans", "endtrans"),
        *("with", "endwith"),
    }
)
_MOST_IN_VAIN: Final = 100_000
"""Characters looked through for the ends of values and tags that have none."""

_OPENER: Final = late_pattern(r"\{(?:\{+|%)")
_MORE: Final = late_pattern(r"\n|\{[{%]")
"""What stands in no value that is on one line."""
_TAG_WORD: Final = late_pattern(r"[-+]?\s*([a-z]+)\b")
_ENDRAW: Final = late_pattern(r"\{%([-+]?)\s*endraw\s*([-+]?)%\}")
_FOREIGN: Final = late_pattern(r"-?\s*[#/^!>&]")
_SPECIAL: Final = late_pattern(r"['\"(){}\[\]%]")
_LOOP_NAMES: Final = late_pattern(r"for\s+([\w\s,()]{1,500}?)\s+in\b")
_STRING: Final = late_pattern(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


class Segment(Struct, frozen=True):
    """One piece of a template's source.

    ``kind`` is ``text`` (``body`` is the text), ``value`` (the expression between the braces) or
    ``tag`` (what stands between ``{%`` and ``%}``; ``word`` is its first word). ``start`` is the
    offset of the piece within the source.
    """

    kind: Literal["text", "value", "tag"]
    body: str
    start: int
    word: str = ""


def is_plain(source: str) -> bool:
    """Whether a text surely holds no template (the common case, decided cheaply)."""
    return "{{" not in source and "{%" not in source


class Positions:
    """The lines and columns of a text, asked for in its order."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._line = 1
        self._counted = 0

    def at(self, offset: int) -> tuple[int, int]:
        """Where an offset lies, which is not before the one that was asked for last."""
        self._line += self._source.count("\n", self._counted, offset)
        self._counted = offset
        return self._line, offset - self._source.rfind("\n", 0, offset)


class Scanned(Struct, frozen=True):
    """The segments of a text, and what is wrong with it.

    A value that cannot be told from the text around it is one without a body. ``is_whole``: the text was read
    to its end, and no more of it was taken for a value than stands on one line before another one.
    """

    segments: list[Segment]
    errors: list[TemplateError]
    is_whole: bool


def scan(source: str) -> Scanned:
    """Cut a text into segments, as far as it can be read; literal pieces that touch are one segment."""
    scanner = _Scanner(source)
    try:
        scanner.scan()
    except TemplateError as error:
        return Scanned(scanner.segments, [*scanner.errors, error], False)
    return Scanned(scanner.segments, scanner.errors, scanner.is_whole)


def loop_names(body: str) -> tuple[str, ...]:
    """The names that a ``for`` gives its items, whatever stands behind them."""
    names = _LOOP_NAMES.search(body)
    return tuple(re.findall(r"[^\W\d]\w*", names[1])) if names else ()


class _Scanner:
    def __init__(self, source: str) -> None:
        self._source = source
        self._positions = Positions(source)
        self.segments: list[Segment] = []
        self.errors: list[TemplateError] = []
        self.is_whole = True
        self._text: list[str] = []
        self._text_start = 0
        self._loops: list[frozenset[str]] = []  # the names of each loop that is open
        self._strip_next = False
        self._refused_words: set[str] = set()
        self._in_vain = 0

    def scan(self) -> None:
        position = 0
        while opener := _OPENER.search(self._source, position):
            if opener[0] == "{%":
                position = self._tag(position, opener.start())
            else:
                # Of `{{{ X }}}` the outer braces are text around the value.
                position = self._value(position, opener.end() - 2)
        self._keep(position, len(self._source))
        self._flush()

    def _keep(self, start: int, end: int) -> None:
        text = self._source[start:end]
        if self._strip_next:
            text = text.lstrip()
            self._strip_next = not text and end < len(self._source)
        if not self._text:
            self._text_start = start
        if text:
            self._text.append(text)

    def _flush(self, strip: bool = False) -> None:
        text = "".join(self._text)
        if strip:
            text = text.rstrip()
        if text:
            self.segments.append(Segment("text", text, self._text_start))
        self._text.clear()

    def _value(self, position: int, start: int) -> int:
        source = self._source
        if _FOREIGN.match(source, start + 2):
            after = source.find("}}", start) + 2
            if after < 2:
                raise self._unclosed("{{", "}}", start)
            self._keep(position, after)
            return after
        after_action = self._action(start)
        if after_action is not None:
            self._keep(position, after_action)
            return after_action
        end = _closing(source, start + 2, "}}")
        if end is None:
            if source.find("}}", start) < 0:
                raise self._unclosed("{{", "}}", start)
            told = "a quote or bracket is not closed between {{ and }}"
            self._looked_in_vain(told, start)
            self.is_whole &= _MORE.search(source, start + 2, source.find("}}", start)) is None
            return self._unreadable(told, position, start)
        body = source[start + 2 : end]
        left = 2 if body.startswith("-+") else body.startswith(("-", "+"))
        right = body.endswith(("-", "+"))
        inner = body[left : len(body) - right if len(body) > 1 else None]
        if not inner.strip():
            return self._unreadable("there is nothing between {{ and }}", position, start)
        self._keep(position, start)
        self._flush(strip=body.startswith("-"))
        self.segments.append(Segment("value", inner, start))
        self._strip_next = body.endswith("-")
        return end + 2

    def _looked_in_vain(self, told: str, start: int) -> None:
        """Read no further where too much was looked through already for ends that are not there."""
        self._in_vain += len(self._source) - start
        if self._in_vain > _MOST_IN_VAIN:
            raise self._error(told, start)

    def _unreadable(self, told: str, position: int, start: int) -> int:
        self.errors.append(self._error(told, start))
        self._keep(position, start)
        self._flush()
        self.segments.append(Segment("value", "", start))
        return self._source.find("}}", start) + 2

    def _action(self, start: int) -> int | None:
        """Where the action of a Go template that begins here ends; None where it is ours."""
        from pup_tui.template.go import end_of_action

        end = end_of_action(self._source, start, self._loops)
        if end is not None and "{{" in self._source[start + 2 : end]:
            told = "{{ cannot stand inside the action of a Go template"
            self.errors.append(self._error(told, start))
        return end

    def _tag(self, position: int, start: int) -> int:
        source = self._source
        match = _TAG_WORD.match(source, start + 2)
        word = match[1] if match else ""
        if word in _REFUSED and source.find("%}", start) >= 0:
            return self._refused(word, position, start)
        if word not in TAGS:
            self._keep(position, start + 2)
            return start + 2
        end = _closing(source, start + 2, "%}")
        if end is None:
            end = source.find("%}", start)
            if end < 0:
                raise self._unclosed("{%", "%}", start)
            told = "a quote or bracket is not closed between {% and %}"
            self._looked_in_vain(told, start)
            if word == "raw":  # of the others it is told where their texts are read
                self.errors.append(self._error(told, start))
        body = source[start + 2 : end]
        self._keep(position, start)
        self._flush(strip=body.startswith("-"))
        self._strip_next = body.endswith("-")
        if word == "raw":
            return self._raw(start, end + 2)
        if word == "for" and len(self._loops) < MAX_BLOCKS:
            self._loops.append(frozenset(loop_names(body)))
        elif word == "endfor" and self._loops:
            self._loops.pop()
        self.segments.append(Segment("tag", body.strip().strip("-+").strip(), start, word))
        return end + 2

    def _refused(self, word: str, position: int, start: int) -> int:
        """Keep a tag that the language does not have, for the names in it; its end is no second mistake."""
        told = f"{{% {word} %}} is not part of the template language"
        end = _closing(self._source, start + 2, "%}")
        if end is None:
            self._looked_in_vain(told, start)
            end = self._source.find("%}", start)
        opener = word.removeprefix("end")
        if opener == word or opener not in self._refused_words:
            self.errors.append(self._error(told, start))
        self._refused_words.add(word)
        self._keep(position, start)
        self._flush()
        body = self._source[start + 2 : end].strip().strip("-+").strip()
        self.segments.append(Segment("tag", body, start, word))
        return end + 2

    def _raw(self, start: int, inside: int) -> int:
        end = _ENDRAW.search(self._source, inside)
        if end is None:
            raise self._error("{% raw %} has no {% endraw %}", start)
        self._keep(inside, end.start())
        self._flush(strip=end[1] == "-")
        self._strip_next = end[2] == "-"
        return end.end()

    def _unclosed(self, opener: str, closer: str, start: int) -> TemplateError:
        return self._error(f"{opener} without {closer}", start)

    def _error(self, message: str, start: int) -> TemplateError:
        line, column = self._positions.at(start)
        excerpt = self._source[start : start + 60].split("\n", 1)[0]
        return TemplateError(message, expression=excerpt, line=line, column=column, hint=RAW_HINT)


def _closing(source: str, position: int, closer: str) -> int | None:
    """Find where an expression ends: outside of its strings and brackets."""
    depth = 0
    while special := _SPECIAL.search(source, position):
        character, position = special[0], special.start()
        if character in "'\"":
            string = _STRING.match(source, position)
            if string is None:
                return None
            position = string.end()
            continue
        if depth == 0 and source.startswith(closer, position):
            return position
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth = max(0, depth - 1)
        position += 1
    return None
