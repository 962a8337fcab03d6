"""Loading a runbook: from a file, or again from the bytes that a run was made from.

Loading reads the file, the step templates and groups that it names and the runbooks that it calls. It
never executes or fetches anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

from pup_tui.file_stamp import Stamp
from pup_tui.runbook import yaml
from pup_tui.runbook.allowance import SPLIT_HINT
from pup_tui.runbook.check import Checking
from pup_tui.runbook.files import PACK_KEY, DirectoryFiles, Files, PackFiles, Unreadable
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.nodes import Mapping as Tree
from pup_tui.runbook.nodes import YamlNode
from pup_tui.runbook.problems import InvalidRunbook, Problem
from pup_tui.runbook.pup_words import NO_TABLE, PupTable
from pup_tui.runbook.report import Report
from pup_tui.runbook.runbook_files import RunbookFiles, given_places
from pup_tui.runbook.steps import Linter
from pup_tui.template.limits import TooMuchToJudgeError, one_budget, one_judgement


class Loaded(Struct, frozen=True, kw_only=True):
    """What became of a runbook file.

    `id` is the file's stem. `files` are the exact bytes of the file and of every file it uses: those of its
    own directory by their name in it (`other.yaml`, `_templates/x.yaml`), those of the pack number N (from 1)
    as `pack-N/…`, and as `pack-N.NAME/…` where it has a name. `sha256` is that of the file itself. `runbook`
    is None where there are errors. Problems of the files that it uses are among its own, under their own
    paths. `packs` are the directories of the packs in their order. `stamps` tell when one of the files that
    were looked for has changed; they are empty for a runbook that was loaded from bytes. `is_believed` tells
    that a `read_only: true` counts: not in a directory that is not trusted, and not where nobody knows it.
    `tags` are those of the file as far as it can be read, also where there are errors.
    """

    id: str
    path: Path
    sha256: str
    files: Mapping[str, bytes]
    runbook: Runbook | None
    problems: tuple[Problem, ...]
    packs: tuple[str, ...] = ()
    stamps: Mapping[Path, Stamp] = MappingProxyType({})
    is_believed: bool = False
    tags: Mapping[str, str] = MappingProxyType({})

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    @property
    def silenced(self) -> tuple[Problem, ...]:
        """Warnings that comments silence, each with its reason."""
        return tuple(problem for problem in self.problems if problem.severity == "silenced")

    @property
    def ok(self) -> bool:
        return self.runbook is not None

    def require(self) -> Runbook:
        """The runbook; raises `InvalidRunbook` with every error where there is none."""
        if self.runbook is None:
            raise InvalidRunbook(self.errors)
        return self.runbook


def files_by_path(path: Path, packs: Sequence[str], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """`Loaded.files` by where they lie: the number of a pack is another one beside other packs."""
    found = {}
    for name, text in files.items():
        of_pack = PACK_KEY.match(name)
        place = path.parent / name
        if of_pack and int(of_pack[1]) <= len(packs):
            place = Path(packs[int(of_pack[1]) - 1]) / name[of_pack.end() :]
        found[str(place)] = text
    return found


def load(
    path: Path,
    *,
    root: Path | None = None,
    packs: Sequence[Path] = (),
    linter: Linter | None = None,
    pup: PupTable = NO_TABLE,
    named_packs: Mapping[str, Path] = MappingProxyType({}),
    in_theme: bool = False,
) -> Loaded:
    """Load a runbook file; what is wrong with it, even that it cannot be read, is in `problems`.

    `packs` are directories with runbooks, the runbook's own may be among them: what a runbook calls or
    imports and what does not lie beside it is looked for there, in their order. No file outside of them is
    read, also not through a link; with `root`, a path without links, the same holds for the runbook's own
    directory, and the runbook is not believed. Warnings are among the problems only where a `linter` (see
    `lint.linter`) looks for them; `pup` knows its subcommands. The `named_packs` come after the packs; a
    runbook of theirs is called by NAME/ID. `in_theme` says that the first of the packs is the directory
    around that of the runbook, which is a theme folder of it.
    """
    own = DirectoryFiles(path.parent, root, flat=in_theme)
    others = [
        *(PackFiles(pack) for pack in packs),
        *(PackFiles(folder, name) for name, folder in named_packs.items()),
    ]
    places = [own, *others]
    loaded = _load(path.stem, path, path.name, places, linter, pup, in_theme=in_theme)
    stamps = {path: stamp for files in (own, *others) for path, stamp in files.stamps.items()}
    directories = tuple(str(pack.absolute()) for pack in (*packs, *named_packs.values()))
    return msgspec.structs.replace(
        loaded, stamps=MappingProxyType(stamps), packs=directories, is_believed=root is None
    )


def load_files(
    id: str,  # noqa: A002 (a field of Loaded)
    files: Mapping[str, bytes],
    path: Path,
    *,
    linter: Linter | None = None,
) -> Loaded:
    """Load a runbook from the bytes in `Loaded.files`; `path` is only named in problems."""
    # Nothing is there that was not found once, so it may as well lie in a theme folder.
    places = given_places(files, path.parent)
    return _load(id, path, path.name, places, linter, in_theme=True)


def _load(
    stem: str,
    path: Path,
    name: str,
    places: Sequence[Files],
    linter: Linter | None,
    pup: PupTable = NO_TABLE,
    *,
    in_theme: bool = False,
) -> Loaded:
    report = Report()
    library = RunbookFiles(places, report, in_theme=in_theme)
    try:
        data = library.read(name)
    except Unreadable as error:
        return unreadable(stem, path, str(error))
    if data is None:
        return unreadable(stem, path, "there is no such file")
    tree, problems = yaml.parse(data, str(path))
    for problem in problems:
        report.add(problem)
    runbook = None
    try:
        with one_budget(), one_judgement():
            checking = Checking(library, report, linter, pup)
            runbook = None if tree is None else checking.runbook(tree, stem, name)
    except TooMuchToJudgeError:
        told = "the file takes too long to judge"
        report.add(Problem(path=str(path), message=told, hint=SPLIT_HINT))
    return Loaded(
        id=stem,
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        files=MappingProxyType(dict(library.used)),
        runbook=runbook,
        problems=report.problems,
        tags=MappingProxyType(_tags(tree) if runbook is None else dict(runbook.tags)),
    )


def _tags(tree: YamlNode | None) -> dict[str, str]:
    """The tags of a file with errors: those that are texts."""
    tags = tree.get("tags") if isinstance(tree, Tree) else None
    known = {key: tags.text(key) for key in tags.entries} if isinstance(tags, Tree) else {}
    return {key: text for key, text in known.items() if text is not None}


def unreadable(stem: str, path: Path, why: str) -> Loaded:
    """What loading gives for a file that cannot be read; `why` says what is wrong."""
    problem = Problem(path=str(path), message=f"the runbook cannot be read: {why}", whole=True)
    return Loaded(
        id=stem,
        path=path,
        sha256="",
        files=MappingProxyType({}),
        runbook=None,
        problems=(problem,),
    )
