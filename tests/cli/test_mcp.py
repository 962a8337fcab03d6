"""`pup-tui mcp`: what it refuses to begin with, and what it says."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pup_tui.preflight.extras import ExtraPackage
from tests.support.program import Program, program_in

TOKEN = "token-0123456789-0123456789-abc"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_in(tmp_path)


def test_without_the_extra_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from pup_tui.cli.main import main

    monkeypatch.setattr(ExtraPackage, "is_there", property(lambda _: False))
    monkeypatch.setenv("PUP_TUI_STATE_DIR", str(tmp_path / "state"))
    with pytest.raises(SystemExit) as ended:
        main(["mcp"])
    assert ended.value.code == 2
    assert 'pip install "pup-tui[agent]"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--token-file", "token"], "a token is for --http"),
        (["--http", "0", "--request-token-file", "token"], "give --allow-requests too"),
        (["--http", "70000"], "70000"),
        (["--http", "0", "--token-file", "nowhere"], "nowhere"),
        (["--host", "0.0.0.0"], "--host"),
        (["--yes"], "--yes"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    args: list[str], told: str, program: Program
) -> None:
    (program.cwd / "token").write_text(TOKEN)
    (program.cwd / "token").chmod(0o600)
    done = program("mcp", *args)
    assert done.code == 2
    assert told in done.err


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        (TOKEN, 0o644, "others may read the token"),
        (TOKEN, 0o620, "others may read the token"),
        ("short", 0o600, "at least 24 ASCII characters"),
        ("", 0o600, "at least 24 ASCII characters"),
        (f"{TOKEN} {TOKEN}", 0o600, "one word"),
        ("ü" * 30, 0o600, "ASCII"),
    ],
)
def test_a_token_that_is_none_is_refused(text: str, mode: int, told: str, program: Program) -> None:
    (program.cwd / "token").write_text(text)
    (program.cwd / "token").chmod(mode)
    done = program("mcp", "--http", "0", "--token-file", "token")
    assert done.code == 2
    assert told in done.err
    assert TOKEN not in done.err


def test_two_tokens_are_not_the_same(program: Program) -> None:
    for name in ("one", "two"):
        (program.cwd / name).write_text(TOKEN)
        (program.cwd / name).chmod(stat.S_IRUSR)
    args = ["--http", "0", "--allow-requests", "--token-file", "one"]
    done = program("mcp", *args, "--request-token-file", "two")
    assert done.code == 2
    assert "is the one that may not" in done.err


def test_its_address_comes_first_and_its_tokens_are_told_apart(program: Program) -> None:
    process = program.start("mcp", "--http", "0", "--allow-requests")
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        assert address.endswith("/mcp")
    finally:
        process.terminate()
        _, err = process.communicate(timeout=100)
    lines = [line for line in err.splitlines() if "token" in line]
    assert [line.partition(", until")[0] for line in lines] == [
        "pup-tui: token to look and plan",
        "pup-tui: token also to ask for runs",
    ]
    tokens = {line.rpartition(" ")[2] for line in lines}
    assert len(tokens) == 2
    assert min(map(len, tokens)) > 40
