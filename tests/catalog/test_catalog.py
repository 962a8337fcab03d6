"""Which runbooks there are: order, shadowing, broken files, changes on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from pup_tui.catalog.catalog import Catalog, UnknownRunbook
from pup_tui.catalog.entries import Origin
from pup_tui.catalog.places import Folder, bundled_dir, folders
from pup_tui.runbook import load as load_module


def _write(folder: Path, name: str, text: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(text or f"name: {name}\nsteps: [{{name: a, kind: shell, run: echo}}]\n")
    return path


def _catalog(*places: Path) -> Catalog:
    return Catalog([Folder(place, Origin.GIVEN) for place in places])


def test_the_first_that_has_an_id_wins_and_the_others_are_shadowed(tmp_path: Path) -> None:
    first = _write(tmp_path / "one", "a")
    second = _write(tmp_path / "two", "a")
    catalog = _catalog(tmp_path / "one", tmp_path / "two")
    assert [(e.path, e.shadowed) for e in catalog.entries()] == [(first, False), (second, True)]
    assert catalog.find("a").path == first


def test_names_that_begin_with_an_underscore_or_a_dot_are_no_runbooks(tmp_path: Path) -> None:
    _write(tmp_path, "_draft")
    _write(tmp_path, ".hidden")
    _write(tmp_path / "_templates", "step")
    _write(tmp_path, "real")
    (tmp_path / "notes.txt").write_text("x")
    assert [entry.id for entry in _catalog(tmp_path).entries()] == ["real"]


def test_a_broken_file_is_listed_with_its_error(tmp_path: Path) -> None:
    _write(tmp_path, "bad", "name: bad\ntags: {team: db}\nsteps: {a: 1}\n")
    _write(tmp_path, "good")
    bad, good = _catalog(tmp_path).entries()
    assert bad.tags["team"] == "db"
    assert (bad.broken, good.broken) == (True, False)
    assert "bad.yaml:3" in bad.error


def test_a_fault_over_one_file_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "bad")
    _write(tmp_path, "good")
    read = load_module.load

    def fails(path: Path, **given: object) -> object:
        if path.stem == "bad":
            raise TypeError("x")
        return read(path, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(load_module, "load", fails)
    bad, good = _catalog(tmp_path).entries()
    assert (bad.broken, good.broken) == (True, False)
    assert "a fault in pup-tui (TypeError)" in bad.error


def test_find_by_id_by_path_and_with_a_suggestion(tmp_path: Path) -> None:
    path = _write(tmp_path, "deploy-service")
    catalog = _catalog(tmp_path)
    assert catalog.find("deploy-service").path == path
    assert catalog.find(str(path)).path == path
    with pytest.raises(UnknownRunbook) as wrong:
        catalog.find("deploy-servce")
    assert "deploy-service" in wrong.value.hint
    with pytest.raises(UnknownRunbook) as missing:
        catalog.find(str(tmp_path / "no.yaml"))
    assert "no such file" in missing.value.hint


def test_a_name_never_leads_out_of_the_catalog(tmp_path: Path) -> None:
    _write(tmp_path / "in", "a")
    _write(tmp_path, "out-of-it")
    with pytest.raises(UnknownRunbook):
        _catalog(tmp_path / "in").find("../out-of-it")


def test_edits_are_seen_and_nothing_else_is_read_again(tmp_path: Path) -> None:
    path = _write(tmp_path, "a")
    catalog = _catalog(tmp_path)
    before, stamp = catalog.load(path), catalog.stamp()
    assert catalog.load(path) is before
    assert catalog.stamp() == stamp
    _write(tmp_path, "a", "name: changed\nsteps: [{name: a, kind: shell, run: echo}]\n")
    assert catalog.stamp() != stamp
    assert catalog.entries()[0].name == "changed"
    stamp = catalog.stamp()
    _write(tmp_path, "b")
    assert catalog.stamp() != stamp


def test_an_edited_step_template_changes_the_runbooks_beside_it(tmp_path: Path) -> None:
    _write(tmp_path, "a", "name: a\nsteps: [{name: x, template: say}]\n")
    template = _write(tmp_path / "_templates", "say", "kind: shell\nrun: echo one\n")
    catalog = _catalog(tmp_path)
    assert catalog.entries()[0].broken is False
    template.write_text("kind: shell\n")
    assert catalog.entries()[0].broken is True


def test_a_called_runbook_that_comes_changes_or_goes_changes_its_caller(tmp_path: Path) -> None:
    _write(tmp_path, "a", "name: a\nsteps: [{name: x, kind: runbook, runbook: b}]\n")
    catalog = _catalog(tmp_path)
    assert catalog.entries()[0].broken is True
    called = _write(tmp_path, "b")
    assert catalog.entries()[0].broken is False
    stamp = catalog.stamp()
    called.write_text("name: b\nvars: {NEW: {}}\nsteps: [{name: a, kind: shell, run: echo}]\n")
    assert catalog.stamp() != stamp
    assert "needs `NEW`" in catalog.entries()[0].error
    called.unlink()
    assert "there is no runbook `b`" in catalog.entries()[0].error


def test_groups_and_runbooks_of_other_directories_are_found(tmp_path: Path) -> None:
    steps = "steps: [{name: x, template: notify/x}, {name: y, kind: runbook, runbook: b}]"
    path = _write(tmp_path / "own", "a", f"name: a\nimport: [notify/x]\n{steps}\n")
    _write(tmp_path / "pack" / "_templates" / "notify", "x", "kind: wait\nduration: 1s\n")
    _write(tmp_path / "pack", "b")
    catalog = _catalog(tmp_path / "own", tmp_path / "pack")
    assert catalog.load(path).ok
    assert _catalog(tmp_path / "own").load(path).ok is False


def test_a_directory_that_is_not_trusted_lends_nothing_to_others(tmp_path: Path) -> None:
    path = _write(tmp_path / "own", "a", "name: a\nsteps: [{name: x, kind: runbook, runbook: b}]\n")
    here = _write(tmp_path / "here", "b")
    catalog = Catalog(
        [
            Folder(tmp_path / "own", Origin.GIVEN),
            Folder(here.parent, Origin.HERE, trusted=False),
        ]
    )
    assert catalog.packs == (tmp_path / "own",)
    assert catalog.load(path).ok is False


def test_a_new_template_changes_the_stamp(tmp_path: Path) -> None:
    _write(tmp_path, "a")
    catalog = _catalog(tmp_path)
    stamp = catalog.stamp()
    _write(tmp_path / "_templates" / "notify", "x", "kind: wait\nduration: 1s\n")
    assert catalog.stamp() != stamp


def test_where_runbooks_are_looked_for(tmp_path: Path) -> None:
    found = folders(
        given=[tmp_path / "given"],
        environment=[tmp_path / "x", tmp_path / "y", tmp_path / "given"],
        configured=[tmp_path / "config"],
        pup=tmp_path / "pup",
        cwd=tmp_path / "work",
    )
    assert [(folder.origin, folder.path) for folder in found] == [
        (Origin.GIVEN, tmp_path / "given"),
        (Origin.ENVIRONMENT, tmp_path / "x"),
        (Origin.ENVIRONMENT, tmp_path / "y"),
        (Origin.CONFIGURATION, tmp_path / "config"),
        (Origin.PUP, tmp_path / "pup"),
        (Origin.BUNDLED, bundled_dir()),
        (Origin.HERE, tmp_path / "work" / "runbooks"),
    ]
    assert [folder.origin for folder in found if not folder.trusted] == [Origin.HERE]


def test_the_bundled_library_is_not_listed_twice_in_its_own_checkout(tmp_path: Path) -> None:
    found = folders(
        given=[], environment=[], configured=[], pup=tmp_path / "pup", cwd=bundled_dir().parent
    )
    assert [folder.origin for folder in found].count(Origin.BUNDLED) == 1
    assert Origin.HERE not in [folder.origin for folder in found]


def _catalog_at(work: Path, own: Path) -> Catalog:
    """What an operator with runbooks of their own sees who stands in `work`."""
    pup = own.parent / "pup"
    return Catalog(folders(given=[], environment=[], configured=[own], pup=pup, cwd=work))


def test_a_runbook_of_the_working_directory_hides_no_other(tmp_path: Path) -> None:
    ours = _write(tmp_path / "config" / "runbooks", "mine")
    for name in ("mine", "incident-triage"):
        _write(tmp_path / "work" / "runbooks", name)
    catalog = _catalog_at(tmp_path / "work", tmp_path / "config" / "runbooks")
    assert catalog.find("mine").path == ours
    assert catalog.find("incident-triage").path == bundled_dir() / "incident-triage.yaml"
    here = [entry for entry in catalog.entries() if entry.origin is Origin.HERE]
    assert [(entry.trusted, entry.shadowed) for entry in here] == [(False, True), (False, True)]


SECRET = "password: hunter2\n"


def _file_link(work: Path, outside: Path) -> None:
    (work / "runbooks" / "x.yaml").symlink_to(outside / "secret.yaml")


def _hard_to_see_link(work: Path, outside: Path) -> None:
    (work / "sub").symlink_to(outside)
    (work / "runbooks" / "x.yaml").symlink_to(work / "sub" / "secret.yaml")


def _folder_link(work: Path, outside: Path) -> None:
    (work / "runbooks").rmdir()
    (outside / "x.yaml").write_text(SECRET)
    (work / "runbooks").symlink_to(outside)


def _template_link(work: Path, outside: Path) -> None:
    _write(work / "runbooks", "x", "name: x\nsteps: [{name: a, template: secret}]\n")
    (work / "runbooks" / "_templates").mkdir()
    (work / "runbooks" / "_templates" / "secret.yaml").symlink_to(outside / "secret.yaml")


def _templates_link(work: Path, outside: Path) -> None:
    _write(work / "runbooks", "x", "name: x\nsteps: [{name: a, template: secret}]\n")
    (work / "runbooks" / "_templates").symlink_to(outside)


def _import_link(work: Path, outside: Path) -> None:
    text = "name: x\nimport: [far/secret]\nsteps: [{name: a, template: far/secret}]\n"
    _write(work / "runbooks", "x", text)
    (work / "runbooks" / "_templates").mkdir()
    (work / "runbooks" / "_templates" / "far").symlink_to(outside)


def _called_link(work: Path, outside: Path) -> None:
    _write(work / "runbooks", "x", "name: x\nsteps: [{name: a, kind: runbook, runbook: b}]\n")
    (work / "runbooks" / "b.yaml").symlink_to(outside / "secret.yaml")


@pytest.mark.parametrize(
    "link",
    [
        _file_link,
        _hard_to_see_link,
        _folder_link,
        _template_link,
        _templates_link,
        _import_link,
        _called_link,
    ],
)
def test_no_link_leads_out_of_a_directory_that_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Callable[[Path, Path], None]
) -> None:
    work, outside = tmp_path / "work", tmp_path / "outside"
    (work / "runbooks").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.yaml").write_text(SECRET)
    link(work, outside)
    (tmp_path / "other-way").symlink_to(work)
    monkeypatch.chdir(work)
    (tmp_path / "elsewhere").mkdir()
    here, elsewhere = (
        _catalog_at(place, tmp_path / "config" / "runbooks")
        for place in (work, tmp_path / "elsewhere")
    )
    for path, catalog in product(
        (
            work / "runbooks" / "x.yaml",
            Path("runbooks/x.yaml"),
            tmp_path / "other-way" / "runbooks" / "x.yaml",
        ),
        (here, elsewhere),
    ):
        for loaded in (catalog.load(path), catalog.lint(path, lambda word: True)):
            told = " ".join(map(str, loaded.errors))
            assert "leads out of" in told
            assert "password" not in told
            assert "hunter2" not in str(loaded)


def test_a_name_that_cannot_be_typed_is_suggested_as_a_pattern_for_the_shell(
    tmp_path: Path,
) -> None:
    path = tmp_path / "work" / "runbooks" / os.fsdecode(b"audit\xfe.yaml")
    path.parent.mkdir(parents=True)
    path.write_text("name: a\n")
    catalog = _catalog_at(tmp_path / "work", tmp_path / "config" / "runbooks")
    with pytest.raises(UnknownRunbook) as raised:
        catalog.find("audit")
    assert raised.value.hint == f"did you mean {path.parent}/audit?.yaml?"


def test_links_inside_and_in_directories_of_the_operator_are_followed(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "runbooks" / "sub").mkdir(parents=True)
    (work / "runbooks" / "x.yaml").symlink_to("sub/y.yaml")
    _write(work / "runbooks" / "sub", "y")
    (tmp_path / "config" / "runbooks").mkdir(parents=True)
    (tmp_path / "config" / "runbooks" / "z.yaml").symlink_to(_write(tmp_path / "dotfiles", "z"))
    catalog = _catalog_at(work, tmp_path / "config" / "runbooks")
    assert not catalog.find("x").broken
    assert not catalog.find("z").broken


def test_a_first_look_lists_everything_and_judging_tells_what_is_broken(tmp_path: Path) -> None:
    _write(tmp_path, "bad", "name: bad\ntags: {team: db}\nsteps:\n  - {kind: nothing}\n")
    _write(tmp_path, "good")
    catalog = _catalog(tmp_path)
    first = catalog.first_look()
    assert [(e.id, e.is_judged, e.broken) for e in first] == [
        ("bad", False, False),
        ("good", False, False),
    ]
    assert first[0].tags == {"team": "db"}
    judged = [catalog.judged(entry) for entry in first]
    assert [entry.broken for entry in judged] == [True, False]
    assert "bad.yaml:4" in judged[0].error
    assert judged == catalog.entries() == catalog.first_look()


def test_a_first_look_judges_what_was_judged_before(tmp_path: Path) -> None:
    path = _write(tmp_path, "a")
    catalog = _catalog(tmp_path)
    catalog.entries()
    path.write_text("name: a\nsteps:\n  - {kind: nothing}\n")
    _write(tmp_path, "b")
    assert [(e.is_judged, e.broken) for e in catalog.first_look()] == [(True, True), (False, False)]


def test_a_first_look_judges_what_has_no_head(tmp_path: Path) -> None:
    _write(tmp_path, "a", "steps: [")
    (entry,) = _catalog(tmp_path).first_look()
    assert (entry.is_judged, entry.broken) == (True, True)
