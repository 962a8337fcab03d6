"""How many colours there are, as somebody says or as the environment tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.settings.colours import depth_of, is_dark
from pup_tui.settings.settings import Settings, Told, read_settings
from tests.support.program import program_in


def read(folder: Path, text: str = "", **environ: str) -> Settings:
    if text:
        (folder / "config.yaml").write_text(text)
    return read_settings(environ={"PUP_TUI_CONFIG_DIR": str(folder), **environ})


def told(settings: Settings, name: str) -> Told:
    [found] = [each for each in settings.told if each.name == name]
    return found


@pytest.mark.parametrize(
    ("environ", "depth", "variable"),
    [
        ({"TERM": "xterm-256color"}, "256", "TERM"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor", "COLORTERM"),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, "256", "TERM"),
        ({"TERM": "screen-256color", "COLORTERM": "24bit"}, "256", "TERM"),
        ({"TERM": "screen", "COLORTERM": "24bit", "TMUX": "/t"}, "truecolor", "COLORTERM"),
        ({"TERM": "xterm"}, "16", "TERM"),
        ({"TERM": "vt100"}, "none", "TERM"),
        ({"TERM": "nobody-knows-256color"}, "256", "TERM"),
        ({"TERM": "nobody-knows"}, "16", "TERM"),
    ],
)
def test_the_environment_tells_how_many_colours_there_are(
    tmp_path: Path, environ: dict[str, str], depth: str, variable: str
) -> None:
    ended = program_in(tmp_path)("config", "--json", **environ)
    [found] = [each for each in ended.json["settings"] if each["name"] == "colors"]
    assert (found["value"], found["source"]) == (depth, f"environment {variable}")


def test_nothing_that_tells_it_is_no_colour() -> None:
    assert depth_of({}) == ("none", "")


@pytest.mark.parametrize(
    ("told_by", "dark"),
    [("15;0", True), ("0;15", False), ("0;default;7", False), ("12;8", True), ("", True)],
)
def test_a_ground_is_dark_unless_something_tells_otherwise(told_by: str, dark: bool) -> None:
    assert is_dark({"COLORFGBG": told_by}) is dark


def test_what_is_said_comes_before_what_the_environment_tells(tmp_path: Path) -> None:
    usual = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    assert told(read(tmp_path, **usual), "colors").source == "environment COLORTERM"
    in_file = read(tmp_path, "# mine\ncolors: 16\n", **usual)
    assert told(in_file, "colors") == Told("colors", "16", "config.yaml:2")
    assert in_file.terminal.colors_are_set
    without = read(tmp_path, **usual, NO_COLOR="1")
    assert told(without, "colors") == Told("colors", "none", "environment NO_COLOR")
    assert not without.terminal.colour
    said = read(tmp_path, **usual, NO_COLOR="1", PUP_TUI_COLORS="256")
    assert told(said, "colors") == Told("colors", "256", "environment PUP_TUI_COLORS")
    assert said.terminal.colour
    auto = read(tmp_path, **usual, PUP_TUI_COLORS="auto")
    assert told(auto, "colors") == Told("colors", "truecolor", "environment COLORTERM")
    assert not auto.terminal.colors_are_set


def test_a_terminal_without_colours_does_not_forbid_them_in_what_is_printed(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.terminal.colors == "none"
    assert settings.terminal.colour


def test_the_theme_is_what_was_said(tmp_path: Path) -> None:
    assert told(read(tmp_path), "theme") == Told("theme", "auto", "default")
    assert read(tmp_path, "theme: contrast\n").terminal.theme == "contrast"
    said = read(tmp_path, PUP_TUI_THEME="light")
    assert told(said, "theme") == Told("theme", "light", "environment PUP_TUI_THEME")


@pytest.mark.parametrize("line", ["theme: nord", "colors: 17", "colors: [256]", "colours: 256"])
def test_what_there_is_not_is_refused(tmp_path: Path, line: str) -> None:
    [problem] = read(tmp_path, f"{line}\n").problems
    assert (problem.line, problem.severity) == (1, "error")
