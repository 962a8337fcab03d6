"""The commands that the page on the command line shows run as they are written."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from tests.support.program import program_in

MANUAL = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text()
TEMPLATE = "kind: shell\nrun: echo {{ SLO }}\nread_only: true\n"


def test_a_new_runbook_is_written_as_shown(tmp_path: Path) -> None:
    (line,) = re.findall(r"^pup-tui (new .+)$", MANUAL, re.M)
    program = program_in(tmp_path)
    template = program.cwd / "runbooks/_templates/checks/slo.yaml"
    template.parent.mkdir(parents=True)
    template.write_text(TEMPLATE)
    made = program(*shlex.split(line))
    assert made.code == 0, made.err
    assert program("validate", "runbooks/restart-workers.yaml").code == 0


def test_the_schema_is_printed(tmp_path: Path) -> None:
    assert "`pup-tui schema > runbook.schema.json`" in MANUAL
    schema = program_in(tmp_path)("schema").out
    assert schema == (Path(__file__).parents[2] / "runbooks/runbook.schema.json").read_text()
    assert json.loads(schema)["$schema"]
