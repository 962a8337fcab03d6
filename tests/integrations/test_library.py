"""Which integrations there are, and which of one name is meant."""

from __future__ import annotations

from pathlib import Path

from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.integrations.library import IntegrationLibrary


def test_only_what_is_found_by_its_name_shadows_and_is_shadowed(tmp_path: Path) -> None:
    folders = []
    for name, trusted, prefix in (
        ("others", False, ""),
        ("pack", True, "team"),
        ("own", True, ""),
        ("bundled", True, ""),
    ):
        folder = tmp_path / name / "integrations"
        folder.mkdir(parents=True)
        (folder / "chat.yaml").touch()
        (folder / f"{name}.yaml").touch()
        folders.append(Folder(folder.parent, Origin.GIVEN, trusted=trusted, prefix=prefix))
    places = {
        (place.path.parent.parent.name, place.name): place.shadowed
        for place in IntegrationLibrary(folders).places()
    }
    assert places == {
        ("others", "chat"): False,
        ("others", "others"): False,
        ("pack", "chat"): False,
        ("pack", "pack"): False,
        ("own", "chat"): False,
        ("own", "own"): False,
        ("bundled", "bundled"): False,
        ("bundled", "chat"): True,
    }
