"""Records what a run gets from the world, so that it can be rehearsed: made of answers, without secrets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from pup_tui.core.ids import UNDO
from pup_tui.core.inventory import listed_in
from pup_tui.core.notices import AnyNotice, StepAnswered, StepFinished
from pup_tui.core.program import Program
from pup_tui.core.requests import HttpRequest, SqlRequest, StepRequest
from pup_tui.core.state import BODY, RunState
from pup_tui.drivers.watcher import Watcher
from pup_tui.output.passage import Stream
from pup_tui.output.pipeline import CAPTURE_LIMIT
from pup_tui.rehearsal.case import RUN
from pup_tui.rehearsal.learning import as_pattern
from pup_tui.rehearsal.model import RecordedAnswer
from pup_tui.rehearsal.questions import CANCEL, NOBODY, UNDO_KEY
from pup_tui.secret_spellings import spellings
from pup_tui.spelling import as_typed
from pup_tui.steps.executor import Context, Executor, Outcome, OutputSink, Stop
from pup_tui.steps.notes import MARK

_NEVER_KEPT = frozenset(
    {
        *("authorization", "cookie", "set-cookie", "proxy-authorization", "www-authenticate"),
        *("connection", "content-encoding", "content-length", "date", "keep-alive"),
        *("server", "transfer-encoding", "vary"),
    }
)
"""Headers of an answer that hold credentials, or say how it was sent."""

MOST_EXPECTED = 80
"""Characters of a captured value that a recorded case expects."""

_NOT_INSTALLED = "` is not installed"
_NOT_ANSWERED = "nobody answered in time"


def stand_in(name: str) -> str:
    """What stands in a case for the secret of that name."""
    return f"made-up-{name.lower().replace('_', '-')}"


class KeptAttempt(Struct, frozen=True, kw_only=True):
    """What an attempt got from the world, and how many seconds it took."""

    step: str
    request: StepRequest
    stdout: str
    stderr: str
    is_cut: bool
    outcome: Outcome
    seconds: float


class Recording(Watcher):
    """Hears what a run gets, asks and is answered; `attempts` are in the order in which they ended."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` tells the time in seconds, from any moment on."""
        self.attempts: list[KeptAttempt] = []
        self.mask: Callable[[str], str] = str
        self._now = now
        self._answers: list[tuple[str, Any]] = []
        self._missing: list[str] = []
        self._withdrawn: list[str] = []

    def executors(
        self, others: Mapping[type[StepRequest], Executor]
    ) -> Mapping[type[StepRequest], Executor]:
        """The same executors, heard."""
        return _Executors(others, self)

    def keep(self, attempt: KeptAttempt) -> None:
        self.attempts.append(attempt)

    def now(self) -> float:
        return self._now()

    # As a watcher

    def notice(self, notice: AnyNotice) -> None:
        if isinstance(notice, StepAnswered) and notice.step != UNDO:
            values = {name: _made_up(name, value) for name, value in notice.values.items()}
            self._answers.append((notice.step, values or notice.answer))
        elif isinstance(notice, StepFinished):
            if notice.reason.endswith(_NOT_INSTALLED):
                tool = notice.reason.removesuffix(_NOT_INSTALLED).removeprefix("`")
                self._missing.append(tool)
            elif notice.reason == _NOT_ANSWERED:
                self._answers.append((notice.step, NOBODY))

    def withdrawn(self, step: str) -> None:
        self._withdrawn.append(step)

    # What was heard

    def case(self, name: str, program: Program, state: RunState, values: Mapping[str, Any]) -> Any:
        """The case that a run makes which has ended, without answers; `values` are those it began with."""
        secrets = set(state.frames[BODY].secrets)
        given = {
            key: stand_in(key) if key in secrets else _plain(value)
            for key, value in values.items()
            if key in secrets or not _is_default(program, key, value)
        }
        case: dict[str, Any] = {"name": name, "vars": given}
        case["profile"] = state.profile
        case["missing"] = list(dict.fromkeys(self._missing))
        case["items"] = listed_in(program, state)
        case["answers"] = []
        case["questions"] = self._questions(state)
        case["expect"] = _expected(state)
        return {key: value for key, value in case.items() if value or key == "answers"}

    def _questions(self, state: RunState) -> dict[str, Any]:
        found: dict[str, list[Any]] = {}
        for step, answer in self._answers:
            found.setdefault(step, []).append(answer)
        questions: dict[str, Any] = {
            step: answers[0] if len(answers) == 1 else answers for step, answers in found.items()
        }
        if state.offered:
            chosen = state.blocks[UNDO].children if UNDO in state.blocks else _undone(state)
            questions[UNDO_KEY] = [step.removesuffix(UNDO) for step in chosen] or "no"
        if state.cancelled is not None:
            open_ = [step for step in self._withdrawn if step not in questions][:1]
            questions |= {UNDO_KEY if step == UNDO else step: CANCEL for step in open_}
        return questions

    def answers(self, state: RunState) -> Iterator[tuple[str, RecordedAnswer]]:
        """What each attempt got, by the id of its step; secrets have stand-ins."""
        clean = _Clean(secrets_of(state), self.mask, state.run)
        for kept in self.attempts:
            yield kept.step, answer_of(kept, clean)

    @property
    def unfit(self) -> list[str]:
        """What was heard and no case can say, in sentences."""
        told = []
        for kept in self.attempts:
            if kept.outcome.is_unknown:
                told.append(f"nobody knows how an attempt of `{kept.step}` ended")
            if kept.is_cut:
                told.append(
                    f"`{kept.step}` printed more than 1 MiB, of which the beginning is kept"
                )
        return told


