"""Secrets to ``***``, in every spelling, also when they arrive in pieces."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from pup_tui.late_pattern import late_pattern
from pup_tui.secret_spellings import normal_forms, spellings

from .moves import without_moves
from .sanitize import Sanitizer, safe_text
from .screen import Screen
from .short_lines import ShortLines
from .style import SGR, strip_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MIN_SECRET = 6
"""Shorter secrets are refused, since masking them would mask ordinary text."""

MASK = "***"

_CUT_STYLE = late_pattern(r"\x1b(?:\[[0-9;]*)?\Z")


class SecretTooShort(ValueError):
    """A secret has fewer than ``MIN_SECRET`` characters. The message never holds the secret."""

    def __init__(self) -> None:
        super().__init__(f"a secret needs at least {MIN_SECRET} characters")


class _Span(NamedTuple):
    start: int
    end: int


class Masker:
    """Knows the secrets of a run and replaces them wherever they turn up.

    Where secrets overlap, their union becomes one ``***``. Colours inside a secret do not hide it.
    A secret that is added later is found in what is masked from then on, by open streams too. Threads may add
    secrets while others mask.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # By their first characters: few searches for many spellings, and a spelling that is only
        # half there yet is found by the same searches.
        self._forms: dict[str, list[str]] = {}
        self._beginnings: set[str] = set()
        self._screen: Screen | None = None
        """Made when it is needed: secrets come many at a time."""
        self._longest = 0
        self._adding = threading.Lock()
        self._short_lines = ShortLines()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Register a secret. Raises ``SecretTooShort``; white space at its ends does not count."""
        if len(secret.strip()) < MIN_SECRET:
            raise SecretTooShort
        forms = spellings(secret)
        forms |= {_as_printed(form) for form in forms} | {safe_text(secret)}
        with self._adding:
            for form in forms:
                if len(form) >= MIN_SECRET:
                    self._add_form(form)
            for text in normal_forms(secret):
                self._short_lines.add(text)
            self._screen = None

    def _add_form(self, form: str) -> None:
        beginning = form[:MIN_SECRET]
        same = self._forms.get(beginning, [])
        if form not in same:
            self._forms[beginning] = sorted([*same, form], key=len, reverse=True)
            self._longest = max(self._longest, len(form))
            self._beginnings.update(beginning[:size] for size in range(1, MIN_SECRET))

    def _by_beginning(self) -> list[tuple[str, list[str]]]:
        with self._adding:
            return list(self._forms.items())

    def _may_hold(self, text: str) -> bool:
        """Whether a spelling of a secret can be in ``text``; hardly ever where none is."""
        if not self._forms:
            return False
        with self._adding:
            if self._screen is None:
                self._screen = Screen(form for same in self._forms.values() for form in same)
            screen = self._screen
        return screen.may_hold(text)

    def mask(self, text: str) -> str:
        """Return ``text`` with every spelling of every secret replaced by ``***``."""
        return self.mask_some(text, len(text))

    def mask_some(self, text: str, size: int, before: str = "") -> str:
        """Return the first ``size`` characters of ``text``, masked as in the whole of it.

        ``before`` is what stood in front of it, as ``context`` returned it.
        """
        if "\x1b" not in text:
            return _replace(text[:size], self._spans(text, before, size))
        spans = self._spans(strip_style(text), before, len(strip_style(text[:size])))
        return _replace_styled(text[:size], spans) if spans else text[:size]

    def holds_secret(self, text: str) -> bool:
        """Whether any spelling of any secret is in ``text``."""
        return bool(self._spans(strip_style(text)))

    @property
    def has_short_lines(self) -> bool:
        """Whether there are lines of secrets that are masked only beside others."""
        return bool(self._short_lines)

    def mask_rows(self, rows: list[str]) -> list[str]:
        """Return lines masked as the text that they are together, each one for itself."""
        text = "\n".join(rows)
        plain = strip_style(text)
        spans = [part for span in self._spans(plain) for part in _within_lines(plain, span)]
        return _replace_styled(text, spans).split("\n")

    @property
    def longest(self) -> int:
        """Characters of the longest spelling of a secret; none where there are no secrets."""
        return self._longest

    def parts_secret(self, text: str, places: Sequence[int]) -> bool:
        """Whether a spelling of a secret lies across one of some places in a text without style."""
        if not places or not self._may_hold(text):
            return False
        forms = [form for _, same in self._by_beginning() for form in same]
        return any(
            text.find(form, max(0, at - len(form) + 1), at + len(form) - 1) >= 0
            for at in places
            for form in forms
        )

    def stream(self) -> MaskStream:
        """Return a masker for text that arrives in pieces."""
        return MaskStream(self)

    def settled(self, text: str, before: str = "") -> int:
        """Return how much of ``text`` can be masked now, whatever text follows it.

        What is beyond may be the beginning of a secret, or overlap one.
        """
        if not self._forms:
            return len(text)
        cut_style = _CUT_STYLE.search(text)
        whole = text[: cut_style.start()] if cut_style else text
        plain = strip_style(whole)
        seen = before + plain
        start = self._short_lines.settled(seen, self._open_start(seen))
        if start == len(seen):
            return len(whole)
        for span in self._spans(seen):
            if span.start < start < span.end:
                start = span.start
                break
        start = max(0, start - len(before))
        return start if plain == whole else _styled_positions(whole, [start])[0]

    def context(self, text: str) -> str:
        """Return what of ``text``, without its style, decides about text that follows it."""
        return self._short_lines.context(text)

    def is_clear(self, text: str) -> bool:
        """Whether no part of a secret is in a text without style, nor begins at its end."""
        end = len(text)
        return (
            "\x1b" not in text
            and not self._may_hold(text)
            and self._short_lines.settled(text, self._open_start(text)) == end
        )

    def _open_start(self, text: str) -> int:
        """Return where the earliest spelling begins that the end of ``text`` cuts off."""
        length = len(text)
        start = length
        near = max(0, length - self._longest + 1)
        for beginning, forms in self._by_beginning():
            at = text.find(beginning, near)
            while 0 <= at < start:
                if any(len(form) > length - at and form.startswith(text[at:]) for form in forms):
                    start = at
                at = text.find(beginning, at + 1)
        for at in range(max(0, length - MIN_SECRET + 1), start):
            if text[at:] in self._beginnings:
                return at
        return start

    def _spans(self, text: str, before: str = "", size: int | None = None) -> list[_Span]:
        """Return where secrets are in the first ``size`` characters, in order, overlapping ones joined."""
        seen = before + text
        # Short lines count only beside a long one, which is a spelling itself.
        if not self._may_hold(seen):
            return []
        found = [_Span(*span) for span in self._short_lines.spans(seen)]
        for beginning, forms in self._by_beginning():
            at = seen.find(beginning)
            while at >= 0:
                form = next((form for form in forms if seen.startswith(form, at)), None)
                if form is not None:
                    found.append(_Span(at, at + len(form)))
                at = seen.find(beginning, at + 1)
        first, last = len(before), len(seen) if size is None else len(before) + size
        return [
            _Span(max(start, first) - first, min(end, last) - first)
            for start, end in _joined(found)
            if start < last and end > first
        ]


class MaskStream:
    """Masks one stream of text: the result does not depend on where the text was cut."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held = ""
        self._before = ""

    @property
    def pending(self) -> str:
        """What is held back, unmasked: possibly the beginning of a secret. Never show it."""
        return self._held

    def feed(self, text: str) -> str:
        """Return what can be shown now; a possible beginning of a secret waits for its rest."""
        text = self._held + text
        seen = self._before + strip_style(text)
        if self._masker.is_clear(seen):
            self._held = ""
            self._before = self._masker.context(seen)
            return text
        return self._pass_on(text, self._masker.settled(text, self._before))

    def preview(self, text: str, *, final: bool = False) -> str:
        """Return what ``feed(text)`` would, changing nothing; with ``final``, nothing waits."""
        text = self._held + text
        size = len(text) if final else self._masker.settled(text, self._before)
        return self._masker.mask_some(text, size, self._before)

    def flush(self) -> str:
        """End the stream: what was held back is shown, masked as far as it is a secret."""
        return self._pass_on(self._held, len(self._held))

    def _pass_on(self, text: str, size: int) -> str:
        masked = self._masker.mask_some(text, size, self._before)
        self._held = text[size:]
        self._before = self._masker.context(self._before + strip_style(text[:size]))
        return masked


