"""Templates that were written to harm: each is refused, or does no harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell
from pup_tui.template.text import compile_text

_CASES = json.loads((Path(__file__).parent / "data" / "hostile_templates.json").read_text())
_LOADS = {"R110", "R131", "R135", "R136", "R137", "R138"}


def _ids(case: dict[str, str]) -> str:
    return case["id"]


@pytest.mark.proves("P5")
@pytest.mark.parametrize("case", [c for c in _CASES if c["id"] not in _LOADS | {"R129"}], ids=_ids)
def test_what_must_be_refused_is_refused_at_load(case: dict[str, str]) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_shell(case["text"])
    assert caught.value.line == 1
    assert caught.value.expression


@pytest.mark.parametrize("case", [c for c in _CASES if c["id"] in _LOADS], ids=_ids)
def test_the_others_load(case: dict[str, str]) -> None:
    compile_shell(case["text"])


def test_a_division_by_zero_names_its_expression() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_text("a\n{{ 1/0 }}").render({})
    assert (caught.value.expression, caught.value.line) == ("1/0", 2)


def test_loops_do_not_nest_deeper_than_anybody_reads() -> None:
    (case,) = [c for c in _CASES if c["id"] == "R129"]
    with pytest.raises(TemplateError, match="more than 16 nested blocks"):
        compile_text(case["text"])


@pytest.mark.proves("P3")
def test_an_output_that_looks_like_a_template_stays_text() -> None:
    first, second = [c["text"] for c in _CASES if c["id"] == "R136"]
    assert compile_shell(first).render({}).script == "printf '%s' '{{ 7*7 }}'"
    rendered = compile_shell(second).render({"steps": {"a": {"stdout": "{{ 7*7 }}"}}})
    assert rendered.env == {"PUP_TUI_V0": "{{ 7*7 }}"}
    assert "49" not in rendered.script
