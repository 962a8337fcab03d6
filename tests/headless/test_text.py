"""A run as text: which lines are told, and which step they are about."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pup_tui.core.events import UndoChosen
from pup_tui.core.notices import AnyNotice, StepPolled
from pup_tui.core.program import compile_program
from pup_tui.headless.stream import Outlet, Pump
from pup_tui.headless.text import TextFace
from pup_tui.output.passage import Passage
from pup_tui.output.spool import SpoolWriter
from pup_tui.runbook.model import AnyStep, GroupStep, ParallelStep, Runbook, ShellStep
from pup_tui.runbook.parts import Poll, Retry
from tests.support.player import FAILS, OK, Player, Result


def shell(id_: str, **keys: object) -> ShellStep:
    return ShellStep(id=id_, name=f"Do {id_}", run=f"run-{id_}", **keys)  # type: ignore[arg-type]


class Told:
    """A face that writes to memory, with a player for what it is told."""

    def __init__(self, *steps: AnyStep, spool: Callable[[str], Path] = Path) -> None:
        self.program = compile_program("test", Runbook(name="test", steps=steps))
        self._pump = Pump()
        self._out, self._err = io.StringIO(), io.StringIO()
        out, err = Outlet(self._out, self._pump), Outlet(self._err, self._pump)
        self.face = TextFace(out, err, self.program, spool)

    def play(self, results: Mapping[str, Sequence[Result]] | None = None) -> Told:
        player = Player(self.program, results=results).create().play()
        self.tell(*player.notices)
        return self

    def tell(self, *notices: AnyNotice) -> None:
        for notice in notices:
            self.face.notice(notice)

    async def progress(self) -> list[str]:
        await self._pump.drain()
        return self._err.getvalue().splitlines()

    async def printed(self) -> str:
        await self._pump.drain()
        return self._out.getvalue()


async def test_steps_inside_others_are_told_by_their_ids() -> None:
    group = GroupStep(id="g", name="Group", steps=(shell("a"), shell("b")))
    told = await Told(group, shell("c")).play().progress()
    assert told[1:-1] == [
        "● 1/4 Group (group)",
        *("● 2/4 g/a: Do a (shell)", "    run-a", "✔ succeeded · 1.0 s"),
        *("● 3/4 g/b: Do b (shell)", "    run-b", "✔ succeeded · 1.0 s"),
        "✔ g: succeeded · 2.0 s",
        *("● 4/4 Do c (shell)", "    run-c", "✔ succeeded · 1.0 s"),
    ]


@pytest.mark.proves("P32")
async def test_of_steps_side_by_side_every_line_names_its_step() -> None:
    steps = ParallelStep(id="p", name="Both", steps=(shell("a"), shell("b")))
    results = {"p/a": [Result(takes=2.0)], "p/b": [Result(takes=1.0)]}
    told = await Told(steps).play(results).progress()
    ends = [line for line in told if line.startswith("✔")]
    assert ends == ["✔ succeeded · 1.0 s", "✔ p/a: succeeded · 2.0 s", "✔ p: succeeded · 2.0 s"]


async def test_items_are_told_apart() -> None:
    told = await Told(shell("a", foreach=("x", "y"))).play().progress()
    begun = [line for line in told if line.startswith("●")]
    assert begun == [
        "● 1/1 Do a (shell)",
        "● 1/1 a[0]: Do a (shell)",
        "● 1/1 a[1]: Do a (shell)",
    ]


async def test_an_item_is_told_with_its_label() -> None:
    step = shell("a", foreach=("x", "y\x1b"), label="{{ item | upper }} {{ loop.index }}")
    told = await Told(step).play().progress()
    begun = [line for line in told if line.startswith("●")]
    assert begun[1:] == [
        "● 1/1 a[0]: Do a · X 1 (shell)",
        "● 1/1 a[1]: Do a · Y\\x1b 2 (shell)",
    ]


async def test_each_attempt_of_a_block_is_told_when_it_is_judged() -> None:
    poll = Poll(until="attempt == 2", interval="5s")
    block = GroupStep(id="g", name="Do g", steps=(shell("a"),), poll=poll)
    told = await Told(block).play().progress()
    assert [line for line in told if "(group" in line] == ["● 1/2 Do g (group)"]
    assert [line for line in told if "⧗" in line] == [
        "  ⧗ g: attempt 1: not yet · 1.0 s of 10 m 00 s",
        "  ⧗ g: attempt 2: met · 7.0 s of 10 m 00 s",
    ]


@pytest.mark.parametrize(
    ("value", "status", "told"),
    [(5.0, "ok", "value 5"), (None, "No\x1b", "status No\\x1b"), (None, None, "")],
)
async def test_what_an_attempt_of_a_poll_saw_is_called_what_it_is(
    value: float | None, status: str | None, told: str
) -> None:
    face = Told(shell("a"))
    polled = StepPolled(
        ts="",
        run="",
        step="a",
        attempt=1,
        elapsed=1.0,
        timeout=9.0,
        value=value,
        status=status,
        met=False,
        error=None,
    )
    face.tell(polled)
    (line,) = await face.progress()
    assert line.split(" · ")[1:] == [*filter(None, [told]), "1.0 s of 9.0 s"]


async def test_a_failed_attempt_and_when_it_is_made_again_are_told() -> None:
    step = shell("a", retry=Retry(attempts=2, delay="2s"))
    told = await Told(step).play({"a": [FAILS, OK]}).progress()
    assert "  ↻ attempt 1 of 2 failed: exited with 1, again in 2.0 s" in told
    assert "● 1/1 Do a (shell, attempt 2)" in told


async def test_an_undo_step_is_told_without_a_place_in_the_file() -> None:
    steps = shell("a", undo=shell("back")), shell("b")
    face = Told(*steps)
    player = Player(face.program, results={"b": [FAILS]}).create().play()
    player.tell(UndoChosen(at=player.moment, steps=("a:undo",), by="ada"))
    player.play()
    face.tell(*player.notices)
    told = await face.progress()
    assert any(line.startswith("  ? `b` failed: exited with 1") for line in told)
    assert "● a:undo: Do back (shell)" in told


@pytest.mark.proves("P32")
async def test_what_steps_print_side_by_side_stays_in_whole_lines_and_is_told_apart() -> None:
    face = Told(ParallelStep(id="p", name="Both", steps=(shell("a"), shell("b"))))
    face.face.output("p/a", Passage("stdout", "from a\n"))
    face.face.output("p/a", Passage("stderr", "trouble\n"))
    face.face.output("p/a", Passage("stdout", "more of a\n"))
    face.face.output("p/b", Passage("stdout", "from b\n"))
    assert await face.printed() == "from a\nmore of a\nfrom b\n"
    assert await face.progress() == ["▸ p/a", "trouble", "▸ p/b"]


@pytest.mark.parametrize("text", ["\x1b]0;x\x07", "\x1b[2J", "\u202e"])
async def test_hostile_reasons_are_made_safe(text: str) -> None:
    told = await Told(shell("a")).play({"a": [Result(ok=False, reason=text)]}).progress()
    assert not set("\x1b\x07\u202e") & set("\n".join(told))


async def test_what_was_held_back_is_told_before_a_failure_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "0000-a.log"
    spool = SpoolWriter(path)
    spool.append(Passage("stdout", "evidence\n"))
    spool.close()
    told = Told(shell("a", show="none", on_failure="confirm"), spool=lambda _: path)
    told.play({"a": [FAILS]})
    told.face.output("a", Passage("stdout", "evidence\n"))
    assert await told.printed() == "evidence\n"
