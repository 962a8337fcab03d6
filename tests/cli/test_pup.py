"""`pup-tui pup`: one subcommand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.datadog.sandbox import ids
from tests.support.program import Program
from tests.support.sandboxes import asked_sandbox

DISABLE = "feature-flags", "disable", ids.FLAG_KEY, "--env", "production"


@pytest.fixture
def datadog() -> Iterator[dict[str, str]]:
    with asked_sandbox(1.0) as environ:
        yield environ


def test_a_read_prints_its_answer_and_leaves_no_record(
    program: Program, datadog: dict[str, str]
) -> None:
    done = program("pup", "monitors", "list", "--limit", "2", **datadog)
    assert done.code == 0
    assert len(done.json) == 2
    assert "run by the built-in client" in done.err
    assert program("history", "--json").json == []


def test_words_are_words(program: Program, datadog: dict[str, str]) -> None:
    done = program("pup", "metrics", "query", "--query=avg:{{ x }} 'a\" $(id)", **datadog)
    assert done.code == 1
    assert "unable to parse avg:{{ x }} 'a\" $(id)" in done.out + done.err


def test_what_changes_something_asks_and_is_recorded(
    program: Program, datadog: dict[str, str]
) -> None:
    asked = program("pup", *DISABLE, **datadog)
    assert (asked.code, "nobody can be asked here" in asked.err) == (2, True)
    refused = program("--read-only", "pup", "--yes", *DISABLE, **datadog)
    assert (refused.code, "refused: it may change something" in refused.err) == (1, True)
    before = program("pup", "feature-flags", "get", ids.FLAG_KEY, **datadog).out
    done = program("pup", "--yes", *DISABLE, **datadog)
    assert done.code == 0, done.err
    assert program("pup", "feature-flags", "get", ids.FLAG_KEY, **datadog).out != before
    newest = program("history", "--json").json[0]
    shown = program("show", newest["run"], "--json").json
    assert "run by the built-in client" in program("show", newest["run"]).out
    assert (shown["runbook"], shown["steps"][0]["ran_by"]) == ("pup", "the built-in client")
    assert json.dumps(shown["decisions"]).count("--yes") == 1


@pytest.mark.parametrize("args", [(), ("--help",), ("-h",), ("monitors", "--help")])
def test_help_needs_no_account(program: Program, args: tuple[str, ...]) -> None:
    done = program("pup", *args)
    assert (done.code, done.err) == (0, "")
    assert "monitors" in done.out


@pytest.mark.parametrize("args", [("monitors", "lst"), ("monitrs", "--help"), ("monitors",)])
def test_what_there_is_not_is_said_before_anything_is_asked(
    program: Program, args: tuple[str, ...]
) -> None:
    done = program("pup", *args)
    assert done.code == 2
    assert "monitors list" in done.err


@pytest.mark.parametrize("code", [3, 7, 130])
def test_the_exit_code_of_an_extension_is_passed_on(
    program: Program, tmp_path: Path, code: int
) -> None:
    extension = tmp_path / "bin" / "pup-strange"
    extension.parent.mkdir()
    extension.write_text(f"#!/bin/sh\nexit {code}\n")
    extension.chmod(0o755)
    around = {"PATH": f"{extension.parent}:{os.environ['PATH']}", "PUP_TUI_PUP": "auto"}
    assert program("pup", "--yes", "strange", **around).code == code
    refused = program("--read-only", "pup", "--yes", "strange", **around)
    assert (refused.code, "refused: it may change something" in refused.err) == (1, True)
