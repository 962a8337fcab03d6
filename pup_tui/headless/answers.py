"""Who answers a run's questions where there is no console: `--yes`, a plain terminal, or nobody."""

from __future__ import annotations

import asyncio
import sys
from typing import Protocol

from pup_tui.core.actions import Question
from pup_tui.core.questions import NOBODY
from pup_tui.headless.stream import Outlet
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
    """Asks on a plain terminal, line by line, after the run's progress has told what the question is."""

    def __init__(self, operator: str, err: Outlet) -> None:
        self._operator = operator
        self._err = err
        self._asking: asyncio.Task[None] | None = None

    def ask(self, question: Question, answer: Answer) -> None:
        self._asking = asyncio.ensure_future(self._converse(question, answer))

    def withdraw(self, step: str) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._err.write("\n(no answer is needed any more)\n")

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
        if question.upcoming:
            self._say("next:", question.upcoming)
        danger = "This is dangerous. " if question.danger else ""
        if question.expect is not None:
            return await self._expected(question.expect, danger)
        typed = await self._line(f"{danger}Go on? [y/N] ")
        return "yes" if typed.strip().lower() in ("y", "yes") else "no"

    async def _expected(self, expect: str, danger: str) -> str:
        """Yes once the text is typed exactly; an empty line refuses."""
        prompt = f"{danger}Type {safe_text(expect)} to go on, or nothing to refuse: "
        while typed := await self._line(prompt):
            if typed == expect:
                return "yes"
            self._say("That is not it.")
        return "no"

    async def _checklist(self, question: Question) -> tuple[str, str]:
        for item in question.checklist or ("Is it done",):
            typed = await self._line(f"  [ ] {safe_text(item)}: done? [y/N] ")
            if typed.strip().lower() not in ("y", "yes"):
                return "no", f"not done: {item}"
        return "yes", (await self._line("  A note (or nothing): ")).strip()

    async def _about_failure(self, question: Question) -> str:
        typed = (await self._line("[r]etry, [c]ontinue or [a]bort? [a] ")).strip().lower()
        return {"r": "retry", "retry": "retry", "c": "continue", "continue": "continue"}.get(
            typed, "abort"
        )

    def _say(self, *texts: str) -> None:
        told = " ".join(safe_text(text, multiline=True) for text in texts if text)
        self._err.write(told.rstrip("\n") + "\n")

    async def _line(self, prompt: str) -> str:
        """One line of standard input without its end; empty at its end. Never blocks the run's loop."""
        self._err.write(prompt)
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(sys.stdin.fileno(), ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(sys.stdin.fileno())
        return sys.stdin.readline().rstrip("\n")
