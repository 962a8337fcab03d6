"""Conversions in tests: the text that comes of a source, loaded, and its steps by name."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

from pup_tui.convert.draft import NewRunbook
from pup_tui.convert.formats import converted
from pup_tui.convert.settling import settled_together
from pup_tui.runbook.lint import linter
from pup_tui.runbook.load import Loaded, load_files


class Conversion:
    """What a source became; fails where it does not load without an error and strict."""

    def __init__(self, source: str, name: str) -> None:
        self.runbooks: list[NewRunbook] = converted(dedent(source).lstrip("\n"), name)
        self.files = settled_together(self.runbooks)
        self.data: dict[str, Any] = yaml.safe_load(self.text)
        for file in self.files:
            loaded = self.loaded(file)
            assert not loaded.errors, [str(each) for each in loaded.errors]
            assert yaml.safe_load(self.files[file])["defaults"]["strict"] is True
        self._steps = {step["name"]: step for step in _walk(self.data["steps"])}

    @property
    def text(self) -> str:
        """The first runbook's file."""
        return next(iter(self.files.values()))

    def loaded(self, file: str) -> Loaded:
        """One of the files as the loader reads it, with its warnings."""
        files = {name: text.encode() for name, text in self.files.items()}
        return load_files(Path(file).stem, files, Path(file), linter=linter())

    @property
    def vars(self) -> dict[str, Any]:
        made: dict[str, Any] = self.data.get("vars", {})
        return made

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps at the top, as the file has them."""
        made: list[dict[str, Any]] = self.data["steps"]
        return made

    @property
    def names(self) -> list[str]:
        """The names of all steps in the order of the file."""
        return list(self._steps)

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self._steps[name]

    def told(self, fate: str) -> list[str]:
        """What the report says became of parts in this way."""
        return [f"{t.what}: {t.why}" for one in self.runbooks for t in one.report if t.fate == fate]


def _walk(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for step in steps for each in (step, *_walk(step.get("steps", [])))]
