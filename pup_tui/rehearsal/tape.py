"""The recorded answers of a case, and which attempt gets which of them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from functools import cached_property

from pup_tui.core.ids import item_numbers, static_id
from pup_tui.core.requests import PupRequest, StepRequest
from pup_tui.rehearsal.model import RecordedAnswer
from pup_tui.rehearsal.outcomes import keys_for, unfit_key
from pup_tui.rehearsal.problems import CaseFailed, problem_at
from pup_tui.rehearsal.reading import PlacedAnswer, PlacedCase
from pup_tui.runbook.problems import Problem
from pup_tui.runbook.report import listed

ANY = "*"
"""Stands for any text in `sent`."""


class Asked:
    """An attempt that wants an answer: which time its step is tried, and what it would send.

    `text` is what would be sent as people see it, `names` are the label and the value of its item;
    `is_secret` tells that something in the request was made out of a secret, `clock` when it wants it, in
    seconds since the run began.
    """

    def __init__(
        self,
        step: str,
        attempt: int,
        request: StepRequest,
        text: str,
        names: tuple[str, ...],
        digest: Callable[[], str],
        *,
        is_secret: bool = False,
        clock: float = 0.0,
    ) -> None:
        self.step = step
        self.attempt = attempt
        self.request = request
        self.text = text
        self.names = names
        self.is_secret = is_secret
        self.clock = clock
        self._digest = digest

    @cached_property
    def digest(self) -> str:
        return self._digest()

    def is_of(self, answer: RecordedAnswer) -> bool:
        """Whether an answer names this step, and this item."""
        if answer.step != self.step:
            if answer.step != static_id(self.step):
                return False
            numbers = item_numbers(self.step)
            if isinstance(answer.item, int) and answer.item not in numbers[-1:]:
                return False
        return not isinstance(answer.item, str) or answer.item in self.names

    def would_send(self, answer: RecordedAnswer) -> bool:
        """Whether all that an answer says of what is sent is so."""
        if answer.digest is not None and answer.digest != self.digest:
            return False
        return answer.sent is None or self.is_sent(answer.sent)

    def is_sent(self, pattern: str) -> bool:
        """Whether a pattern says what would be sent; of words it does not matter how they are quoted."""
        if matches(pattern, self.text):
            return True
        if not isinstance(self.request, PupRequest):
            return False
        wanted, words = _words(pattern), _words(self.text)
        return wanted is not None and words is not None and matches(wanted, words)


class Tape:
    """Gives each attempt its answer, and knows which were never given."""

    def __init__(self, case: PlacedCase) -> None:
        self._case = case
        self._used: set[int] = set()
        self._given: dict[str, list[int]] = {}
        """The answers without a number that each step was given, in their order."""

    async def answer(self, asked: Asked) -> PlacedAnswer:
        """The answer for an attempt. Raises CaseFailed where there is none that fits."""
        own = [at for at, each in enumerate(self._case.answers) if asked.is_of(each.said)]
        if not own:
            raise CaseFailed(self._none(asked, f"`{asked.step}` has no answer"))
        numbered = [at for at in own if self._said(at).attempt == asked.attempt]
        pool = numbered or [at for at in own if self._said(at).attempt is None]
        if not pool:
            told = f"attempt {asked.attempt} of `{asked.step}` has no answer"
            raise CaseFailed(self._none(asked, told))
        fitting = [at for at in pool if asked.would_send(self._said(at))]
        if not fitting:
            raise CaseFailed(self._other(asked, pool[0]))
        given = self._given.setdefault(asked.step, [])
        chosen = next((at for at in fitting if at not in given), fitting[-1])
        given.append(chosen)
        self._used.add(chosen)
        found = self._case.answers[chosen]
        key = unfit_key(type(asked.request), found.said)
        if key is not None:
            keys = listed(sorted(keys_for(type(asked.request))))
            told = f"`{key}` says nothing of `{asked.step}`"
            hint = f"an answer to this kind of step has {keys}"
            raise CaseFailed(problem_at(found.node.entries[key].key, told, hint))
        return found

    def unused(self) -> Iterator[Problem]:
        """That an answer was not used, for each such one."""
        for at, each in enumerate(self._case.answers):
            if at in self._used:
                continue
            which = "".join(
                f", {name} {value}"
                for name, value in (("item", each.said.item), ("attempt", each.said.attempt))
                if value is not None
            )
            told = f"the answer for `{each.said.step}`{which} was not used"
            yield problem_at(each.node, told, "the step was not tried so often, or not at all")

    def _said(self, at: int) -> RecordedAnswer:
        return self._case.answers[at].said

    def _none(self, asked: Asked, told: str) -> Problem:
        hint = f"add one under `answers`, with {_as_sent(asked.text)}"
        return problem_at(self._case.at("answers"), told, hint)

    def _other(self, asked: Asked, at: int) -> Problem:
        """That something else would be sent than the answer says."""
        answer, node = self._said(at), self._case.answers[at].node
        key = "sent" if answer.sent is not None and not asked.is_sent(answer.sent) else "digest"
        told = f"`{asked.step}` would send something else than its answer says"
        hint = f"it would send {_as_sent(asked.text)}"
        if key == "digest":
            hint = f"{hint} (its digest is {asked.digest})"
        return problem_at(node.entries[key].value, told, hint)


def matches(pattern: str, text: str) -> bool:
    """Whether a text is what `sent` says, where `*` stands for any text; ends are stripped."""
    first, *parts = pattern.strip().split(ANY)
    text = text.strip()
    if not parts:
        return text == first
    *middle, last = parts
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return text.endswith(last)


def _words(text: str) -> str | None:
    """The words of a `pup` subcommand, told apart; None where they cannot be."""
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    return "\x1f".join(words[words[:1] == ["pup"] :])


def _as_sent(text: str) -> str:
    """What would be sent, as it can be written in the file."""
    stripped = text.strip()
    return f"sent: {json.dumps(stripped, ensure_ascii=False)}"
