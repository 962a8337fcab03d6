"""Runbooks that are run by other runbooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from pup_tui.runbook.model import Runbook
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.report import Report
from pup_tui.runbook.runbook_files import NamedFile, RunbookFiles, is_name
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.suffixes import SUFFIXES

MAX_DEEP = 10
"""How many runbooks may be inside each other, without the one that begins."""

Chain = tuple[str, ...]
"""The files of the runbooks that call each other, outermost first."""


class Checked(Struct, frozen=True):
    """What became of one file: `runbook` is None where it has errors.

    `steps` counts all steps, also of the runbooks that it calls; `deep` how many of those are inside each
    other; `is_interactive` tells whether one of all those steps takes the operator's terminal. `exposes`
    finds where it would put a secret that it is given for a variable.
    """

    runbook: Runbook | None
    variables: Mapping[str, Variable]
    steps: int
    deep: int
    is_interactive: bool
    exposes: Callable[[frozenset[str]], PlacedText | None]


class Calls:
    """Finds and checks the runbooks that steps name, each once; `check` judges a file."""

    def __init__(
        self,
        library: RunbookFiles,
        report: Report,
        check: Callable[[NamedFile, str, Chain], Checked | None],
    ) -> None:
        self._library = library
        self._report = report
        self._check = check
        self._checked: dict[str, Checked | None] = {}

    def named(self, named: Scalar, chain: Chain) -> Checked | None:
        """The runbook that `named` means; None after a report."""
        if "{{" in named.text or "{%" in named.text:
            return None
        if not is_name(named.text, folders=True) or named.text.count("/") > 1:
            hint = "a runbook is named by its file, without .yaml; one of a pack by PACK/ID"
            self._report.error(named, f"{shown(named.text)} is not the id of a runbook", hint)
            return None
        found = self._library.runbook(named)
        if found is None:
            self._tell_missing(named)
            return None
        return self._of(found, named, chain)

    def _of(self, found: NamedFile, named: Scalar, chain: Chain) -> Checked | None:
        if found.key in chain:
            way = [_stem(key) for key in (*chain[chain.index(found.key) :], found.key)]
            told = f"the runbooks call each other in a circle: {' -> '.join(way)}"
            self._report.error(named, told)
            return None
        if len(chain) > MAX_DEEP:
            self._tell_deep(named)
            return None
        if found.key not in self._checked:
            self._checked[found.key] = self._check(found, named.text, (*chain, found.key))
        checked = self._checked[found.key]
        if checked is not None and len(chain) + checked.deep > MAX_DEEP:
            self._tell_deep(named)
            return None
        return checked

    def _tell_deep(self, named: Scalar) -> None:
        self._report.error(named, f"runbooks are nested more than {MAX_DEEP} deep")

    def _tell_missing(self, named: Scalar) -> None:
        places = self._library.searched(self._library.place_of(named), f"{named.text}{SUFFIXES[0]}")
        told = f"there is no runbook {shown(named.text)}"
        pack, slash, _ = named.text.partition("/")
        if slash and not self._library.has_pack(pack):
            told = f"{shown(named.text)} is not the id of a runbook, since there is no pack {shown(pack)}"
        self._report.error(named, told, f"looked for {', '.join(places[:10])}")


def _stem(key: str) -> str:
    return key.rpartition("/")[2].rsplit(".", 1)[0]
