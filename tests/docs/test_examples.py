"""What the documents show is true: every runbook in them loads, every command exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from msgspec import structs

from pup_tui.cli.main import COMMANDS, cli
from pup_tui.drills.scenario import read_scenario
from pup_tui.runbook.load import load_files
from pup_tui.settings.configfile import Configuration, read_config
from pup_tui.settings.settings import read_settings

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = [
    (document, number, text)
    for document in DOCUMENTS
    # Theirs are not only loaded but run: test_format.py, test_cookbook.py, …
    if document.name
    not in (
        "format.md",
        "cookbook.md",
        "warnings.md",
        "rehearsals.md",
        "packs.md",
        "integrations.md",
    )
    for number, text in enumerate(
        re.findall(r"^```yaml\n(.*?)^```$", document.read_text(), re.S | re.M)
    )
]
SETTINGS = [text for _, _, text in SHOWN if text.startswith("# config.yaml\n")]
DRILLS = [text for document, _, text in SHOWN if document.name == "drills.md"]
EXAMPLES = [shown for shown in SHOWN if shown[2] not in (*SETTINGS, *DRILLS)]


@pytest.mark.parametrize(
    ("document", "number", "text"), EXAMPLES, ids=[f"{d.name}-{n}" for d, n, _ in EXAMPLES]
)
def test_every_runbook_in_the_documents_loads(document: Path, number: int, text: str) -> None:
    name = re.search(r"^name: (\S+)$", text, re.M)
    assert name is not None
    path = Path(f"{name[1]}.yaml")
    loaded = load_files(name[1], {path.name: text.encode()}, path)
    assert [str(problem) for problem in loaded.problems] == []


@pytest.mark.parametrize("text", DRILLS)
def test_the_drills_in_the_documents_can_be_played(text: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    assert read_scenario(str(path)).alerts


@pytest.mark.parametrize("text", SETTINGS)
def test_the_settings_in_the_documents_are_right(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(text)
    settings = read_settings(environ={"HOME": str(tmp_path), "PUP_TUI_CONFIG_DIR": str(tmp_path)})
    assert not settings.problems
    assert read_config(tmp_path / "config.yaml").said != Configuration()


def test_every_key_of_the_configuration_in_the_documents_exists() -> None:
    keys = {field.name for field in structs.fields(Configuration)}
    told = [
        (document.name, key)
        for document in DOCUMENTS
        for key in re.findall(
            r"`([a-z_]+)(?::[^`\n]*)?` in \[?`config\.yaml`", document.read_text()
        )
    ]
    assert len(told) > 4
    assert [each for each in told if each[1] not in keys] == []


def test_every_command_and_option_in_the_documents_exists() -> None:
    context = click.Context(cli)
    for document in DOCUMENTS:
        for line in re.findall(r"pup-tui ([a-z]+[^`\n]*)`", document.read_text()):
            word, *rest = line.split()
            if word not in COMMANDS:
                continue
            command = cli.get_command(context, word)
            assert command is not None
            if isinstance(command, click.Group) and rest and rest[0] in command.commands:
                command = command.commands[rest.pop(0)]
            if command.context_settings.get("ignore_unknown_options"):
                continue  # its words are for something else
            known = {option for parameter in command.params for option in parameter.opts}
            used = set(re.findall(r"--[a-z-]+", " ".join(rest)))
            assert used <= known, f"{document.name}: pup-tui {line}"


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", document.read_text()):
            leads_to = document.parent / target if target else document
            assert leads_to.exists(), f"{document.name}: {target}"
            assert not anchor or anchor in anchors(leads_to), f"{document.name}: {target}#{anchor}"


def anchors(document: Path) -> set[str]:
    """The names under which the headings of a document can be linked to."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_command_is_documented() -> None:
    told = (ROOT / "docs" / "command-line.md").read_text()
    missing = [name for name in COMMANDS if f"pup-tui {name}" not in told]
    assert missing == []


def test_every_option_of_a_command_is_in_its_row_or_in_the_text_below_the_table() -> None:
    lines = (ROOT / "docs" / "command-line.md").read_text().splitlines()
    text = " ".join(line for line in lines if not line.startswith("|"))
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        row = " ".join(line for line in lines if line.startswith(f"| `pup-tui {name}"))
        assert row, name
        options = [option for parameter in command.params for option in parameter.opts]
        told = set(re.findall(r"--[a-z-]+", f"{row} {text}"))
        assert {option for option in options if option.startswith("--")} <= told, name
