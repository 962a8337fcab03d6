"""What has to be known of a step that was done by hand: the captures that others name."""

from __future__ import annotations

import pytest

from pup_tui.core.named import named_captures
from tests.support.runbooks import program_of

MAKES = "{name: a, kind: shell, run: echo, capture: {A: {}, B: {}, C: {}}"
ASKED = "{default: '{{ A }}', from: 'command: echo {{ B }}', when: C == 1}"
SAYS = "{name: b, kind: shell, run: 'echo {{ B }}'}"


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        (f"[{MAKES}}}]", ()),
        (f"[{MAKES}}}, {SAYS}]", ("B",)),
        (f"[{MAKES}}}, {SAYS}, {{name: c, kind: shell, run: echo, if: A == 1}}]", ("A", "B")),
        (f"[{MAKES}, undo: {{kind: shell, run: 'echo {{{{ C }}}}'}}}}]", ("C",)),
        (f"[{MAKES}, assert: A == 1}}]", ()),
        (f"[{{name: g, kind: group, steps: [{MAKES}}}]}}, {SAYS}]", ("B",)),
        (f"[{MAKES}}}, {{name: c, kind: shell, run: 'echo {{{{ A | default(1) }}}}'}}]", ("A",)),
        (f"[{MAKES}}}, {{name: i, kind: input, vars: {{V: {ASKED}}}}}]", ("A", "B", "C")),
    ],
)
def test_what_another_step_names(steps: str, named: tuple[str, ...]) -> None:
    program = program_of(f"steps: {steps}\n")
    node = next(node for node in program.nodes if node.step.name == "a")
    assert named_captures(program, node) == named


def test_what_a_group_gives_back_is_named() -> None:
    group = """
description: makes
steps: [{name: a, kind: shell, run: echo, capture: {A: {}, B: {}}}]
outputs: {OUT: A}
"""
    program = program_of(
        "steps: [{name: g, template: makes}, {name: b, kind: shell, run: 'echo {{ OUT }}'}]\n",
        files={"_templates/makes.yaml": group},
    )
    assert named_captures(program, program.node("g/a")) == ("A",)
