"""Who answers a run's questions where there is no console: `--yes`, a plain terminal, or nobody."""

from __future__ import annotations

import asyncio
import sys
from typing import Protocol

from pup_tui.core.actions import Question
from pup_tui.core.questions import NOBODY
from pup_tui.output.sanitize import safe_text

YES = "--yes"


class Answer(Protocol):
    """Takes an answer to the question of a step."""

    def __call__(self, step: str, answer: str, by: str, note: str = "") -> None: ...


class Answers(Protocol):
    """A way of answering questions."""

    def ask(self, question: Question, answer: Answer) -> None:
        """Begin to find an answer; `answer` is called with it, now or later."""
        ...

    def withdraw(self, step: str) -> None:
        """The step's question needs no answer any more."""
        ...


class SayYes:
    """`--yes`: every confirmation is yes, manual work is assumed done, a failure is not gone past."""

    def ask(self, question: Question, answer: Answer) -> None:
        match question.kind:
            case "failure":
                answer(question.step, "abort", YES)
            case "manual":
                answer(question.step, "yes", YES, "assumed")
            case _:
                answer(question.step, "yes", YES)

    def withdraw(self, step: str) -> None:
        pass


class Nobody:
    """No terminal and no `--yes`: a question that cannot be asked is a refusal."""

    def ask(self, question: Question, answer: Answer) -> None:
        answer(question.step, "abort" if question.kind == "failure" else "no", NOBODY)

    def withdraw(self, step: str) -> None:
        pass


class Terminal:
    """Asks on a plain terminal, line by line: questions on standard error, answers from standard input."""

    def __init__(self, operator: str) -> None:
        self._operator = operator
        self._asking: asyncio.Task[None] | None = None

    def ask(self, question: Question, answer: Answer) -> None:
        self._asking = asyncio.ensure_future(self._converse(question, answer))

    def withdraw(self, step: str) -> None:
        if self._asking is not None:
            self._asking.cancel()
            sys.stderr.write("\n(no answer is needed any more)\n")

    async def _converse(self, question: Question, answer: Answer) -> None:
        match question.kind:
            case "failure":
                said, note = await self._about_failure(question), ""
            case "manual":
                said, note = await self._checklist(question)
            case _:
                said, note = await self._confirm(question), ""
        answer(question.step, said, self._operator, note)

    async def _confirm(self, question: Question) -> str:
        _say(f"\n? {question.title}", question.message)
        if question.upcoming:
            _say("next:", question.upcoming)
        danger = " This is dangerous." if question.danger else ""
        if question.expect is not None:
            typed = await _line(f"{danger} Type {safe_text(question.expect)} to go on: ".lstrip())
            return "yes" if typed == question.expect else "no"
        typed = await _line(f"{danger} Go on? [y/N] ".lstrip())
        return "yes" if typed.strip().lower() in ("y", "yes") else "no"

    async def _checklist(self, question: Question) -> tuple[str, str]:
        _say(f"\n? {question.title}", question.message)
        for item in question.checklist or ("Is it done",):
            typed = await _line(f"  [ ] {safe_text(item)}: done? [y/N] ")
            if typed.strip().lower() not in ("y", "yes"):
                return "no", f"not done: {item}"
        return "yes", (await _line("  A note (or nothing): ")).strip()

    async def _about_failure(self, question: Question) -> str:
        _say(f"\n? {question.title} failed:", question.message)
        typed = (await _line("[r]etry, [c]ontinue or [a]bort? [a] ")).strip().lower()
        return {"r": "retry", "retry": "retry", "c": "continue", "continue": "continue"}.get(
            typed, "abort"
        )


def _say(*texts: str) -> None:
    told = " ".join(safe_text(text, multiline=True) for text in texts if text)
    sys.stderr.write(told.rstrip("\n") + "\n")


async def _line(prompt: str) -> str:
    """One line of standard input without its end; empty at its end. Never blocks the run's loop."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline().rstrip("\n")
