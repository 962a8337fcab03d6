"""Which values a program takes for code a second time, over many scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.template.shell import compile_shell

_DATA = Path(__file__).parent / "data"


def _scripts(name: str) -> list[str]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("#")]


def _warned(script: str) -> set[str]:
    return {found.source for found in compile_shell(script, "bash").evaluated_again}


@pytest.mark.parametrize("script", _scripts("evaluated_again.txt"))
def test_a_value_that_a_program_evaluates_again_is_warned_of(script: str) -> None:
    assert _warned(script) == {"V"}


@pytest.mark.parametrize("script", _scripts("evaluated_once.txt"))
def test_a_value_that_is_data_for_its_program_is_not(script: str) -> None:
    assert _warned(script) == set()
