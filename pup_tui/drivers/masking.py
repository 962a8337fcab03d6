"""Keeps secrets out of everything that leaves a run: events, notices, questions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from pup_tui.core.actions import Question
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    CancelRequested,
    Decision,
    Findings,
    Interrupted,
    ItemsListed,
    Judgement,
    LeftOutSteps,
    LockAnswered,
    NoteAdded,
    PollAccepted,
    UndoChosen,
    ValuesResolved,
)
from pup_tui.core.notices import AnyNotice
from pup_tui.output.mask import MASK, MIN_SECRET, Masker
from pup_tui.secret_spellings import url_parts
from pup_tui.spelling import dumps

_S = TypeVar("_S", bound=msgspec.Struct)

_NOT_TOLD = frozenset(
    {"ts", "run", "step", "kind", "type", "status", "variables", "names", "directory"}
)
"""Fields that hold no text of a run: ids, words of ours, what stands in the file, what only a form reads."""

_SENTENCES: dict[type[AnyEvent], str] = {
    Answered: "note",
    CancelRequested: "reason",
    Interrupted: "reason",
    ItemsListed: "problem",
    LockAnswered: "problem",
    NoteAdded: "note",
    PollAccepted: "reason",
    UndoChosen: "note",
}
"""The field of an event in which there may be any words, of people or of errors."""


class Masking:
    """The secrets of a run, and the masker that all of its texts go through; any thread may add and mask."""

    def __init__(self, secrets: Iterable[Any] = ()) -> None:
        self.masker = Masker()
        self._given: set[str] = set()
        """The secrets that were not made out of others, as wholes."""
        self._words: set[str] = set()
        """Lines of texts in which a secret stands among words of others."""
        for secret in secrets:
            self.keep(secret)

    def text(self, text: str) -> str:
        return self.masker.mask(text)

    def holds_secret(self, text: str) -> bool:
        return self.masker.holds_secret(text)

    def is_secret(self, value: Any) -> bool:
        """Whether any text in a value holds a secret."""
        # A secret that is JSON may have been taken apart, and is whole only in the text of the value.
        whole = () if isinstance(value, str) else (dumps(value, ensure_ascii=False, default=str),)
        return any(self.holds_secret(text) for text in (*_texts(value), *whole))

    def keep(self, value: Any) -> None:
        """Mask a secret value from now on: every text in it that is long enough to be told from others.

        Also the texts in a text that is JSON, since expressions can enter it.
        """
        for text in _texts(value):
            self._given.add(text.strip())
            for part in _parts(text):
                self._mask(part)

    def keep_made(self, made: Any) -> None:
        """Mask from now on what was made out of secrets, all of it for one purpose.

        Of a text that only holds a secret among other words, the secret is masked and the words are not.
        """
        texts = {*_texts(made)}
        for text in texts:
            if text.strip() in self._given:
                continue
            # What does not hold all that it was made of holds some of it in another form.
            if self._holds_given(text) and (
                self._is_words(text) or all(other in text for other in texts)
            ):
                self.leave_words(text)
                continue
            # One line is masked whatever others have printed.
            if "\n" not in text or not self._is_words(text):
                self._mask(text)
            for part in _texts(_entered(text)):
                if not self._is_words(part):
                    self._mask(part)

    def leave_words(self, value: Any) -> None:
        """Take the lines of a value that holds a secret for words of others, which are not masked.

        They were shown, with the secrets in them masked, or are to be.
        """
        for text in _texts(value):
            for part in _parts(text):
                self._words.update(map(str.strip, part.splitlines()))

    def _holds_given(self, text: str) -> bool:
        return any(secret in text for secret in tuple(self._given) if is_long_enough(secret))

    def _is_words(self, text: str) -> bool:
        return self._words.issuperset(map(str.strip, text.splitlines()))

    def _mask(self, text: str) -> None:
        if is_long_enough(text):
            self.masker.add(text)

    def told(self, sentence: str, made: Any) -> str:
        """Mask a sentence of an executor; what its request `made` out of secrets is hidden however short.

        So are the parts of a URL, which libraries name one by one.
        """
        forms: set[str] = set()
        for text in _texts(made):
            forms |= {text, quote(text, safe="", errors="replace"), *url_parts(text)}
        for form in sorted(forms, key=lambda each: (-len(each), each)):
            if len(form) <= len(sentence) and any(map(str.isalnum, form)):
                # In any case, since libraries write hosts in lower case.
                whole = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE)
                sentence = whole.sub(MASK, sentence)
        return self.text(sentence)

    def find(
        self,
        values: Mapping[str, Any],
        named: Iterable[str],
        made: Iterable[str] = (),
        parts: Iterable[Any] = (),
    ) -> tuple[str, ...]:
        """Which of the values are secret, and masked from now on.

        They are those that are `named`, those that were `made` out of others, and what holds a secret. Each
        of the `parts` is what was made out of secrets for one purpose on the way to the values.
        """
        named = set(named)
        made = set(made) - named
        for name in named.intersection(values):
            self.keep(values[name])
        for part in parts:
            self.keep_made(part)
        for name in made.intersection(values):
            self.keep_made(values[name])
        holding = {
            name
            for name, value in values.items()
            if name not in named | made and self.is_secret(value)
        }
        for name in holding:
            self.leave_words(values[name])
        return tuple(name for name in values if name in named | made | holding)

    def left_out(self, without: LeftOutSteps) -> LeftOutSteps:
        """What a run leaves out with its reasons masked, and all that is secret of the captures named."""
        secrets = {
            step: self.find(made, without.secrets.get(step, ()))
            for step, made in without.captures.items()
        }
        steps = {step: self.text(why) for step, why in without.steps.items()}
        return msgspec.structs.replace(without, steps=steps, secrets=secrets)

    def notice(self, notice: AnyNotice) -> AnyNotice:
        return self._masked(notice)

    def question(self, question: Question) -> Question:
        """The question as it may be shown; the names that a person's answer builds on stay what they are."""
        return self._masked(question)

    def event(self, event: AnyEvent) -> AnyEvent:
        """Mask the sentences of an event; values keep what they are, and are marked where they are secret."""
        match event:
            case AttemptFinished():
                return msgspec.structs.replace(
                    event, reason=self.text(event.reason), findings=self._findings(event.findings)
                )
            case ValuesResolved():
                problems = tuple(self.text(problem) for problem in event.problems)
                return msgspec.structs.replace(event, problems=problems)
        sentence = _SENTENCES.get(type(event))
        if sentence is None:
            return event
        masked = self.text(getattr(event, sentence))
        return msgspec.structs.replace(event, **{sentence: masked})

    def decided(self, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
        """The decisions of an event with their texts masked, as they may be stored."""
        return tuple(self._masked(decision) for decision in decisions)

    def _findings(self, found: Findings) -> Findings:
        return msgspec.structs.replace(
            found,
            missing={name: self.text(why) for name, why in found.missing.items()},
            until=self._judgement(found.until),
            fail_if=self._judgement(found.fail_if),
            retry_on=self._judgement(found.retry_on),
            assertions=tuple(Judgement(j.holds, self.text(j.reason)) for j in found.assertions),
            messages=tuple(map(self.text, found.messages)),
            reminders=tuple(map(self.text, found.reminders)),
            status=None if found.status is None else self.text(found.status),
        )

    def _judgement(self, judged: Judgement | None) -> Judgement | None:
        return None if judged is None else Judgement(judged.holds, self.text(judged.reason))

    def _masked(self, struct: _S) -> _S:
        changed = {
            name: self.masked(getattr(struct, name))
            for name in struct.__struct_fields__
            if name not in _NOT_TOLD
        }
        return msgspec.structs.replace(struct, **changed)

    def masked(self, value: Any) -> Any:
        """A value with the secrets in its texts masked."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.masked(item) for key, item in value.items()}
            case list() | tuple():
                return type(value)(self.masked(item) for item in value)
            case msgspec.Struct():
                return self._masked(value)
        return value


def is_long_enough(secret: str) -> bool:
    """Whether a secret can be masked without masking ordinary text; spaces at its ends do not count."""
    return len(secret.strip()) >= MIN_SECRET


def _parts(text: str) -> Iterator[str]:
    """A text, and the texts in what it stands for if it is JSON."""
    yield text
    yield from _texts(_entered(text))


def _entered(text: str) -> Any:
    """The list or map that a text stands for, if it does."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value; numbers are what they read as, true, false and null no secrets."""
    left = [value]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case bool() | None:
                continue
            case int() | float() as number:
                yield str(number)
            case dict() as entries:
                left += entries.values()
            case list() | tuple() as items:
                left += items
