"""Ways by which a value might come to be code: refused, warned of, or nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.script import compile_shell
from tests.support.batches import batches_of_each, try_each
from tests.template.shell.generator import SHELLS, Hunt, installed, needs

BAIT = "PATH[$(mkdir pwned)]"
_ENVIRONMENT = "@ "
"""How a line begins whose value comes by the variable ``V`` of the environment."""


def _scripts() -> list[str]:
    lines = (Path(__file__).parent / "data" / "unnoticed.txt").read_text().splitlines()
    return [line.replace("\\n", "\n") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("shell", "scripts"), batches_of_each(SHELLS, _scripts()))
def test_no_value_runs_unnoticed(shell: str, scripts: list[str], tmp_path: Path) -> None:
    needs(shell)
    hunt = Hunt(shell, 0, tmp_path)

    def attempt(script: str) -> None:
        source = script.removeprefix(_ENVIRONMENT)
        env = {"V": BAIT} if source != script else {}
        try:
            template = compile_shell(source, shell, frozenset(env))
            made = template.render({"V": BAIT}, env)
        except TemplateError:
            return
        if not (template.evaluated_again or template.unchecked):
            assert not any(
                hunt.runs_a_value(command, made.script, {**env, **made.env})
                for command in installed(shell)
            )

    try_each(scripts, attempt)
