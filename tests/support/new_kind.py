"""Kinds of step that the program does not have: what fetches has a model, a request and an executor, what
pauses a model that says so, and nothing else.

Run as a program of its own, since the kinds are known from the first import of the format on. It prints
what the program makes of runbooks with that kind.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pup_tui.runbook import keys, model


class FetchStep(model.Step, frozen=True, kw_only=True, tag="fetch"):
    """Fetches a record."""

    record: Annotated[keys.Argument, keys.key("The record.", never_blank=True)]
    among: Annotated[keys.Argument | None, keys.key("The records that it is one of.")] = None
    note: Annotated[keys.PlainText | None, keys.key("Goes with it.", sent="body")] = None


class PauseStep(model.Step, frozen=True, kw_only=True, tag="pause-for-a-while"):
    """Lets time pass."""

    short_kind: ClassVar[str] = "pause"
    has_output: ClassVar[bool] = False

    length: Annotated[keys.Seconds, keys.key("How long.")]

    @property
    def waits_for(self) -> str | int | float:
        return self.length


model.AnyStep = model.AnyStep | FetchStep | PauseStep

# What is imported from here on finds the kind among the others.
from pup_tui.catalog.effects import mutates  # noqa: E402
from pup_tui.core.plan import plan  # noqa: E402
from pup_tui.core.program import compile_program  # noqa: E402
from pup_tui.core.requests import StepRequest  # noqa: E402
from pup_tui.runbook.allowed import fields_of  # noqa: E402
from pup_tui.runbook.lint.rules import linter  # noqa: E402
from pup_tui.runbook.load import Loaded, load_files  # noqa: E402
from pup_tui.runbook.schema import schema  # noqa: E402
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop  # noqa: E402
from tests.support.console import LARGE, console_on, services_in  # noqa: E402
from tests.support.runs import Seen, local_run  # noqa: E402


class FetchRequest(StepRequest, frozen=True, kw_only=True):
    """The record to fetch."""

    step: ClassVar[type[model.Step]] = FetchStep

    record: str


class FetchExecutor:
    async def run(
        self, request: FetchRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        sink.write("stdout", f"record {request.record}\n".encode())
        return Outcome(ok=True, exit_code=0)


def load(text: str) -> Loaded:
    return load_files("new", {"new.yaml": text.encode()}, Path("new.yaml"), linter=linter())


def told(text: str) -> list[str]:
    loaded = load(text)
    problems = (*loaded.errors, *loaded.warnings)
    return [each.message for each in problems if each.code != "unused-variable"]


async def run(text: str, folder: Path, token: str = "hunter2-token") -> dict[str, Any]:
    program = compile_program("new", load(text).require())
    live = await local_run(
        program,
        folder,
        values={"ID": "7"},
        secrets={"TOKEN": token},
        executors={FetchRequest: FetchExecutor()},
    )
    seen = Seen(live)
    live.watch(seen)
    steps = (await live.drive()).steps
    return {
        "lines": {id_: seen.texts(id_) for id_ in steps},
        "status": {id_: str(step.status) for id_, step in steps.items()},
        "reason": {id_: step.reason for id_, step in steps.items()},
    }


RUN = """
name: new
steps:
  - {name: Get, kind: fetch, record: a}
  - {name: Rest, kind: pause-for-a-while, length: 1h}
"""


async def screens(folder: Path) -> dict[str, str]:
    """What the console shows of the kinds before a run, in its plan, and in a run that is paused."""
    async with services_in(folder) as make:
        services = make({"new.yaml": RUN}, executors={FetchRequest: FetchExecutor()})
        async with console_on(services, LARGE) as console:
            await console.sees("Get")
            overview = console.screen
            await console.press("p")
            await console.on("plan")
            await console.sees("Get")
            planned = console.screen
            await console.press("ctrl+r")
            await console.sees("This step only waits.")
            paused = console.screen
            await console.press("k")
            await console.sees("record a")
            fetched = console.screen
            await console.press("j", "c")
            await console.sees("succeeded", "2 of 2 succeeded")
    return {"overview": overview, "plan": planned, "paused": paused, "fetched": fetched}


class OddStep(model.Step, frozen=True, kw_only=True, tag="odd"):
    """Says a word, and not what it is."""

    words: tuple[str, ...]


def refusal() -> str:
    try:
        fields_of(OddStep)
    except TypeError as error:
        return str(error)
    return ""


VARS = "name: new\nvars: {TOKEN: {type: secret}, ID: {default: '7'}}\nsteps:\n"


def main() -> None:
    folder = Path(sys.argv[1])
    plain = (
        VARS
        + "  - {name: Get, kind: fetch, record: '{{ ID }}', among: 'of {{ ID }}', note: 'of {{ ID }}'}\n"
    )
    program = compile_program("new", load(plain).require())
    resting = compile_program("new", load(RUN).require())
    (planned,) = plan(program, {"ID": "7"}, ("TOKEN",), "ada", mutates)
    captured = VARS + (
        "  - {name: Get, id: get, kind: fetch, record: a, capture: {KEY: {value: output, secret: true}}}\n"
        "  - {name: Use, id: use, kind: fetch, record: '{{ steps.get.output }}', when: always}\n"
    )
    said = VARS + (
        "  - {name: Get, id: get, kind: fetch, record: a}\n"
        "  - {name: Use, id: use, kind: fetch, record: '{{ steps.get.output }}', when: always}\n"
    )
    made = {
        "secret": told(VARS + "  - {name: Get, kind: fetch, record: '{{ TOKEN }}'}\n"),
        "option": told(plain),
        "blank": told(VARS + "  - {name: Get, kind: fetch, record: ' '}\n"),
        "unknown": told(VARS + "  - {name: Get, kind: fetch, recrod: a, record: b}\n"),
        "line": planned.command,
        "lines": [each.command for each in plan(resting, {}, (), "ada", mutates)],
        "body": planned.body,
        "mutates": planned.mutates,
        "without_role": refusal(),
        "described": schema()["$defs"]["fetchStep"]["description"],
        "captured": told(captured),
        "ran": asyncio.run(run(plain, folder)),
        "said": asyncio.run(run(said, folder, token="record a")),
        "screens": asyncio.run(screens(folder)),
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main()
