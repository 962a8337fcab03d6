"""What the documents show is true: every runbook in them loads, every command exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from pup_tui.cli.main import COMMANDS, cli
from pup_tui.runbook.load import load_files

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = [
    (document, number, text)
    for document in DOCUMENTS
    # Their examples are not only loaded but run: test_format.py, test_warnings.py.
    if document.name not in ("format.md", "warnings.md")
    for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", document.read_text(), re.S))
]


@pytest.mark.parametrize(
    ("document", "number", "text"), EXAMPLES, ids=[f"{d.name}-{n}" for d, n, _ in EXAMPLES]
)
def test_every_runbook_in_the_documents_loads(document: Path, number: int, text: str) -> None:
    name = re.search(r"^name: (\S+)$", text, re.M)
    assert name is not None
    path = Path(f"{name[1]}.yaml")
    loaded = load_files(name[1], {path.name: text.encode()}, path)
    assert [str(problem) for problem in loaded.problems] == []


def test_every_command_and_option_in_the_documents_exists() -> None:
    context = click.Context(cli)
    for document in DOCUMENTS:
        for line in re.findall(r"pup-tui ([a-z]+[^`\n]*)`", document.read_text()):
            word, *rest = line.split()
            if word not in COMMANDS:
                continue
            command = cli.get_command(context, word)
            assert command is not None
            known = {option for parameter in command.params for option in parameter.opts}
            used = set(re.findall(r"--[a-z-]+", " ".join(rest)))
            assert used <= known, f"{document.name}: pup-tui {line}"


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_is_documented() -> None:
    told = (ROOT / "docs" / "command-line.md").read_text()
    missing = [name for name in COMMANDS if f"pup-tui {name}" not in told]
    assert missing == []