class _Clean:
    """Puts stand-ins in the place of secrets, and the id of rehearsed runs in that of a `run`."""

    def __init__(self, secrets: Mapping[str, str], mask: Callable[[str], str], run: str) -> None:
        self._mask = mask
        self._run = run
        self._forms = sorted(
            ((form, name) for name, value in secrets.items() for form in _forms(value)),
            key=lambda each: -len(each[0]),
        )

    def __call__(self, text: str) -> str:
        for form, name in self._forms:
            text = text.replace(form, stand_in(name))
        return self._mask(text).replace(self._run, RUN)


def _forms(value: str) -> set[str]:
    return {value, value.strip(), *spellings(value)} - {""}


def answer_of(kept: KeptAttempt, clean: Callable[[str], str]) -> RecordedAnswer:
    """The answer that says what an attempt got; what it would send is not known in it."""
    outcome, request = kept.outcome, kept.request
    stdout = kept.stdout if outcome.said is None else outcome.said
    stderr = "".join(
        line for line in kept.stderr.splitlines(keepends=True) if not line.startswith(MARK)
    )
    given: dict[str, Any] = {}
    if outcome.stopped:
        given["takes"] = f"{math.ceil(kept.seconds) + 1}s"
    elif isinstance(request, HttpRequest) and outcome.status_code is not None:
        headers = {n: v for n, v in (outcome.headers or {}).items() if n not in _NEVER_KEPT}
        given["status"] = outcome.status_code
        given["headers"] = {name: clean(value) for name, value in headers.items()}
        given["body"] = clean(stdout) or None
        return RecordedAnswer(step=kept.step, **given)
    elif outcome.unreachable or (
        not outcome.ok and (outcome.exit_code is None or isinstance(request, SqlRequest))
    ):
        given["error"] = clean(outcome.reason) or "failed"
        given["unreachable"] = outcome.unreachable
    else:
        given["exit_code"] = outcome.exit_code or 0
    if isinstance(request, HttpRequest):
        return RecordedAnswer(step=kept.step, **given)
    printed = clean(stdout) or None
    return RecordedAnswer(step=kept.step, stdout=printed, stderr=clean(stderr), **given)


