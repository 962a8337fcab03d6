"""Asks a run's questions on a plain terminal, line by line, one question after the other."""

from __future__ import annotations

import asyncio
import sys
import termios
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import assert_never

from pup_tui.catalog.inputs import (
    Choices,
    Resolved,
    Sources,
    choices_of,
    resolve_question,
    wanted_inputs,
)
from pup_tui.core.actions import Question
from pup_tui.core.ids import holder_id
from pup_tui.drivers.faults import told_fault
from pup_tui.headless.answers import NONE_GIVEN, GivenAnswers, Replies, give, given_for, refuse
from pup_tui.headless.choosing import NOT_THERE, YES_OR_NO, chosen
from pup_tui.headless.exits import BY_HANGUP
from pup_tui.headless.prompts import Typing, choices_told
from pup_tui.headless.stream import Outlet
from pup_tui.headless.typed_ahead import UNUSED, forget_typed
from pup_tui.output.mask import MASK
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed


class _TerminalGone(Exception):
    """There is no terminal any more: what it reads as is nobody's answer."""


class TerminalAsker:
    """Asks after the run's progress has told what the question is.

    Questions that are open at the same time wait for their turn; each is then told again, and its prompts
    say what they are about. What was typed before a prompt stood there is not its answer. `turn` is that of
    the terminal, which steps may have as well.
    """

    def __init__(
        self,
        operator: str,
        err: Outlet,
        sources: Sources,
        turn: asyncio.Lock,
        given: GivenAnswers = NONE_GIVEN,
    ) -> None:
        """`given` are values from before the run, which are not asked for."""
        self._operator = operator
        self._err = err
        self._sources = sources
        self._given = given
        self._turn = turn
        self._waiting: deque[tuple[Question, Replies]] = deque()
        self._asked: Question | None = None
        self._asking: asyncio.Task[None] | None = None
        self._reads = False

    def ask(self, question: Question, replies: Replies) -> None:
        self._waiting.append((question, replies))
        if self._asking is None:
            self._begin(again=False)
        elif self._reads and self._asked is not None:
            # What was told of this question stands below the prompt of the other one.
            self._say(f"(this is asked once `{self._asked.title}` is answered)")

    def withdraw(self, step: str) -> None:
        if self._asking is not None and self._asked is not None and self._asked.step == step:
            self._asking.cancel()
            self._err.write("\n(no answer is needed any more)\n")
        else:
            self._waiting = deque(each for each in self._waiting if each[0].step != step)

    def _begin(self, *, again: bool) -> None:
        """Ask what has waited longest."""
        question, replies = self._waiting.popleft()
        if again:
            self._say(f"? {question.title}")
            self._say(question.message)
        self._asked = question
        self._asking = asyncio.ensure_future(self._in_turn(question, replies))
        self._asking.add_done_callback(self._go_on)

    def _go_on(self, done: asyncio.Task[None]) -> None:
        self._asked = self._asking = None
        if not done.cancelled():
            done.result()
        if self._waiting:
            self._begin(again=True)

    async def _in_turn(self, question: Question, replies: Replies) -> None:
        async with self._turn:
            try:
                await self._converse(question, replies)
            except _TerminalGone:
                replies.interrupt(BY_HANGUP)
            except (OSError, UnicodeDecodeError) as error:
                refuse(question, replies, f"the terminal cannot be read: {error}")
            except Exception as error:
                refuse(question, replies, told_fault(error))

    async def _converse(self, question: Question, replies: Replies) -> None:
        note = ""
        match question.kind:
            case "failure":
                said = await self._about_failure()
            case "unknown":
                await self._about_unknown(question, replies)
                return
            case "half-undone":
                said = await self._about_undo(question)
            case "manual":
                said, note = await self._checklist(question)
            case "input":
                await self._values(question, replies)
                return
            case "confirm":
                said = await self._confirm(question)
            case "undo":
                raise AssertionError("what is taken back is chosen, not answered")
            case _ as never:
                assert_never(never)
        replies.answer(question.step, said, self._operator, note)

    async def _confirm(self, question: Question) -> str:
        if question.upcoming:
            self._say("next:", question.upcoming)
        danger = "This is dangerous. " if question.danger else ""
        if question.expect is not None:
            return await self._expected(question.expect, danger)
        return await self._choice(f"{danger}Go on? [y/N] ", YES_OR_NO, "no")

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
            prompt = f"  [ ] {safe_text(item)}: done? [y/N] "
            if await self._choice(prompt, YES_OR_NO, "no") == "no":
                return "no", f"not done: {item}"
        return "yes", (await self._line("  A note (or nothing): ")).strip()

    async def _about_failure(self) -> str:
        words = {"retry": "retry", "continue": "continue", "abort": "abort"}
        return await self._choice("[r]etry, [c]ontinue or [a]bort? [a] ", words, "abort")

    async def _about_unknown(self, question: Question, replies: Replies) -> None:
        """What became of an attempt that did not finish."""
        self._say("began:", question.upcoming or question.title)
        words = {"done": "done", "run again": "retry", "skip": "skip", "abort": "abort"}
        prompt = "[d]one, [r]un again, [s]kip or [a]bort? [a] "
        said, why = await self._choice(prompt, words, "abort"), ""
        # Without a reason it is asked again, which also the end of the input comes out of.
        while said == "skip" and not (why := await self._line("Why is it skipped? ")).strip():
            said = await self._choice(prompt, words, "abort")
        values = {}
        for name in question.captures if said == "done" else ():
            prompt = f"  {safe_text(name)}, which it captured: "
            values[name] = await self._line(prompt, hidden=name in question.secrets)
        replies.answer(question.step, said, self._operator, why.strip(), values=values)

    async def _about_undo(self, question: Question) -> str:
        """Whether a step was taken back whose undo did not finish."""
        self._say("its undo began:", question.upcoming or question.title)
        prompt = (
            "Was it taken back? [y]es, [n]o: it stays done, [r]un the undo again or [a]bort? [a] "
        )
        words = {"yes": "taken-back", "no": "stays", "run the undo again": "undo", "abort": "abort"}
        return await self._choice(prompt, words, "abort")

    # Values

    async def _values(self, question: Question, replies: Replies) -> None:
        """Ask for each variable when those above it are known; Enter takes what there is without it."""
        sources = self._sources.remembering()
        known = given_for(question, self._given)
        given = {} if known is None else dict(known.values)
        settled, by = set(given), known.by if known is not None else self._operator
        while True:
            found = await resolve_question(question, given, sources)
            left = [n for n in wanted_inputs(question.variables, found) if n not in settled]
            if not left:
                break
            choices = await choices_of(question.variables, left[0], found, sources, question)
            try:
                typed = await self._value(question, left[0], found, choices)
            except EOFError:
                replies.answer(question.step, "no", self._operator, "the terminal's input ended")
                return
            settled.add(left[0])
            by = self._operator
            if typed is not None:
                given[left[0]] = typed
        if found.problems:
            why = "; ".join(str(problem) for problem in found.problems)
            self._say(why)
            replies.answer(question.step, "no", self._operator, why)
        else:
            give(question, replies, found, by)

    async def _value(
        self, question: Question, name: str, found: Resolved, choices: Choices
    ) -> object:
        """What was typed for a variable, once it is valid; None where Enter took what there is."""
        variable = question.variables[name]
        for line in choices_told(choices):
            self._say(line)
        offered = None
        if name in found.values:
            offered = MASK if name in found.secrets else as_typed(found.values[name])
        elif name in found.left_out:
            offered = "nothing"
        typing = Typing(name, variable, choices, offered)
        while not typing.done:
            line = await self._read(
                typing.prompt, hidden=variable.is_secret, goes_on=typing.goes_on
            )
            try:
                typing.take(line)
            except ValueError as error:
                self._say(f"  {error}")
        return typing.value

    # Lines

    def _say(self, *texts: str) -> None:
        told = " ".join(safe_text(text, multiline=True) for text in texts if text)
        if told:
            self._err.write(told.rstrip("\n") + "\n")

    async def _choice(self, prompt: str, words: Mapping[str, str], default: str) -> str:
        """What the word stands for that is typed, asked for until it is one of them; Enter is the default."""
        while typed := (await self._line(prompt)).strip():
            if (said := chosen(typed, words)) is not None:
                return said
            self._say(NOT_THERE)
        return default

    async def _line(self, prompt: str, *, hidden: bool = False) -> str:
        """One line of standard input without its end, made valid text; empty at its end."""
        try:
            line = await self._read(prompt, hidden=hidden)
        except EOFError:
            return ""
        return line.encode(errors="surrogateescape").decode(errors="replace")

    async def _read(self, prompt: str, *, hidden: bool = False, goes_on: bool = False) -> str:
        """The same; EOFError at the end of the input, which is there no more where its terminal is gone.

        What was typed before is no answer, unless it `goes_on` after an answer. Never blocks the run's loop.
        """
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            with _without_echo(sys.stdin.fileno(), hidden):
                if not goes_on and forget_typed():
                    self._say(UNUSED)
                with self._err.prompt(self._named(prompt)):
                    self._reads = True
                    loop.add_reader(sys.stdin.fileno(), ready.set)
                    try:
                        await ready.wait()
                    finally:
                        loop.remove_reader(sys.stdin.fileno())
                        self._reads = False
                line = sys.stdin.readline()
        except (OSError, termios.error) as error:
            raise (_TerminalGone if _is_gone(sys.stdin.fileno()) else OSError)(
                str(error)
            ) from error
        if not line.endswith("\n") and _is_gone(sys.stdin.fileno()):
            raise _TerminalGone
        if hidden:
            self._err.write("\n")
        else:
            self._err.line_ended()
        if not line:
            raise EOFError
        return line.rstrip("\n")

    def _named(self, prompt: str) -> str:
        """The prompt, with what it is about where others may be asked about at the same time."""
        if self._asked is None or not holder_id(self._asked.step):
            return prompt
        return f"{safe_text(self._asked.title)}: {prompt.lstrip()}"


def _is_gone(terminal: int) -> bool:
    """Whether the terminal was closed: it has no settings then, and reads as if its input had ended."""
    try:
        termios.tcgetattr(terminal)
    except termios.error:
        return True
    return False


@contextmanager
def _without_echo(terminal: int, hidden: bool) -> Iterator[None]:
    """While it lasts what is typed does not show, if it is to be `hidden`."""
    if not hidden:
        yield
        return
    before = termios.tcgetattr(terminal)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
