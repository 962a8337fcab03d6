"""`keys:` of config.yaml."""

from pathlib import Path

import pytest

from pup_tui.settings.settings import Settings, read_settings


def read(folder: Path, text: str) -> Settings:
    (folder / "config.yaml").write_text(text)
    return read_settings(environ={"HOME": str(folder), "PUP_TUI_CONFIG_DIR": str(folder)})


def told(settings: Settings) -> dict[str, tuple[str | bool, str]]:
    return {each.name: (each.value, each.source) for each in settings.told}


def test_keys_are_chosen_by_action_and_told_with_their_line(tmp_path: Path) -> None:
    found = read(tmp_path, "keys:\n  quit: Q\n  down: [j, ctrl+e]\n")
    assert not found.problems
    assert found.keys == {"quit": ("Q",), "down": ("j", "ctrl+e")}
    assert told(found)["keys.quit"] == ("Q", "config.yaml:2")
    assert told(found)["keys.down"] == ("j ctrl+e", "config.yaml:3")


def test_without_any_the_usual_ones_hold(tmp_path: Path) -> None:
    found = read(tmp_path, "theme: dark\n")
    assert found.keys == {}
    assert told(found)["keys"] == ("the usual ones", "default")


def test_two_actions_can_change_places(tmp_path: Path) -> None:
    assert not read(tmp_path, "keys: {down: k, up: j}\n").problems


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("keys:\n  quti: Q\n", 2, 3, "no action `quti`: did you mean `quit`"),
        ("keys:\n  quit: quite\n", 2, 9, "`quite` cannot be a key: use one character"),
        ("keys:\n  wrap: ctrl+i\n", 2, 9, "terminals send it as tab"),
        ("keys:\n  wrap: alt+x\n", 2, 9, "two keys"),
        ("keys:\n  quit: й\n", 2, 9, "write that"),
        ("keys:\n  wrap: /\n", 2, 9, "would mean `wrap` and `search`"),
        ("keys:\n  wrap: X\n  times: [T, X]\n", 3, 14, "would mean `times` and `wrap`"),
        ("keys:\n  quit: []\n", 2, 9, "at least one"),
        ("keys:\n  quit: {a: b}\n", 2, 9, "must be text or a list"),
        ("keys: [q]\n", 1, 7, "must be a map"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    tmp_path: Path, text: str, line: int, column: int, says: str
) -> None:
    problem, *_ = read(tmp_path, text).problems
    assert (problem.line, problem.column) == (line, column)
    assert says in str(problem)
    assert read(tmp_path, text).keys == {}


def test_what_holds_in_different_places_may_share_a_key(tmp_path: Path) -> None:
    assert not read(tmp_path, "keys: {status: c, stop_poll: t}\n").problems