def secrets_of(state: RunState) -> dict[str, str]:
    """The secret values of a run by name, as far as they have one."""
    found = {}
    for frame in state.frames.values():
        for name in frame.secrets:
            value = frame.captured.get(name, frame.values.get(name))
            if value is not None:
                found[name] = as_typed(value)
    return found


def _expected(state: RunState) -> dict[str, Any]:
    """How a run ended, as a case says it: with the steps that did not go well."""
    steps = {
        step: str(each.status)
        for step, each in state.steps.items()
        if each.status is not None and str(each.status) not in ("succeeded", "skipped")
    }
    undone = [step.removesuffix(UNDO) for step in _undone(state)]
    frame = state.frames[BODY]
    captures = {
        name: value
        for name, value in frame.captured.items()
        if name not in frame.secrets and _is_telling(value)
    }
    expected = {"run": str(state.status), "steps": steps, "captures": captures, "undo": undone}
    return {key: value for key, value in expected.items() if value}


def _is_telling(value: Any) -> bool:
    """Whether a captured value is short, and would be the same in another run."""
    text = as_typed(value)
    return len(text) <= MOST_EXPECTED and as_pattern(text) == text.strip()


def _undone(state: RunState) -> list[str]:
    done = (step for step in state.offered if step in state.steps)
    return [step for step in done if str(state.steps[step].status) == "succeeded"]


def _is_default(program: Program, name: str, value: Any) -> bool:
    variable = program.runbook.vars.get(name)
    return variable is not None and variable.has_default and variable.default == as_typed(value)


def _plain(value: Any) -> Any:
    return (
        [as_typed(item) for item in value] if isinstance(value, list | tuple) else as_typed(value)
    )


def _made_up(name: str, value: Any) -> Any:
    return stand_in(name) if value == "***" else _plain(value)


class _Executors(Mapping[type[StepRequest], Executor]):
    def __init__(self, others: Mapping[type[StepRequest], Executor], heard: Recording) -> None:
        self._others = others
        self._heard = heard

    def __getitem__(self, request: type[StepRequest]) -> Executor:
        return _Heard(self._others[request], self._heard)

    def __iter__(self) -> Iterator[type[StepRequest]]:
        return iter(self._others)

    def __len__(self) -> int:
        return len(self._others)


class _Heard:
    """An executor whose attempts are kept."""

    def __init__(self, executor: Executor, heard: Recording) -> None:
        self._executor = executor
        self._heard = heard

    async def run(self, request: Any, sink: OutputSink, stop: Stop, context: Context) -> Outcome:
        began, both = self._heard.now(), BothSinks(sink)
        outcome = await self._executor.run(request, both, stop, context)
        self._heard.mask = context.mask
        self._heard.keep(both.kept(context.step, request, outcome, self._heard.now() - began))
        return outcome


class BothSinks:
    """A sink that also keeps what goes through it, as much of it as expressions see."""

    def __init__(self, sink: OutputSink | None) -> None:
        self._sink = sink
        self._kept: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._is_cut = False

    def write(self, stream: Stream, data: bytes) -> None:
        room = CAPTURE_LIMIT - len(self._kept[stream])
        self._kept[stream] += data[:room]
        self._is_cut = self._is_cut or len(data) > room
        if self._sink is not None:
            self._sink.write(stream, data)

    def kept(
        self, step: str, request: StepRequest, outcome: Outcome, seconds: float
    ) -> KeptAttempt:
        """What went through it, as that of an attempt which has ended."""
        out, err = (bytes(kept).decode("utf-8", "replace") for kept in self._kept.values())
        return KeptAttempt(
            step=step,
            request=request,
            stdout=out,
            stderr=err,
            is_cut=self._is_cut,
            outcome=outcome,
            seconds=seconds,
        )


def grouped(answers: list[tuple[str, RecordedAnswer]]) -> dict[str, list[RecordedAnswer]]:
    """Answers by the id of their step, each list in the order of its attempts."""
    found: dict[str, list[RecordedAnswer]] = {}
    for step, answer in answers:
        found.setdefault(step, []).append(answer)
    return found
