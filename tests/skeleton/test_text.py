"""The text of a new runbook, and where it goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder, bundled_dir
from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import load
from pup_tui.skeleton.offers import offered_steps
from pup_tui.skeleton.place import SCHEMA_FILE, why_not_called, write_new
from pup_tui.skeleton.text import NewFacts, skeleton


@pytest.mark.parametrize("name", ["restart-workers", "1.5", "true", "null", "0x1f", "a" * 100])
def test_it_is_valid_strict_and_asks_before_it_changes_anything(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.yaml"
    write_new(path, skeleton(NewFacts(name=name, type="no", service="on")))
    loaded = load(path, linter=linter())
    assert not loaded.problems
    made = loaded.require()
    assert made.name == name
    assert made.tags == {"type": "no", "service": "on"}
    assert made.defaults.strict
    assert [step.kind for step in made.steps] == ["shell", "confirm", "shell", "shell"]
    assert made.steps[2].confirm is not None
    assert path.read_text().startswith(f"# yaml-language-server: $schema=./{SCHEMA_FILE}\n")


def test_its_comments_are_whole_in_a_window_of_80_columns(tmp_path: Path) -> None:
    for offers in ((), offered_steps(tmp_path)):
        text = skeleton(NewFacts(name="restart-workers", service="payments", steps=offers))
        comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
        assert [line for line in comments if len(line) > 80] == []


def test_the_schema_that_it_names_is_beside_it_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "one"
    write_new(folder / "a.yaml", skeleton(NewFacts(name="a")))
    schema = folder / SCHEMA_FILE
    assert schema.read_bytes() == (bundled_dir() / SCHEMA_FILE).read_bytes()
    schema.write_text("mine")
    write_new(folder / "a.yaml", skeleton(NewFacts(name="b")))
    assert schema.read_text() == "mine"
    assert "name: a\n" in (folder / "a.yaml").read_text()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "is no name"),
        ("../x", "is no name"),
        ("-x", "is no name"),
        (".x", "is no name"),
        ("_x", "is no name"),
        ("a b", "is no name"),
        ("a\n", "is no name"),
        ("a" * 101, "is no name"),
        ("x.yaml", "leave .yaml out"),
        ("there", "there is there.yml already"),
        ("free", ""),
    ],
)
def test_what_it_cannot_be_called_is_told(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "there.yml").touch()
    why = why_not_called(tmp_path, name)
    assert told in why
    assert bool(told) == bool(why)


def test_it_goes_to_the_first_folder_of_ones_own() -> None:
    def folder(name: str, origin: Origin, trusted: bool = True) -> Folder:
        return Folder(Path(os.sep, name), origin, trusted)

    others = [
        folder("pup", Origin.PUP),
        folder("bundled", Origin.BUNDLED),
        folder("here", Origin.HERE, trusted=False),
        Folder(Path("/pack"), Origin.PACK, prefix="pack"),
        Folder(Path("/copy"), Origin.HERE, is_copy=True),
    ]
    assert Catalog(others).own_folder() is None
    mine = folder("mine", Origin.CONFIGURATION)
    assert Catalog([*others, mine, folder("more", Origin.GIVEN)]).own_folder() == mine.path
