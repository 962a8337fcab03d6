"""Runbooks in folders one level deep, and those of packs that have a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder
from pup_tui.runbook.load import Loaded, files_by_path, load, load_files
from tests.support.packs import runbook, write_pack

CALLER = """\
name: caller
steps:
  - {name: Say, template: say}
  - {name: Own, template: own}
  - {name: Beside, kind: runbook, runbook: beside}
  - {name: Above, kind: runbook, runbook: above}
  - {name: Other, kind: runbook, runbook: other}
"""
ABOVE = """\
name: above
steps:
  - {name: a, template: say}
  - {name: b, kind: runbook, runbook: other}
"""
FILES = {
    "above.yaml": ABOVE,
    "theme/caller.yaml": CALLER,
    "theme/beside.yaml": runbook("beside"),
    "theme/_templates/own.yaml": "kind: shell\nrun: echo own\n",
    "zoo/other.yaml": "name: other\nsteps: [{name: a, template: say}]\n",
    "_templates/say.yaml": "kind: shell\nrun: echo said\n",
    "theme/deeper/no.yaml": runbook("no"),
    "scripts/no.yaml": runbook("no"),
    "integrations/no.yaml": runbook("no"),
    "profiles/no.yaml": "vars: {}\n",
    "_tests/no.yaml": "cases: []\n",
    "pack.yaml": "name: x\n",
    "pack-1/no.yaml": runbook("no"),
}


def _catalog(folder: Path, *, trusted: bool = True) -> Catalog:
    return Catalog([Folder(folder, Origin.HERE if not trusted else Origin.GIVEN, trusted)])


@pytest.mark.parametrize("trusted", [True, False])
def test_the_catalog_reads_one_level(tmp_path: Path, trusted: bool) -> None:
    catalog = _catalog(write_pack(tmp_path / "runbooks", FILES), trusted=trusted)
    found = {entry.id: entry.error for entry in catalog.entries()}
    assert found == {"above": "", "beside": "", "caller": "", "other": ""}
    assert {entry.id for entry in catalog.first_look()} == set(found)


def _again(loaded: Loaded) -> Loaded:
    return load_files(loaded.id, loaded.files, loaded.path)


def test_what_a_runbook_in_a_folder_uses_is_found_again_in_its_record(tmp_path: Path) -> None:
    catalog = _catalog(write_pack(tmp_path, FILES))
    for id_ in ("caller", "above"):
        loaded = catalog.load(catalog.find(id_).path)
        assert loaded.ok
        assert _again(loaded).runbook == loaded.runbook
        for path, data in files_by_path(loaded.path, loaded.packs, loaded.files).items():
            assert Path(path).read_bytes() == data


def test_the_first_of_two_with_one_id_is_that_at_the_top(tmp_path: Path) -> None:
    write_pack(
        tmp_path, {"b/x.yaml": runbook("x"), "a/x.yaml": runbook("x"), "x.yaml": runbook("x")}
    )
    found = [(e.path.relative_to(tmp_path), e.shadowed) for e in _catalog(tmp_path).entries()]
    assert found == [(Path("x.yaml"), False), (Path("a/x.yaml"), True), (Path("b/x.yaml"), True)]


def test_a_new_file_in_a_folder_is_seen(tmp_path: Path) -> None:
    write_pack(tmp_path, {"a.yaml": "name: a\nsteps: [{name: x, kind: runbook, runbook: new}]\n"})
    catalog = _catalog(tmp_path)
    stamp = catalog.stamp()
    assert not catalog.load(tmp_path / "a.yaml").ok
    write_pack(tmp_path, {"theme/new.yaml": runbook("new")})
    assert catalog.stamp() != stamp
    assert catalog.load(tmp_path / "a.yaml").ok


def test_a_link_out_of_an_untrusted_folder_leads_nowhere(tmp_path: Path) -> None:
    secret = write_pack(tmp_path / "secret", {"x.yaml": runbook("x")})
    folder = write_pack(
        tmp_path / "runbooks",
        {"a.yaml": "name: a\nsteps: [{name: x, kind: runbook, runbook: x}]\n"},
    )
    (folder / "theme").symlink_to(secret)
    catalog = _catalog(folder, trusted=False)
    assert not catalog.load(folder / "a.yaml").ok
    assert catalog.find("x").broken


def test_a_pack_is_called_by_its_name_alone(tmp_path: Path) -> None:
    one = write_pack(tmp_path / "one", {"x.yaml": runbook("x", "echo one"), **FILES})
    two = write_pack(tmp_path / "two", {"x.yaml": runbook("x", "echo two")})
    write_pack(
        tmp_path / "own",
        {
            "a.yaml": "name: a\nimport: [say, one/say]\nsteps:\n"
            "  - {name: x, kind: runbook, runbook: two/x}\n"
            "  - {name: y, kind: runbook, runbook: one/caller}\n"
            "  - {name: z, template: one/say}\n  - {name: s, template: say}\n",
            "bare.yaml": "name: bare\nsteps: [{name: x, kind: runbook, runbook: x}]\n",
            "none.yaml": "name: none\nsteps: [{name: x, kind: runbook, runbook: none/x}]\n",
        },
    )
    packs = {"one": one, "two": two}
    loaded = load(tmp_path / "own" / "a.yaml", named_packs=packs)
    assert loaded.ok, loaded.errors
    assert "pack-2.two/x.yaml" in loaded.files
    assert "pack-1.one/theme/caller.yaml" in loaded.files
    assert _again(loaded).runbook == loaded.runbook
    for path, data in files_by_path(loaded.path, loaded.packs, loaded.files).items():
        assert Path(path).read_bytes() == data
    assert not load(tmp_path / "own" / "bare.yaml", named_packs=packs).ok
    (error,) = load(tmp_path / "own" / "none.yaml", named_packs=packs).errors
    assert "there is no pack `none`" in str(error)
