"""The drills that come with the program: each can be read, found, and ended as it says, and not otherwise."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from pup_tui.analysis.alerts.read import read_alerts
from pup_tui.cli.demo import suggestions
from pup_tui.cli.drill import DrillWatch, prepare
from pup_tui.drills.scenario import SHIPPED, InvalidScenario, read_scenario
from pup_tui.inbox.receiving import received
from tests.support.program import program_in
from tests.support.sandboxes import world_asked

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = {path.stem for path in (ROOT / "runbooks").glob("*.yaml")}

STORY = 600.0
"""Seconds of the story in which a runbook that helps has helped."""

ENDED = [
    (name, runbook)
    for name in SHIPPED
    # In the other scenarios those that lead to the end do so in the same way.
    for runbook in read_scenario(name).right[: None if name == "flag-turned-on" else 1]
    if read_scenario(name).ends != "put_aside"
]
IN_VAIN = [("not-the-flag", "rollback-feature-flag")]


@pytest.mark.parametrize("name", SHIPPED)
def test_its_alerts_are_read_and_its_runbooks_are_there(name: str) -> None:
    scenario = read_scenario(name)
    assert {*scenario.right, *scenario.in_vain} <= BUNDLED
    assert not {*scenario.right} & {*scenario.in_vain}
    for alert in scenario.alerts:
        (read,) = read_alerts(alert.text).alerts
        assert read.title
        assert read.text("status") in ("firing", "")
        assert received(alert.text)


def test_of_one_the_obvious_runbook_is_the_wrong_one() -> None:
    scenario = read_scenario("not-the-flag")
    assert "rollback-feature-flag" in scenario.in_vain
    assert "flag" in scenario.story


def played(tmp_path: Path, name: str, runbook: str) -> bool:
    """Whether a scenario is over when a runbook has done what it does."""
    scenario = read_scenario(name)
    program = program_in(tmp_path)
    with world_asked(5.0, scenario.world) as (environ, world):
        prepare(world, scenario)
        drill = DrillWatch(Path(program.environ["PUP_TUI_STATE_DIR"]), world, scenario)
        assert not drill.is_over()
        given = {**suggestions(), "POLL_INTERVAL": "100ms"}
        if scenario.drains:
            given["SERVICE"] = scenario.drains
        known = program("describe", runbook, "--json").json["vars"]
        args = [
            part
            for key, value in given.items()
            if key in known
            for part in ("--arg", f"{key}={value}")
        ]
        run = program.start("run", runbook, *args, "--yes", "--json", **environ)
        reading = threading.Thread(target=run.communicate)
        reading.start()
        # What does not help waits for minutes to see that: so long as the story goes on is enough.
        while run.poll() is None and world.timeline.elapsed() < STORY:
            time.sleep(0.05)
        run.terminate()
        reading.join()
        return drill.is_over()


@pytest.mark.parametrize(("name", "runbook"), ENDED)
def test_the_right_runbook_ends_it(tmp_path: Path, name: str, runbook: str) -> None:
    assert played(tmp_path, name, runbook)


@pytest.mark.parametrize(("name", "runbook"), IN_VAIN)
def test_another_one_does_not(tmp_path: Path, name: str, runbook: str) -> None:
    assert not played(tmp_path, name, runbook)


def test_a_file_can_be_played_and_what_is_wrong_with_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = (ROOT / "pup_tui/drills/scenarios/bad-version.yaml").read_text()
    path.write_text(text)
    assert read_scenario(str(path)) == read_scenario("bad-version")
    for wrong in ("[", "title: x", text.replace("world: deployment", "world: mars"), "- 1"):
        path.write_text(wrong)
        with pytest.raises(InvalidScenario, match="is no scenario"):
            read_scenario(str(path))
    with pytest.raises(InvalidScenario, match="cannot be read"):
        read_scenario(str(tmp_path / "none.yaml"))
    with pytest.raises(InvalidScenario) as refused:
        read_scenario("bad-versoin")
    assert "`bad-version`" in refused.value.hint
