"""Runbooks played for real: files on disk, the real executors, a web server, the sandbox, told answers.

Everything is wired as the command line wires it, and runs in the test's own event loop.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import TypeVar

import pytest

from pup_tui.catalog.inputs import Sources, resolve_inputs
from pup_tui.cli.wiring import Parts
from pup_tui.core.actions import Question
from pup_tui.core.notices import AnyNotice, RunFinished, StepFinished
from pup_tui.core.program import compile_program
from pup_tui.datadog.sandbox import Sandbox
from pup_tui.datadog.sandbox.world import World
from pup_tui.drivers.source import source_of
from pup_tui.drivers.watcher import Watcher
from pup_tui.headless.answers import Replies, SayYes
from pup_tui.headless.runner import run_headless
from pup_tui.output.passage import Line, Passage
from pup_tui.runbook.load import load
from pup_tui.settings.settings import read_settings
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.untrusted import untrusted_server

T = TypeVar("T")

HOST = "api.example.com"
"""Stands in files for the web server of the stage: https://api.example.com/…"""

UNTRUSTED = "tls.example.com"
"""Stands for one whose certificate nobody vouches for."""

_NEEDS_DATADOG = re.compile(r"kind: (pup|datadog-workflow)|url: /api/")


class Refused(Exception):
    """No run begins with these values; the text says why."""


