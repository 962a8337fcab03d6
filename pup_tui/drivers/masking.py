"""Keeps secrets out of everything that leaves a run: events, notices, questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from pup_tui.core.actions import Question
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    Findings,
    Judgement,
    ValuesResolved,
)
from pup_tui.core.notices import AnyNotice, Notice
from pup_tui.output.mask import MIN_SECRET, Masker

_S = TypeVar("_S", bound=msgspec.Struct)


class Masking:
    """The secrets of a run, and the masker that all of its texts go through."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.masker = Masker(secret for secret in secrets if len(secret) >= MIN_SECRET)

    def text(self, text: str) -> str:
        return self.masker.mask(text)

    def holds_secret(self, text: str) -> bool:
        return self.masker.holds_secret(text)

    def learn(self, findings: Findings) -> None:
        """Mask from now on what an attempt captured as a secret."""
        for name, value in findings.captures.items():
            if name in findings.secrets:
                self._add(value)

    def find(self, values: Mapping[str, Any], named: Iterable[str]) -> tuple[str, ...]:
        """Which of the values are secret: those that are `named`, masked from now on, and what holds one."""
        named = set(named)
        for name in named.intersection(values):
            self._add(values[name])
        return tuple(
            name for name, value in values.items() if name in named or self.holds_secret(str(value))
        )

    def _add(self, value: object) -> None:
        if isinstance(value, str) and len(value) >= MIN_SECRET:
            self.masker.add(value)

    def notice(self, notice: AnyNotice) -> AnyNotice:
        return self._struct(notice)

    def question(self, question: Question) -> Question:
        """The question as it may be shown; the names that a person's answer builds on stay what they are."""
        shown = self._struct(msgspec.structs.replace(question, names={}))
        return msgspec.structs.replace(shown, names=question.names)

    def event(self, event: AnyEvent) -> AnyEvent:
        """Mask the sentences of a fact; values keep what they are, and are marked where they are secret."""
        match event:
            case AttemptFinished():
                return msgspec.structs.replace(
                    event, reason=self.text(event.reason), findings=self._findings(event.findings)
                )
            case Answered():
                return msgspec.structs.replace(event, note=self.text(event.note))
            case ValuesResolved():
                problems = tuple(self.text(problem) for problem in event.problems)
                return msgspec.structs.replace(event, problems=problems)
        return event

    def _findings(self, found: Findings) -> Findings:
        return msgspec.structs.replace(
            found,
            missing={name: self.text(why) for name, why in found.missing.items()},
            until=self._judgement(found.until),
            fail_if=self._judgement(found.fail_if),
            retry_on=self._judgement(found.retry_on),
            assertions=tuple(Judgement(j.holds, self.text(j.reason)) for j in found.assertions),
            status=None if found.status is None else self.text(found.status),
        )

    def _judgement(self, judged: Judgement | None) -> Judgement | None:
        return None if judged is None else Judgement(judged.holds, self.text(judged.reason))

    def _struct(self, struct: _S) -> _S:
        changed = {
            name: self._tree(getattr(struct, name))
            for name in struct.__struct_fields__
            if not (isinstance(struct, Notice) and name in ("ts", "run"))
        }
        return msgspec.structs.replace(struct, **changed)

    def _tree(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self._tree(item) for key, item in value.items()}
            case list() | tuple():
                return type(value)(self._tree(item) for item in value)
        return value
