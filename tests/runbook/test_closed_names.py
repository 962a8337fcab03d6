"""`run`, `loop` and `steps.ID` have certain fields only: a misspelt one is told when the file is loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.closed_names import LOOP_FIELDS, RUN_FIELDS
from pup_tui.runbook.load import Loaded
from tests.support.player import Player
from tests.support.runbooks import program_of

LOOPS = """
name: runbook
vars: {{A: {variable}}}
steps:
  - {{name: s, kind: shell, run: "echo {{{{ A }}}}", foreach: [1], label: '{label}'}}
"""


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("{{ run.dri }}", "`run` has no `dri`", "did you mean `dir`?"),
        ("{{ run['dri'] | default('x') }}", "`run` has no `dri`", "did you mean `dir`?"),
        (
            "{{ run.x is defined }}",
            "`run` has no `x`",
            "it has `alert`, `dir`, `id`, `operator`, `profile`, `runbook`, `started_at`",
        ),
        ("{{ loop.idx }}", "`loop` has no `idx`", "did you mean `index`?"),
        ("{% if loop.lst %}x{% endif %}", "`loop` has no `lst`", "did you mean `last`?"),
    ],
)
def test_a_field_that_a_name_does_not_have(
    text: str, told: str, hint: str, check: Callable[..., Loaded]
) -> None:
    (problem,) = check(LOOPS.format(variable="x", label=text.replace("'", "''"))).errors
    assert (problem.message, problem.hint) == (told, hint)


@pytest.mark.parametrize(
    ("variable", "told", "hint"),
    [
        ("{{ run.profil }}", "`run` has no `profil`", "did you mean `profile`?"),
        ("{{ run.profil | default('x') }}", "`run` has no `profil`", "did you mean `profile`?"),
        (
            "{{ run.id }}",
            "`run` has no `id` here: the values of variables are found before the run begins",
            "it has `profile`",
        ),
    ],
)
def test_a_default_knows_the_profile_only(
    variable: str, told: str, hint: str, check: Callable[..., Loaded]
) -> None:
    (problem,) = check(LOOPS.format(variable=f'"{variable}"', label="x")).errors
    assert (problem.message, problem.hint) == (told, hint)


def test_what_an_input_step_asks_for_is_found_in_a_run(check: Callable[..., Loaded]) -> None:
    text = (
        "name: runbook\nsteps:\n"
        "  - {name: i, kind: input, message: x, foreach: [1], vars: {A: '%s'}}\n"
        "  - {name: s, kind: shell, run: 'echo {{ A }}'}\n"
    )
    assert not check(text % "{{ run.id }} {{ loop.index }}").errors
    (problem,) = check(text % "{{ run.id }} {{ loop.indx }}").errors
    assert (problem.message, problem.hint) == ("`loop` has no `indx`", "did you mean `index`?")


@pytest.mark.parametrize(
    "label",
    [
        "{% for x in [1] %}{{ loop.index }}{% endfor %}",
        "{{ run.dir.startswith('/') }}",
        "{{ run.items() | list | length }}",
        "{{ A.anything | default('x') }}",
    ],
)
def test_what_is_no_field_of_them_passes(label: str, check: Callable[..., Loaded]) -> None:
    assert not check(LOOPS.format(variable="x", label=label.replace("'", "''"))).errors


def test_every_field_has_a_value_in_a_run() -> None:
    texts = [f"{{{{ run.{name} }}}}" for name in sorted(RUN_FIELDS)]
    texts += [f"{{{{ loop.{name} }}}}" for name in sorted(LOOP_FIELDS)]
    label = " ".join(texts)
    program = program_of(LOOPS.format(variable="x", label=label))
    player = Player(program).create().play()
    assert player.machine.state.steps["s[0]"].label.split()[-4:] == ["true", "1", "true", "1"]
