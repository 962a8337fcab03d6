"""A new kind is a model, a request, an executor and a line in the registry: all else follows from roles."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.new_kind", tmp_path_factory.mktemp("new")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_secret_is_refused_when_the_file_is_loaded(made: Any) -> None:
    assert made["secret"][0] == "`TOKEN` is a secret and may not stand in an argument list"


def test_what_a_step_said_that_captures_a_secret_is_refused_when_the_file_is_loaded(
    made: Any,
) -> None:
    assert (
        made["captured"][0]
        == "`steps.get.output` is a secret and may not stand in an argument list"
    )


def test_a_value_that_may_be_an_option_is_warned_of(made: Any) -> None:
    assert made["option"] == ["a value of `ID` that begins with - would be an option"]


def test_what_it_never_lacks_is_asked_for(made: Any) -> None:
    assert made["blank"] == ["`record` must not be empty"]
    assert made["unknown"] == ["unknown key `recrod`"]


def test_the_plan_tells_it_in_a_line(made: Any) -> None:
    assert (made["line"], made["mutates"]) == ("fetch 7 among: 'of 7'", None)
    assert made["lines"] == ["fetch a", "pause-for-a-while 3600 s"]


def test_what_goes_into_it_is_told_with_it(made: Any) -> None:
    assert made["body"] == "of 7"


def test_editors_know_it(made: Any) -> None:
    assert made["described"] == "Fetches a record."


def test_it_runs(made: Any) -> None:
    assert made["ran"]["lines"] == {"get": ["record 7"]}
    assert made["ran"]["status"] == {"get": "succeeded"}


def test_a_secret_that_turned_up_in_the_run_is_refused_there(made: Any) -> None:
    assert made["said"]["status"] == {"get": "succeeded", "use": "failed"}
    assert "may not stand in an argument list" in made["said"]["reason"]["use"]


def rows(screen: str, name: str) -> str:
    """What stands on a screen on lines that name a step."""
    return "\n".join(" ".join(line.split()) for line in screen.split("\n") if name in line)


def test_the_console_lists_it(made: Any) -> None:
    assert "1 may change fetch Get" in rows(made["screens"]["overview"], "Get")
    assert "Get fetch · may change" in rows(made["screens"]["plan"], "Get")
    assert "fetch a" in made["screens"]["plan"]
    assert "1 Get fetch succeeded" in rows(made["screens"]["paused"], "Get")
    assert "record a" in made["screens"]["fetched"]


def test_the_console_lists_a_long_kind_by_its_short_name(made: Any) -> None:
    assert "pause Rest" in rows(made["screens"]["overview"], "Rest")
    assert "Rest pause · " in rows(made["screens"]["plan"], "Rest")
    assert "Rest pause running" in rows(made["screens"]["paused"], "Rest")


def test_what_only_waits_needs_no_executor_and_can_be_cut_short(made: Any) -> None:
    assert "This step only waits." in made["screens"]["paused"]


def test_a_text_without_a_role_is_no_key(made: Any) -> None:
    assert made["without_role"] == "the key `words` of OddStep has texts without a role"
