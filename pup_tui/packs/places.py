"""The folders of a catalog with those that packs bring, looked at anew when something of them has changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.file_stamp import stamp_of
from pup_tui.packs.kept_files import LOCK_FILE, TRUST_FILE
from pup_tui.place_errors import PlaceError

_MOST_LOOKED_AT: Final = 5_000


class PackFolders:
    """The folders of a catalog: those that are `given`, and those of packs as they are now.

    Of the one that is not trusted, what the operator has approved comes from the copy of that. `problem` says
    why nothing of packs is known; it is None where that is not so.
    """

    def __init__(self, given: Sequence[Folder], state: Path, config_dir: Path) -> None:
        self._given = tuple(given)
        self._state = state
        self._config_dir = config_dir
        self._stamp: object = None
        self._found = self._given
        self.problem: PlaceError | None = None

    def __call__(self) -> tuple[Folder, ...]:
        """The folders in their order; worked out anew only when a file has changed."""
        stamps = [stamp_of(self._config_dir / name) for name in (LOCK_FILE, TRUST_FILE)]
        if not any(stamps):
            return self._given
        stamp = (stamps, self._here_stamp() if stamps[1] is not None else None)
        if stamp != self._stamp:
            self._work_out()
            self._stamp = stamp
        return self._found

    def _work_out(self) -> None:
        # Late: most operators have no packs.
        from pup_tui.packs.errors import PackError
        from pup_tui.packs.in_catalog import with_packs
        from pup_tui.packs.library import PackLibrary

        self.problem = None
        try:
            self._found = with_packs(self._given, PackLibrary(self._state, self._config_dir))
        except PackError as error:
            self.problem = PlaceError(error.message, Path(error.where), error.hint)
            self._found = self._given

    def _here_stamp(self) -> object:
        """What tells that a file of the working directory's runbooks has changed."""
        from pup_tui.runbook.files import below, theme_folders

        folder = next((each.path for each in self._given if each.origin is Origin.HERE), None)
        if folder is None:
            return None
        places = (folder, *theme_folders(folder), *below(folder, _MOST_LOOKED_AT))
        return tuple((path, stamp_of(path)) for path in places)
