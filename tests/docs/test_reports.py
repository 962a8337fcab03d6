"""What the manual says of reports is so."""

from __future__ import annotations

import re
from pathlib import Path

from pup_tui.analysis.report.gaps import GAPS
from tests.support.program import program_in

MANUAL = (Path(__file__).parent.parent.parent / "docs" / "reports.md").read_text()


def test_the_example_has_every_part_that_the_table_names(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    (text,) = re.findall(r"```yaml\n(.*?)```", MANUAL, re.S)
    program.write("restart-workers", text)
    run, history, report = re.findall(r"```sh\n(.*?)```", MANUAL, re.S)[0].splitlines()
    assert program(*run.split()[1:]).code == 1
    found = re.findall(r"^([0-9A-Z]{26}) ", program(*history.split()[1:]).out, re.M)
    assert program(*report.replace("RUN", found[0]).split()[1:]).code == 0
    told = (program.cwd / "post-mortem.md").read_text()
    table = MANUAL.partition("| part | has |")[2].partition("\n\n")[0]
    parts = re.findall(r"^\| ([A-Z][\w ]+) \|", table, re.M)
    assert len(parts) == 10
    assert [part for part in parts if f"\n## {part}\n" not in told] == []
    assert told.count("**To fill in:**") == len(GAPS)


def test_every_field_that_is_exported_is_in_the_manual() -> None:
    from pup_tui.analysis.export.records import FIELDS
    from pup_tui.cli.exporting import EXPORTS

    told = MANUAL.partition("\nFields of `csv`")[2].partition(" Spans have")[0]
    assert tuple(re.findall(r"`(\w+)`", told.partition(":")[2])) == FIELDS
    section = MANUAL.partition("## For other programs")[2]
    assert tuple(re.findall(r"^\| `([a-z][\w-]+)` \|", section, re.M)) == EXPORTS


def test_every_format_is_in_the_manual() -> None:
    from pup_tui.cli.reporting import FORMATS

    table = MANUAL.partition("| `--format` | is |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == list(FORMATS)