def _as_printed(form: str) -> str:
    """Return the spelling as it comes out of the sanitizer, which runs before the masker."""
    return strip_style(without_moves(Sanitizer().feed(form)))


def _joined(spans: list[_Span]) -> list[_Span]:
    if len(spans) < 2:
        return spans
    spans.sort()
    joined = [spans[0]]
    for span in spans[1:]:
        last = joined[-1]
        if span.start < last.end:
            joined[-1] = _Span(last.start, max(last.end, span.end))
        else:
            joined.append(span)
    return joined


def _within_lines(text: str, span: _Span) -> list[_Span]:
    """Return the parts of a span between line feeds."""
    parts: list[_Span] = []
    at = span.start
    for line in text[span.start : span.end].split("\n"):
        if line:
            parts.append(_Span(at, at + len(line)))
        at += len(line) + 1
    return parts


def _replace(text: str, spans: list[_Span]) -> str:
    if not spans:
        return text
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += (text[at : span.start], MASK)
        at = span.end
    parts.append(text[at:])
    return "".join(parts)


def _replace_styled(text: str, spans: list[_Span]) -> str:
    """Replace spans that are counted without style sequences; the sequences stay in force."""
    bounds = _styled_positions(text, [at for span in spans for at in span])
    parts: list[str] = []
    at = 0
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        parts += (text[at:start], MASK, *SGR.findall(text, start, end))
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _styled_positions(text: str, plain_positions: list[int]) -> list[int]:
    """Return where positions counted without style sequences are in ``text``; both ascend."""
    found: list[int] = []
    skipped = 0
    sequences = [*SGR.finditer(text), None]
    following = iter(sequences)
    sequence = next(following)
    for position in plain_positions:
        while sequence is not None and sequence.start() - skipped <= position:
            skipped += sequence.end() - sequence.start()
            sequence = next(following)
        found.append(position + skipped)
    return found