@dataclass
class Played(Watcher):
    """What became of a run, and what it did to the world around it."""

    code: int
    folder: Path
    outputs: Path
    notices: list[AnyNotice] = field(default_factory=list)
    lines: list[tuple[str, Line]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    requests: list[Recorded] = field(default_factory=list)
    world: World | None = None
    notes: Sequence[str] = ()
    """What the operator was told about the values before the run began."""

    @property
    def ended(self) -> str:
        """The run's status."""
        return next(n.status for n in self.notices if isinstance(n, RunFinished))

    @property
    def reason(self) -> str:
        return next(n.reason for n in self.notices if isinstance(n, RunFinished))

    @property
    def finished(self) -> dict[str, StepFinished]:
        """How each step ended, by its id."""
        return {n.step: n for n in self.notices if isinstance(n, StepFinished)}

    @property
    def statuses(self) -> dict[str, str]:
        return {step: notice.status for step, notice in self.finished.items()}

    def printed(self, step: str | None = None, stream: str = "stdout") -> list[str]:
        """The lines of a step, or of all of them in the order in which they came."""
        return [
            line.text for name, line in self.lines if line.stream == stream and step in (None, name)
        ]

    def told(self, kind: type[T]) -> list[T]:
        """The notices of a kind."""
        return [notice for notice in self.notices if isinstance(notice, kind)]

    @property
    def kept(self) -> int:
        """Bytes of output on disk."""
        return sum(path.stat().st_size for path in self.outputs.rglob("*.log"))

    # A watcher is told things; this is all that it does with them.

    def notice(self, notice: AnyNotice) -> None:
        self.notices.append(notice)

    def output(self, step: str, passage: Passage) -> None:
        self.lines.extend((step, line) for line in passage.lines())

    def question(self, question: Question) -> None:
        self.questions.append(question)

    def withdrawn(self, step: str) -> None:
        pass


class Told(SayYes):
    """Answers as it was told (`yes`, `no`, `retry`, …; `silence` for none), else as `--yes` does."""

    def __init__(self, answers: Mapping[str, str], sources: Sources, *, undo: bool) -> None:
        super().__init__(sources)
        self._answers = answers
        self._undo = undo

    def ask(self, question: Question, replies: Replies) -> None:
        told = self._answers.get(question.step)
        if question.kind == "undo":
            replies.undo([offer.step for offer in question.offers] if self._undo else (), "ada")
        elif told is None:
            super().ask(question, replies)
        elif told != "silence":
            replies.answer(question.step, told, "ada")


class Stage:
    """Plays runbooks in a folder. Use as an async context manager.

    The environment is the process's own, so `monkeypatch` changes it; see `stage` in the tests' conftest.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self._servers = AsyncExitStack()
        self._web: FakeServer | None = None
        self._sandbox: Sandbox | None = None

    async def __aenter__(self) -> Stage:
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setenv("PUP_TUI_PUP", "builtin")
        await self._servers.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._servers.aclose()

    async def web(self) -> FakeServer:
        """The web server that `https://api.example.com` stands for."""
        if self._web is None:
            self._web = await self._servers.enter_async_context(FakeServer(handler=Site()))
        return self._web

    async def datadog(self, scenario: str = "demo") -> Sandbox:
        """The sandbox, and the environment that leads to it."""
        if self._sandbox is None:
            sandbox = Sandbox(scenario, speed=60)
            self._sandbox = await self._servers.enter_async_context(sandbox)
            self.monkeypatch.setenv("PUP_TUI_DATADOG_URL", sandbox.url)
            self.monkeypatch.setenv("DD_API_KEY", "k" * 8)
            self.monkeypatch.setenv("DD_APP_KEY", "a" * 8)
        return self._sandbox

    async def untrusted(self) -> str:
        """The address of a server whose certificate is its own."""
        address, _ = await self._servers.enter_async_context(untrusted_server())
        return address

    async def write(self, name: str, text: str) -> Path:
        """A file in the stage's folder, with the web server's address put in."""
        text = await self.addressed(dedent(text))
        if UNTRUSTED in text:
            text = text.replace(UNTRUSTED, await self.untrusted())
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    async def addressed(self, text: str) -> str:
        """The text with the web server's address put in."""
        if HOST in text:
            address = (await self.web()).url.removeprefix("http://")
            text = text.replace(f"https://{HOST}", f"http://{address}").replace(HOST, address)
        return text

    async def errors(self, text: str, files: Mapping[str, str] | None = None) -> list[str]:
        """What is wrong with a runbook, each as `LINE:COLUMN: message: hint`."""
        path = await self._written(text, files)
        return [str(problem).removeprefix(f"{path}:") for problem in load(path).errors]

    async def error(self, text: str) -> str:
        """The only thing that is wrong with a runbook."""
        (told,) = await self.errors(text)
        return told

    async def play(
        self,
        text: str,
        files: Mapping[str, str] | None = None,
        given: Mapping[str, object] | None = None,
        answers: Mapping[str, str] | None = None,
        *,
        undo: bool = False,
    ) -> Played:
        """Run a runbook (the name may be left out), questions answered as `--yes` does or as told.

        Raises Refused where the values do not let a run begin.
        """
        path = await self._written(text, files)
        needs_datadog = _NEEDS_DATADOG.search("".join([text, *(files or {}).values()]))
        if needs_datadog and "PUP_TUI_DATADOG_URL" not in os.environ:
            await self.datadog()
        loaded = load(path)
        assert loaded.runbook is not None, "\n".join(str(problem) for problem in loaded.errors)
        state = self.folder / ".state"
        state.mkdir(mode=0o700, exist_ok=True)
        kept = Parts(read_settings(environ={**os.environ, "PUP_TUI_STATE_DIR": str(state)}))
        resolved = await resolve_inputs(
            loaded.runbook, dict(given or {}), kept.sources.beside(str(path.parent))
        )
        if resolved.problems:
            raise Refused("; ".join(str(problem) for problem in resolved.problems))
        async with Parts(kept.settings, journal=False).launcher(state) as launcher:
            run = await launcher.launch(
                compile_program(loaded.id, loaded.runbook),
                source=source_of(loaded),
                files=loaded.files,
                values=resolved.values,
                left_out=resolved.left_out,
            )
            played = Played(code=-1, folder=self.folder, outputs=state / "outputs")
            async with asyncio.timeout(60):
                played.code = await run_headless(
                    run, played, Told(answers or {}, kept.sources, undo=undo)
                )
        played.notes = resolved.notes
        played.requests = self._web.requests if self._web is not None else []
        played.world = self._sandbox.world if self._sandbox is not None else None
        return played

    async def _written(self, text: str, files: Mapping[str, str] | None) -> Path:
        for name, body in (files or {}).items():
            await self.write(name, body)
        text = dedent(text)
        if not any(line.startswith("name:") for line in text.splitlines()):
            text = f"name: example\n{text}"
        return await self.write("example.yaml", text)


class Site:
    """A small web service with answers that are always the same.

    `/flags/NAME` is a flag that is on, `/busy` refuses twice and then answers, `/old` leads to `/flags/new`,
    `/text` is plain text, `/bytes` is no text at all, `/slow` never answers, `/missing` is not there,
    `/orders?page=N` is one of three pages for who has the token, `/items` the numbers to 5, two on a page, by
    whatever leads to the next one, and every other path tells what was sent.
    """

    def __init__(self) -> None:
        self._busy = 2

    async def __call__(self, sent: Recorded, write: Write) -> Reply | None:
        match sent.path.split("/")[1:]:
            case ["flags", name] if sent.method == "GET":
                return Reply(body={"enabled": True, "key": name})
            case ["busy"] if self._busy:
                self._busy -= 1
                return Reply(503, {"error": "busy"})
            case ["orders"]:
                return _orders(sent)
            case ["items"]:
                return _items(sent)
            case ["missing"]:
                return Reply(404, {"error": "not found"})
            case ["old"]:
                return Reply(302, headers={"Location": "/flags/new"})
            case ["text"]:
                return Reply(body=b"all is well\n", headers={"Content-Type": "text/plain"})
            case ["bytes"]:
                return Reply(body=b"\x00\xff", headers={"Content-Type": "image/png"})
            case ["slow"]:
                await asyncio.Event().wait()
        return Reply(body={"method": sent.method, "body": sent.body.decode("utf-8", "replace")})


def _orders(sent: Recorded) -> Reply:
    """A page with two orders, the last one with one."""
    if sent.headers.get("authorization") != "Bearer t0ken-value":
        return Reply(401, {"error": "who are you?"})
    page = int(sent.query.get("page", "1"))
    orders = [f"o-{number}" for number in range(1, 6)]
    return Reply(body={"page": page, "pages": 3, "orders": orders[2 * page - 2 : 2 * page]})


def _items(sent: Recorded) -> Reply:
    asked = sent.query
    start = int(asked.get("cursor") or asked.get("offset") or 2 * int(asked.get("page", "1")) - 2)
    more = start + 2 if start < 4 else None
    link = {"Link": f'</items?offset={more}>; rel="next"'} if more else None
    found = list(range(1, 6))[start : start + 2]
    return Reply(body={"data": {"items": found}, "next": more}, headers=link)
